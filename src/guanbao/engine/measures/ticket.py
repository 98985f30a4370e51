"""Measures of tickets: incidents and requests."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import ibis
from ibis import _
from ibis.common.deferred import Deferred

from guanbao.engine.language import _ as title_
from guanbao.engine.measures.catalogue import Direction, Labels, Share, Targets, Texts, Unit, measure
from guanbao.engine.measures.clocks import EVERY, Clock, Retarget
from guanbao.engine.measures.frames import Tickets

By = Literal["opened", "resolved", "closed"]
From = Literal["opened", "assigned"]
_ITIL = "ITIL; ISO/IEC 20000-1:2018, 8.3.3 service level management"
_CLOCK = "worked time on the calendar from the opening (or first assignment), without pauses"


def _in_target(  # noqa: PLR0917
    tickets: Tickets, stop: str, targets: Targets, pauses: Texts, retarget: Retarget, from_: From
) -> Labels:
    """In target: worked time ≤ target. Without a stop: missed once the clock is past the target, else open."""
    clock = Clock(f"{from_}_at", stop, tuple(pauses), tuple(sorted(targets.items())), retarget)
    name = tickets.clock(clock)
    used, allowed = _[f"{name}_used"], _[f"{name}_allowed"]
    made = used <= allowed
    running = made & _[stop].isnull()
    without = None if EVERY in targets else allowed.isnull()
    judged = ~(running if without is None else without | running).fill_null(False)  # noqa: FBT003
    return Labels(counted=judged, hit=made, open=running, no_target=without, value=_[name])


def _worked(tickets: Tickets, stop: str, pauses: Texts, from_: From) -> tuple[Deferred, Deferred, Deferred]:
    """Judged, open, and the worked ms of tickets by one clock."""
    name = tickets.clock(Clock(f"{from_}_at", stop, tuple(pauses)))
    return _[stop].notnull(), _[stop].isnull(), _[name]


@measure(
    "ticket.count",
    title=title_("Tickets"),
    unit=Unit.COUNT,
    direction=Direction.NEITHER,
    formula=title_("tickets of the period"),
    source=_ITIL,
)
def count(tickets: Tickets, *, by: By = "opened") -> Labels:
    """Tickets of the period."""
    return Labels(counted=None, total=True)


@measure(
    "ticket.response_in_target",
    title=title_("Responded in target"),
    unit=Unit.SHARE,
    direction=Direction.HIGHER,
    formula=title_("responded with worked time ≤ target ÷ judged"),
    source=f"{_ITIL}; clock: {_CLOCK}",
)
def response_in_target(
    tickets: Tickets,
    *,
    targets: Targets,
    pauses: Texts = Texts(),
    retarget: Retarget = "final",
    by: By = "opened",
    from_: From = "opened",
) -> Labels:
    """Share of tickets that somebody took up within their target."""
    return _in_target(tickets, "responded_at", targets, pauses, retarget, from_)


@measure(
    "ticket.resolution_in_target",
    title=title_("Resolved in target"),
    unit=Unit.SHARE,
    direction=Direction.HIGHER,
    formula=title_("resolved with worked time ≤ target ÷ judged"),
    source=f"{_ITIL}; clock: {_CLOCK}",
)
def resolution_in_target(
    tickets: Tickets,
    *,
    targets: Targets,
    pauses: Texts = Texts(),
    retarget: Retarget = "final",
    by: By = "opened",
    from_: From = "opened",
) -> Labels:
    """Share of tickets that were resolved within their target."""
    return _in_target(tickets, "resolved_at", targets, pauses, retarget, from_)


@measure(
    "ticket.response_time",
    title=title_("Mean time to respond"),
    unit=Unit.SECONDS,
    direction=Direction.LOWER,
    formula=title_("Σ worked time to the response ÷ tickets responded to"),
    source=f"{_ITIL}; clock: {_CLOCK}",
)
def response_time(tickets: Tickets, *, pauses: Texts = Texts(), by: By = "opened", from_: From = "opened") -> Labels:
    """Mean working time to the first response."""
    counted, still_open, worked = _worked(tickets, "responded_at", pauses, from_)
    return Labels(counted=counted, amount=worked, open=still_open, value=worked)


@measure(
    "ticket.resolution_time",
    title=title_("Mean time to resolve (MTTR)"),
    unit=Unit.SECONDS,
    direction=Direction.LOWER,
    formula=title_("Σ worked time to the resolution ÷ tickets resolved"),
    source=f"{_ITIL}; clock: {_CLOCK}",
)
def resolution_time(tickets: Tickets, *, pauses: Texts = Texts(), by: By = "opened", from_: From = "opened") -> Labels:
    """Mean working time to the resolution."""
    counted, still_open, worked = _worked(tickets, "resolved_at", pauses, from_)
    return Labels(counted=counted, amount=worked, open=still_open, value=worked)


@measure(
    "ticket.resolution_percentile",
    title=title_("Time to resolve, percentile"),
    unit=Unit.SECONDS,
    direction=Direction.LOWER,
    formula=title_("the smallest worked time that at least the share p of resolved tickets did not exceed"),
    source=f"{_ITIL}; clock: {_CLOCK}",
)
def resolution_percentile(
    tickets: Tickets, *, p: Share, pauses: Texts = Texts(), by: By = "opened", from_: From = "opened"
) -> Labels:
    """Discrete percentile of the working time to the resolution."""
    counted, still_open, worked = _worked(tickets, "resolved_at", pauses, from_)
    return Labels(counted=counted, amount=worked, open=still_open, p=Fraction(p), value=worked)


@measure(
    "ticket.reopened",
    title=title_("Reopened"),
    unit=Unit.SHARE,
    direction=Direction.LOWER,
    formula=title_("tickets that were opened again ÷ tickets of which the source says how often they were"),
    source=_ITIL,
)
def reopened(tickets: Tickets, *, by: By = "opened") -> Labels:
    """Share of tickets that were opened again."""
    return Labels(counted=tickets.reopenings.notnull(), hit=tickets.reopenings > 0)


@measure(
    "ticket.reassignments",
    title=title_("Reassignments per ticket"),
    unit=Unit.PER_RECORD,
    direction=Direction.LOWER,
    formula=title_("Σ reassignments ÷ tickets of which the source counts them"),
    source=_ITIL,
)
def reassignments(tickets: Tickets, *, by: By = "opened") -> Labels:
    """Mean number of times that a ticket changed hands."""
    return Labels(counted=tickets.reassignments.notnull(), amount=tickets.reassignments)


@measure(
    "ticket.knowledge_resolved",
    title=title_("Resolved with the knowledge base"),
    unit=Unit.SHARE,
    direction=Direction.HIGHER,
    formula=title_("resolved with the knowledge base ÷ resolved, where the source says so"),
    source="Operations service-level table: knowledge-base resolution rate, 90 % a month",
)
def knowledge_resolved(tickets: Tickets, *, by: By = "opened") -> Labels:
    """Share of resolved tickets that the knowledge base resolved."""
    ended = tickets.resolved_at.notnull() | tickets.closed_at.notnull()
    return Labels(counted=ended & tickets.knowledge.notnull(), hit=tickets.knowledge, open=~ended)


@measure(
    "ticket.verdict",
    title=title_("Made by the source's own verdict"),
    unit=Unit.SHARE,
    direction=Direction.HIGHER,
    formula=title_("tickets that came marked as made ÷ tickets that came with a mark"),
    source="The contractor's own system; not recomputed",
)
def verdict(tickets: Tickets, *, by: By = "opened") -> Labels:
    """Share of tickets that the source itself marks as made."""
    return Labels(counted=tickets.verdict.notnull(), hit=tickets.verdict)


@measure(
    "ticket.backlog",
    title=title_("Backlog"),
    unit=Unit.COUNT,
    direction=Direction.LOWER,
    formula=title_("tickets opened before the period's end and neither resolved nor closed before it"),
    source=_ITIL,
)
def backlog(tickets: Tickets) -> Labels:
    """Tickets that were still open at the period's end."""
    end = tickets.period[1] if tickets.period else tickets.cut
    ended = ibis.coalesce(_.resolved_at, _.closed_at)
    if end is None:
        return Labels(counted=ended.isnull(), total=True, belongs=_.opened_at.notnull())
    at_end = (_.opened_at < end) & (ended.isnull() | (ended >= end))
    return Labels(counted=at_end, total=True, belongs=at_end)
