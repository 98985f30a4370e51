"""Questionnaires put, answered and reviewed by programs."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel, ConfigDict, Field

from guanbao.api.endpoints import IDEMPOTENT, answer, once, record_answer
from guanbao.api.errors import FieldsWrong, NotHere, Wrong, at_fields
from guanbao.apps.surveys.pages import ISSUES
from guanbao.apps.surveys.showing import Line, shown
from guanbao.platform.access.acting import actor_of
from guanbao.platform.questionnaires.errors import NothingToAsk
from guanbao.platform.questionnaires.models import Issue
from guanbao.platform.questionnaires.selectors import issues_visible
from guanbao.platform.questionnaires.services.answering import Filled, answers_save
from guanbao.platform.questionnaires.services.issuing import issue_prepare
from guanbao.platform.questionnaires.services.reviewing import Judged, answers_review

_ID = Annotated[int, Field(ge=1, le=2**63 - 1)]
_CODE = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,39}$", description="Its code", examples=["encryption"])]
_SEEN = Annotated[int, Field(ge=0, le=1_000_000, description="The amendment that was read; 0: none", examples=[0])]
of_questionnaires = Router(tags=["Questionnaires"])
_FACTS = {"schema": {"$ref": "#/components/schemas/Questionnaires"}}
_EXAMPLE = {
    "id": 12,
    "title": "IT project audit (before the project)",
    "title_en": "IT project audit (before the project)",
    "name": "it_audit_before",
    "number": 1,
    "record": "arrangements",
    "record_id": 1,
    "label": "WB-2026-014",
    "side": "contractor",
    "state": "draft",
    "due_on": "2026-12-31",
    "returned": 0,
    "scores_shown": False,
    "prepared_at": "2026-11-25T09:30:00+08:00",
    "sent_at": None,
    "submitted_at": None,
    "concluded_at": None,
    "score": None,
    "outcome": "",
    "digest": "",
    "cancelled_reason": "",
}

_COURSE = {
    "answered": 1,
    "asked": 12,
    "questions": [
        {
            "question": "encryption",
            "section": "questions",
            "text": "Is the agreed information encrypted?",
            "kind": "partial",
            "is_required": True,
            "is_critical": True,
            "may_not_apply": False,
            "evidence": "optional",
            "options": [{"code": "yes", "text": "Yes"}, {"code": "partial", "text": "Partly"}],
            "value": "yes",
            "is_unfit": False,
            "explanation": "",
            "documents": [],
            "number": 1,
            "verdict": "",
            "remark": "",
            "weight": "2",
            "points": "15.38",
        }
    ],
}
_ANSWERED = {"responses": {200: {"content": {"application/json": {"example": _COURSE}}}}}


class QuestionnairePut(BaseModel):
    """A questionnaire to be put about a record."""

    model_config = ConfigDict(extra="forbid", strict=True)

    record: Annotated[
        str,
        Field(pattern="^[a-z-]{1,60}$", description="The list in which its record stands", examples=["arrangements"]),
    ]
    record_id: Annotated[_ID, Field(description="The record's id", examples=[1])]
    questionnaire: Annotated[_CODE, Field(description="The questionnaire's name", examples=["it_audit_before"])]
    due_on: Annotated[date, Field(strict=False, description="To be answered by", examples=["2026-12-31"])]
    scores_shown: Annotated[
        bool | None, Field(description="Whether the contractor sees weights and scores; null: as it is defined")
    ] = None


class AnswerEntered(BaseModel):
    """An answer as it is sent."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: _CODE
    value: Annotated[
        str | list[str] | None,
        Field(description="Code, codes, number, day or text, by the question's kind", examples=["yes"]),
    ] = None
    is_unfit: Annotated[bool, Field(description="The question does not apply")] = False
    explanation: Annotated[str, Field(max_length=2000, description="Explanation")] = ""
    documents: Annotated[list[_ID], Field(max_length=20, description="Documents of this questionnaire")] = []
    seen: _SEEN = 0


class AnswersEntered(BaseModel):
    """Answers, all of which are kept, or none."""

    model_config = ConfigDict(extra="forbid", strict=True)

    answers: Annotated[list[AnswerEntered], Field(min_length=1, max_length=300, description="Answers")]


class AnswerReviewed(BaseModel):
    """What a reviewer says of an answer."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: _CODE
    verdict: Annotated[Literal["accepted", "returned"], Field(description="What is said", examples=["accepted"])]
    remark: Annotated[str, Field(max_length=2000, description="What is to be amended")] = ""
    seen: _SEEN = 0


class AnswersReviewed(BaseModel):
    """Reviews of answers."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reviews: Annotated[list[AnswerReviewed], Field(min_length=1, max_length=300, description="Reviews")]


class AnswerOffered(BaseModel):
    """An answer that can be chosen."""

    code: str
    text: str


class QuestionAsked(BaseModel):
    """A question that is asked, with its answer. Weights, points and reviews are there for who may see them."""

    question: str
    section: str
    text: str
    kind: str
    is_required: bool
    is_critical: bool
    may_not_apply: bool
    evidence: str
    options: list[AnswerOffered]
    value: str | list[str] | None
    is_unfit: bool
    explanation: str
    documents: list[int]
    number: int
    verdict: str
    remark: str
    weight: str
    points: str


class QuestionnaireCourse(BaseModel):
    """The questions that are asked now, and how many are answered."""

    answered: int
    asked: int
    questions: list[QuestionAsked]


@of_questionnaires.post(
    "/put",
    response={201: None},
    operation_id="questionnaires_put",
    url_name="questionnaires_put",
    summary="Prepare a questionnaire about a record",
    openapi_extra={
        "parameters": [IDEMPOTENT],
        "requestBody": {
            "content": {
                "application/json": {
                    "example": {
                        "record": "arrangements",
                        "record_id": 1,
                        "questionnaire": "it_audit_before",
                        "due_on": "2026-12-31",
                    }
                }
            }
        },
        "responses": {
            201: {
                "headers": {"Location": {"description": "Its address", "schema": {"type": "string"}}},
                "content": {"application/json": _FACTS | {"example": _EXAMPLE}},
            }
        },
    },
)
def put(request: HttpRequest, given: QuestionnairePut) -> HttpResponse:
    """Nobody is asked before it is sent."""

    def made() -> HttpResponse:
        try:
            issue = issue_prepare(actor=actor_of(request), **given.model_dump())
        except NothingToAsk:
            raise NotHere from None
        except ValidationError as error:
            raise at_fields(error.message_dict) from None
        return record_answer(ISSUES, issue, status=201)

    return once(request, actor_of(request), made)


@of_questionnaires.get(
    "/{int:id}/answers",
    response={200: QuestionnaireCourse},
    operation_id="questionnaires_answers.read",
    url_name="questionnaires_answers",
    summary="The questions that are asked, with their answers",
    openapi_extra=_ANSWERED,
)
def answers_read(request: HttpRequest, id: _ID) -> HttpResponse:  # noqa: A002 - the address' name for it
    """What is asked depends on what is answered."""
    return _course(request, _issue(request, id))


@of_questionnaires.post(
    "/{int:id}/answers",
    response={200: QuestionnaireCourse},
    operation_id="questionnaires_answers",
    summary="Answer questions",
    openapi_extra={
        "requestBody": {
            "content": {
                "application/json": {"example": {"answers": [{"question": "encryption", "value": "yes", "seen": 0}]}}
            }
        },
        **_ANSWERED,
    },
)
def answers_write(request: HttpRequest, id: _ID, given: AnswersEntered) -> HttpResponse:  # noqa: A002 - as above
    """All of them are kept, or none. `seen` names the amendment that was read, so that nobody's answer is lost."""
    issue = _issue(request, id)
    filled = {
        each.question: Filled(each.value, each.is_unfit, each.explanation, tuple(each.documents), each.seen)
        for each in given.answers
    }
    saved = answers_save(actor=actor_of(request), issue=issue, filled=filled, whole=True)
    _need_right("answers", [each.question for each in given.answers], saved.faults)
    return _course(request, issue)


@of_questionnaires.post(
    "/{int:id}/reviews",
    response={200: QuestionnaireCourse},
    operation_id="questionnaires_reviews",
    url_name="questionnaires_reviews",
    summary="Review answers",
    openapi_extra={
        "requestBody": {
            "content": {
                "application/json": {
                    "example": {"reviews": [{"question": "encryption", "verdict": "accepted", "seen": 1}]}
                }
            }
        },
        **_ANSWERED,
    },
)
def reviews_write(request: HttpRequest, id: _ID, given: AnswersReviewed) -> HttpResponse:  # noqa: A002 - as above
    """Accept answers, or return them with a remark. Those that are right are kept; the others are told of."""
    issue = _issue(request, id)
    judged = {each.question: Judged(each.verdict, each.remark, each.seen) for each in given.reviews}
    faults = answers_review(actor=actor_of(request), issue=issue, judged=judged, whole=True)
    _need_right("reviews", [each.question for each in given.reviews], faults)
    return _course(request, issue)


def _need_right(name: str, codes: list[str], faults: dict[str, str]) -> None:
    """That nothing was wrong. Raises FieldsWrong, each fault at its place."""
    wrong = [Wrong(pointer=f"/{name}/{at}", detail=faults[code]) for at, code in enumerate(codes) if code in faults]
    if wrong:
        raise FieldsWrong(wrong)


def _course(request: HttpRequest, issue: Issue) -> HttpResponse:
    actor = actor_of(request)
    found = shown(actor, Issue.objects.get(pk=issue.pk))
    told = [_told(part.section.code, line) for part in found.parts for line in part.lines]
    return answer({"answered": found.answered, "asked": found.asked, "questions": told})


def _told(section: str, line: Line) -> dict[str, Any]:
    filled, question = line.filled, line.question
    return {
        "question": question.code,
        "section": section,
        "text": str(question.text),
        "kind": question.kind.value,
        "is_required": question.is_required,
        "is_critical": question.is_critical,
        "may_not_apply": question.may_not_apply,
        "evidence": question.evidence,
        "options": [{"code": each.code, "text": each.text} for each in line.offered],
        "value": filled.value,
        "is_unfit": filled.is_unfit,
        "explanation": filled.explanation,
        "documents": list(filled.documents),
        "number": filled.seen,
        "verdict": line.verdict,
        "remark": line.remark,
        "weight": line.weight,
        "points": line.brought.points if line.brought else "",
    }


def _issue(request: HttpRequest, pk: int) -> Issue:
    found = issues_visible(actor=actor_of(request)).filter(pk=pk).first()
    if found is None:
        raise NotHere
    return found
