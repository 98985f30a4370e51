"""Answering: saved question by question, nothing overwritten that its writer has not seen; then handed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.actors import Actor
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.questionnaires import events
from guanbao.platform.questionnaires.choices import State, Verdict
from guanbao.platform.questionnaires.definitions import Question
from guanbao.platform.questionnaires.errors import AmendedTooOften, AnswersMissing
from guanbao.platform.questionnaires.hearing import tell
from guanbao.platform.questionnaires.models import Answer, Issue
from guanbao.platform.questionnaires.permissions import QUESTIONNAIRE_ANSWER
from guanbao.platform.questionnaires.reading import MOST_EXPLAINED, answer_read, given_of
from guanbao.platform.questionnaires.selectors import ISSUES, answers_for, answers_of, documents_of, issues_reached
from guanbao.platform.questionnaires.services.issuing import issue_held, issue_told
from guanbao.platform.wording import told

MOST_AMENDED = 200
_MOST_DOCUMENTS = 20
_NAMED = 5


@dataclass(frozen=True)
class Filled:
    """What was entered at a question, and which amendment of its answer (0: none) whoever entered it has seen."""

    value: Any = None
    is_unfit: bool = False
    explanation: str = ""
    documents: tuple[int, ...] = ()
    seen: int = 0


@dataclass
class Saved:
    """What came of saving: the questions that were answered, and what is wrong at others."""

    questions: list[str] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)


def answers_save(
    *, actor: Actor, issue: Issue, filled: Mapping[str, Filled], whole: bool = False, file: str = ""
) -> Saved:
    """Keep what was entered; where something is wrong at a question, that one is not kept and is told of.

    `whole` keeps nothing where anything is wrong; `file` is the digest of the workbook that it came from.
    Raises NotPermitted, IssueNotOpen, AmendedTooOften.
    """
    person_id = _need_answerer(actor, issue)
    with transaction.atomic():
        issue = issue_held(issue, State.SENT, State.REVIEW)
        answers = answers_of(issue)
        documents = set(documents_of(actor, issue)) if any(each.documents for each in filled.values()) else set()
        saved, made = Saved(), []
        for code, entered in filled.items():
            question = issue.content.questions.get(code)
            if question is None:
                saved.faults[code] = told("There is no such question.")
                continue
            try:
                new = _answer(issue, question, entered, answers.get(code), documents)
            except ValueError as error:
                saved.faults[code] = str(error)
                continue
            if new is not None:
                new.answered_by_id = person_id
                made.append(new)
                saved.questions.append(code)
        if whole and saved.faults:
            return Saved(faults=saved.faults)
        if made:
            _keep(actor, issue, made, file)
    return saved


def issue_submit(*, actor: Actor, issue: Issue) -> Issue:
    """Hand it in. Raises NotPermitted, IssueNotOpen; AnswersMissing naming what is not answered yet."""
    _need_answerer(actor, issue)
    with transaction.atomic():
        issue = issue_held(issue, State.SENT)
        if missing := missing_of(issue, answers_of(issue)):
            raise AnswersMissing(questions=named(missing))
        issue.state, issue.submitted_by_id, issue.submitted_at = State.SUBMITTED, actor.person_id, timezone.now()
        issue.save(update_fields=["state", "submitted_by", "submitted_at"])
        issue_told(actor, issue, events.ISSUE_SUBMITTED)
        tell(actor, issue, "submitted")
    return issue


def asked_of(issue: Issue, answers: Mapping[str, Answer]) -> dict[str, Question]:
    """The questions that are asked, given these answers."""
    given = given_of(issue.content.questions, answers)
    return issue.content.asked({code: each.counted for code, each in given.items()})


def missing_of(issue: Issue, answers: Mapping[str, Answer]) -> list[Question]:
    """The questions that are asked and not answered as they must be."""
    return [each for code, each in asked_of(issue, answers).items() if _is_missing(each, answers.get(code))]


def is_open(issue: Issue, answer: Answer | None) -> bool:
    """Whether a question can be answered now: under review only what was returned, or has no answer yet."""
    if issue.state == State.SENT:
        return True
    returned = answer is None or not answer.is_given or answer.verdict == Verdict.RETURNED
    return issue.state == State.REVIEW and returned


def named(questions: list[Question]) -> str:
    """The first of them by their texts."""
    first = "; ".join(str(each.text) for each in questions[:_NAMED])
    return first if len(questions) <= _NAMED else f"{first} … ({len(questions)})"


def _need_answerer(actor: Actor, issue: Issue) -> int:
    """That the issue, as the database has it, is for the actor to answer; who they are."""
    held = issues_reached(actor=actor, permission=QUESTIONNAIRE_ANSWER).filter(pk=issue.pk).first()
    if held is None or actor.person_id is None or not answers_for(actor, held):
        raise NotPermitted(actor=actor.name, permission=QUESTIONNAIRE_ANSWER.name)
    return actor.person_id


def _is_missing(question: Question, answer: Answer | None) -> bool:
    if answer is None or not answer.is_given:
        return question.is_required
    if answer.is_unfit:
        return False
    if question.evidence == "required" and not answer.documents:
        return True
    return answer.value is None and bool(question.options or question.is_required) and question.evidence != "required"


def _answer(
    issue: Issue, question: Question, entered: Filled, before: Answer | None, documents: set[int]
) -> Answer | None:
    """The new answer, unsaved; None where it says what stands there. Raises ValueError with what is wrong."""
    said = entered.explanation.strip()
    if len(said) > MOST_EXPLAINED or "\0" in said:
        raise ValueError(told("At most {n} characters.", n=MOST_EXPLAINED))
    if entered.is_unfit and not question.may_not_apply:
        raise ValueError(told("This question always applies."))
    if entered.is_unfit and not said:
        raise ValueError(told("Explain why it does not apply."))
    kept = None if entered.is_unfit else answer_read(question, entered.value)
    chosen = sorted(set(entered.documents))
    if question.evidence == "none" and chosen:
        raise ValueError(told("No documents are asked for here."))
    known = documents | set(before.documents if before is not None else ())  # a colleague may see more of them
    if len(chosen) > _MOST_DOCUMENTS or not known.issuperset(chosen):
        raise ValueError(told("Choose among the documents that were sent with this questionnaire."))
    was = (None, False, "", []) if before is None else _content(before)
    if was == (kept, entered.is_unfit, said, chosen):
        return None
    if not is_open(issue, before):
        raise ValueError(told("It was handed in: only what is returned can be amended."))
    number = before.number if before is not None else 0
    if number != entered.seen:
        raise ValueError(_conflict())
    if number >= MOST_AMENDED:
        raise AmendedTooOften(question=str(question.text), most=MOST_AMENDED)
    return Answer(
        issue=issue,
        question=question.code,
        number=number + 1,
        value=kept,
        is_unfit=entered.is_unfit,
        explanation=said,
        documents=chosen,
        answered_at=timezone.now(),
    )


def _conflict() -> str:
    return told("Somebody else answered this meanwhile: look at what stands there now, and save again to replace it.")


def _content(answer: Answer) -> tuple[Any, bool, str, list[int]]:
    return answer.value, answer.is_unfit, answer.explanation, sorted(answer.documents)


def _keep(actor: Actor, issue: Issue, made: list[Answer], file: str) -> None:
    codes = [each.question for each in made]
    Answer.objects.filter(issue=issue, question__in=codes, is_current=True).update(is_current=False)
    Answer.objects.bulk_create(made)
    was_returned = issue.returned
    issue.returned = Answer.objects.filter(issue=issue, is_current=True, verdict=Verdict.RETURNED).count()
    issue.save(update_fields=["returned"])
    after: dict[str, object] = {"answered": len(codes), "state": issue.state}
    if file:
        after["digest"] = file
    ledger_append(actor=actor, event=events.ISSUE_ANSWERED, subject=issue, after=after, scopes=ISSUES.scopes_of(issue))
    if was_returned and not issue.returned:
        tell(actor, issue, "amended")
