"""A frame: the records of one dataset as a measure sees them, and the clocks that run over them.

Columns are deferred (`frame.wait_ms`), so that all terms of a service level label one table in one pass. A
measure that needs a clock asks for it by `frame.clock(...)` and gets the name of its columns; the frame works all
clocks out together when `table()` is called.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import ClassVar

import ibis
import ibis.expr.types as ir
from ibis import _
from ibis.common.deferred import Deferred

from guanbao.engine.calendars import Calendar, Timeline
from guanbao.engine.calendars.columns import with_elapsed
from guanbao.engine.measures.clocks import Clock, allowed, judged_by_spells, paused, priority_at
from guanbao.engine.records.counts import Prepared

_PREPARED = {
    ("opened_at", "responded_at"): "response_worked_ms",
    ("opened_at", "resolved_at"): "resolution_worked_ms",
}


@dataclass
class Frame:
    """Records of one dataset, times in integer ms of UTC.

    `period` is [from, to) in ms, or None for all that is there; clocks without a stop run up to `cut`. `events`
    are the updates of the records; `still` are windows in which clocks stand still; `prepared` are working times
    that the import worked out; `keep` has the engine hold a table that is used more than once. `spanned` tells,
    after `table()`, over which instants clocks ran.
    """

    dataset_name: ClassVar[str] = ""

    source: ir.Table
    calendar: Calendar
    period: tuple[int, int] | None = None
    cut: int | None = None
    events: ir.Table | None = None
    still: Sequence[tuple[int, int]] = ()
    prepared: Sequence[Prepared] = ()
    keep: Callable[[ir.Table], ir.Table] = lambda table: table
    clocks: dict[Clock, str] = field(default_factory=dict)
    spanned: tuple[int, int] | None = None
    steps: dict[str, Callable[[ir.Table], ir.Table]] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Deferred:
        if name.startswith("__"):
            raise AttributeError(name)
        return _[name]

    def step(self, name: str, build: Callable[[ir.Table], ir.Table]) -> None:
        """Have `build` add columns to the table, once."""
        self.steps.setdefault(name, build)

    def clock(self, clock: Clock) -> str:
        """The name of a clock's columns: `name` its worked ms, `name_used` and `name_allowed` what to compare."""
        return self.clocks.setdefault(clock, f"clock{len(self.clocks)}")

    def table(self, relevant: Deferred | None = None) -> ir.Table:
        """The records with every column that was asked for; clocks are worked out for the `relevant` ones only.

        What comes from the updates is kept: nested into one query, it would be planned and run again for every
        figure, chart and list that is made of it.
        """
        table = reduce(lambda made, step: step(made), self.steps.values(), self.source)
        table = table if relevant is None else table.filter(relevant)
        if not self.clocks:
            return table
        pairs = sorted({(clock.start, clock.stop) for clock in self.clocks})
        table = self._worked_prepared(table, pairs) if self._can_use_prepared(pairs) else self._worked(table, pairs)
        for clock, name in self.clocks.items():
            table = self._judged(table, clock, name)
        return table if self.events is None else self.keep(table)

    # --- working time -------------------------------------------------------------------------------------

    def _worked(self, table: ir.Table, pairs: Sequence[tuple[str, str]]) -> ir.Table:
        """Working time from each start to each stop (or the cut), in `worked_<start>_<stop>`."""
        table, ends = self._with_ends(table, pairs)
        timeline = self._timeline(table, ends)
        if timeline is None:
            return table.mutate(**{name: ibis.null("int64") for name in ends})
        return with_elapsed(table, timeline, ends)

    def _with_ends(
        self, table: ir.Table, pairs: Sequence[tuple[str, str]]
    ) -> tuple[ir.Table, dict[str, tuple[str, str]]]:
        """The table with columns for the clocks' starts and ends, and their names by the worked column."""
        made = {}
        for start, stop in pairs:
            if start != "opened_at":  # stopped without ever having been assigned: it ran from the opening
                unassigned = _[start].isnull() & _[stop].notnull()
                made[_start(start, stop)] = ibis.cases((unassigned, _.opened_at), else_=_[start])
            if self.cut is not None:
                made[_end(stop)] = ibis.coalesce(_[stop], self.cut)
        table = table.mutate(**made)
        return table, {
            _worked_name(start, stop): (_start(start, stop), stop if self.cut is None else _end(stop))
            for start, stop in pairs
        }

    def _timeline(self, table: ir.Table, ends: dict[str, tuple[str, str]]) -> Timeline | None:
        """The open time over all the instants that clocks start or end at; None if there are none."""
        self.spanned = self._span(table, ends)
        return self.calendar.timeline(*self.spanned, without=tuple(self.still)) if self.spanned else None

    def _span(self, table: ir.Table, ends: dict[str, tuple[str, str]]) -> tuple[int, int] | None:
        columns = sorted({column for pair in ends.values() for column in pair})
        found = {f"{edge}_{c}": getattr(table[c], edge)() for c in columns for edge in ("min", "max")}
        row = table.aggregate(**found).to_pyarrow().to_pylist()[0]
        seen = [ms for ms in row.values() if ms is not None]
        return (min(seen), max(seen)) if seen else None

    def _can_use_prepared(self, pairs: Sequence[tuple[str, str]]) -> bool:
        if not self.prepared or self.still or not set(pairs) <= _PREPARED.keys():
            return False
        return all(self.calendar.timeline(p.first, p.last).digest == p.digest for p in self.prepared)

    def _worked_prepared(self, table: ir.Table, pairs: Sequence[tuple[str, str]]) -> ir.Table:
        """As `_worked`, from the import's columns; only records without a stop are worked out now."""
        made = {_worked_name(*pair): _[_PREPARED[pair]] for pair in pairs}
        table, ends = self._with_ends(table, pairs)
        if self.cut is None and self.period is None:
            self.spanned = min(p.first for p in self.prepared), max(p.last for p in self.prepared)
            return table.mutate(**made)
        span = self._span(table, ends)
        running = reduce(lambda a, b: a | b, (_[stop].isnull() for _start_, stop in pairs))
        some = table.aggregate(n=running.ifelse(1, 0).sum()).to_pyarrow().to_pylist()[0]["n"]
        if some:
            ready = table.filter(~running).mutate(**made)
            now = self._worked(
                table.filter(running).drop(*(c for c in table.columns if c not in self.source.columns)), pairs
            )
            table = ready.union(now.select(ready.columns))
        else:
            table = table.mutate(**made)
        self.spanned = span
        return table

    # --- pauses and targets -------------------------------------------------------------------------------

    def _judged(self, table: ir.Table, clock: Clock, name: str) -> ir.Table:
        start = _start(clock.start, clock.stop)
        end = clock.stop if self.cut is None else _end(clock.stop)
        table = table.mutate(**{name: _[_worked_name(clock.start, clock.stop)]})
        needs_events = bool(clock.pauses) or (clock.by_priority and self.events is not None)
        if self.events is None or not needs_events:
            return table.mutate(**allowed(clock, name, _.priority)) if clock.targets else table
        spans = table.select(ticket_id=_.id, starts=_[start], ends=_[end])
        timeline = self.calendar.timeline(*self.spanned, without=tuple(self.still)) if self.spanned else None
        if clock.pauses and timeline is not None:
            stood = self.keep(paused(self.events, spans, clock.pauses, timeline))
            table = table.left_join(stood, table.id == stood.stood_id).drop("stood_id")
            table = table.mutate(**{name: _[name] - _.stood_ms.fill_null(0)}).drop("stood_ms")
        if not clock.targets:
            return table
        if clock.retarget == "each" and timeline is not None:
            used = self.keep(judged_by_spells(self.events, spans, clock, timeline))
            table = table.left_join(used, table.id == used.used_id).drop("used_id")
            alone = allowed(clock, name, _.priority)
            return (
                table.mutate(**alone)
                .mutate(
                    **{
                        f"{name}_used": ibis.coalesce(_.used_parts, _[f"{name}_used"]),
                        f"{name}_allowed": ibis.cases((_.used_parts.isnull(), _[f"{name}_allowed"]), else_=_.used_of),
                    }
                )
                .drop("used_parts", "used_of")
            )
        if not clock.by_priority:
            return table.mutate(**allowed(clock, name, _.priority))
        found = self.keep(priority_at(self.events, spans, first=clock.retarget == "initial"))
        table = table.left_join(found, table.id == found.found_id).drop("found_id")
        priority = ibis.coalesce(_.found_priority, _.priority)
        return table.mutate(**allowed(clock, name, priority)).drop("found_priority")


def _worked_name(start: str, stop: str) -> str:
    return f"worked_{start}_{stop}"


def _start(start: str, stop: str) -> str:
    return start if start == "opened_at" else f"start_{start}_{stop}"


def _end(stop: str) -> str:
    return f"end_{stop}"


class Interactions(Frame):
    """Frame of `interactions`."""

    dataset_name = "interactions"


class Tickets(Frame):
    """Frame of `tickets`."""

    dataset_name = "tickets"


class Complaints(Frame):
    """Frame of `complaints`."""

    dataset_name = "complaints"


FRAMES: dict[str, type[Frame]] = {frame.dataset_name: frame for frame in (Interactions, Tickets, Complaints)}
