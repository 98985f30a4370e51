"""What comes of time: reminders, each once for a duty and its day; what is overdue goes up; what recurs goes on."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from guanbao.platform.actors import system_of
from guanbao.platform.obligations import events, notices
from guanbao.platform.obligations.calendars import today_of
from guanbao.platform.obligations.choices import State
from guanbao.platform.obligations.days import owed
from guanbao.platform.obligations.models import Duty, Reminder
from guanbao.platform.obligations.services.series import duty_follow, held, leads_told, reschedule
from guanbao.platform.obligations.services.telling import above_told, ledger_told, owner_of, owner_told


def duties_acting(now: datetime) -> list[int]:
    """The duties of which something may be owed: somewhere it is a day later than in Greenwich."""
    latest = now.astimezone(UTC).date() + timedelta(days=1)
    rows = Duty.objects.filter(state=State.OPEN, acts_on__lte=latest)
    return list(rows.order_by("acts_on", "pk").values_list("pk", flat=True))


def duty_act(*, pk: int, now: datetime) -> Counter[str]:
    """Do what is owed of a duty by now; asked again, or by two at once, nothing more."""
    done: Counter[str] = Counter()
    with transaction.atomic():
        duty = held(pk=pk, state=State.OPEN).first()
        if duty is None:
            return done
        today = today_of(duty.institution_id, now)
        told = leads_told(duty)
        found = owed(
            today=today, due_on=duty.due_on, leads=duty.leads, told=told, grace_d=duty.grace_d,
            is_escalated=duty.escalated_on is not None,
        )  # fmt: skip
        if found.leads:
            rows = [Reminder(duty=duty, due_on=duty.due_on, lead_d=lead, at=now) for lead in found.leads]
            Reminder.objects.bulk_create(rows)
            _remind(duty, today, lead=found.leads[0])
            done["reminded"] += 1
        is_told = found.escalates and _escalate(duty, today, now)
        done["escalated"] += is_told
        if duty.due_on <= today:
            done["armed"] += duty_follow(duty, today=today)
        reschedule(duty)
        if duty.acts_on is not None and duty.acts_on <= today:
            duty.acts_on = None  # what recurs has come to its end
        duty.save(update_fields=["acts_on", "escalated_on"])
        if is_told:
            after = {"due_on": duty.due_on, "escalate_to": duty.escalate_to or duty.role}
            ledger_told(system_of(duty.institution_id), duty, events.DUTY_ESCALATED, after=after)
    return +done  # without what is none


def _remind(duty: Duty, today: date, *, lead: int) -> None:
    """One notice, for the nearest of the lead times that have come."""
    left = (duty.due_on - today).days
    kind = notices.LATE if left < 0 else notices.DUE if left else notices.TODAY
    owner_told(duty, kind, key=f"{duty.pk}-{duty.due_on}-{lead}", values={"left": left})


def _escalate(duty: Duty, today: date, now: datetime) -> bool:
    """To the post above, once for its day; whether it was told now."""
    duty.escalated_on = today
    _row, is_new = Reminder.objects.get_or_create(
        duty=duty, due_on=duty.due_on, lead_d=0, is_escalation=True, defaults={"at": now}
    )
    if is_new:
        above_told(duty, notices.ESCALATED, key=f"{duty.pk}-{duty.due_on}", values={"owner": owner_of(duty)})
    return is_new
