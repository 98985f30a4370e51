"""Notices, as far as an actor may see them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from guanbao.platform.access.permissions import Permission
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.notices.models import Delivery, Endpoint, Receipt, Wishes
from guanbao.platform.notices.permissions import DELIVERY_VIEW, ENDPOINT_VIEW, NOTICE_VIEW


def receipts_visible(*, actor: Actor) -> QuerySet[Receipt]:
    """One's own notices in the organisation that one acts for."""
    found = Receipt.objects.select_related("notice")
    if actor.kind == "system":
        return found
    if reach(actor, NOTICE_VIEW).is_empty:
        return found.none()
    return found.filter(person=actor.person_id, notice__organisation=actor.organisation_id)


def receipts_unread(*, actor: Actor) -> QuerySet[Receipt]:
    """Of these the unread."""
    return receipts_visible(actor=actor).filter(read_at=None)


def deliveries_visible(*, actor: Actor) -> QuerySet[Delivery]:
    """What went where, of the organisation."""
    return _of_organisation(actor, DELIVERY_VIEW, Delivery.objects.all(), "notice__organisation")


def endpoints_visible(*, actor: Actor) -> QuerySet[Endpoint]:
    """Where the organisation has notices sent by machine."""
    return _of_organisation(actor, ENDPOINT_VIEW, Endpoint.objects.all(), "organisation")


def wishes_of(*, actor: Actor) -> Wishes:
    """How the actor wishes to be told; what holds for everybody, where they said nothing."""
    return Wishes.objects.filter(person=actor.person_id).first() or Wishes(person_id=actor.person_id or 0)


def _of_organisation(actor: Actor, permission: Permission, rows: QuerySet[Any], lookup: str) -> QuerySet[Any]:
    if actor.kind == "system":
        return rows
    ours = Q(**{lookup: actor.organisation_id})
    return rows.filter(ours) if reach(actor, permission).whole else rows.none()
