"""Clocks of tickets: what pauses take away, and what the worked time is compared with.

`events` are updates in ms; `spans` are `ticket_id`, `starts`, `ends` of each ticket's clock. Updates of a ticket are
ordered by their sequence number where there is one, else by time, then by line (`repeat`).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm
from typing import Any, Literal

import ibis
import ibis.expr.types as ir
from ibis import _
from ibis.common.deferred import Deferred

from guanbao.engine.calendars import Timeline
from guanbao.engine.calendars.columns import with_elapsed
from guanbao.engine.errors import InputError

Retarget = Literal["final", "initial", "each"]
EVERY = "*"
_FOREVER = 2**62
_MOST = 2**62


@dataclass(frozen=True)
class Clock:
    """Working time of a ticket from `start` to `stop`, standing still in `pauses`; `targets` are ms by priority."""

    start: str
    stop: str
    pauses: tuple[str, ...] = ()
    targets: tuple[tuple[str, int], ...] = ()
    retarget: Retarget = "final"

    @property
    def by_priority(self) -> bool:
        """Its target depends on the priority, so a change of priority matters."""
        return any(priority != EVERY for priority, _target in self.targets)


def target_of(clock: Clock, priority: Any) -> Deferred:  # noqa: ANN401 - a deferred or a column
    """The target in ms under a priority; NULL where it has none."""
    named = [(priority == p, ibis.literal(target, "int64")) for p, target in clock.targets if p != EVERY]
    otherwise = dict(clock.targets).get(EVERY)
    default = ibis.null("int64") if otherwise is None else ibis.literal(otherwise, "int64")
    return ibis.cases(*named, else_=default) if named else default


def allowed(clock: Clock, name: str, priority: Any) -> dict[str, Any]:  # noqa: ANN401
    """The columns `name_used` and `name_allowed` of a clock judged by one priority."""
    return {f"{name}_used": _[name], f"{name}_allowed": target_of(clock, priority)}


def paused(events: ir.Table, spans: ir.Table, pauses: tuple[str, ...], timeline: Timeline) -> ir.Table:
    """`stood_id`, `stood_ms`: working time within each span that its ticket spent in one of the states."""
    spells = _spells(events).filter(_.state.isin(pauses))
    spells = _clipped(spells.inner_join(spans, spells.ticket == spans.ticket_id))
    worked = with_elapsed(spells, timeline, {"ms": ("since", "until")})
    return worked.group_by(stood_id=_.ticket_id).aggregate(stood_ms=_.ms.sum().cast("int64"))


def priority_at(events: ir.Table, spans: ir.Table, *, first: bool) -> ir.Table:
    """`found_id`, `found_priority`: the first known priority, or the one in force at the span's end."""
    known = events.filter(_.priority.notnull())
    joined = known.inner_join(spans, known.ticket == spans.ticket_id)
    place = ibis.coalesce(_.seq, _["at"])
    if first:
        order = [place.asc(), _.repeat.asc()]
    else:
        joined = joined.filter(_["at"] <= _.ends)
        order = [place.desc(), _.repeat.desc()]
    ranked = joined.mutate(nth=ibis.row_number().over(group_by="ticket_id", order_by=order))
    return ranked.filter(_.nth == 0).select(found_id=_.ticket_id, found_priority=_.priority)


def judged_by_spells(events: ir.Table, spans: ir.Table, clock: Clock, timeline: Timeline) -> ir.Table:
    """`used_id`, `used_parts`, `used_of`: worked time ÷ target added up over the spells, as a whole fraction.

    Parts are of the targets' least common multiple, so that the sum is exact. A ticket that worked under a
    priority without target has `used_of` NULL.

    Raises:
        TargetsIncommensurable: the parts would not fit into 64 bits.
    """
    whole = lcm(*(target for _p, target in clock.targets))
    longest = max(timeline.total, 1)
    if whole // min(target for _p, target in clock.targets) * longest > _MOST:
        raise TargetsIncommensurable(targets=[f"{p}: {target} ms" for p, target in clock.targets])
    spells = _spells(events)
    joined = spells.inner_join(spans, spells.ticket == spans.ticket_id)
    later = joined.mutate(since=_["at"])
    before = joined.filter(_.nth == 0).mutate(since=_.starts, until=_["at"], state=ibis.null("string"))
    every = _clipped(later.union(before.select(later.columns)), since="since")
    worked = with_elapsed(every, timeline, {"ms": ("since", "until")})
    if clock.pauses:
        worked = worked.mutate(ms=ibis.cases((_.state.isin(clock.pauses), 0), else_=_.ms))
    target = target_of(clock, _.priority)
    parts = ibis.cases(*((target == t, _.ms * (whole // t)) for t in sorted({t for _p, t in clock.targets})), else_=0)
    summed = (
        worked.mutate(parts=parts, stray=(target.isnull() & (_.ms > 0)).ifelse(1, 0))
        .group_by(used_id=_.ticket_id)
        .aggregate(used_parts=_.parts.sum().cast("int64"), stray=_.stray.sum())
    )
    of = ibis.cases((_.stray > 0, ibis.null("int64")), else_=ibis.literal(whole, "int64"))
    return summed.mutate(used_of=of).drop("stray")


def _spells(events: ir.Table) -> ir.Table:
    """Each update with `until`, when the next one came, and `nth` among its ticket's."""
    order = [ibis.coalesce(_.seq, _["at"]), _.repeat]
    window = ibis.window(group_by="ticket", order_by=order)
    return events.mutate(
        until=_["at"].lead().over(window).fill_null(_FOREVER), nth=ibis.row_number().over(window)
    ).select("ticket", "at", "until", "nth", "state", "priority")


def _clipped(spells: ir.Table, *, since: str = "at") -> ir.Table:
    """The spells cut to their ticket's span; one outside it has no length."""
    start = ibis.greatest(_[since], _.starts)
    start = ibis.least(start, _.ends)
    end = ibis.greatest(ibis.least(_.until, _.ends), start)
    return spells.filter(_.starts.notnull() & _.ends.notnull()).mutate(since=start, until=end)


class TargetsIncommensurable(InputError):
    """The targets {targets} have too fine a common measure to add up exactly over changes of priority.

    Use targets in whole minutes or hours, or retarget: final.
    """
