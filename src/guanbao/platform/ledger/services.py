"""Writes of the ledger: an entry with the change that it tells of, and checkpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, models, transaction

from guanbao.engine.statements.signing import key_id, payload_sign
from guanbao.platform.actors import Actor
from guanbao.platform.ledger.errors import (
    EventUndeclared,
    HeadMissing,
    LedgerForked,
    OutsideTransaction,
    SubjectUnsaved,
)
from guanbao.platform.ledger.events import EVENTS, PERSONAL_DATA_READ, RECORDS_EXPORTED, EventType, Values
from guanbao.platform.ledger.models import Checkpoint, Entry, Head
from guanbao.platform.ledger.storing import entry_store
from guanbao.platform.ledger.tree import nodes_make, root_of
from guanbao.platform.ledger.watching import tell_watches


@dataclass(frozen=True)
class Subject:
    """What an event is about, where that is no row of a model. The label stands in clear for ever."""

    type: str
    id: str
    label: str = ""


def ledger_append(
    *,
    actor: Actor,
    event: EventType,
    subject: models.Model | Subject,
    before: Values | None = None,
    after: Values | None = None,
    scopes: Mapping[str, int] | None = None,
) -> Entry:
    """Record an event, as the last thing in the transaction of the change: from here to its end other writers wait.

    `before` and `after` hold the fields that changed; only those in `event.clear` are recorded by value. A model is
    named by its `ledger_label`, if it has one. `scopes` say whose it is (`{"contractor": 12}`).

    Raises:
        OutsideTransaction, EventUndeclared, SubjectUnsaved, ValueUnrecordable, HeadMissing.
    """
    if EVENTS.get(event.name) is not event:
        raise EventUndeclared(name=event.name)
    if not connection.in_atomic_block:
        raise OutsideTransaction(event=event.name)
    if isinstance(subject, models.Model):
        tell_watches(actor, subject)
    named = subject if isinstance(subject, Subject) else _subject(subject, event)
    changes = event.changes(before, after)
    entry = Entry(  # in the order of its columns: by name it takes Django longer, and other writers wait
        0,  # until the ledger gives it its place
        datetime.now(UTC),
        event.name,
        actor.kind,
        actor.key,
        actor.person_id,
        actor.organisation_id,
        named.type,
        named.id,
        named.label,
        dict(scopes or {}),
        changes.before,
        changes.after,
        changes.redacted,
        actor.request_id,
    )
    entry_store(entry)
    return entry


def ledger_read(
    *,
    actor: Actor,
    subject: models.Model | Subject,
    fields: Sequence[str],
    reason: str = "",
    scopes: Mapping[str, int] | None = None,
) -> Entry:
    """Record that personal data is shown in clear, before it is shown: which fields of whom, never their values."""
    with transaction.atomic():
        after = {"fields": sorted(fields), "reason": reason}
        return ledger_append(actor=actor, event=PERSONAL_DATA_READ, subject=subject, after=after, scopes=scopes)


def rows_exported(*, actor: Actor, resource: str, **said: object) -> None:
    """Record that rows of a list leave as a file, before anybody has it: which, as the event clears it."""
    with transaction.atomic():
        about = Subject("web.resource", resource)
        ledger_append(actor=actor, event=RECORDS_EXPORTED, subject=about, after={"resource": resource, **said})


def checkpoint_make(*, key_file: Path | None = None) -> Checkpoint:
    """Sign what the ledger is now, with the key of the settings or another. Costs what was added since the last one.

    Raises:
        LedgerForked: it no longer leads to the last checkpoint. KeyUnusable, HeadMissing.
    """
    key_file = key_file or settings.GUANBAO_LEDGER_KEY
    with transaction.atomic():
        size = ledger_size()
        nodes_make(size)
        last = Checkpoint.objects.order_by("-size", "-id").first()
        if last is not None and (last.size > size or root_of(0, last.size) != bytes(last.root)):
            raise LedgerForked(size=last.size)
        made = Checkpoint(size=size, root=root_of(0, size), at=datetime.now(UTC), key_id=key_id(key_file))
        made.signature = payload_sign(made.payload(), key_file)
        made.save(force_insert=True)
    return made


def ledger_size() -> int:
    """How many entries the ledger counts. Raises HeadMissing."""
    size = Head.objects.values_list("size", flat=True).first()
    if size is None:
        raise HeadMissing
    return size


def _subject(row: models.Model, event: EventType) -> Subject:
    if row.pk is None:
        raise SubjectUnsaved(event=event.name)
    return Subject(row._meta.label_lower, str(row.pk), getattr(row, "ledger_label", ""))  # noqa: SLF001 - Django's own
