"""What was known at an instant: with `as_of`, nothing after it counts.

A contact is known when it is over. A ticket is known from its opening, with the times, state, priority and hands
that it had then; counts and verdicts of its last update are known only if that update had come. A complaint is
known from its receipt, its answer and the verdict on it once it was given.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

_OF_LAST_UPDATE = {
    "reassignments": "int64",
    "reopenings": "int64",
    "knowledge": "boolean",
    "verdict": "boolean",
}
_OF_UPDATES = ("state", "priority", "group", "agent")


def as_known(name: str, table: ir.Table, events: ir.Table | None, as_of: int) -> tuple[ir.Table, ir.Table | None]:
    """The records of dataset `name` and their updates as they were known at `as_of`."""
    if name == "interactions":
        over = ibis.greatest(*(ibis.coalesce(_[c], _.arrived_at) for c in ("queued_at", "answered_at", "ended_at")))
        return table.filter(over <= as_of), events
    if name == "complaints":
        table = table.filter(_.received_at <= as_of)
        answered = (_.responded_at <= as_of) | (_.responded_at.isnull() & (_.sent_at.isnull() | (_.sent_at <= as_of)))
        hidden = {c: ibis.cases((answered, _[c])) for c in ("timely", "disputed")}
        return table.mutate(**hidden).mutate(
            sent_at=_past("sent_at", as_of), responded_at=_past("responded_at", as_of)
        ), events
    times = ("assigned_at", "responded_at", "resolved_at", "closed_at")
    later = [_[c] for c in times]
    last = ibis.greatest(*(ibis.coalesce(time, _.opened_at) for time in later))
    table = table.filter(_.opened_at <= as_of).mutate(last_at=last)
    if events is not None:
        ends = events.group_by(of=_.ticket).aggregate(newest=_["at"].max())
        table = table.left_join(ends, table.id == ends.of).drop("of")
        table = table.mutate(last_at=ibis.greatest(_.last_at, ibis.coalesce(_.newest, _.last_at))).drop("newest")
        events = events.filter(_["at"] <= as_of)
        ranked = events.mutate(
            nth=ibis.row_number().over(
                group_by="ticket", order_by=[ibis.coalesce(_.seq, _["at"]).desc(), _.repeat.desc()]
            )
        )
        current = ranked.filter(_.nth == 0).select(of=_.ticket, **{f"then_{c}": _[c] for c in _OF_UPDATES})
        table = table.left_join(current, table.id == current.of)
        then: dict[str, Any] = {c: ibis.cases((_.of.notnull(), _[f"then_{c}"]), else_=_[c]) for c in _OF_UPDATES}
        table = table.mutate(**then).drop("of", *(f"then_{c}" for c in _OF_UPDATES))
    hidden = {c: ibis.cases((_.last_at <= as_of, _[c]), else_=ibis.null(t)) for c, t in _OF_LAST_UPDATE.items()}
    return table.mutate(**hidden).mutate(**{c: _past(c, as_of) for c in times}).drop("last_at"), events


def _past(column: str, as_of: int) -> Any:  # noqa: ANN401
    return ibis.cases((_[column] <= as_of, _[column]), else_=ibis.null("int64"))
