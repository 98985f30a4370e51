"""What people do with duties: add, change, hand over, do, excuse and cancel them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, Q
from django.utils import timezone

from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.permissions import Permission
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.changes import need_known, row_plain
from guanbao.platform.identity.choices import Side
from guanbao.platform.identity.models import Person
from guanbao.platform.identity.selectors import member_on
from guanbao.platform.obligations import events
from guanbao.platform.obligations.calendars import today_of, workdays_of
from guanbao.platform.obligations.choices import State
from guanbao.platform.obligations.days import LATEST, Rule
from guanbao.platform.obligations.declaring import OWN, Carrier, carrier_named
from guanbao.platform.obligations.errors import DutyClosed, DutyNotYours, DutyOfRecord, DutyThere
from guanbao.platform.obligations.models import Duty
from guanbao.platform.obligations.permissions import DUTY_DO, DUTY_EDIT, DUTY_EXCUSE
from guanbao.platform.obligations.selectors import duties_own, duties_reached
from guanbao.platform.obligations.services.arming import parties
from guanbao.platform.obligations.services.series import (
    duty_closed,
    duty_follow,
    duty_moved,
    duty_new,
    held,
    reschedule,
)
from guanbao.platform.obligations.services.telling import ledger_told
from guanbao.platform.wording import told

EARLIEST = date(1990, 1, 1)
HANDED = ("role", "person")
EDITED = ("title", "title_en", "anchor_on", "offset", "every", "rolls", "until_on", "leads", "grace_d", "escalate_to")


def duty_add(
    *,
    actor: Actor,
    carrier: Carrier,
    row: Model,
    anchor: str = "",
    anchor_on: date | None = None,
    series: UUID | None = None,
    template: str = "",
    **facts: Any,  # noqa: ANN401 - of the fields in HANDED and EDITED, and `is_shared`
) -> Duty:
    """Add a duty about a record, counted from a day or from a date of the record by name.

    Of what recurs the first that is armed is the first that is not over. Raises NotPermitted; DutyThere: that series
    runs; ValidationError by field.
    """
    if not carrier.reached(actor, DUTY_EDIT).filter(pk=row.pk).exists():
        raise NotPermitted(actor=actor.name, permission=DUTY_EDIT.name)
    with transaction.atomic():
        row = carrier.row(row.pk)  # as it is stored: whoever asks may hold an older one
        day = _anchor(carrier, row, anchor, anchor_on)
        of = parties(carrier, row, role=str(facts.get("role", "")), is_shared=bool(facts.pop("is_shared", False)))
        made = Duty(anchor=anchor, anchor_on=day, template=template, kind=OWN, series=series or uuid4(), **of, **facts)
        made.due_on, made.changed_at = day, timezone.now()
        _check(made)
        last = held(series=made.series).last() if series else None
        if last is not None and last.state not in (State.CANCELLED, State.LAPSED, State.DONE):
            raise DutyThere(title=made.called)
        working = workdays_of(made.institution_id)
        number = made.rule.first(day, today_of(made.institution_id), working)
        if last is not None:
            number = max(number, last.number + 1)
        due = made.rule.due(day, number, working)
        left_out = ("id", "number", "due_on", "is_provisional", "changed_at", "acts_on")
        values = {f.attname: getattr(made, f.attname) for f in Duty._meta.concrete_fields if f.attname not in left_out}  # noqa: SLF001
        done = duty_new(values, number=number, due=due, actor=actor)
        if done is None:
            raise DutyThere(title=made.called)
    return done


def duty_edit(*, actor: Actor, duty: Duty, **facts: Any) -> Duty:  # noqa: ANN401 - of the fields in EDITED
    """Change a duty that was added by hand, and its day with it; what was closed of it stays as it is.

    Raises NotPermitted, DutyClosed; DutyOfRecord: its day is the record's; ValidationError by field.
    """
    need_known(facts, EDITED)
    with transaction.atomic():
        duty = _open(actor, DUTY_EDIT, duty)
        if duty.kind != OWN:
            raise DutyOfRecord
        day = facts.pop("anchor_on", None)
        if duty.anchor and day not in (None, duty.anchor_on):
            raise ValidationError({"anchor_on": told("The day is the record's own: correct it there.")})
        facts["anchor_on"] = duty.anchor_on if duty.anchor else _day(day)
        before, moved_from = {name: row_plain(duty, name) for name in facts}, duty.anchor_on
        for name, value in facts.items():
            setattr(duty, name, value)
        _check(duty)
        _changed(actor, duty, before)
        anchor_on, duty.anchor_on = duty.anchor_on, moved_from
        duty_moved(duty, anchor_on=anchor_on)
        duty_follow(duty, today=today_of(duty.institution_id))
    return duty


def duty_hand(*, actor: Actor, duty: Duty, role: str, person_id: int | None = None) -> Duty:
    """Have another post do it, or a person by name. Raises NotPermitted, DutyClosed; ValidationError by field."""
    with transaction.atomic():
        duty = _open(actor, DUTY_EDIT, duty)
        before = {name: row_plain(duty, name) for name in (*HANDED, "is_shared")}
        duty.role, duty.person = role, _person(duty, person_id)
        carrier_of = _carrier(duty)
        row = carrier_of.row(duty.record_id)
        for name, value in parties(carrier_of, row, role=role, is_shared=duty.is_shared).items():
            setattr(duty, name, value)
        _check(duty)
        _changed(actor, duty, before)
    return duty


def duty_do(*, actor: Actor, duty: Duty, remark: str) -> Duty:
    """Record that a duty is done, with the proof of it.

    Raises NotPermitted, DutyNotYours, DutyClosed; ValidationError: no remark.
    """
    if not remark.strip():
        raise ValidationError({"remark": told("Say what was done, and where the proof is.")})
    with transaction.atomic():
        held_ = _open(actor, DUTY_DO, duty)
        edits = duties_reached(actor=actor, permission=DUTY_EDIT).filter(pk=duty.pk).exists()
        if not edits and not duties_own(actor=actor).filter(pk=duty.pk).exists():
            raise DutyNotYours
        duty_closed(held_, State.DONE, events.DUTY_DONE, actor=actor, side=_side(actor, DUTY_DO), remark=remark)
        duty_follow(held_, today=today_of(held_.institution_id))
    return held_


def duty_excuse(*, actor: Actor, duty: Duty, reason: str) -> Duty:
    """Let a duty off this once; what recurs goes on. Raises NotPermitted, DutyClosed; ValidationError: no reason."""
    return _let_off(actor, DUTY_EXCUSE, duty, State.EXCUSED, reason)


def duty_cancel(*, actor: Actor, duty: Duty, reason: str) -> Duty:
    """End a duty, and what would follow. Raises NotPermitted, DutyClosed; ValidationError: no reason."""
    return _let_off(actor, DUTY_EDIT, duty, State.CANCELLED, reason)


def _let_off(actor: Actor, permission: Permission, duty: Duty, state: State, reason: str) -> Duty:
    if not reason.strip():
        raise ValidationError({"reason": told("Say why it is not to be done.")})
    event = events.DUTY_EXCUSED if state == State.EXCUSED else events.DUTY_CANCELLED
    with transaction.atomic():
        duty = _open(actor, permission, duty)
        every = [duty]
        if state == State.CANCELLED:
            every += [each for each in held(series=duty.series, state=State.OPEN) if each.pk != duty.pk]
        for each in every:
            duty_closed(each, state, event, actor=actor, side=_side(actor, permission), reason=reason)
        if state == State.EXCUSED:
            duty_follow(duty, today=today_of(duty.institution_id))
    return duty


def _open(actor: Actor, permission: Permission, duty: Duty) -> Duty:
    """The duty, held. Raises NotPermitted, DutyClosed."""
    if not duties_reached(actor=actor, permission=permission).filter(pk=duty.pk).exists():
        raise NotPermitted(actor=actor.name, permission=permission.name)
    found = held(pk=duty.pk).get()
    if found.state != State.OPEN:
        raise DutyClosed
    return found


def _side(actor: Actor, permission: Permission) -> str:
    return reach(actor, permission).side or Side.INSTITUTION


def _anchor(carrier: Carrier, row: Model, anchor: str, anchor_on: date | None) -> date:
    if not anchor:
        return _day(anchor_on)
    if anchor not in carrier.dates:
        raise ValidationError({"anchor": told("The record has no such date.")})
    day = carrier.date_of(row, anchor)
    if day is None:
        raise ValidationError({"anchor": told("The record does not say this date yet.")})
    return day


def _day(day: date | None) -> date:
    if day is None:
        raise ValidationError({"anchor_on": told("State the day from which it is counted.")})
    if not EARLIEST <= day <= LATEST:
        raise ValidationError(
            {"anchor_on": told("State a day between {first} and {last}.", first=EARLIEST, last=LATEST)}
        )
    return day


def _person(duty: Duty, person_id: int | None) -> Person | None:
    """Somebody of the institution's own people now. Raises ValidationError."""
    if person_id is None:
        return None
    member = member_on(timezone.localdate(), "memberships__") & Q(memberships__organisation=duty.institution_id)
    found = Person.objects.filter(member, pk=person_id, left_at=None, is_machine=False).first()
    if found is None:
        raise ValidationError({"person_id": told("Name somebody of the institution's own people.")})
    return found


def _check(duty: Duty) -> None:
    """That it can be kept. Raises ValidationError by field."""
    if isinstance(duty.leads, list):
        duty.leads = sorted({each for each in duty.leads if isinstance(each, int)} or set(duty.leads), reverse=True)
    duty.full_clean(exclude=("institution", "shared_with", "closed_by"), validate_unique=False)
    if not Rule(duty.every, duty.offset).is_written_well:
        raise ValidationError({"every": told("Choose one, or write working days such as 5wd.")})
    if duty.person_id is not None and duty.side == Side.CONTRACTOR:
        raise ValidationError({"person_id": told("Name nobody: the contractor's own people see to it.")})


def _changed(actor: Actor, duty: Duty, before: Mapping[str, object]) -> None:
    after = {name: row_plain(duty, name) for name in before}
    differ = [name for name in before if before[name] != after[name]]
    duty.changed_at = timezone.now()
    reschedule(duty)
    duty.save()
    if differ:
        was, now = ({name: of[name] for name in differ} for of in (before, after))
        ledger_told(actor, duty, events.DUTY_EDITED, before=was, after=now)


def _carrier(duty: Duty) -> Carrier:
    found = carrier_named(duty.record)
    if found is None:
        raise DutyClosed
    return found
