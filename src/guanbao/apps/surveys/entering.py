"""What a page of questions was sent, as it was typed; and what of it is a document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict

from guanbao.engine.errors import GuanbaoError
from guanbao.engine.language import explain
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.actors import Actor
from guanbao.platform.files.models import Document
from guanbao.platform.files.services.adding import document_add
from guanbao.platform.questionnaires.choices import Kind
from guanbao.platform.questionnaires.definitions import Question
from guanbao.platform.questionnaires.models import Answer, Issue
from guanbao.platform.questionnaires.reading import answer_read, given_of, value_of
from guanbao.platform.questionnaires.scoring import Given
from guanbao.platform.questionnaires.selectors import RECORD, documents_of
from guanbao.platform.questionnaires.services.answering import Filled
from guanbao.platform.questionnaires.services.reviewing import Judged
from guanbao.platform.wording import reader_language, told

KIND = "monitoring"  # of documents that prove answers
_LONGEST_TITLE = 200


def filled_in(sent: QueryDict, questions: Iterable[Question]) -> dict[str, Filled]:
    """What was typed at each question that the page showed."""
    return {each.code: _filled(sent, each) for each in questions if f"seen-{each.code}" in sent}


def _filled(sent: QueryDict, question: Question) -> Filled:
    code = question.code
    many = question.kind is Kind.MULTIPLE
    return Filled(
        value=sent.getlist(f"value-{code}") if many else sent.get(f"value-{code}", ""),
        is_unfit=f"unfit-{code}" in sent,
        explanation=sent.get(f"explanation-{code}", ""),
        documents=tuple(filter(None, map(number, sent.getlist(f"document-{code}")))),
        seen=number(sent.get(f"seen-{code}", "")),
    )


def judged_in(sent: QueryDict, questions: Iterable[Question]) -> dict[str, Judged]:
    """What a reviewer said of each answer of the page, where they said anything; or of the rest as of all of it."""
    rest = "accepted" if "rest" in sent else ""
    return {
        each.code: Judged(verdict, sent.get(f"remark-{each.code}", ""), number(sent.get(f"seen-{each.code}", "")))
        for each in questions
        if f"seen-{each.code}" in sent and (verdict := sent.get(f"verdict-{each.code}", "") or rest)
    }


def number(text: str) -> int:
    """A whole number that was sent; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def asked_now(issue: Issue, answers: Mapping[str, Answer], typed: Mapping[str, Filled]) -> dict[str, Question]:
    """The questions that are asked if what was typed stands."""
    questions = issue.content.questions
    given = given_of(questions, answers)
    for code, filled in typed.items():
        try:
            value = value_of(questions[code], answer_read(questions[code], filled.value))
        except ValueError:
            continue
        given[code] = Given(value, filled.is_unfit, len(filled.documents))
    return issue.content.asked({code: each.counted for code, each in given.items()})


def documents_sent(
    actor: Actor, issue: Issue, files: Mapping[str, Any], typed: dict[str, Filled]
) -> tuple[dict[str, Filled], dict[str, str]]:
    """Attach the files that were sent with answers; the answers with them, and which were refused and why."""
    faults: dict[str, str] = {}
    filled = dict(typed)
    for code, entered in typed.items():
        file = files.get(f"file-{code}")
        if file is None or issue.content.questions[code].evidence == "none":
            continue
        try:
            made = document_add(
                actor=actor,
                record=RECORD,
                record_id=issue.pk,
                kind=KIND,
                title=_title(file.name),
                pieces=file.chunks(),
            )
        except NotPermitted:
            faults[code] = told("You may not send documents: have a colleague send it.")
        except GuanbaoError as error:
            faults[code] = explain(error, reader_language())
        except ValidationError as error:
            faults[code] = " ".join(error.messages)
        else:
            filled[code] = Filled(
                entered.value,
                entered.is_unfit,
                entered.explanation,
                tuple(sorted({*entered.documents, made.pk})),
                entered.seen,
            )
    return filled, faults


def _title(name: str) -> str:
    return name[-_LONGEST_TITLE:]


def seen_as(filled: Filled, number_: int) -> Filled:
    """The same, by somebody who has seen that amendment."""
    return replace(filled, seen=number_)


def documents_offered(actor: Actor, issue: Issue) -> list[Document]:
    """The documents that answers can be proved by: those of the issue."""
    return list(documents_of(actor, issue).values())
