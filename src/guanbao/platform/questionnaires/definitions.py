"""A questionnaire as data: read from YAML or a workbook, checked, and from then on plain values."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

from guanbao.engine import documents
from guanbao.platform.identity.choices import Side
from guanbao.platform.ledger.canonical import canonical, plain
from guanbao.platform.questionnaires.checking import definition_faults
from guanbao.platform.questionnaires.choices import Kind, Partial
from guanbao.platform.questionnaires.conditions import Condition, Value, condition_of
from guanbao.platform.wording import Said, reader_language

_SHARES = {Partial.YES.value: Fraction(1), Partial.PARTIAL.value: Fraction(1, 2), Partial.NO.value: Fraction(0)}


@dataclass(frozen=True)
class Option:
    """One of the answers that can be chosen; its share of the question's weight, None where it is not scored."""

    code: str
    text: Said
    share: Fraction | None


@dataclass(frozen=True)
class Question:
    """What is asked.

    `weight` is what it counts among the others; `passes_at` the share below which a critical one fails the whole;
    `low` and `high` the ends of a number's scale.
    """

    code: str
    kind: Kind
    text: Said
    hint: Said | None
    weight: Fraction
    is_critical: bool
    passes_at: Fraction
    is_required: bool
    may_not_apply: bool
    evidence: str
    options: tuple[Option, ...]
    low: Decimal | None
    high: Decimal | None
    when: Condition | None

    def option(self, code: str) -> Option:
        """The option of that code."""
        return next(each for each in self.options if each.code == code)


@dataclass(frozen=True)
class Section:
    """Questions that belong together."""

    code: str
    title: Said
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Definition:
    """A whole questionnaire."""

    name: str
    title: Said
    source: str
    version: str
    answered_by: Side
    scores_shown: bool
    pass_at: Fraction | None
    explanation: Said | None
    sections: tuple[Section, ...]
    digest: str

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Every question by its code, in order."""
        return {each.code: each for section in self.sections for each in section.questions}

    @cached_property
    def is_scored(self) -> bool:
        """Whether anything in it counts."""
        return any(each.weight for each in self.questions.values())

    def asked(self, values: Mapping[str, Value]) -> dict[str, Question]:
        """The questions that are asked, given these answers. Answers to what is not asked count for nothing."""
        known: dict[str, bool] = {}

        def is_asked(code: str) -> bool:
            if code not in known:
                when = self.questions[code].when
                here = set() if when is None else {each for each in when.questions() if is_asked(each)}
                given = {each: values[each] for each in here if each in values}
                known[code] = when is None or when.holds(given)
            return known[code]

        return {code: each for code, each in self.questions.items() if is_asked(code)}


@lru_cache(maxsize=64)
def definition_read(text: str) -> Definition:
    """The definition that a YAML file holds; read once, for it is shown many times and never changes.

    Raises InputError: the first thing that is wrong, with its line and column.
    """
    return definition_made(documents.parse(text.replace("\0", "\ufffd")))


def definition_made(document: documents.Document) -> Definition:
    """The definition that a document says. Raises InputError: the first thing that is wrong."""
    for fault in definition_faults(document):
        raise fault
    said = document.data
    return Definition(
        name=said["name"],
        title=_said(said["title"]),
        source=said["source"],
        version=str(said["version"]),
        answered_by=Side(said["answered_by"]),
        scores_shown=said.get("scores_shown", False),
        pass_at=_fraction(said.get("pass_at")),
        explanation=_said(said["explanation"]) if "explanation" in said else None,
        sections=tuple(_section(each) for each in said["sections"]),
        digest=digest_of(said),
    )


def digest_of(said: Mapping[str, Any]) -> str:
    """The digest of what a definition says, however it is written down."""
    return hashlib.sha256(canonical(_exact(said)).encode()).hexdigest()


def _exact(value: Any) -> Any:  # noqa: ANN401 - what a file holds
    """As JSON holds it, a number the same however many zeros it is written with."""
    match value:
        case dict():
            return {name: _exact(each) for name, each in value.items() if each is not None}
        case list():
            return [_exact(each) for each in value]
        case bool() | str():
            return value
        case _:
            return str(Fraction(value)) if isinstance(value, int | Decimal) else plain(value, "definition")


def _section(said: Mapping[str, Any]) -> Section:
    return Section(said["code"], _said(said["title"]), tuple(_question(each) for each in said["questions"]))


def _question(said: Mapping[str, Any]) -> Question:
    kind = Kind(said["kind"])
    return Question(
        code=said["code"],
        kind=kind,
        text=_said(said["text"]),
        hint=_said(said["hint"]) if "hint" in said else None,
        weight=Fraction(said.get("weight", 0)),
        is_critical=said.get("critical", False),
        passes_at=Fraction(said.get("passes_at", 1)),
        is_required=said.get("required", True),
        may_not_apply=said.get("may_not_apply", False),
        evidence="required" if kind is Kind.FILE else said.get("evidence", "none"),
        options=tuple(_options(said)),
        low=_decimal(said.get("from")),
        high=_decimal(said.get("to")),
        when=condition_of(said["when"]) if "when" in said else None,
    )


def _options(said: Mapping[str, Any]) -> Iterator[Option]:
    if said["kind"] == Kind.PARTIAL:
        shares = {**_SHARES, **{code: Fraction(share) for code, share in said.get("shares", {}).items()}}
        for each in Partial:
            yield Option(each.value, _PARTIALS[each], shares[each.value])
    for option in said.get("options", ()):
        yield Option(option["code"], _said(option["text"]), _fraction(option.get("share")))


_PARTIALS = {
    Partial.YES: Said("是", "Yes"),
    Partial.PARTIAL: Said("部分", "Partly"),
    Partial.NO: Said("否", "No"),
}


def _said(said: Mapping[str, str]) -> Said:
    return Said(said["zh"], said.get("en") or said["zh"])


def _fraction(number: Any) -> Fraction | None:  # noqa: ANN401 - a number of YAML
    return None if number is None else Fraction(number)


def _decimal(number: Any) -> Decimal | None:  # noqa: ANN401 - a number of YAML
    return None if number is None else Decimal(number)


def title_of(title: str, title_en: str) -> str:
    """One of two titles, in the reader's language."""
    return title_en if title_en and reader_language() == "en" else title
