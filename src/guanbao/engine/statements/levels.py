"""A service level: the terms of one arrangement, as its YAML file says them."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from guanbao.engine import documents
from guanbao.engine.calendars import Calendar
from guanbao.engine.documents import Document, KeyTwice, KeyUnknown, ValueWrong
from guanbao.engine.errors import InputError
from guanbao.engine.expressions import parse_expression
from guanbao.engine.measures.catalogue import (
    WAITING,
    Direction,
    Measure,
    Unit,
    duration_ms,
    measure_named,
    share,
)
from guanbao.engine.statements.money import Money, Step

_TARGET = re.compile(r"\s*(>=|<=|==|>|<)\s*(\S.*?)\s*")
_OPERATORS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "==": operator.eq,
}


@dataclass(frozen=True)
class Target:
    """A comparison with an exact level: a share, seconds, or a number. `text` is as the file writes it."""

    operator: str
    level: Fraction
    text: str

    def met_by(self, value: Fraction) -> bool:
        """Whether an exact value meets it."""
        return _OPERATORS[self.operator](value, self.level)


@dataclass(frozen=True)
class Exclusion:
    """A window that does not count (`drop`) or in which clocks stand still (`pause`): [start, end) in ms of UTC.

    Instead of a window it may name single records by their keys, which then do not count.
    """

    start: int
    end: int
    reason: str
    approved_by: str
    effect: str
    terms: tuple[str, ...] | None
    records: tuple[str, ...] = ()

    def touches(self, term: str) -> bool:
        """Whether it is for that term."""
        return self.terms is None or term in self.terms


@dataclass(frozen=True)
class Term:
    """One promise: a measure with its arguments, what must be reached, and what follows if it is not.

    `waits_for` names the dataset that the measure waits for; such a term has no `measure` yet.
    """

    id: str
    title: str | None
    measure: Measure | None
    arguments: dict[str, Any]
    where: str | None
    calendar: Calendar
    target: Target | None
    weight: Fraction
    credit: tuple[Step, ...]
    bonus: tuple[Step, ...]
    waits_for: str | None = None
    measure_id: str = ""


@dataclass(frozen=True)
class ServiceLevel:
    """The terms of one arrangement, with its calendar, fee and exclusions. `data` is the file's own content."""

    title: str
    arrangement: str
    contractor: str | None
    calendar: Calendar
    terms: tuple[Term, ...]
    money: Money
    exclusions: tuple[Exclusion, ...]
    data: dict[str, Any]
    document: Document


def service_level_read(path: Path) -> ServiceLevel:
    """The service level in a YAML file. Raises what `service_level_of` and `documents.read` raise."""
    return service_level_of(documents.read(path))


def service_level_of(document: Document) -> ServiceLevel:
    """The service level that a document describes.

    Raises:
        KeyUnknown, KeyMissing, ValueWrong, MeasureUnknown, ParameterUnknown, ParameterWrong, ExpressionBroken,
        TermUnknown, StepWrong, and the calendar's errors: each with line and column.
    """
    documents.check(document, "service-level")
    data = document.data
    calendar = _calendar(document, "calendar")
    terms: list[Term] = []
    for i, said in enumerate(data["terms"]):
        if said["id"] in {term.id for term in terms}:
            raise KeyTwice(document.where("terms", i, "id"), key=said["id"])
        terms.append(_term(document, i, calendar))
    ids = {term.id for term in terms}
    return ServiceLevel(
        title=data["title"],
        arrangement=data["arrangement"],
        contractor=data.get("contractor"),
        calendar=calendar,
        terms=tuple(terms),
        money=_money(document),
        exclusions=tuple(_exclusion(document, i, calendar, ids) for i in range(len(data.get("exclusions", ())))),
        data=data,
        document=document,
    )


def _calendar(document: Document, *path: str | int) -> Calendar:
    value: Any = document.data
    for step in path:
        value = value[step]
    if isinstance(value, str):
        return Calendar.read(document.folder / value)
    return Calendar.of(document.part(*path))


def _term(document: Document, i: int, calendar: Calendar) -> Term:
    said = document.data["terms"][i]
    weight = Fraction(str(said.get("weight", 0)))
    if weight and "target" not in said:
        raise documents.KeyMissing(document.where("terms", i), key="target", inside=f"the weighted term {said['id']}")
    own_calendar = _calendar(document, "terms", i, "calendar") if "calendar" in said else calendar
    if said["measure"] in WAITING:
        return Term(
            id=said["id"],
            title=said.get("title"),
            measure=None,
            arguments={},
            where=None,
            calendar=own_calendar,
            target=_target(document, i, Unit.SHARE),
            weight=Fraction(0),
            credit=(),
            bonus=(),
            waits_for=WAITING[said["measure"]],
            measure_id=said["measure"],
        )
    found = measure_named(said["measure"], document.where("terms", i, "measure"))
    arguments = found.arguments(
        said.get("with") or {}, lambda name: document.where("terms", i, "with", *([name] if name else []))
    )
    if "where" in said:
        parse_expression(said["where"], document.where("terms", i, "where"))
    return Term(
        id=said["id"],
        title=said.get("title"),
        measure=found,
        arguments=arguments,
        where=said.get("where"),
        calendar=own_calendar,
        target=_target(document, i, found.unit),
        weight=weight,
        credit=tuple(_step(document, i, "credit", n, found) for n in range(len(said.get("credit", ())))),
        bonus=tuple(_step(document, i, "bonus", n, found) for n in range(len(said.get("bonus", ())))),
        measure_id=found.id,
    )


def _target(document: Document, i: int, unit: Unit) -> Target | None:
    text = document.data["terms"][i].get("target")
    if text is None:
        return None
    match = _TARGET.fullmatch(text)
    if match is None:
        expected = 'a comparison such as ">= 80%"'
        raise ValueWrong(document.where("terms", i, "target"), key="target", value=text, expected=expected)
    return Target(match[1], _level(document, ("terms", i, "target"), match[2], unit), text)


def _level(document: Document, path: tuple[str | int, ...], text: object, unit: Unit) -> Fraction:
    try:
        if unit is Unit.SHARE:
            return share(text)
        if unit is Unit.SECONDS:
            return Fraction(duration_ms(text), 1000)
        if not re.fullmatch(r"\d{1,15}(\.\d{1,9})?", str(text)):
            raise ValueError("a number")  # noqa: TRY301 - one error for all units
        return Fraction(str(text))
    except ValueError as error:
        raise ValueWrong(document.where(*path), key=str(path[-1]), value=text, expected=error) from error


def _step(document: Document, i: int, kind: str, n: int, found: Measure) -> Step:
    path = ("terms", i, kind, n)
    said = document.data["terms"][i][kind][n]
    higher = {"credit": ("below",), "bonus": ("at_least",)}[kind]
    lower = {"credit": ("above",), "bonus": ("at_most",)}[kind]
    allowed = {Direction.HIGHER: higher, Direction.LOWER: lower, Direction.NEITHER: higher + lower}[found.direction]
    levels = [key for key in said if key not in ("of_fee", "amount")]
    gains = [key for key in said if key in ("of_fee", "amount")]
    if len(levels) != 1 or len(gains) != 1 or levels[0] not in allowed:
        expected = f"{{{'|'.join(allowed)}: level, of_fee|amount: how much}}, since for {found.id} {found.direction}"
        raise ValueWrong(document.where(*path), key=".".join(map(str, path)), value=said, expected=expected)
    if gains[0] == "of_fee" and "fee" not in document.data:
        raise documents.KeyMissing(document.where(*path), key="fee", inside="a service level with credits of the fee")
    of_fee = share(said["of_fee"]) if "of_fee" in said else None
    amount = Decimal(str(said["amount"])) if "amount" in said else None
    return Step(levels[0], _level(document, (*path, levels[0]), said[levels[0]], found.unit), of_fee, amount)


def _money(document: Document) -> Money:
    fee, rules = document.data.get("fee"), document.data.get("credit", {})
    if fee is None and "cap_of_fee" in rules:
        raise documents.KeyMissing(document.where("credit"), key="fee", inside="a service level with a cap of the fee")
    rounding = rules.get("rounding", {})
    return Money(
        monthly_fee=None if fee is None else Decimal(str(fee["amount"])),
        currency=None if fee is None else fee["currency"],
        cap_of_fee=share(rules["cap_of_fee"]) if "cap_of_fee" in rules else None,
        cap_amount=Decimal(str(rules["cap_amount"])) if "cap_amount" in rules else None,
        places=rounding.get("places", 2),
        mode=rounding.get("mode", "half_even"),
        net=rules.get("net", False),
    )


def _exclusion(document: Document, i: int, calendar: Calendar, ids: set[str]) -> Exclusion:
    said = document.data["exclusions"][i]
    ends = [0, 0]
    if "records" in said and (said.keys() & {"from", "to"} or said.get("effect", "drop") != "drop"):
        expected = "either records, or from and to; single records can only be dropped"
        raise ValueWrong(document.where("exclusions", i), key="exclusions", value="records", expected=expected)
    for n, edge in enumerate(("from", "to") if "records" not in said else ()):
        if edge not in said:
            raise documents.KeyMissing(document.where("exclusions", i), key=edge, inside="an exclusion")
        try:
            ends[n] = calendar.instant(said[edge])
        except InputError as error:
            raise type(error)(document.where("exclusions", i, edge), **error.params) from error
    if "records" not in said and ends[1] <= ends[0]:
        raise ValueWrong(
            document.where("exclusions", i, "to"), key="to", value=said["to"], expected="a time after from"
        )
    for n, term in enumerate(said.get("terms", ())):
        if term not in ids:
            raise KeyUnknown(document.where("exclusions", i, "terms", n), key=term, known=sorted(ids))
    return Exclusion(
        start=ends[0],
        end=ends[1],
        reason=said["reason"],
        approved_by=said["approved_by"],
        effect=said.get("effect", "drop"),
        terms=tuple(said["terms"]) if "terms" in said else None,
        records=tuple(said.get("records", ())),
    )
