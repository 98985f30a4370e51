"""Writes of notices: sending one, reading one, and how one wishes to be told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from django.db import transaction
from django.utils import timezone

from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.reach import need
from guanbao.platform.actors import Actor, system_of
from guanbao.platform.changes import row_change
from guanbao.platform.identity.models import Person
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.notices import events
from guanbao.platform.notices.choices import AGAIN, State
from guanbao.platform.notices.declaring import NoticeKind
from guanbao.platform.notices.errors import DeliveryUnended
from guanbao.platform.notices.models import Delivery, Receipt, Wishes
from guanbao.platform.notices.permissions import DELIVERY_AGAIN, NOTICE_VIEW
from guanbao.platform.tasks.services import job_start

Value = str | int | Mapping[str, str]


def notice_send(
    *,
    actor: Actor,
    kind: NoticeKind,
    organisation_id: int,
    scopes: Mapping[str, int],
    key: str,
    url: str = "",
    role: str = "",
    person_id: int | None = None,
    values: Mapping[str, Value],
) -> None:
    """Tell an organisation's people who hold the kind's permission over what these scopes name, but not the actor.

    Of these only who holds it by a `role`, or that one person, where they are named.

    It goes out once the transaction around this stands, and once for each `key`. `values` fill the kind's sentence; one
    that differs by language is `{"zh": …, "en": …}`. `url` leads to what it is about, on this site.
    """
    told = {
        "kind": kind.name, "organisation": organisation_id, "scopes": dict(scopes), "key": key, "url": url,
        "values": {name: dict(held) if isinstance(held, Mapping) else held for name, held in values.items()},
        "but": actor.person_id, "role": role, "person": person_id,
    }  # fmt: skip
    job_start(
        actor=system_of(organisation_id),
        kind="notice.spread",
        arguments=told,
        key=f"{organisation_id} {kind.name} {key}",
    )


def receipt_read(*, actor: Actor, receipt: Receipt) -> Receipt:
    """Mark a notice of one's own as read. Raises NotPermitted."""
    with transaction.atomic():
        rows = Receipt.objects.select_for_update(of=("self",)).select_related("notice")
        held = rows.filter(pk=receipt.pk, person=actor.person_id, notice__organisation=actor.organisation_id).first()
        if held is None:
            raise NotPermitted(actor=actor.name, permission=NOTICE_VIEW.name)
        if held.read_at is None:
            held.read_at = timezone.now()
            held.save(update_fields=["read_at"])
    return held


def wishes_set(
    *,
    actor: Actor,
    by_email: bool,
    by_sms: bool,
    mobile: str,
    daily: bool,
    quiet_from: time | None,
    quiet_until: time | None,
    muted: list[str],
) -> Wishes:
    """Say how one wishes to be told oneself. Raises NotPermitted; ValidationError by field."""
    if actor.person_id is None:
        raise NotPermitted(actor=actor.name, permission=NOTICE_VIEW.name)
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=actor.person_id)
        row = Wishes.objects.filter(person=actor.person_id).first() or Wishes(person_id=actor.person_id)
        is_new = row.pk is None
        change = row_change(
            row, by_email=by_email, by_sms=by_sms, mobile=mobile, daily=daily, quiet_from=quiet_from,
            quiet_until=quiet_until, muted=sorted(muted),
        )  # fmt: skip
        row.save()
        if is_new or change.after:
            ledger_append(
                actor=actor, event=events.WISHES_CHANGED, subject=row, before=_plain(change.before),
                after=_plain(change.after),
            )  # fmt: skip
    return row


def delivery_again(*, actor: Actor, delivery: Delivery) -> Delivery:
    """Send once more what failed, or what may have been sent; a summary as a whole, by the delivery that leads it.

    Raises NotPermitted, DeliveryUnended.
    """
    if not need(actor, DELIVERY_AGAIN).whole:
        raise NotPermitted(actor=actor.name, permission=DELIVERY_AGAIN.name)
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(of=("self",)).select_related("notice")
        held = rows.filter(pk=delivery.pk, notice__organisation=actor.organisation_id).first()
        if held is None:
            raise NotPermitted(actor=actor.name, permission=DELIVERY_AGAIN.name)
        if held.state not in AGAIN or held.together_id is not None:
            raise DeliveryUnended
        said = {"channel": held.channel, "state": held.state}
        held.state, held.attempts, held.error_en, held.error_zh = State.WAITING, 0, "", ""
        held.save()
        job_start(actor=system_of(actor.organisation_id), kind="notice.deliver", arguments={"delivery": held.pk})
        ledger_append(actor=actor, event=events.DELIVERY_AGAIN, subject=held, before=said, after=said)
    return held


def _plain(values: Mapping[str, object]) -> dict[str, Any]:
    """Times of the day as the ledger holds them."""
    return {name: f"{held:%H:%M}" if isinstance(held, time) else held for name, held in values.items()}
