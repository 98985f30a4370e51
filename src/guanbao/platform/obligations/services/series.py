"""A series of duties: the first, what follows, one that moves, and one that is closed.

Everything here is done within a transaction, on rows that are held. Locks are taken in one order: record, duty, ledger.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from guanbao.platform.actors import Actor, system_of
from guanbao.platform.ledger.events import EventType
from guanbao.platform.obligations import events, notices
from guanbao.platform.obligations.calendars import today_of, workdays_of
from guanbao.platform.obligations.choices import State
from guanbao.platform.obligations.days import LATEST, Due, acts_on
from guanbao.platform.obligations.declaring import carrier_named
from guanbao.platform.obligations.models import Duty
from guanbao.platform.obligations.services.telling import ledger_told, owner_told

_MOST_MISSED = 400  # occurrences that are armed at once, where nobody looked for long
_ENDS = (State.CANCELLED, State.LAPSED)
# What an occurrence takes over from the one before.
_KEPT = (
    "institution_id", "shared_with_id", "is_shared", "side", "kind", "template", "record", "record_id", "label",
    "title", "title_en", "role", "person_id", "anchor", "anchor_on", "offset", "every", "rolls", "until_on", "series",
    "leads", "grace_d", "escalate_to",
)  # fmt: skip
_FACTS = ("record", "record_id", "role", "due_on", "is_provisional", "every", "leads", "grace_d")


def held(**which: object) -> QuerySet[Duty]:
    """Duties, held until the transaction ends."""
    return Duty.objects.select_for_update(of=("self",)).filter(**which).order_by("number", "pk")


def duty_new(values: Mapping[str, Any], *, number: int, due: Due, actor: Actor) -> Duty | None:
    """Arm a duty; None where its series has one of that number already: somebody else was there first."""
    made = Duty(**values, number=number, due_on=due.day, is_provisional=due.is_provisional, changed_at=timezone.now())
    made.acts_on = _acts_on(made, told=(), goes_on=bool(made.every))
    given = {f.attname: getattr(made, f.attname) for f in Duty._meta.concrete_fields if not f.primary_key}  # noqa: SLF001
    row, is_new = Duty.objects.get_or_create(series=given.pop("series"), number=given.pop("number"), defaults=given)
    if not is_new:
        return None
    ledger_told(actor, row, events.DUTY_ARMED, after=_armed(row))
    return row


def duty_follow(duty: Duty, *, today: date) -> int:
    """Arm what follows the last of a series, as far as its days have come; how many."""
    last = Duty.objects.filter(series=duty.series).order_by("-number").first()
    carrier = carrier_named(duty.record)
    row = carrier.row(duty.record_id) if carrier else None
    if last is None or not last.every or carrier is None or row is None or carrier.is_over(row):
        return 0
    working, made = workdays_of(duty.institution_id), 0
    while made < _MOST_MISSED and last.state not in _ENDS and (last.state != State.OPEN or last.due_on <= today):
        number = last.number + 1
        if last.rule.nominal(last.anchor_on, number, working).day > min(last.until_on or LATEST, LATEST):
            break
        values, due = {name: getattr(last, name) for name in _KEPT}, last.rule.due(last.anchor_on, number, working)
        following = duty_new(values, number=number, due=due, actor=system_of(duty.institution_id))
        if following is None:
            break
        last, made = following, made + 1
    return made


def duty_moved(duty: Duty, *, anchor_on: date, opens: bool = False) -> bool:
    """Bring a duty to where its anchor and the calendar have it, open again where it `opens`; whether it moved."""
    due = duty.rule.due(anchor_on, duty.number, workdays_of(duty.institution_id))
    was, before = duty.due_on, _days(duty)
    duty.anchor_on, duty.due_on, duty.is_provisional = anchor_on, due.day, due.is_provisional
    if _days(duty) == before and not opens:
        return False
    duty.changed_at = timezone.now()
    if opens:
        duty.state, duty.closed_on, duty.closed_side = State.OPEN, None, ""
    if was != due.day:
        duty.escalated_on, duty.moves = None, duty.moves + 1
    reschedule(duty)
    duty.save()
    if was != due.day or opens:
        key = f"{duty.pk}-{duty.moves}-{due.day}"
        owner_told(duty, notices.MOVED, key=key, values={"was": was.isoformat()})
    ledger_told(system_of(duty.institution_id), duty, events.DUTY_MOVED, before=before, after=_days(duty))
    return True


def duty_closed(
    duty: Duty, state: State, event: EventType, *, actor: Actor, side: str = "", remark: str = "", reason: str = ""
) -> None:
    """Close a duty."""
    duty.state, duty.closed_on, duty.closed_by_id = state, today_of(duty.institution_id), actor.person_id
    duty.closed_side, duty.remark, duty.reason, duty.acts_on = side, remark, reason, None
    duty.changed_at = timezone.now()
    duty.save()
    after = {"state": state, "closed_on": duty.closed_on, "due_on": duty.due_on}
    after |= {name: said for name, said in (("remark", remark), ("reason", reason)) if said}
    ledger_told(actor, duty, event, before={"state": State.OPEN}, after=after)


def reschedule(duty: Duty) -> None:
    """Say anew when something comes of a duty by itself."""
    goes_on = bool(duty.every) and not Duty.objects.filter(series=duty.series, number__gt=duty.number).exists()
    duty.acts_on = _acts_on(duty, told=leads_told(duty), goes_on=goes_on)


def leads_told(duty: Duty) -> set[int]:
    """The lead times of its day of which somebody was told."""
    told = duty.reminders.filter(due_on=duty.due_on, is_escalation=False)
    return set(told.values_list("lead_d", flat=True))


def _armed(duty: Duty) -> dict[str, object]:
    return {"duty_kind": duty.kind} | {name: getattr(duty, name) for name in _FACTS}


def _acts_on(duty: Duty, *, told: Collection[int], goes_on: bool) -> date | None:
    return acts_on(
        due_on=duty.due_on, leads=duty.leads, told=told, grace_d=duty.grace_d,
        is_escalated=duty.escalated_on is not None, goes_on=goes_on,
    )  # fmt: skip


def _days(duty: Duty) -> dict[str, object]:
    return {"anchor_on": duty.anchor_on, "due_on": duty.due_on, "is_provisional": duty.is_provisional}
