"""What happened to a row, from the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import Model, Q
from django.utils import timezone

from guanbao.platform.actors import Actor
from guanbao.platform.identity.selectors import names_of
from guanbao.platform.ledger.events import event_named
from guanbao.platform.ledger.models import Entry
from guanbao.platform.wording import _, reader_language, told
from guanbao.web.resource import Panel, resource_of
from guanbao.web.said import value_told

_MOST = 50


class Happened(NamedTuple):
    """A line of the timeline."""

    number: int
    at: str
    told: str


def timeline(actor: Actor, row: Model) -> dict[str, Any]:
    """The latest events of a row: what the reader's own organisation did, or the system.

    What the other side did to a row that both see may tell what it thinks of us; so may what the system did for it,
    where that is of fields that are inside.
    """
    ours = Q(organisation_id=actor.organisation_id, organisation_id__isnull=False) | Q(actor_kind="system")
    label = row._meta.label_lower  # noqa: SLF001 - Django's published way to a model's name
    resource = resource_of(type(row))
    hidden = resource.hidden_from(actor) if resource else frozenset()
    found = list(Entry.objects.filter(ours, object_type=label, object_id=str(row.pk)).order_by("-index")[:_MOST])
    entries = [entry for entry in found if not hidden.intersection((*entry.before, *entry.after, *entry.redacted))]
    names = names_in(entries, actor)
    return {"happened": [_happened(entry, names) for entry in entries]}


def names_in(entries: Sequence[Entry], actor: Actor) -> dict[int, str]:
    """What those are called now whom entries name by their keys: of the reader's own organisation, in one query."""
    about = [said.get("person") for entry in entries for said in (entry.before, entry.after)]
    return names_of([*(entry.person_id for entry in entries), *about], organisation_id=actor.organisation_id)


def sentence_of(entry: Entry, names: dict[int, str]) -> str:
    """What happened, in the reader's language, with today's names in place of the keys that the ledger holds."""
    if entry.person_id is None:
        actor = told("The system") if entry.actor_kind == "system" else entry.actor_name
    else:
        actor = names.get(entry.person_id) or told("Person {n}", n=entry.person_id)
    before, after = (_named(entry, said, names) for said in (entry.before, entry.after))
    event = event_named(entry.event)
    return event.sentence(reader_language(), actor=actor, subject=entry.object_label, before=before, after=after)


def _named(entry: Entry, said: dict[str, Any], names: dict[int, str]) -> dict[str, Any]:
    """What an entry says, with people by what they are called now, and values in words."""
    told_as = {name: value_told(entry, name, value) for name, value in said.items()}
    if "person" in said:
        told_as["person"] = names.get(said["person"], said["person"])
    return told_as


def _happened(entry: Entry, names: dict[int, str]) -> Happened:
    sentence = sentence_of(entry, names)
    return Happened(entry.index, timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M"), sentence)


TIMELINE = Panel("history", _("History"), "web/timeline.html", timeline)
