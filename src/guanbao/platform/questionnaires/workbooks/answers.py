"""The workbook of answers: fetched, filled in offline, sent back. Cells that are left as they were change nothing."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from guanbao.engine.language import _, say
from guanbao.engine.reports.cells import Sheet, book_new, save
from guanbao.engine.reports.words import data_text
from guanbao.platform.actors import Actor
from guanbao.platform.ledger.services import rows_exported
from guanbao.platform.questionnaires.choices import Kind
from guanbao.platform.questionnaires.definitions import Question
from guanbao.platform.questionnaires.errors import WorkbookUnreadable
from guanbao.platform.questionnaires.models import Answer, Issue
from guanbao.platform.questionnaires.reading import Kept, answer_read, given_of, value_of
from guanbao.platform.questionnaires.scoring import Given
from guanbao.platform.questionnaires.selectors import RECORD, answers_of
from guanbao.platform.questionnaires.services.answering import Filled, answers_save, asked_of
from guanbao.platform.questionnaires.workbooks.cells import Rejected, Row, rows_of
from guanbao.platform.wording import told

ANSWERS = "答题 Answers"
ABOUT = "说明 About"
_TITLES = {
    "code": _("Code"),
    "section": _("Section"),
    "question": _("Question"),
    "kind": _("Kind of answer"),
    "offered": _("What can be answered"),
    "asked": _("Is asked"),
    "answer": _("Given answer"),
    "unfit": _("Does not apply"),
    "explanation": _("Explanation"),
    "documents": _("Number of documents"),
    "seen": _("Amendment"),
}
_WIDTHS = [18, 24, 48, 18, 32, 10, 36, 14, 40, 14, 12]
_DIGITS = 15
_YES = {"yes", "true", "1", "是"}
_NO = {"no", "false", "0", "否"}


class Filling(NamedTuple):
    """What came of a workbook: how many answers were kept, and the rows that were not taken. One is nothing."""

    kept: int
    rejected: list[Rejected]


def answers_write(*, actor: Actor, issue: Issue, file: Path) -> None:
    """Write an issue with its answers as they stand; the ledger is told that they leave."""
    answers = answers_of(issue)
    asked = asked_of(issue, answers)
    book = book_new()
    sheet = Sheet(book, ANSWERS, _WIDTHS, freeze="A2", repeat=1)
    sheet.head([told(title) for title in _TITLES.values()])
    for section in issue.content.sections:
        for question in section.questions:
            answer = answers.get(question.code)
            sheet.add(
                question.code,
                str(section.title),
                str(question.text),
                str(question.kind.label),
                offered(question),
                told("Yes") if question.code in asked else told("No"),
                _cell(question, answer.value if answer else None),
                _flag(answer.is_unfit) if answer and question.may_not_apply else None,
                answer.explanation or None if answer else None,
                len(answer.documents) if answer else 0,
                answer.number if answer else 0,
            )
    about = Sheet(book, ABOUT, [24, 70])
    about.head([told("What"), told("Value")])
    for name, value in (
        ("issue", str(issue.pk)),
        ("definition", issue.content.digest),
        ("questionnaire", str(issue.content.title)),
        ("about", issue.label),
        ("due", issue.due_on.isoformat()),
        ("how", told("Fill in the columns Given answer, Does not apply and Explanation; what is left as it is stays.")),
    ):
        about.add(name, value)
    save(book, file)
    rows_exported(actor=actor, resource=RECORD, columns=["answers"], filters={"issue": [str(issue.pk)]},
                  rows=len(issue.content.questions), form="xlsx")  # fmt: skip


def answers_fill(*, actor: Actor, issue: Issue, file: Path) -> Filling:
    """Keep what was filled in: all of it, or nothing and why, row by row.

    Raises WorkbookUnreadable; NotPermitted, IssueNotOpen, AmendedTooOften.
    """
    _need_same(issue, file)
    rows, rejected = rows_of(file, ANSWERS, _columns())
    answers, questions = answers_of(issue), issue.content.questions
    filled: dict[str, Filled] = {}
    lines: dict[str, int] = {}
    for row in rows:
        code = row.get("code")
        if code not in questions or code in lines:
            why = told("There is no such question.") if code not in questions else told("This question stands twice.")
            rejected.append(Rejected(ANSWERS, row.line, told(_TITLES["code"]), why))
            continue
        lines[code] = row.line
        try:
            filled[code] = _filled(questions[code], row, answers.get(code))
        except ValueError as error:
            rejected.append(Rejected(ANSWERS, row.line, told(_TITLES["unfit"]), str(error)))
    rejected += _not_asked(issue, answers, filled, lines)
    digest = sha256(file.read_bytes()).hexdigest()
    if rejected:  # what else is wrong is told as well: nothing is kept of it
        return Filling(0, sorted([*rejected, *_tried(actor, issue, filled, lines)], key=lambda each: each.line))
    saved = answers_save(actor=actor, issue=issue, filled=filled, whole=True, file=digest)
    return Filling(len(saved.questions), _told(saved.faults, lines))


def offered(question: Question) -> str:
    """What can be answered, in words."""
    if question.options:
        return " / ".join(str(each.text) for each in question.options)
    if question.low is not None:
        return f"{question.low} – {question.high}"
    return ""


def _columns() -> dict[str, str]:
    return {say(title, lang): name for name, title in _TITLES.items() for lang in ("en", "zh")}


def _cell(question: Question, kept: Kept) -> Any:  # noqa: ANN401 - text or a number
    """An answer as a cell shows it: numbers as such where a spreadsheet holds them exactly."""
    if kept is None:
        return None
    if question.kind is Kind.NUMBER and len(str(kept).strip("-").replace(".", "")) <= _DIGITS:
        return Decimal(str(kept))
    if isinstance(kept, list):
        return "; ".join(_option(question, code) for code in kept)
    return _option(question, str(kept)) if question.options else str(kept)


def _option(question: Question, code: str) -> str:
    """An option by its text, where that is plain and its alone; else by its code."""
    text = str(question.option(code).text)
    alone = sum(str(each.text).casefold() == text.casefold() for each in question.options) == 1
    return text if alone and not set(text) & set(";；") and data_text(text) == text.strip() else code


def _flag(value: bool) -> str | None:  # noqa: FBT001 - a cell
    return told("Yes") if value else None


def _need_same(issue: Issue, file: Path) -> None:
    """That the workbook is of this issue, on this version. Raises WorkbookUnreadable."""
    titles = {say(word, lang): name for word, name in (("What", "what"), ("Value", "value")) for lang in ("en", "zh")}
    rows, _rejected = rows_of(file, ABOUT, titles)
    said = {row.get("what"): row.get("value") for row in rows}
    if said.get("issue") != str(issue.pk) or said.get("definition") != issue.content.digest:
        raise WorkbookUnreadable(reason="it is of another questionnaire")


def _filled(question: Question, row: Row, before: Answer | None) -> Filled:
    """What a row says; what it leaves as it was written stays as it is kept. Raises ValueError."""
    was = Filled() if before is None else Filled(before.value, before.is_unfit, before.explanation)
    value = was.value if _same(row.get("answer"), _cell(question, was.value)) else _entered(question, row.get("answer"))
    explanation = row.cells.get("explanation", "")
    explanation = was.explanation if _same(explanation, was.explanation) else explanation
    unfit = row.get("unfit").casefold()
    if unfit and unfit not in _YES | _NO:
        raise ValueError(told("Write yes or no."))
    is_unfit = unfit in _YES if unfit else was.is_unfit and not row.get("answer")
    seen = row.get("seen")
    documents = tuple(before.documents) if before is not None else ()
    return Filled(
        None if is_unfit else value,
        is_unfit,
        explanation,
        documents,
        int(seen) if seen.isdecimal() and len(seen) < 9 else 0,
    )


def _same(text: str, cell: Any) -> bool:  # noqa: ANN401 - text or a number
    """Whether a cell was left as it was written, or empty."""
    shown = "" if cell is None else data_text(str(cell)).strip()
    return not text.strip() or text.strip() == shown


def _entered(question: Question, text: str) -> Any:  # noqa: ANN401 - as it is read
    if question.kind is not Kind.MULTIPLE:
        return text
    return [part for part in text.replace("；", ";").split(";") if part.strip()]


def _not_asked(
    issue: Issue, answers: Mapping[str, Answer], filled: Mapping[str, Filled], lines: Mapping[str, int]
) -> list[Rejected]:
    """New answers to questions that are not asked, given all the others."""
    questions = issue.content.questions
    given = given_of(questions, answers)
    changed = set()
    for code, entered in filled.items():
        try:
            kept = None if entered.is_unfit else answer_read(questions[code], entered.value)
        except ValueError:
            continue
        before = answers.get(code)
        if kept != (before.value if before else None) or entered.is_unfit != (before.is_unfit if before else False):
            changed.add(code)
        given[code] = Given(value_of(questions[code], kept), entered.is_unfit, len(entered.documents))
    asked = issue.content.asked({code: each.counted for code, each in given.items()})
    why = told("It is not asked, by what is answered before.")
    return [Rejected(ANSWERS, lines[code], told(_TITLES["answer"]), why) for code in changed if code not in asked]


def _tried(actor: Actor, issue: Issue, filled: Mapping[str, Filled], lines: Mapping[str, int]) -> list[Rejected]:
    """What would be wrong with the other rows; nothing of them is kept."""
    impossible = {"": Filled()}  # a question that is not there: with it nothing is kept
    saved = answers_save(actor=actor, issue=issue, filled={**filled, **impossible}, whole=True)
    return _told({code: why for code, why in saved.faults.items() if code}, lines)


def _told(faults: Mapping[str, str], lines: Mapping[str, int]) -> list[Rejected]:
    return [Rejected(ANSWERS, lines[code], told(_TITLES["answer"]), why) for code, why in faults.items()]
