"""Writes of records of entrusted processing."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.selectors import ARRANGEMENTS, OF_ARRANGEMENT
from guanbao.apps.privacy import events
from guanbao.apps.privacy.errors import EntrustmentSettled
from guanbao.apps.privacy.models import Entrustment
from guanbao.apps.privacy.permissions import ENTRUSTMENT_EDIT, ENTRUSTMENT_SETTLE
from guanbao.platform.access.reach import need_object
from guanbao.platform.access.writes import row_add, row_edit
from guanbao.platform.actors import Actor
from guanbao.platform.changes import need_known
from guanbao.platform.wording import told

EDITED = (
    "purpose", "begins_on", "finishes_on", "method", "kinds", "is_sensitive", "protection", "duties", "at_end",
    "sub_entrusted_to", "consented_on", "assessed_on",
)  # fmt: skip


def entrustment_add(*, actor: Actor, arrangement: Arrangement, **facts: object) -> Entrustment:
    """Record what a contractor does with personal data for one purpose.

    Raises NotPermitted; ValidationError by field.
    """
    need_object(actor, ENTRUSTMENT_EDIT, arrangement, ARRANGEMENTS)
    need_known(facts, EDITED)
    event = events.ENTRUSTMENT_ADDED
    return row_add(Entrustment(), actor=actor, event=event, columns=OF_ARRANGEMENT, arrangement=arrangement, **facts)


def entrustment_edit(*, actor: Actor, entrustment: Entrustment, **facts: object) -> Entrustment:
    """Correct a record. Raises NotPermitted, EntrustmentSettled; ValidationError by field."""
    need_object(actor, ENTRUSTMENT_EDIT, entrustment, OF_ARRANGEMENT)
    need_known(facts, EDITED)
    with transaction.atomic():
        _need_open(entrustment)
        event = events.ENTRUSTMENT_EDITED
        return row_edit(entrustment, actor=actor, event=event, columns=OF_ARRANGEMENT, **facts)


def entrustment_settle(
    *, actor: Actor, entrustment: Entrustment, settled_on: date | None, settlement: str
) -> Entrustment:
    """Record that the data were returned or deleted, and how that was proved; nothing is changed afterwards.

    Raises NotPermitted, EntrustmentSettled; ValidationError by field.
    """
    need_object(actor, ENTRUSTMENT_SETTLE, entrustment, OF_ARRANGEMENT)
    if settled_on is None:
        raise ValidationError({"settled_on": told("State the day.")})
    if settled_on > timezone.localdate():
        raise ValidationError({"settled_on": told("This day has not come yet.")})
    with transaction.atomic():
        _need_open(entrustment)
        event = events.ENTRUSTMENT_SETTLED
        return row_edit(
            entrustment, actor=actor, event=event, columns=OF_ARRANGEMENT, settled_on=settled_on, settlement=settlement
        )


def _need_open(entrustment: Entrustment) -> None:
    """That it was not settled; it stays so until the transaction ends."""
    if Entrustment.objects.select_for_update().get(pk=entrustment.pk).settled_on is not None:
        raise EntrustmentSettled
