"""What entries say, in the reader's words: the sentence, what its fields are called, and their values.

Entries hold codes and names of ours. Whoever gave these a meaning says by which words they are told: a model's pages
for its fields, others for names that stand in entries of many kinds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model, Q

from guanbao.engine.reports.words import records_text
from guanbao.platform.ledger.events import event_named
from guanbao.platform.ledger.models import Entry
from guanbao.platform.telling import Words, words_for
from guanbao.platform.wording import _, reader_language, told

_MOST = 50
_LISTS: dict[str, tuple[str, type[Model]]] = {}
_OF_NAMES: dict[str, Words] = {
    "dataset": lambda name: records_text(name, reader_language()),
    "resource": lambda name: str(_LISTS[name][0]) if name in _LISTS else name,
}

# Names that entries use beside those of their object's fields.
_CALLED = {
    "accepted": _("Accepted"),
    "answered": _("Number of answers"),
    "back_to": _("Return to"),
    "columns": _("Columns"),
    "contact": _("Contact"),
    "cut": _("State of the records"),
    "dataset": _("Dataset"),
    "definitions_digest": _("Digest of the definitions"),
    "digest": _("Digest"),
    "duty_kind": _("Kind of duty"),
    "entries": _("Entries"),
    "error": _("Error"),
    "fields": _("Fields"),
    "filtered": _("Filtered"),
    "filters": _("Filters"),
    "for_person": _("In the place of"),
    "form": _("Form of the file"),
    "holds": _("It holds"),
    "known": _("Known already"),
    "missed": _("Terms missed"),
    "model": _("Model"),
    "month": _("Month"),
    "n": _("Number of records"),
    "objects": _("Rows"),
    "organisation": _("Organisation"),
    "person": _("Person"),
    "post": _("Post"),
    "preset": _("Terms of a preset"),
    "read": _("Rows read"),
    "reason": _("Reason"),
    "rejected": _("Rejected"),
    "resource": _("List"),
    "roles": _("Roles"),
    "root": _("Root"),
    "rows": _("Rows"),
    "search": _("Search"),
    "since": _("Since"),
    "size": _("Number of entries"),
    "stage_since": _("Since"),
    "supersedes": _("Takes the place of"),
    "until": _("Until"),
    "verdict": _("Decision"),
}


def tell_names(**how: Words) -> None:
    """Say by which words values of these names are told, whatever the object."""
    _OF_NAMES.update(how)


def tell_list(name: str, title: str, model: type[Model]) -> None:
    """Say what a list is called, which entries know by its name, and of which model its columns are."""
    _LISTS[name] = title, model


def entries_about(row: Model, *, organisation_id: int | None, hidden: Collection[str]) -> Iterable[Entry]:
    """What an organisation or the system did to a row, the latest first; nothing of fields that are `hidden` from it.

    What the other side did to a row that both see may tell what it thinks of us; so may what the system did for it.
    """
    ours = Q(organisation_id=organisation_id, organisation_id__isnull=False) | Q(actor_kind="system")
    label = row._meta.label_lower  # noqa: SLF001 - Django's published way to a model's name
    found = Entry.objects.filter(ours, object_type=label, object_id=str(row.pk)).order_by("-index")
    return (each for each in found[:_MOST] if not {*hidden} & {*each.before, *each.after, *each.redacted})


def people_in(entries: Iterable[Entry]) -> list[int | None]:
    """The keys of those whom entries name."""
    return [key for each in entries for key in (each.person_id, each.before.get("person"), each.after.get("person"))]


def sentence_of(entry: Entry, names: Mapping[int, str]) -> str:
    """What happened, in the reader's language, with today's names in place of the keys that the ledger holds."""
    if entry.person_id is None:
        actor = told("The system") if entry.actor_kind == "system" else entry.actor_name
    else:
        actor = names.get(entry.person_id) or told("Person {n}", n=entry.person_id)
    before, after = (_named(entry, said, names) for said in (entry.before, entry.after))
    event = event_named(entry.event)
    return event.sentence(reader_language(), actor=actor, subject=entry.object_label, before=before, after=after)


def called(entry: Entry, name: str) -> str:
    """What a field of an entry is called: on its object's own page, else as the ledger calls it."""
    field = _field(entry.object_type, name)
    known = field is not None and field.verbose_name != name.replace("_", " ")
    return str(field.verbose_name if field is not None and known else _CALLED.get(name, name))


def value_told(entry: Entry, name: str, value: Any) -> Any:  # noqa: ANN401 - what JSON holds
    """A value of an entry: a choice, a role, a kind of job, a list or a dataset by what it is called."""
    if isinstance(value, list):
        return [value_told(entry, name, each) for each in value]
    if isinstance(value, bool):
        return told("Yes") if value else told("No")
    return _text_told(entry, name, value) if isinstance(value, str) else value


def _named(entry: Entry, said: Mapping[str, Any], names: Mapping[int, str]) -> dict[str, Any]:
    """What an entry says, with people by what they are called now, and values in words."""
    told_as = {name: value_told(entry, name, value) for name, value in said.items()}
    if "person" in said:
        told_as["person"] = names.get(said["person"], said["person"])
    return told_as


def _text_told(entry: Entry, name: str, value: str) -> str:
    field = _field(entry.object_type, name)
    if field is not None and field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    if name in ("columns", "filters", "fields"):
        return _column(entry, value)
    words = _OF_NAMES.get(name) or (words_for(field.model, name) if field is not None else None)
    return words(value) if words else value


def _column(entry: Entry, name: str) -> str:
    """What a column is called, of the list that an entry tells of, else of its object."""
    _, listed = _LISTS.get(entry.after.get("resource", ""), ("", entry.object_type))
    field = _field(listed, name)
    return str(field.verbose_name) if field is not None else str(_CALLED.get(name, name))


def _field(model: type[Model] | str, name: str) -> Field[Any, Any] | None:
    try:
        of = apps.get_model(model) if isinstance(model, str) else model
        found = of._meta.get_field(name)  # noqa: SLF001 - Django's published way to a field
    except (LookupError, ValueError, FieldDoesNotExist):
        return None
    return found if isinstance(found, Field) else None
