"""Reveals and canaries, as far as an actor may see them, and what is left of the day's budget."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.personal.models import Allowance, Canary, Reveal
from guanbao.platform.personal.permissions import CANARY_EDIT, PERSONAL_REVEAL, REVEAL_VIEW


def reveals_visible(*, actor: Actor) -> QuerySet[Reveal]:
    """Those of data for which the actor's institution answers, for who oversees all of it."""
    rows = Reveal.objects.select_related("person", "organisation")
    return rows.filter(owner=actor.organisation_id) if reach(actor, REVEAL_VIEW).whole else rows.none()


def canaries_visible(*, actor: Actor) -> QuerySet[Canary]:
    """The institution's own, for who plants them."""
    rows = Canary.objects.select_related("planted_by")
    return rows.filter(owner=actor.organisation_id) if reach(actor, CANARY_EDIT).whole else rows.none()


def is_canary(record: str, record_id: int) -> bool:
    """Whether a record is one now; where the database limits rows, only its owner's people are told."""
    return Canary.objects.filter(record=record, record_id=record_id, lifted_at=None).exists()


def allowed_to(*, actor: Actor) -> int:
    """How many values the actor may reveal in a day, by the side that they act for."""
    side = reach(actor, PERSONAL_REVEAL).side
    return 0 if side is None else int(settings.GUANBAO_REVEALS[Side(side).value])


def allowance_today(*, actor: Actor) -> Allowance:
    """What the actor may reveal today and what of it is used; unsaved where nothing is yet."""
    day = timezone.localdate()
    held = Allowance.objects.filter(person=actor.person_id, day=day).first()
    return held or Allowance(person_id=actor.person_id or 0, day=day, allowed=allowed_to(actor=actor))
