"""Ledgers of any size, made without the service: for tests that read, and for an attacker who writes."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import rfc8785
from django.db import connection

from guanbao.engine.statements.signing import key_id, payload_sign
from guanbao.platform.actors import Actor
from guanbao.platform.ledger.merkle import Frontier, leaf_hash
from guanbao.platform.ledger.models import Checkpoint, Entry, Head
from guanbao.platform.ledger.services import Subject
from guanbao.platform.ledger.triggers import disarmed
from guanbao.platform.ledger.verify import Judge

THING = Subject("test.thing", "7", "Thing 7")
SOMEBODY = Actor("person", "li.na", person_id=3, organisation_id=1, request_id="r1")
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


def entry_of(index, **columns):
    """An entry whose body and leaf fit its columns."""
    said = {
        "at": BEGUN + timedelta(seconds=index),
        "event": "thing.changed",
        "actor_kind": "person",
        "actor_name": f"person {index % 7}",
        "person_id": index % 7,
        "organisation_id": 1,
        "object_type": "test.thing",
        "object_id": str(index % 100),
        "object_label": "",
        "scopes": {"contractor": index % 5},
        "before": {"state": index},
        "after": {"state": index + 1},
        "redacted": ["iban"],
        "request_id": f"r{index}",
    }
    return sealed(Entry(index=index, **{**said, **columns}))


def sealed(entry, **columns):
    """A copy of an entry with other columns, and all that follows from them."""
    copy = copied(entry, **columns)
    copy.body = rfc8785.dumps(copy.content())
    copy.leaf = leaf_hash(copy.body)
    return copy


def copied(entry, **columns):
    """A copy of an entry with other columns, and nothing that follows from them."""
    held = {
        field.attname: getattr(entry, field.attname) for field in Entry._meta.concrete_fields if not field.generated
    }
    return Entry(**{**held, **columns})


def checkpoints_of(entries, key_file, *, every):
    """A checkpoint after each `every` entries and after the last."""
    made, tree = [], Frontier()
    name = key_id(key_file)
    for entry in entries:
        tree.add(entry.leaf)
        if tree.size % every == 0 or tree.size == len(entries):
            checkpoint = Checkpoint(size=tree.size, root=tree.root(), at=BEGUN, key_id=name)
            checkpoint.signature = payload_sign(checkpoint.payload(), key_file)
            made.append(checkpoint)
    return made


def fault_of(entries: Iterable[Entry], own, keys, *, size, held=()):
    """What a verification of these rows finds."""
    return Judge(size, own, held, keys).first_fault(entries)


def store(entries, checkpoints=()):
    """Put rows into the database, past its triggers."""
    with disarmed(connection):
        Entry.objects.bulk_create(entries, batch_size=500)
        Checkpoint.objects.bulk_create(checkpoints)
        Head.objects.update(size=Entry.objects.count())
