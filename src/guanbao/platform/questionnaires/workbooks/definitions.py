"""The workbook of a definition: three sheets that say what its YAML says, and are checked as that is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from guanbao.engine.documents import Document, Step, parse
from guanbao.engine.errors import InputError, Where
from guanbao.engine.reports.cells import Sheet, book_new, save
from guanbao.platform.questionnaires.definitions import definition_made
from guanbao.platform.questionnaires.errors import WorkbookUnreadable
from guanbao.platform.questionnaires.workbooks.cells import Rejected, Row, lettered, rows_of
from guanbao.platform.wording import told

WHOLE, QUESTIONS, OPTIONS = "问卷 Questionnaire", "题目 Questions", "选项 Options"
_WHOLE = ("key", "value", "value_en")
_QUESTIONS = (
    "section", "section_zh", "section_en", "code", "kind", "text_zh", "text_en", "hint_zh", "hint_en", "weight",
    "critical", "passes_at", "required", "may_not_apply", "evidence", "from", "to", "yes", "partial", "no", "when",
)  # fmt: skip
_OPTIONS = ("question", "code", "text_zh", "text_en", "share")
_NUMBERS = ("weight", "passes_at", "from", "to")
_FLAGS = {"true": True, "yes": True, "1": True, "是": True, "false": False, "no": False, "0": False, "否": False}
_BOOLS = ("critical", "required", "may_not_apply")
_KEYS = ("name", "title", "source", "version", "answered_by", "scores_shown", "pass_at", "explanation")


class _Placed(Document):
    """A document whose values stand in cells of several sheets."""

    def __init__(self, data: Any, places: Mapping[tuple[Step, ...], Where]) -> None:  # noqa: ANN401 - as a file says
        super().__init__(data)
        object.__setattr__(self, "places", places)

    places: Mapping[tuple[Step, ...], Where]

    def where(self, *path: Step) -> Where:
        """The cell of the value at `path`, or of the nearest value around it."""
        for length in range(len(path), -1, -1):
            if place := self.places.get(path[:length]):
                return place
        return Where(QUESTIONS)


def definition_write(text: str, file: Path) -> None:
    """Write a definition that was checked as a workbook."""
    said = parse(text).data
    book = book_new()
    whole = Sheet(book, WHOLE, [18, 60, 60], freeze="A2")
    whole.head(_WHOLE)
    for key in _KEYS:
        if key in said:
            value = said[key]
            whole.add(key, *_texts(value)) if isinstance(value, dict) else whole.add(key, _plain(value))
    questions = Sheet(book, QUESTIONS, [18] * len(_QUESTIONS), freeze="A2", repeat=1)
    questions.head(_QUESTIONS)
    options = Sheet(book, OPTIONS, [18, 18, 40, 40, 10], freeze="A2", repeat=1)
    options.head(_OPTIONS)
    for section in said["sections"]:
        for question in section["questions"]:
            shares = question.get("shares", {})
            cells = {
                "section": section["code"],
                **_named("section", section["title"]),
                **_named("text", question["text"]),
                **_named("hint", question.get("hint")),
                **{name: _plain(share) for name, share in shares.items()},
                "when": _flow(question["when"]) if "when" in question else None,
            }
            plain = ("code", "kind", "evidence", *_NUMBERS, *_BOOLS)
            cells |= {name: _plain(question[name]) for name in plain if name in question}
            questions.add(*(cells.get(name) for name in _QUESTIONS))
            for option in question.get("options", ()):
                options.add(question["code"], option["code"], *_texts(option["text"]), _plain(option.get("share")))
    save(book, file)


def definition_of_book(file: Path) -> tuple[Document | None, str, list[Rejected]]:
    """What a workbook defines, as a document and as the YAML to be kept of it; or the rows that cannot be read.

    Raises WorkbookUnreadable.
    """
    read = _Reading()
    whole, bad = rows_of(file, WHOLE, {name: name for name in _WHOLE})
    read.rejected += bad
    for row in whole:
        read.key(row)
    options, bad = rows_of(file, OPTIONS, {name: name for name in _OPTIONS})
    read.rejected += bad
    questions, bad = rows_of(file, QUESTIONS, {name: name for name in _QUESTIONS})
    read.rejected += bad
    for row in questions:
        read.question(row)
    for row in options:
        read.option(row)
    if read.rejected:
        return None, "", sorted(read.rejected, key=lambda each: (each.sheet, each.line))
    return (
        _Placed(read.data, read.places),
        json.dumps(read.data, ensure_ascii=False, indent=1, default=_number_kept),
        [],
    )


def text_kept(document: Document, text: str) -> str:
    """The text, once it is sure to say what the document says. Raises WorkbookUnreadable."""
    try:
        if definition_made(parse(text)).digest == definition_made(document).digest:
            return text
    except InputError as error:
        raise WorkbookUnreadable(reason=str(error)) from error
    raise WorkbookUnreadable(reason="a number in it has too many digits")


class _Reading:
    """What is read row by row, and where it stood."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {"sections": []}
        self.places: dict[tuple[Step, ...], Where] = {(): Where(WHOLE, 1)}
        self.rejected: list[Rejected] = []
        self.questions: dict[str, tuple[tuple[Step, ...], dict[str, Any]]] = {}

    def key(self, row: Row) -> None:
        """A line of the sheet of the whole."""
        name, value = row.get("key"), row.get("value")
        place = Where(WHOLE, row.line, "B")
        if name in self.data or not name:
            self._reject(WHOLE, row, "A", told("This key stands twice, or has no name."))
            return
        if name in ("title", "explanation"):
            self.data[name] = _said(value, row.get("value_en"))
        elif name == "scores_shown":
            self.data[name] = self._flag(WHOLE, row, "value", "B")
        elif name == "pass_at":
            self.data[name] = self._number(WHOLE, row, "value", "B")
        else:
            self.data[name] = value
        self.places[name,] = place

    def question(self, row: Row) -> None:
        """A line of the sheet of questions; a new section where it names one."""
        sections = self.data["sections"]
        code = row.get("section")
        if not sections or (code and code != sections[-1]["code"]):
            title = _said(row.get("section_zh"), row.get("section_en"))
            sections.append({"code": code, "title": title, "questions": []})
            self.places["sections", len(sections) - 1] = Where(QUESTIONS, row.line, "A")
            self.places["sections", len(sections) - 1, "title"] = Where(QUESTIONS, row.line, "B")
        at = ("sections", len(sections) - 1, "questions", len(sections[-1]["questions"]))
        made: dict[str, Any] = {"text": _said(row.get("text_zh"), row.get("text_en"))}
        for name in ("code", "kind", "evidence"):
            if row.get(name):
                made[name] = row.get(name)
        if row.get("hint_zh"):
            made["hint"] = _said(row.get("hint_zh"), row.get("hint_en"))
        for name in (*_NUMBERS, *_BOOLS):
            if row.get(name):
                read = self._number if name in _NUMBERS else self._flag
                made[name] = read(QUESTIONS, row, name, _letter(name))
        shares = {
            name: self._number(QUESTIONS, row, name, _letter(name))
            for name in ("yes", "partial", "no")
            if row.get(name)
        }
        if shares:
            made["shares"] = shares
        if row.get("when"):
            made["when"] = self._when(row)
        self.places[at] = Where(QUESTIONS, row.line, _letter("code"))
        for name in made:
            column = {"text": "text_zh", "hint": "hint_zh", "shares": "yes"}.get(name, name)
            self.places[*at, name] = Where(QUESTIONS, row.line, _letter(column))
        sections[-1]["questions"].append(made)
        self.questions.setdefault(row.get("code"), (at, made))

    def option(self, row: Row) -> None:
        """A line of the sheet of options."""
        if (found := self.questions.get(row.get("question"))) is None:
            self._reject(OPTIONS, row, "A", told("There is no such question."))
            return
        at, question = found
        options = question.setdefault("options", [])
        here = (*at, "options", len(options))
        made: dict[str, Any] = {"code": row.get("code"), "text": _said(row.get("text_zh"), row.get("text_en"))}
        if row.get("share"):
            made["share"] = self._number(OPTIONS, row, "share", "E")
        options.append(made)
        self.places[here] = Where(OPTIONS, row.line, "B")
        self.places[*here, "share"] = Where(OPTIONS, row.line, "E")

    def _when(self, row: Row) -> Any:  # noqa: ANN401 - as it says
        try:
            return parse(row.get("when")).data
        except InputError as error:
            self._reject(QUESTIONS, row, _letter("when"), str(error))
            return None

    def _number(self, sheet: str, row: Row, name: str, letter: str) -> Decimal | None:
        try:
            number = Decimal(row.get(name))
        except InvalidOperation:
            number = Decimal("nan")
        if not number.is_finite() or len(row.get(name)) > 15:
            self._reject(sheet, row, letter, told("Write a number, with digits and a point."))
            return None
        return number

    def _flag(self, sheet: str, row: Row, name: str, letter: str) -> bool | None:
        found = _FLAGS.get(row.get(name).casefold())
        if found is None:
            self._reject(sheet, row, letter, told("Write yes or no."))
        return found

    def _reject(self, sheet: str, row: Row, letter: str, reason: str) -> None:
        self.rejected.append(Rejected(sheet, row.line, letter, reason))


def _letter(name: str) -> str:
    return lettered(_QUESTIONS.index(name))


def _said(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en} if en else {"zh": zh}


def _texts(said: Mapping[str, str]) -> tuple[str, str | None]:
    return said["zh"], said.get("en") or None


def _named(name: str, said: Mapping[str, str] | None) -> dict[str, str | None]:
    return {} if said is None else {f"{name}_zh": said["zh"], f"{name}_en": said.get("en")}


def _plain(value: Any) -> Any:  # noqa: ANN401 - of YAML
    return ("true" if value else "false") if isinstance(value, bool) else value


def _flow(said: Any) -> str:  # noqa: ANN401 - a condition
    return json.dumps(said, ensure_ascii=False, default=_number_kept)


def _number_kept(value: Any) -> Any:  # noqa: ANN401 - what JSON does not know
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(type(value).__name__)
