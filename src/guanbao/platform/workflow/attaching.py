"""Which records are decided about: an app attaches a model to one of its own with a line in its registration.

attach(Arrangement, "tiered_review", fields=(…), parts=("links",), rows=arrangements_visible, columns=ARRANGEMENTS)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from guanbao.platform.access.reach import Columns
from guanbao.platform.ledger.canonical import canonical, plain
from guanbao.platform.workflow.errors import AttachedTwice, NotAttached

_ATTACHED: dict[str, Attachment] = {}


@dataclass(frozen=True)
class Attachment:
    """A record that is decided about by a model.

    `fields` and the rows of `parts` (related names) are what is decided: their values are bound by each decision, and
    by `fields` the model's tables and conditions choose. `thread` is a foreign key to the record that this one belongs
    to, and `thread_fields` those of its fields that are decided and choose as well: a contract goes to senior
    management because its arrangement is important. What was decided of a row that `is_settled` stands, whatever
    becomes of it: a signed contract was approved. `rows(actor=…)` is the app's selector, `columns` say whose a
    record is.
    """

    model: type[Model]
    name: str
    fields: tuple[str, ...]
    rows: Callable[..., QuerySet[Any]]
    columns: Columns
    parts: tuple[str, ...] = ()
    thread: str = ""
    thread_fields: tuple[str, ...] = ()
    is_settled: Callable[[Any], bool] = lambda _row: False

    @property
    def label(self) -> str:
        """How the record's kind is kept."""
        return str(self.model._meta.label_lower)  # noqa: SLF001 - Django's published way to a model's name

    def content(self, subject: Model) -> dict[str, object]:
        """What is decided, as JSON holds it exactly."""
        said: dict[str, object] = {}
        if self.thread:
            record = getattr(subject, self.thread)
            said |= {name: _value(record, name) for name in self.thread_fields}
        said |= {name: _value(subject, name) for name in self.fields}
        for part in self.parts:
            rows = list(getattr(subject, part).order_by("pk").values())
            said[part] = [{name: plain(value, name) for name, value in row.items()} for row in rows]
        return said

    def organisation_id(self, subject: Model) -> int:
        """The institution whose people decide."""
        return self.columns.scopes_of(subject)["institution"]


def attach(
    model: type[Model],
    name: str,
    *,
    fields: tuple[str, ...],
    rows: Callable[..., QuerySet[Any]],
    columns: Columns,
    parts: tuple[str, ...] = (),
    thread: str = "",
    thread_fields: tuple[str, ...] = (),
    is_settled: Callable[[Any], bool] = lambda _row: False,
) -> None:
    """Have records of `model` be decided about by the model of that name.

    Raises AttachedTwice; ValueError where a field of the thread would hide behind one of the record.
    """
    if hidden := set(fields) & set(thread_fields):
        raise ValueError(hidden)
    made = Attachment(model, name, fields, rows, columns, parts, thread, thread_fields, is_settled)
    if made.label in _ATTACHED:
        raise AttachedTwice(subject=made.label)
    _ATTACHED[made.label] = made


def attachments() -> tuple[Attachment, ...]:
    """Every one."""
    return tuple(_ATTACHED.values())


def attachment_of(label: str) -> Attachment:
    """That of a kind of record. Raises NotAttached."""
    if label not in _ATTACHED:
        raise NotAttached(subject=label)
    return _ATTACHED[label]


def subjects_of(row: Model) -> list[tuple[Attachment, int]]:
    """What is decided that a row is, or is a part of."""
    found = []
    for each in _ATTACHED.values():
        if isinstance(row, each.model):
            found.append((each, int(row.pk)))
        for part in each.parts:
            relation: Any = each.model._meta.get_field(part)  # noqa: SLF001 - Django's published way to a field
            if isinstance(row, relation.related_model):
                found.append((each, int(getattr(row, relation.field.attname))))
        if each.thread:
            key: Any = each.model._meta.get_field(each.thread)  # noqa: SLF001 - Django's published way to a field
            if isinstance(row, key.related_model):
                under = each.model._default_manager.filter(**{key.attname: row.pk})  # noqa: SLF001 - any model's
                found += [(each, pk) for pk in under.values_list("pk", flat=True)]
    return found


def digest_of(content: dict[str, object]) -> str:
    """The digest that a decision binds."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def _value(subject: Model, name: str) -> object:
    """A field's value; of a related row its key, of several their keys in order."""
    field: Any = subject._meta.get_field(name)  # noqa: SLF001 - Django's published way to a field
    if field.many_to_many:
        return sorted(getattr(subject, name).values_list("pk", flat=True))
    return plain(getattr(subject, field.attname), name)
