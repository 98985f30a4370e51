"""The writes of a plain row: saved and told to the ledger in one transaction. The service asks before who may."""

from __future__ import annotations

from typing import TypeVar

from django.db import transaction
from django.db.models import Model

from guanbao.platform.access.reach import Columns
from guanbao.platform.actors import Actor
from guanbao.platform.changes import row_change, row_plain
from guanbao.platform.ledger.events import EventType
from guanbao.platform.ledger.services import ledger_append

Row = TypeVar("Row", bound=Model)


def row_add(row: Row, *, actor: Actor, event: EventType, columns: Columns, **values: object) -> Row:
    """Save a new row with these values. Raises ValidationError by field."""
    with transaction.atomic():
        change = row_change(row, **values)
        row.save()
        after = _key(row, event) | change.after
        ledger_append(actor=actor, event=event, subject=row, after=after, scopes=columns.scopes_of(row))
    return row


def row_edit(row: Row, *, actor: Actor, event: EventType, columns: Columns, **values: object) -> Row:
    """Give a stored row these values; where none differs nothing happens. Raises ValidationError by field."""
    with transaction.atomic():
        row = _held(row)
        change = row_change(row, **values)
        if change.after:
            row.save()
            after, scopes = _key(row, event) | change.after, columns.scopes_of(row)
            ledger_append(actor=actor, event=event, subject=row, before=change.before, after=after, scopes=scopes)
    return row


def row_remove(row: Row, *, actor: Actor, event: EventType, columns: Columns, told: tuple[str, ...] = ()) -> Row:
    """Remove a row; the ledger keeps of it what is `told`."""
    with transaction.atomic():
        row = _held(row)
        before = _key(row, event) | {name: row_plain(row, name) for name in told}
        scopes = columns.scopes_of(row)
        # First: what watches the ledger looks at what is left. The row in hand keeps its key.
        type(row)._default_manager.filter(pk=row.pk).delete()  # noqa: SLF001 - any model's
        ledger_append(actor=actor, event=event, subject=row, before=before, scopes=scopes)
    return row


def _held(row: Row) -> Row:
    """The row as it is stored, held until the transaction ends."""
    found: Row = type(row)._default_manager.select_for_update().get(pk=row.pk)  # noqa: SLF001 - any model's
    return found


def _key(row: Model, event: EventType) -> dict[str, object]:
    """The row's key, where its event names it by that: rows about people have no label."""
    name = str(row._meta.model_name)  # noqa: SLF001 - Django's published way to a model's name
    return {name: row.pk} if name in event.clear else {}
