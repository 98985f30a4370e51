"""The records behind a missed term as rows to print, the worst first."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from guanbao.engine.calendars import Calendar
from guanbao.engine.calendars.errors import CalendarYearUnannounced
from guanbao.engine.language import Lang, say
from guanbao.engine.measures.catalogue import Unit
from guanbao.engine.reports import words
from guanbao.engine.reports.numbers import duration_text, instant_shown, seconds_text
from guanbao.engine.statements import evidence
from guanbao.engine.statements.statement import Computation, Outcome

MOST = 10
_LONGEST = 80
# Names of customers are no business of a statement.
SHOWN = ("kind", "product", "channel", "priority", "outcome", "state", "group", "agent")
_IN_THE_PAGE = {
    "interactions": ("outcome", "priority", "agent"),
    "tickets": ("priority", "state", "group", "agent"),
    "complaints": ("product", "channel"),
}


@dataclass(frozen=True)
class Worst:
    """The worst records of one term: heading, how many there are, column titles, and cells as text."""

    title: str
    lead: str
    columns: list[str]
    rows: list[list[str]]
    numeric: int | None


def worst_of(computation: Computation, lang: Lang, most: int = MOST) -> list[Worst]:
    """For every missed term its worst records; a term whose records have nothing against them is left out."""
    missed = [outcome for outcome in computation.outcomes if outcome.met is False]
    found = [(outcome, evidence.breaches(outcome, most)) for outcome in missed]
    return [_listed(outcome, breaches, computation, lang) for outcome, breaches in found if breaches.total]


def _listed(outcome: Outcome, breaches: evidence.Breaches, computation: Computation, lang: Lang) -> Worst:
    term, kind = outcome.term, evidence.kind_of(outcome.term)
    zone, anchor = computation.level.calendar, evidence.anchor_of(term)
    shown = [name for name in _IN_THE_PAGE.get(kind.name, SHOWN) if name in kind.names]
    valued = any(row["value"] is not None for row in breaches.rows)
    columns = [words.column_text("id", lang), words.column_text(anchor, lang)]
    columns += [words.measured_text(term, lang)] if valued else []
    columns += [*(words.column_text(name, lang) for name in shown), say("Hours", lang)]
    rows = []
    for row in breaches.rows:
        cells = [words.data_text(row[kind.key[0]], most=_LONGEST), instant_shown(row["at"], zone)]
        cells += [record_value_text(row["value"], outcome, lang)] if valued else []
        cells += [cell_text(name, row[name], lang) for name in shown]
        rows.append([*cells, hours_text(row["at"], term.calendar, lang)])
    title = words.data_text(words.measure_title(term, lang), most=_LONGEST)
    return Worst(title, lead_text(outcome, breaches.total, len(rows), lang), columns, rows, 2 if valued else None)


def lead_text(outcome: Outcome, total: int, listed: int, lang: Lang) -> str:
    """How many records speak against a term, over how many, and how many follow."""
    counted = f"{evidence.counted_of(outcome):,}"
    if evidence.judges(outcome):
        fact = say("{n} of {m} counted records are missed.", lang, n=f"{total:,}", m=counted)
    elif outcome.term.target is not None and outcome.term.target.operator in ("<", "<=") and f"{total:,}" != counted:
        level = words.level_text(outcome.term.target.level, evidence.measured(outcome.term).unit, lang)
        fact = say("{n} of {m} counted records are beyond {level}.", lang, n=f"{total:,}", m=counted, level=level)
    else:
        fact = say("{n} records are counted.", lang, n=f"{total:,}")
    if listed == total:
        return fact
    return f"{fact} {say('The worst {n} follow; all are in the workbook.', lang, n=listed)}"


def record_value_text(value: int | None, outcome: Outcome, lang: Lang) -> str:
    """What was measured of one record: ms as a duration, or a count."""
    if value is None:
        return "—"
    if evidence.measured(outcome.term).unit is Unit.PER_RECORD:
        return f"{value:,}"
    seconds = Fraction(value, 1000)
    # Contacts are compared by the second; hours are for what takes days.
    return (
        seconds_text(seconds, lang)
        if evidence.kind_of(outcome.term).name == "interactions"
        else duration_text(seconds, lang)
    )


def cell_text(name: str, value: Any, lang: Lang, most: int | None = _LONGEST) -> str:  # noqa: ANN401 - as stored
    """One canonical column of a record as text."""
    if name == "outcome":
        return words.outcome_text(value, lang)
    return words.data_text(value, most=most)


def hours_text(at: int, calendar: Calendar, lang: Lang) -> str:
    """Whether an instant is working time; — in a year whose holidays are not known."""
    try:
        opened = calendar.is_open(at)
    except CalendarYearUnannounced:
        return "—"
    return say("in hours", lang) if opened else say("out of hours", lang)
