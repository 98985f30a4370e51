"""A statement: a service level held against records, as JSON with digests. The same inputs give the same bytes."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import rfc8785

from guanbao.engine.calendars import Calendar
from guanbao.engine.documents import ValueWrong
from guanbao.engine.errors import InputError
from guanbao.engine.measures.catalogue import Direction
from guanbao.engine.records.datasets import dataset
from guanbao.engine.records.imports import RecordSet
from guanbao.engine.statements.engines import Engine, digest_of, records_table
from guanbao.engine.statements.figures import Asked, Figures, Labelled, Scene, label
from guanbao.engine.statements.known import as_known
from guanbao.engine.statements.levels import ServiceLevel, Term
from guanbao.engine.statements.money import attainment, decimal_text, rounded, score
from guanbao.engine.statements.periods import Period

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """What became of one term: its figures, and where its labels stand."""

    term: Term
    figures: Figures
    value: Fraction | None
    met: bool | None
    labelled: Labelled | None
    index: int


@dataclass
class Computation:
    """A statement with all that stands behind it. `statement` is what is digested, signed and verified."""

    level: ServiceLevel
    period: Period
    as_of: int | None
    outcomes: list[Outcome]
    statement: dict[str, Any] = field(default_factory=dict)


def statement_compute(
    level: ServiceLevel,
    records: RecordSet,
    period: Period,
    *,
    engine: Engine,
    as_of: int | None = None,
    progress: Progress = lambda _: None,
) -> Computation:
    """Hold a service level against records over a period.

    `as_of` (ms of UTC) limits what is known.

    Raises:
        RecordsMissing: a term needs a dataset that was not given. CalendarYearUnannounced, ExpressionRefused …
    """
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for i, term in enumerate(level.terms):
        if term.measure is not None:
            if term.measure.dataset not in records.files:
                place = level.document.where("terms", i)
                raise RecordsMissing(place, term=term.id, dataset=term.measure.dataset)
            groups[term.measure.dataset, id(term.calendar), _windows(level, term, "pause")].append(i)
    outcomes: dict[int, Outcome] = {}
    years = {day.year for day in period.days()}
    for (name, _calendar, still), members in groups.items():
        progress(f"measuring {name}")
        scene = _scene(level, records, period, engine, name, level.terms[members[0]].calendar, still, as_of)
        asked = [_asked(level, i) for i in members]
        labelled = label(scene, asked)
        for index, (i, figures) in enumerate(zip(members, labelled.figures(), strict=True)):
            outcomes[i] = _outcome(level.terms[i], figures, labelled, index)
        if labelled.spanned:
            first, last = (level.calendar.local(ms).year for ms in labelled.spanned)
            years |= set(range(first, last + 1))
    for i, term in enumerate(level.terms):
        if term.measure is None:
            outcomes[i] = Outcome(term, Figures(0, 0), None, None, None, 0)
    ordered = [outcomes[i] for i in range(len(level.terms))]
    computation = Computation(level, period, as_of, ordered)
    progress("digesting records")
    computation.statement = _statement(computation, records, engine, sorted(years))
    return computation


def _windows(level: ServiceLevel, term: Term, effect: str) -> tuple[tuple[int, int], ...]:
    ours = (e for e in level.exclusions if e.effect == effect and e.touches(term.id) and not e.records)
    return tuple((e.start, e.end) for e in ours)


def _asked(level: ServiceLevel, i: int) -> Asked:
    term = level.terms[i]
    assert term.measure is not None  # noqa: S101 - waiting terms are in no group
    return Asked(
        term.measure,
        term.arguments,
        term.where,
        _windows(level, term, "drop"),
        tuple(sorted({key for e in level.exclusions if e.touches(term.id) for key in e.records})),
        level.document.where("terms", i, "where"),
    )


def _scene(  # noqa: PLR0917
    level: ServiceLevel,
    records: RecordSet,
    period: Period,
    engine: Engine,
    name: str,
    calendar: Calendar,
    still: tuple[tuple[int, int], ...],
    as_of: int | None,
) -> Scene:
    table = records_table(engine, records, name)
    if table is None:
        raise RecordsMissing(term="", dataset=name)
    updates = dataset(name).events
    events = None if updates is None else records_table(engine, records, updates)
    ends = period.instants(level.calendar)
    if as_of is not None:
        table, events = as_known(name, table, events, as_of)
    return Scene(
        source=table,
        calendar=calendar,
        events=events,
        period=ends,
        cut=ends[1] if as_of is None else as_of,
        still=still,
        prepared=() if as_of is not None else records.prepared.get(name, ()),
        keep=engine.keep,
    )


def _outcome(term: Term, figures: Figures, labelled: Labelled, index: int) -> Outcome:
    assert term.measure is not None  # noqa: S101 - only measured terms come here
    value = figures.value(term.measure.unit)
    met = None if value is None or term.target is None else term.target.met_by(value)
    return Outcome(term, figures, value, met, labelled, index)


def _statement(computation: Computation, records: RecordSet, engine: Engine, years: list[int]) -> dict[str, Any]:
    level, period = computation.level, computation.period
    money, months = level.money, period.months
    credits_: list[Decimal] = []
    bonuses: list[Decimal] = []
    weighed: list[tuple[Fraction, Fraction]] = []
    terms = [_term(outcome, level, months, credits_, bonuses, weighed) for outcome in computation.outcomes]
    paid = months is not None and money.currency is not None
    zero = rounded(Fraction(0), money.places)
    total, capped = money.capped(sum(credits_, zero), months or 0)
    extra = sum(bonuses, zero)
    if money.net:
        total, extra = max(total - extra, zero), max(extra - total, zero)
    statement: dict[str, Any] = {
        "arrangement": level.arrangement,
        "title": level.title,
        "period": {"from": period.first.isoformat(), "to": period.end.isoformat()},
        "terms": terms,
        "score": score(weighed),
        "credit": {
            "amount": format(total, "f") if paid else None,
            "currency": money.currency,
            "capped": capped if paid else None,
        },
        "bonus": {"amount": format(extra, "f") if paid else None, "currency": money.currency},
        "records": _records(records, engine),
        "definitions_digest": definitions_digest(level, years),
    }
    if computation.as_of is not None:
        statement["as_of"] = instant_text(computation.as_of)
    statement["digest"] = statement_digest(statement)
    return statement


def _term(  # noqa: PLR0917
    outcome: Outcome,
    level: ServiceLevel,
    months: int | None,
    credits_: list[Decimal],
    bonuses: list[Decimal],
    weighed: list[tuple[Fraction, Fraction]],
) -> dict[str, Any]:
    term, figures, value = outcome.term, outcome.figures, outcome.value
    reached = _reached(outcome)
    if reached is not None and term.weight:
        weighed.append((term.weight, reached))
    amounts: dict[str, str | None] = {"credit": None, "bonus": None}
    for kind, steps, found in (("credit", term.credit, credits_), ("bonus", term.bonus, bonuses)):
        if steps and value is not None and months is not None and level.money.currency is not None:
            amount = level.money.of_steps(steps, value, months)
            found.append(amount)
            amounts[kind] = format(amount, "f")
    said: dict[str, Any] = {
        "id": term.id,
        "measure": term.measure_id,
        "unit": term.measure.unit.value if term.measure else None,
        "value": None if value is None else decimal_text(value),
        "numerator": figures.numerator,
        "denominator": figures.denominator,
        "open": figures.open,
        "excluded": figures.excluded,
        "no_target": figures.no_target,
        "target": term.target.text if term.target else None,
        "met": outcome.met,
        "attainment": None if reached is None else decimal_text(reached),
        **amounts,
    }
    if term.waits_for:
        said["waits_for"] = term.waits_for
    return said


def _reached(outcome: Outcome) -> Fraction | None:
    target, value, measure = outcome.term.target, outcome.value, outcome.term.measure
    if outcome.met is None or target is None or value is None or measure is None:
        return None
    higher = measure.direction is Direction.HIGHER or (
        measure.direction is Direction.NEITHER and target.operator in (">", ">=")
    )
    return attainment(value, target.level, met=outcome.met, higher=higher)


def _records(records: RecordSet, engine: Engine) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name in sorted(records.files):
        table = records_table(engine, records, name)
        if table is not None:
            count, digest = digest_of(engine, table, dataset(name))
            said[name] = {"rows": count, "entities": count, "digest": digest}
    for name, entry in said.items():
        if (events := dataset(name).events) in said:
            entry["rows"] = said[str(events)]["rows"]
    return said


def definitions_digest(level: ServiceLevel, years: list[int]) -> str:
    """SHA-256 over the service level, its calendars resolved for `years`, and the versions of its formulae."""
    said = _exact(level.data)
    said["calendar"] = level.calendar.definition(years)
    for term, own in zip(level.terms, said["terms"], strict=True):
        if "calendar" in own:
            own["calendar"] = term.calendar.definition(years)
    said["measures"] = {term.measure.id: term.measure.version for term in level.terms if term.measure}
    return hashlib.sha256(rfc8785.dumps(said)).hexdigest()


def _exact(value: Any) -> Any:  # noqa: ANN401
    """JSON-ready: decimals as text, so that no float is written."""
    if isinstance(value, dict):
        return {key: _exact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_exact(item) for item in value]
    return format(value, "f") if isinstance(value, Decimal) else value


def statement_digest(statement: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON (RFC 8785) of a statement without `digest` and `signature`.

    Raises:
        ValueWrong: it holds what no statement holds, such as a binary float.
    """
    body = {key: value for key, value in statement.items() if key not in ("digest", "signature")}
    try:
        return hashlib.sha256(rfc8785.dumps(body)).hexdigest()
    except (rfc8785.CanonicalizationError, RecursionError) as error:
        raise ValueWrong(
            key="statement", value=str(error), expected="text, whole numbers, true, false, null"
        ) from error


def instant_text(ms: int) -> str:
    """An instant as ISO 8601 in UTC."""
    seconds, rest = divmod(ms, 1000)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{rest:03d}Z" if rest else f"{text}Z"


class RecordsMissing(InputError):
    """The term «{term}» is measured on {dataset}, which were not given.

    Add --records {dataset}=FILE@MAPPING, or import them into the store.
    """
