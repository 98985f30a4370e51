"""What happened to a row, from the ledger."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models import Model, Q
from django.utils import timezone

from guanbao.platform.actors import Actor
from guanbao.platform.ledger.events import event_named
from guanbao.platform.ledger.models import Entry
from guanbao.platform.wording import _, reader_language
from guanbao.web.resource import Panel

_MOST = 50


class Happened(NamedTuple):
    """A line of the timeline."""

    number: int
    at: str
    told: str


def timeline(actor: Actor, row: Model) -> dict[str, Any]:
    """The latest events of a row: what the reader's own organisation did, or the system.

    What the other side did to a row that both see may tell what it thinks of us.
    """
    ours = Q(organisation_id=actor.organisation_id, organisation_id__isnull=False) | Q(actor_kind="system")
    label = row._meta.label_lower  # noqa: SLF001 - Django's published way to a model's name
    entries = Entry.objects.filter(ours, object_type=label, object_id=str(row.pk)).order_by("-index")[:_MOST]
    return {"happened": [_told(entry) for entry in entries]}


def _told(entry: Entry) -> Happened:
    sentence = event_named(entry.event).sentence(
        reader_language(),
        actor=entry.actor_name,
        subject=entry.object_label,
        before=entry.before,
        after=entry.after,
    )
    return Happened(entry.index, timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M"), sentence)


TIMELINE = Panel("history", _("History"), "web/timeline.html", timeline)
