"""A questionnaire as its readers see it: sections of lines, each with its answer, its review and what it brings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from guanbao.platform.actors import Actor
from guanbao.platform.files.models import Document
from guanbao.platform.files.selectors import documents_readable
from guanbao.platform.questionnaires.choices import Outcome, State, Verdict
from guanbao.platform.questionnaires.definitions import Question, Section
from guanbao.platform.questionnaires.models import Answer, Issue
from guanbao.platform.questionnaires.reading import kept_told
from guanbao.platform.questionnaires.scoring import points_told, rounded
from guanbao.platform.questionnaires.selectors import answers_of, documents_of, scores_seen
from guanbao.platform.questionnaires.services.answering import Filled, asked_of, is_open
from guanbao.platform.questionnaires.services.reviewing import score_now
from guanbao.platform.wording import told

STATES = {
    State.DRAFT: "secondary",
    State.SENT: "blue",
    State.SUBMITTED: "blue",
    State.REVIEW: "yellow",
    State.CONCLUDED: "green",
    State.CANCELLED: "secondary",
}
OUTCOMES = {Outcome.NONE: "secondary", Outcome.PASSED: "green", Outcome.FAILED: "red", Outcome.CRITICAL: "red"}


class Brought(NamedTuple):
    """What an answer brings to the score, as it is shown: points, of how many, and the bar's widths in percent."""

    points: str
    most: str
    width: str
    room: str
    is_failed: bool
    applies: bool


class Offered(NamedTuple):
    """An answer or a document that can be chosen, and whether it is."""

    code: str
    text: str
    is_chosen: bool


@dataclass
class Line:
    """A question on a page."""

    question: Question
    answer: Answer | None
    filled: Filled
    is_open: bool
    offered: list[Offered]
    documents: list[tuple[Document, bool]]
    told: str
    decides: bool
    weight: str = ""
    brought: Brought | None = None
    error: str = ""
    is_missing: bool = False
    remark: str = ""
    verdict: str = ""
    before: list[tuple[Answer, str]] = field(default_factory=list)
    unseen: list[int] = field(default_factory=list)  # documents that prove it and that the reader may not see

    @property
    def is_answered(self) -> bool:
        """Whether it has an answer."""
        return self.answer is not None and self.answer.is_given


class Part(NamedTuple):
    """A section of a page, and how far it is answered."""

    section: Section
    lines: list[Line]
    answered: int

    @property
    def is_done(self) -> bool:
        """Whether all of it is."""
        return self.answered == len(self.lines)


class Shown(NamedTuple):
    """The whole: its sections, how much of it is answered, and its score where that is the reader's to see."""

    parts: list[Part]
    answered: int
    asked: int
    score: dict[str, Any] | None


def shown(
    actor: Actor,
    issue: Issue,
    *,
    typed: Mapping[str, Filled] | None = None,
    errors: Mapping[str, str] | None = None,
    missing: Collection[str] = (),
    asked: Mapping[str, Question] | None = None,
) -> Shown:
    """An issue with its answers as they stand; over them what was `typed`, and what is wrong with that."""
    answers = answers_of(issue)
    asked = asked_of(issue, answers) if asked is None else asked
    seen = scores_seen(actor, issue)
    documents = documents_of(actor, issue)
    readable = _readable(actor, documents)
    result = _result(issue, answers) if seen else None
    brought = {part["code"]: _brought(part) for part in result["parts"]} if result else {}
    decides = {code for each in issue.content.questions.values() if each.when for code in each.when.questions()}
    earlier = _earlier(issue)
    parts = []
    for section in issue.content.sections:
        lines = []
        for question in section.questions:
            code = question.code
            if code not in asked:
                continue
            answer = answers.get(code)
            filled = (typed or {}).get(code) or _stored(answer)
            line = _line(issue, question, answer, filled, documents)
            line.documents = [(each, each.pk in readable) for each, _ in line.documents]
            line.decides = code in decides
            line.unseen = [key for key in filled.documents if key not in documents]
            line.error = (errors or {}).get(code, "")
            line.is_missing = code in missing
            line.brought = brought.get(code)
            line.weight = _number(question.weight) if seen and question.weight else ""
            if answer is not None and (seen or answer.verdict == Verdict.RETURNED):
                line.verdict, line.remark = answer.verdict, answer.remark
            line.before = [(each, kept_told(question, each.value)) for each in earlier.get(code, ())]
            lines.append(line)
        if lines:
            parts.append(Part(section, lines, sum(line.is_answered for line in lines)))
    every = [line for part in parts for line in part.lines]
    score = _score(issue, result) if result else None
    return Shown(parts, sum(line.is_answered for line in every), len(every), score)


def _stored(answer: Answer | None) -> Filled:
    if answer is None:
        return Filled()
    return Filled(answer.value, answer.is_unfit, answer.explanation, tuple(answer.documents), answer.number)


def _line(
    issue: Issue, question: Question, answer: Answer | None, filled: Filled, documents: Mapping[int, Document]
) -> Line:
    chosen = filled.value if isinstance(filled.value, list | tuple) else [filled.value]
    offered = [Offered(each.code, str(each.text), each.code in chosen) for each in question.options]
    said = told("Does not apply") if answer is not None and answer.is_unfit else ""
    return Line(
        question=question,
        answer=answer,
        filled=filled,
        is_open=is_open(issue, answer),
        offered=offered,
        documents=[(documents[key], False) for key in (answer.documents if answer else ()) if key in documents],
        told=said or (kept_told(question, answer.value) if answer else ""),
        decides=False,
    )


def _readable(actor: Actor, documents: Mapping[int, Document]) -> set[int]:
    if not documents:
        return set()
    return set(documents_readable(actor=actor).filter(pk__in=list(documents)).values_list("pk", flat=True))


def _earlier(issue: Issue) -> dict[str, list[Answer]]:
    """What was answered before it was returned, the latest first."""
    found: dict[str, list[Answer]] = {}
    rows = Answer.objects.filter(issue=issue, is_current=False, verdict=Verdict.RETURNED).order_by("-number")
    for each in rows:
        found.setdefault(each.question, []).append(each)
    return found


def _result(issue: Issue, answers: Mapping[str, Answer]) -> dict[str, Any] | None:
    """What was concluded, or what the answers are worth so far; nothing, where nothing is scored."""
    if issue.state == State.CONCLUDED:
        found: dict[str, Any] | None = issue.result
        return found
    return score_now(issue, answers).said() if issue.content.is_scored and issue.state != State.DRAFT else None


def _score(issue: Issue, result: Mapping[str, Any]) -> dict[str, Any]:
    outcome = Outcome(result["outcome"])
    return {
        "points": points_told(result["shown"]),
        "outcome": outcome.label if outcome is not Outcome.NONE else "",
        "colour": OUTCOMES[outcome],
        "is_final": issue.state == State.CONCLUDED,
        "pass_at": "" if issue.content.pass_at is None else _number(issue.content.pass_at),
        "failed": [str(issue.content.questions[each["code"]].text) for each in result["parts"] if each["failed"]],
    }


def _brought(part: Mapping[str, Any]) -> Brought:
    most, points = Fraction(part["most"]), Fraction(part["points"])
    width = points / most * 100 if most else Fraction(0)
    return Brought(
        points_told(part["shown"]),
        points_told(part["shown_most"]),
        points_told(rounded(width)),
        points_told(rounded(100 - width)),
        part["failed"],
        part["share"] is not None,
    )


def _number(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):g}"
