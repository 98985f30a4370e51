"""The engine, run on an arrangement's store. Nothing is computed here: figures come, exact, from the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.conf import settings

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.service_levels.documents import level_read
from guanbao.engine.records.datasets import dataset
from guanbao.engine.records.imports import RecordSet, records_open
from guanbao.engine.records.store import Store
from guanbao.engine.statements.engines import Engine, engine_named, records_table
from guanbao.engine.statements.evidence import explain_write, series
from guanbao.engine.statements.levels import ServiceLevel
from guanbao.engine.statements.periods import Period
from guanbao.engine.statements.standing import Day, standing_of
from guanbao.engine.statements.statement import Computation, statement_compute
from guanbao.engine.statements.verify import Difference, statement_verify

_BACK_MONTHS = 2
Progress = Callable[[str], None]


def folder_of(arrangement: Arrangement, *parts: str) -> Path:
    """Where an institution's files lie: one folder each, so that no path leads from one to another."""
    return Path(settings.HOME, "records", str(arrangement.institution_id), *parts)


def store_of(arrangement: Arrangement) -> Store:
    """The store of an institution's records."""
    return Store(folder_of(arrangement, "store"))


def cut_of(arrangement: Arrangement) -> int:
    """The number of the last batch of this arrangement, 0 if nothing was imported yet."""
    ours = (
        entry["batch"] for entry in store_of(arrangement).batches() if entry["arrangement"] == arrangement.reference
    )
    return max(ours, default=0)


def month_of(day: date) -> Period:
    """The calendar month of a day."""
    first = day.replace(day=1)
    return Period(first, date(first.year + first.month // 12, first.month % 12 + 1, 1))


@contextmanager
def computed(
    arrangement: Arrangement,
    text: str,
    period: Period,
    *,
    cut: int | None = None,
    as_of: int | None = None,
    progress: Progress = lambda _: None,
) -> Iterator[Computation]:
    """A service level held against the store, at a cut of its batches; its engine is open as long as the block lasts.

    Raises:
        InputError: no records, or none of a dataset that a term needs.
    """
    level, records = level_read(text), records_open(store_of(arrangement), arrangement=arrangement.reference, cut=cut)
    with engine_named("duckdb") as engine:
        yield statement_compute(level, records, period, engine=engine, as_of=as_of, progress=progress)


def evidence_make(computation: Computation, arrangement: Arrangement, name: str) -> None:
    """Write the labelled records of every term beside the store, for drilling down."""
    explain_write(computation, folder_of(arrangement, "evidence", name))


def differences(arrangement: Arrangement, text: str, said: dict[str, Any], cut: int) -> list[Difference]:
    """What differs between a statement and its records, computed again from the same cut; nothing if it holds."""
    records = records_open(store_of(arrangement), arrangement=arrangement.reference, cut=cut)
    with engine_named("duckdb") as engine:
        return statement_verify(said, level_read(text), records, engine=engine)


@dataclass(frozen=True)
class Now:
    """The standing of every term with a target: `month`, `as_of`, and a row for each."""

    month: date
    as_of: datetime
    rows: list[dict[str, Any]]


def standing_now(arrangement: Arrangement, text_for: Callable[[date], str | None], *, now: datetime) -> Now | None:
    """Where the terms stand in the month of the newest record, as far as records have come; None without any.

    `text_for` gives the service level of a month, None where none holds.
    """
    records = records_open(store_of(arrangement), arrangement=arrangement.reference)
    with engine_named("duckdb") as engine:
        newest = _newest(engine, records)
        if newest is None:
            return None
        at = min(newest + 1, int(now.timestamp() * 1000))
        month = month_of(datetime.fromtimestamp(at / 1000, UTC).date())
        text = text_for(month.first)
        if text is None:
            return None
        level = level_read(text)
        month = month_of(level.calendar.local(at).date())
        current = statement_compute(level, records, month, engine=engine, as_of=at)
        before = list(_days_before(level, records, engine, month))
        rows = [_row(current, i, level, at, before) for i in range(len(level.terms))]
    return Now(month.first, datetime.fromtimestamp(at // 1000, UTC), [row for row in rows if row])


def _newest(engine: Engine, records: RecordSet) -> int | None:
    found = []
    for name in records.files:
        table = records_table(engine, records, name)
        if table is not None and dataset(name).folds_into is None:
            found.append(table[dataset(name).anchor].max().to_pyarrow().as_py())
    return max((ms for ms in found if ms is not None), default=None)


def _days_before(
    level: ServiceLevel, records: RecordSet, engine: Engine, month: Period
) -> Iterator[tuple[date, list[tuple[int, int]]]]:
    """Each day of the months before, with numerator and denominator of every term that has days."""
    at = month
    for _ in range(_BACK_MONTHS):
        at = month_of(date.fromordinal(at.first.toordinal() - 1))
        computation = statement_compute(level, records, at, engine=engine)
        columns = [series(outcome, computation) for outcome in computation.outcomes]
        for n, day in enumerate(at.days()):
            yield (
                day,
                [
                    (column[n].figures.numerator, column[n].figures.denominator) if column else (0, 0)
                    for column in columns
                ],
            )


def _row(
    current: Computation, i: int, level: ServiceLevel, at: int, before: Iterable[tuple[date, list[tuple[int, int]]]]
) -> dict[str, Any] | None:
    outcome = current.outcomes[i]
    term, labelled = outcome.term, outcome.labelled
    if term.target is None or term.measure is None or labelled is None:
        return None
    labels = labelled.labels[outcome.index]
    row: dict[str, Any] = {
        "code": term.id,
        "title": term.title or term.id,
        "unit": term.measure.unit.value,
        "target": term.target.text,
        "value": _exact(outcome.value),
        "met": outcome.met,
    }
    if labels.p is not None or labels.total or labels.belongs is not None:
        return row  # percentiles, totals and backlogs do not add up by days
    zone, today = level.calendar, level.calendar.local(at).date()
    days = series(outcome, current)
    done = [b for b in days if b.first < today]
    past = [Day(*figures[i], _is_open(level, day)) for day, figures in before]
    past += [Day(b.figures.numerator, b.figures.denominator, _is_open(level, b.first)) for b in done]
    if not any(day.denominator for day in past):
        return row
    started = next((n for n, day in enumerate(past) if day.denominator), 0)
    so_far = Day(outcome.figures.numerator, outcome.figures.denominator, open=True)
    ahead = [_is_open(level, b.first) for b in days if zone.midnight(b.first) > at]
    found = standing_of(so_far, past[started:], ahead, term.target, term.measure.unit)
    missing = None if found.missing is None else list(found.missing)
    return row | {"needed": _exact(found.needed), "expected": found.expected, "missing": missing, "ahead": len(ahead)}


def _is_open(level: ServiceLevel, day: date) -> bool:
    start = level.calendar.midnight(day)
    return level.calendar.elapsed(start, level.calendar.midnight(date.fromordinal(day.toordinal() + 1))) > 0


def _exact(value: Fraction | None) -> str | None:
    return None if value is None else f"{value.numerator}/{value.denominator}"
