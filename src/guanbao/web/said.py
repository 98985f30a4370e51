"""What the ledger's entries say about fields, in the reader's words: what the fields are called, and their values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model

from guanbao.engine.reports.words import records_text
from guanbao.platform.access.permissions import permissions
from guanbao.platform.access.roles import roles_shipped
from guanbao.platform.ledger.models import Entry
from guanbao.platform.tasks.declaring import job_title
from guanbao.platform.wording import _, reader_language, told
from guanbao.web.cells import words_for
from guanbao.web.resource import resource_title, resources

# Names that entries use beside those of their object's fields.
_CALLED = {
    "accepted": _("Accepted"),
    "columns": _("Columns"),
    "contact": _("Contact"),
    "cut": _("State of the records"),
    "dataset": _("Dataset"),
    "definitions_digest": _("Digest of the definitions"),
    "digest": _("Digest"),
    "entries": _("Entries"),
    "error": _("Error"),
    "fields": _("Fields"),
    "filtered": _("Filtered"),
    "filters": _("Filters"),
    "form": _("Form of the file"),
    "holds": _("It holds"),
    "known": _("Known already"),
    "missed": _("Terms missed"),
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
}


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


def _text_told(entry: Entry, name: str, value: str) -> str:
    field = _field(entry.object_type, name)
    if field is not None and field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    if name in ("columns", "filters", "fields"):
        return _column(entry, value)
    words = _TOLD.get(name) or (words_for(field.model, name) if field is not None else None)
    return words(value) if words else value


def _role(code: str) -> str:
    role = roles_shipped().get(code)
    if role is None:
        return code
    return role.name if reader_language() == "zh" else role.name_en


# How values of these names are told, whatever the object.
_TOLD: dict[str, Callable[[str], str]] = {
    "dataset": lambda name: records_text(name, reader_language()),
    "gives": _role,
    "kind": job_title,
    "permissions": lambda name: next((str(each.title) for each in permissions() if each.name == name), name),
    "resource": resource_title,
    "roles": _role,
}


def _column(entry: Entry, name: str) -> str:
    """What a column is called, of the list that an entry tells of, else of its object."""
    listed = next((each.model for each in resources() if each.name == entry.after.get("resource")), None)
    label = listed._meta.label_lower if listed else entry.object_type  # noqa: SLF001 - Django's published way to a name
    field = _field(label, name)
    return str(field.verbose_name) if field is not None else str(_CALLED.get(name, name))


def _field(label: str, name: str) -> Field[Any, Any] | None:
    try:
        model: type[Model] = apps.get_model(label)
        found = model._meta.get_field(name)  # noqa: SLF001 - Django's published way to a field
    except (LookupError, ValueError, FieldDoesNotExist):
        return None
    return found if isinstance(found, Field) else None
