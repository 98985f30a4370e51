"""How duties hang on records: a date that is there arms one, one that moves moves it, one that goes ends it.

It is the institution's system that does so, whoever changed the record: also a contractor, whose own transaction sees
no duty that is not theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Model

from guanbao.platform.access.roles import roles_shipped
from guanbao.platform.access.tenancy import limited_to
from guanbao.platform.actors import SYSTEM, Actor, system_of
from guanbao.platform.identity.choices import Side
from guanbao.platform.ledger.events import EventType
from guanbao.platform.obligations import events
from guanbao.platform.obligations.calendars import today_of, workdays_of
from guanbao.platform.obligations.choices import State
from guanbao.platform.obligations.days import LATEST
from guanbao.platform.obligations.declaring import OWN, Carrier, DutyKind, carrier_named, carriers, kinds_on, side_of
from guanbao.platform.obligations.models import Duty
from guanbao.platform.obligations.services.series import duty_closed, duty_follow, duty_moved, duty_new, held
from guanbao.platform.obligations.services.telling import both

_SPACE = UUID("6f0c3f0e-6f5b-4d1c-9a53-0f4f4a1b6d10")  # of series that are known by what they are of
_PAGE = 500
_LABEL = 300


def changed(_actor: Actor, row: Model) -> None:
    """A row was changed, or somebody read it, in this transaction: where its duties no longer fit, arm them anew."""
    for carrier in carriers():
        if isinstance(row, carrier.model):
            with limited_to(SYSTEM):
                if not _fits(carrier, row):
                    record_arm(carrier, row.pk)


def record_changed(name: str, pk: int) -> None:
    """What tells that a duty of a record is met, or arms one, was changed beside it. Within a transaction."""
    if (carrier := carrier_named(name)) is not None:
        with limited_to(SYSTEM):
            record_arm(carrier, pk)


def records_arming() -> Iterator[tuple[Carrier, int]]:
    """Every record that has duties, or a date that arms one."""
    for carrier in carriers():
        kinds = kinds_on(carrier)
        keys = carrier.model._default_manager.order_by("pk").values_list("pk", flat=True)  # noqa: SLF001 - any model's
        every = list(keys)
        for page in (every[at : at + _PAGE] for at in range(0, len(every), _PAGE)):
            known = set(
                Duty.objects.filter(record=carrier.name, record_id__in=page).values_list("record_id", flat=True)
            )
            for row in carrier.model._default_manager.filter(pk__in=page):  # noqa: SLF001
                if row.pk in known or any(kind.day(row) is not None for kind in kinds):
                    yield carrier, row.pk
        there = carrier.model._default_manager.values("pk")  # noqa: SLF001
        gone = Duty.objects.filter(record=carrier.name, state=State.OPEN).exclude(record_id__in=there)
        yield from ((carrier, pk) for pk in gone.values_list("record_id", flat=True).distinct())


def record_arm(carrier: Carrier, pk: int) -> int:
    """Bring the duties of a record to what it says now; how many came, moved or went. Within a transaction."""
    row, done = carrier.row(pk), 0
    is_over = row is None or carrier.is_over(row)
    for kind in kinds_on(carrier) if row is not None else ():
        done += _of_kind(carrier, kind, row, is_over=is_over)
    for duty in held(record=carrier.name, record_id=pk, state__in=(State.OPEN, State.LAPSED)):
        if is_over and duty.state == State.OPEN:
            done += _end(duty, State.LAPSED, events.DUTY_LAPSED)
        elif not is_over and duty.kind == OWN:
            done += _own(carrier, duty, row)
    return done


def series_of(*parts: object) -> UUID:
    """The series of what there is once, such as a kind for a record."""
    return uuid5(_SPACE, "|".join(map(str, parts)))


def parties(carrier: Carrier, row: Any, *, role: str, is_shared: bool) -> dict[str, Any]:  # noqa: ANN401 - a model
    """Whose a duty about a row is, and who does it."""
    scopes, side = carrier.scopes(row), side_of(role, roles_shipped())
    shown = is_shared or side == Side.CONTRACTOR
    return {
        "institution_id": scopes[Side.INSTITUTION],
        "shared_with_id": scopes.get(Side.CONTRACTOR) if shown else None,
        "is_shared": shown,
        "side": side,
        "record": carrier.name,
        "record_id": row.pk,
        "label": carrier.label(row)[:_LABEL],
    }


def _fits(carrier: Carrier, row: Any) -> bool:  # noqa: ANN401 - a model
    """Whether nothing of a row's duties is other than the row says: most events of a record change no date of it."""
    known = list(Duty.objects.filter(record=carrier.name, record_id=row.pk).order_by("number"))
    is_over, lasts = carrier.is_over(row), {duty.series: duty for duty in known}
    for kind in kinds_on(carrier):
        last, day = lasts.get(series_of(kind.name, carrier.name, row.pk)), None if is_over else kind.day(row)
        if day is None and last is not None and last.state == State.OPEN:
            return False
        if day is not None and (last is None or last.state == State.LAPSED or last.anchor_on != day):
            return False
    if not known:
        return True
    label, contractor = carrier.label(row)[:_LABEL], carrier.scopes(row).get(Side.CONTRACTOR)
    return not any(
        duty.label != label
        or duty.shared_with_id != (contractor if duty.is_shared else None)
        or (duty.kind == OWN and duty.anchor and carrier.date_of(row, duty.anchor) != duty.anchor_on)
        or is_over
        for duty in known
        if duty.state == State.OPEN or (duty.state == State.LAPSED and duty.kind == OWN and duty.anchor and not is_over)
    )


def _of_kind(carrier: Carrier, kind: DutyKind, row: Any, *, is_over: bool) -> int:  # noqa: ANN401 - a model
    """The duties of a kind that a row has: those that are open, then the one that is missing."""
    known = list(held(series=series_of(kind.name, carrier.name, row.pk)))
    anchor = None if is_over else kind.day(row)
    if anchor is not None and anchor > LATEST:
        anchor = None
    if anchor is None and not known:
        return 0
    of = parties(carrier, row, role=kind.role, is_shared=kind.is_shared)
    done = sum(_judge(carrier, duty, kind, row, anchor) for duty in known if duty.state == State.OPEN)
    last = known[-1] if known else None
    if anchor is None or (last is not None and last.state == State.OPEN):
        return done
    return done + _missing(kind, row, anchor, of, last)


def _judge(carrier: Carrier, duty: Duty, kind: DutyKind, row: Any, anchor: date | None) -> int:  # noqa: ANN401
    """An open duty of a kind: done on the record, no longer due, or where its day is now."""
    _refresh(carrier, duty, row)
    if kind.met(row, duty.rule.nominal(duty.anchor_on, duty.number, workdays_of(duty.institution_id)).day):
        return _end(duty, State.DONE, events.DUTY_DONE)
    if anchor is None:
        return _end(duty, State.LAPSED, events.DUTY_LAPSED)
    return duty_moved(duty, anchor_on=anchor)


def _missing(kind: DutyKind, row: Any, anchor: date, of: dict[str, Any], last: Duty | None) -> int:  # noqa: ANN401
    """Where nothing is open although a date arms it: what follows, what comes back, or a new one."""
    rule, working, today = kind.rule, workdays_of(of["institution_id"]), today_of(of["institution_id"])
    number = rule.first(anchor, today, working)
    if last is not None:
        if last.state != State.LAPSED and rule.every:
            return duty_follow(last, today=today)
        if last.state != State.LAPSED and last.anchor_on == anchor:
            return 0
        if last.state == State.LAPSED and last.number >= number:
            return duty_moved(last, anchor_on=anchor, opens=True)
        number = max(number, last.number + 1)
    called = both(kind.title)
    values = of | {
        "kind": kind.name, "title": called["zh"], "title_en": called["en"], "role": kind.role, "anchor_on": anchor,
        "every": rule.every, "offset": rule.offset, "rolls": rule.rolls, "leads": list(kind.leads),
        "series": series_of(kind.name, of["record"], row.pk), "grace_d": kind.grace_d, "escalate_to": kind.escalate_to,
    }  # fmt: skip
    made = duty_new(values, number=number, due=rule.due(anchor, number, working), actor=system_of(of["institution_id"]))
    return int(made is not None)


def _own(carrier: Carrier, duty: Duty, row: Any) -> int:  # noqa: ANN401 - a model
    """A duty that somebody added: it goes with the date of the record that it is counted from, and with its parties."""
    anchor = carrier.date_of(row, duty.anchor) if duty.anchor else duty.anchor_on
    if duty.state == State.LAPSED:
        return duty_moved(duty, anchor_on=anchor, opens=True) if duty.anchor and anchor is not None else 0
    _refresh(carrier, duty, row)
    if anchor is None:
        return _end(duty, State.LAPSED, events.DUTY_LAPSED)
    return duty_moved(duty, anchor_on=anchor)


def _refresh(carrier: Carrier, duty: Duty, row: Any) -> None:  # noqa: ANN401 - a model
    """Show it to whom the record belongs now, and to nobody else."""
    of = parties(carrier, row, role=duty.role, is_shared=duty.is_shared)
    if (duty.shared_with_id, duty.label) != (of["shared_with_id"], of["label"]):
        duty.shared_with_id, duty.label = of["shared_with_id"], of["label"]
        duty.save(update_fields=["shared_with", "label"])


def _end(duty: Duty, state: State, event: EventType) -> int:
    duty_closed(duty, state, event, actor=system_of(duty.institution_id))
    return 1
