"""The one way to read what is covered, and canaries."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.reach import need, need_object
from guanbao.platform.access.tenancy import limited_to
from guanbao.platform.actors import Actor, system_of
from guanbao.platform.covering import Covered
from guanbao.platform.identity.models import Organisation
from guanbao.platform.ledger.services import ledger_append, ledger_read
from guanbao.platform.notices.declaring import NoticeKind
from guanbao.platform.notices.services import notice_send
from guanbao.platform.personal import events, notices
from guanbao.platform.personal.attaching import record_of
from guanbao.platform.personal.choices import Purpose
from guanbao.platform.personal.errors import CanaryThere
from guanbao.platform.personal.models import Allowance, Canary, Reveal
from guanbao.platform.personal.permissions import CANARY_EDIT, PERSONAL_REVEAL
from guanbao.platform.personal.selectors import allowed_to, is_canary
from guanbao.platform.wording import told

_LEAST_REASON, _MOST_REASON = 4, 200  # characters; a dot is none


def personal_reveal(
    *, actor: Actor, record: str, record_id: int, fields: Collection[str], purpose: str, reason: str
) -> dict[str, str] | None:
    """Personal fields of a record in clear, by name; None where the day's budget does not reach for all of them.

    Either is recorded for who answers for the data, and in the ledger, before a value leaves. The first refusal of a
    day, and each canary, is told to them at once.

    Raises NothingToReveal, NotPermitted; ValidationError by field.
    """
    found, row = record_of(actor=actor, name=record, pk=record_id)
    need_object(actor, PERSONAL_REVEAL, row, found.columns)
    if actor.person_id is None or actor.organisation_id is None:
        raise NotPermitted(actor=actor.name, permission=PERSONAL_REVEAL.name)
    asked = tuple(name for name in found.fields if name in fields and getattr(row, name))
    _need_reason(asked, fields, found.fields, purpose, reason)
    owner, scopes = found.owner_of(row, actor), found.columns.scopes_of(row)
    with transaction.atomic():
        allowance, is_within = _use(actor, len(asked))
        with limited_to(system_of(owner)):  # a contractor's people read no canaries and keep no book of reveals
            is_bait = is_canary(record, row.pk)
            is_first = not is_within and not _was_refused(actor, owner)
            kept = Reveal.objects.create(
                owner_id=owner, at=timezone.now(), person_id=actor.person_id, organisation_id=actor.organisation_id,
                record=record, record_id=row.pk, fields=list(asked), purpose=purpose, reason=reason,
                is_refused=not is_within, is_canary=is_bait,
            )  # fmt: skip
            if is_bait:
                by = {"record": record, "record_id": row.pk, "by": actor.key}
                own = {"institution": owner}
                ledger_append(actor=system_of(owner), event=events.CANARY_TOUCHED, subject=kept, after=by, scopes=own)
                _alert(actor, notices.CANARY_TOUCHED, owner, f"reveal {kept.pk}")
            if is_first:
                said = {"allowed": allowance.allowed, "day": f"{allowance.day}"}
                _alert(actor, notices.REVEALS_EXHAUSTED, owner, f"person {actor.person_id} {allowance.day}", **said)
        if not is_within:
            after = {"fields": list(asked), "reason": reason, "allowed": allowance.allowed}
            ledger_append(actor=actor, event=events.REVEAL_REFUSED, subject=row, after=after, scopes=scopes)
            return None
        ledger_read(actor=actor, subject=row, fields=asked, reason=reason, scopes=scopes)
        return {name: _clear(getattr(row, name)) for name in asked}


def canary_plant(*, actor: Actor, record: str, record_id: int) -> Canary:
    """Have each reveal of a record told at once. Raises NothingToReveal, NotPermitted, CanaryThere."""
    found, row = record_of(actor=actor, name=record, pk=record_id)
    need_object(actor, CANARY_EDIT, row, found.columns)
    if actor.person_id is None:
        raise NotPermitted(actor=actor.name, permission=CANARY_EDIT.name)
    with transaction.atomic():
        if is_canary(record, row.pk):
            raise CanaryThere
        made = Canary.objects.create(
            owner_id=found.owner_of(row, actor), record=record, record_id=row.pk, planted_by_id=actor.person_id,
            planted_at=timezone.now(),
        )  # fmt: skip
        _told_of(actor, events.CANARY_PLANTED, made)
    return made


def canary_lift(*, actor: Actor, canary: Canary) -> Canary:
    """From now on its reveals are like any other. Raises NotPermitted."""
    need(actor, CANARY_EDIT)
    with transaction.atomic():
        held = Canary.objects.select_for_update().filter(pk=canary.pk, owner=actor.organisation_id).first()
        if held is None:
            raise NotPermitted(actor=actor.name, permission=CANARY_EDIT.name)
        if held.lifted_at is None:
            held.lifted_at = timezone.now()
            held.save(update_fields=["lifted_at"])
            _told_of(actor, events.CANARY_LIFTED, held)
    return held


def _use(actor: Actor, number: int) -> tuple[Allowance, bool]:
    """Take so many values of the day's budget, if it has them; the budget, and whether it did."""
    whose = {"person_id": actor.person_id, "day": timezone.localdate()}
    Allowance.objects.get_or_create(**whose, defaults={"allowed": allowed_to(actor=actor)})
    held = Allowance.objects.select_for_update().get(**whose)
    if number > held.left:
        return held, False
    held.used += number
    held.save(update_fields=["used"])
    return held, True


def _was_refused(actor: Actor, owner: int) -> bool:
    """Whether they were refused data of that owner's today."""
    begun = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return Reveal.objects.filter(owner=owner, person=actor.person_id, is_refused=True, at__gte=begun).exists()


def _alert(actor: Actor, kind: NoticeKind, owner: int, key: str, **said: Any) -> None:  # noqa: ANN401 - values of a notice
    organisation = Organisation.objects.get(pk=actor.organisation_id or 0)
    names = {"who": actor.name, "organisation": organisation.name}
    notice_send(actor=actor, kind=kind, organisation_id=owner, scopes={}, key=key, url="/reveals/", values=names | said)


def _told_of(actor: Actor, event: Any, canary: Canary) -> None:  # noqa: ANN401 - a type of event
    after = {"record": canary.record, "record_id": canary.record_id}
    ledger_append(actor=actor, event=event, subject=canary, after=after, scopes={"institution": canary.owner_id})


def _need_reason(
    asked: Collection[str], fields: Collection[str], known: Collection[str], purpose: str, reason: str
) -> None:
    """That something is asked for, that there is, and why. Raises ValidationError by field."""
    wrong = {}
    if not asked or set(fields) - set(known):
        wrong["fields"] = told("Choose what is to be shown; of what is empty there is nothing.")
    if purpose not in Purpose.values:
        wrong["purpose"] = told("Choose a purpose.")
    if len(reason.strip()) < _LEAST_REASON or len(reason) > _MOST_REASON or "\0" in reason:
        wrong["reason"] = told("Say in a few words why; it stands in the ledger.")
    if wrong:
        raise ValidationError(wrong)


def _clear(value: Covered) -> str:
    return value.clear
