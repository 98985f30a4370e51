"""Writes of endpoints: where an organisation has its notices sent by machine."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.engine.language import explain
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.permissions import Permission
from guanbao.platform.access.reach import need
from guanbao.platform.actors import Actor
from guanbao.platform.changes import row_change
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.notices import egress, events
from guanbao.platform.notices.errors import AddressRefused
from guanbao.platform.notices.models import Endpoint
from guanbao.platform.notices.permissions import ENDPOINT_EDIT
from guanbao.platform.sealing import sealed
from guanbao.platform.wording import reader_language

SEAL = "endpoints"


def endpoint_add(
    *, actor: Actor, channel: str, name: str, address: str, secret: str = "", kinds: list[str] | None = None
) -> Endpoint:
    """Have notices of the actor's organisation sent to an address, of these kinds or all.

    Raises NotPermitted; ValidationError by field: the address is none that the installation allows.
    """
    _need_whole(actor, ENDPOINT_EDIT)
    with transaction.atomic():
        row = Endpoint(organisation_id=actor.organisation_id or 0, host=_host(address))
        row.address_sealed, row.secret_sealed = sealed(address, SEAL), sealed(secret, SEAL) if secret else ""
        change = row_change(row, channel=channel, name=name, kinds=sorted(kinds or []))
        row.save()
        ledger_append(actor=actor, event=events.ENDPOINT_ADDED, subject=row, after=change.after | {"host": row.host})
    return row


def endpoint_edit(*, actor: Actor, endpoint: Endpoint, name: str, kinds: list[str] | None = None) -> Endpoint:
    """Call an endpoint otherwise, or send it other kinds; another address is another endpoint. Raises NotPermitted."""
    _need_whole(actor, ENDPOINT_EDIT)
    with transaction.atomic():
        row = _ours(actor, endpoint)
        change = row_change(row, name=name, kinds=sorted(kinds or []))
        if change.after:
            row.save()
            ledger_append(
                actor=actor, event=events.ENDPOINT_EDITED, subject=row, before=change.before, after=change.after
            )
    return row


def endpoint_end(*, actor: Actor, endpoint: Endpoint) -> Endpoint:
    """Send nothing there any more; its address and secret are forgotten. Raises NotPermitted."""
    _need_whole(actor, ENDPOINT_EDIT)
    with transaction.atomic():
        row = _ours(actor, endpoint)
        if row.ended_at is None:
            row.ended_at = timezone.now()
            row.address_sealed = row.secret_sealed = ""
            row.save()
            ledger_append(
                actor=actor, event=events.ENDPOINT_ENDED, subject=row, before={"ended_at": None},
                after={"ended_at": row.ended_at},
            )  # fmt: skip
    return row


def _host(address: str) -> str:
    try:
        return egress.allowed(address).shown
    except AddressRefused as error:
        raise ValidationError({"address": explain(error, reader_language())}) from error


def _ours(actor: Actor, endpoint: Endpoint) -> Endpoint:
    row = Endpoint.objects.select_for_update().filter(pk=endpoint.pk, organisation=actor.organisation_id).first()
    if row is None:
        raise NotPermitted(actor=actor.name, permission=ENDPOINT_EDIT.name)
    return row


def _need_whole(actor: Actor, permission: Permission) -> None:
    if not need(actor, permission).whole or actor.organisation_id is None:
        raise NotPermitted(actor=actor.name, permission=permission.name)
