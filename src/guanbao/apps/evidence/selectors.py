"""The ledger, as far as an actor may read it, and how it stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.selectors import ARRANGEMENTS, arrangements_visible
from guanbao.apps.evidence.permissions import EVIDENCE_PACK, LEDGER_VIEW, LEDGER_VIEW_ACCESS
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.ledger.models import Checkpoint, Entry
from guanbao.platform.ledger.services import ledger_size
from guanbao.platform.tasks.choices import State
from guanbao.platform.tasks.models import Job

VERIFY = "ledger.verify"
# No contractor stands here: a pack tells of the gates, and is made for an inspector of the institution.
_INSIDE = replace(ARRANGEMENTS, contractor=None)
_SLACK = timedelta(minutes=5)  # an entry's time is taken before its place: they may be out of step by that at most


def entries_visible(*, actor: Actor, few: bool = False) -> QuerySet[Entry]:
    """A bank's entries to its auditors; to a contractor what its own people did; to an administrator what is of access.

    A grant that reaches only a part of the organisation opens none: an entry does not always say which part it is of.
    Where what else is asked for leaves `few`, SQLite is kept from walking through the whole institution to find them:
    a sum is looked up in no index.
    """
    found, rows = (
        reach(actor, LEDGER_VIEW),
        Entry.objects.alias(tenant=F("institution") + 0, by=F("organisation_id") + 0),
    )
    tenant, by = ("tenant", "by") if few else ("institution", "organisation_id")
    if found.everywhere:
        return rows
    if found.whole and found.side is Side.INSTITUTION:
        return rows.filter(**{tenant: actor.organisation_id})
    if found.whole:
        return rows.filter(**{by: actor.organisation_id})
    if reach(actor, LEDGER_VIEW_ACCESS).whole:
        return rows.filter(**{tenant: actor.organisation_id, "is_access": True})
    return rows.none()


def entries_of_arrangement(*, actor: Actor, arrangement: Arrangement) -> QuerySet[Entry]:
    """Those that the actor may read of an arrangement and of what belongs to it."""
    return entries_visible(actor=actor).filter(scopes__arrangement=arrangement.pk)


def arrangements_packed(*, actor: Actor) -> QuerySet[Arrangement]:
    """The arrangements whose evidence the actor may take in one archive."""
    return reach(actor, EVIDENCE_PACK).rows(arrangements_visible(actor=actor), _INSIDE)


def entries_asked(*, actor: Actor, asked: dict[str, Any]) -> QuerySet[Entry]:
    """Those that the actor may read and the filters let through, the newest first."""
    rows = entries_visible(actor=actor, few=bool(asked.get("request") or asked.get("object_id")))
    exact = {"event": "event", "object_type": "object_type", "object_id": "object_id", "request": "request_id"}
    rows = rows.filter(**{column: asked[name] for name, column in exact.items() if asked.get(name)})
    if asked.get("person") is not None:
        rows = rows.filter(person_id=asked["person"])
    # Checkpoints are made every hour: what they count tells where to look, so that no index of times is kept.
    counted = Checkpoint.objects.values_list("size", flat=True)
    if since := asked.get("since"):
        begun = _midnight(since)
        first = counted.filter(at__lt=begun).order_by("-size").first()
        rows = rows.filter(at__gte=begun, index__gte=first or 0)
    if until := asked.get("until"):
        ended = _midnight(until + timedelta(days=1))
        rows = rows.filter(at__lt=ended)
        if (beyond := counted.filter(at__gte=ended + _SLACK).order_by("size").first()) is not None:
            rows = rows.filter(index__lt=beyond)
    return rows.order_by("-index")


def checkpoint_over(entry: Entry) -> Checkpoint | None:
    """The first checkpoint that an entry stands under."""
    return Checkpoint.objects.filter(size__gt=entry.index).order_by("size", "id").first()


def ledger_state() -> dict[str, Any]:
    """How many entries there are, the last checkpoint, and what the last verification found."""
    verified = Job.objects.filter(kind=VERIFY, state=State.DONE).order_by("-pk").first()
    return {
        "size": ledger_size(),
        "checkpoint": Checkpoint.objects.order_by("-size", "-id").first(),
        "verified": verified,
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_default_timezone())
