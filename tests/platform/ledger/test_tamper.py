"""The ledger tampered with by somebody who removed the triggers: every change is found.

`make tamper` runs the long form: a thousand of each kind on 10,000 entries, and five of each on a million.
"""

import os
import random

import pytest
from django.db import connection, transaction
from ledgers import checkpoints_of, copied, entry_of, fault_of, sealed, store

from guanbao.engine.statements.signing import key_id
from guanbao.platform.ledger.models import Checkpoint, Entry, Head
from guanbao.platform.ledger.triggers import disarmed
from guanbao.platform.ledger.verify import ledger_verify

LONG = bool(os.environ.get("GUANBAO_TAMPER"))
ENTRIES, TURNS = (10_000, 1000) if LONG else (1500, 60)
STORED, STORED_TURNS = (1_000_000, 5) if LONG else (1200, 2)
KINDS = ["change", "delete", "insert", "reorder", "truncate", "fork"]


@pytest.fixture(scope="module")
def log():
    return [entry_of(index) for index in range(ENTRIES)]


@pytest.fixture(scope="module")
def seals(log, key_pair):
    return checkpoints_of(log, key_pair[0], every=ENTRIES // 20)


@pytest.fixture(scope="module")
def keys(key_pair):
    return {key_id(key_pair[1]): key_pair[1]}


@pytest.fixture
def short(log, key_pair):
    """A thousand entries, and checkpoints after each 250."""
    return log[:1000], checkpoints_of(log[:1000], key_pair[0], every=250)


def changed(entry, rng):
    """An entry with one thing about it changed: a column, the body, the leaf, or all of it consistently."""
    match rng.randrange(6):
        case 0:
            return copied(entry, actor_name="nobody")
        case 1:
            return copied(entry, after={"state": -1})
        case 2:
            return copied(entry, scopes={})
        case 3:
            body = bytearray(entry.body)
            body[rng.randrange(len(body))] ^= 1 << rng.randrange(7)
            return copied(entry, body=bytes(body))
        case 4:
            return copied(entry, leaf=bytes(32))
    return sealed(entry, actor_name="nobody")


def renumbered(entries, start):
    """Entries as they would have been written in these places; made one by one, as they are read."""
    return (sealed(entry, index=index) for index, entry in enumerate(entries, start))


def tampered(kind, log, rng):
    """The log after an attack of a kind: its entries as they are read, and what its head says."""
    size, at = len(log), rng.randrange(len(log))
    whole = rng.random() < 0.5  # whether the attacker makes all that follows fit

    def chained(*parts):
        return (entry for part in parts for entry in part)

    match kind:
        case "change":
            return chained(log[:at], [changed(log[at], rng)], log[at + 1 :]), size
        case "delete" if whole:
            return chained(log[:at], renumbered(log[at + 1 :], at)), size - 1
        case "delete":
            return chained(log[:at], log[at + 1 :]), rng.choice([size, size - 1])
        case "insert" if whole:
            return chained(log[:at], renumbered([entry_of(at, actor_name="nobody"), *log[at:]], at)), size + 1
        case "insert":
            return chained(log, [entry_of(size)]), size
        case "reorder":
            other = rng.choice([index for index in (at - 1, at + 1, rng.randrange(size)) if 0 <= index < size != at])
            first, second = sorted((at, other if other != at else (at + 1) % size))
            seal = sealed if whole else copied
            swapped = list(log)
            swapped[first], swapped[second] = seal(log[second], index=first), seal(log[first], index=second)
            return iter(swapped), size
        case "truncate":
            return iter(log[:at]), at if whole else size
    raise AssertionError(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_done_to_entries_is_found(kind, log, seals, keys, key_pair):
    rng = random.Random(kind)
    for turn in range(TURNS):
        own, held = seals, ()
        if kind == "fork":  # by somebody who has the key: only a checkpoint held elsewhere tells
            at = rng.randrange(len(log))
            forked = [sealed(entry, actor_name="nobody") for entry in log[at : at + 1]]
            entries, size = [*log[:at], *forked, *log[at + 1 :]], len(log)
            if turn < 3:
                own = checkpoints_of(entries, key_pair[0], every=len(log) // 20)
                assert fault_of(entries, own, keys, size=size) is None
            else:
                own = []
            held = seals[-1:]
        else:
            entries, size = tampered(kind, log, rng)
        assert fault_of(entries, own, keys, size=size, held=held) is not None, (kind, turn)


def test_what_nobody_touched_holds(log, seals, keys):
    assert fault_of(log, seals, keys, size=len(log), held=seals[3:5]) is None


@pytest.mark.parametrize(
    ("attack", "index", "told"),
    [
        (lambda e: copied(e, actor_name="x"), 700, "Entry 700: the column actor does not say what its body says."),
        (lambda e: copied(e, body=b"{}"), 700, "Entry 700: its body does not have the hash of its leaf."),
        (lambda e: copied(e, index=701), 700, "Entry 700 is missing."),
        (lambda e: copied(e, index=3), 3, "Entry 3 stands where entry 700 should."),
        (
            lambda e: sealed(e, actor_name="x"),
            None,
            (
                "The entries do not lead to the checkpoint over 750 entries: "
                "entries from 500 to 749 were changed, moved, put in or left out."
            ),
        ),
    ],
)
def test_the_first_wrong_entry_is_named(short, keys, attack, index, told):
    log, seals = short
    fault = fault_of([*log[:700], attack(log[700]), *log[701:]], seals, keys, size=1000)
    assert (fault.in_words("en"), fault.index) == (told, index)
    assert fault.in_words("zh") != told


# The same in the database, against the whole verification.


def in_database(kind, rng, size, key):
    """An attack with SQL."""
    at = rng.randrange(1, size - 1)
    row = Entry.objects.filter(index=at)
    match kind:
        case "change":
            made = changed(row.get(), rng)
            row.update(
                **{f.attname: getattr(made, f.attname) for f in Entry._meta.concrete_fields if not f.primary_key}
            )
        case "delete":
            row.delete()
            if rng.random() < 0.5:
                Head.objects.update(size=size - 1)
        case "insert":
            Entry.objects.bulk_create([entry_of(rng.choice([-1, size, size + 5]))])
        case "reorder":
            other = Entry.objects.filter(index=at - 1)
            row.update(index=-5)
            other.update(index=at)
            Entry.objects.filter(index=-5).update(index=at - 1)
        case "truncate":
            Entry.objects.filter(index__gte=at).delete()
            Head.objects.update(size=at)
            Checkpoint.objects.filter(size__gt=at).delete()
        case "fork":
            Entry.objects.filter(index__gte=size - 100).delete()
            Entry.objects.bulk_create([entry_of(index, actor_name="nobody") for index in range(size - 100, size)])
            Checkpoint.objects.all().delete()
            leaves = [
                Entry(leaf=bytes(leaf)) for leaf in Entry.objects.order_by("index").values_list("leaf", flat=True)
            ]
            Checkpoint.objects.bulk_create(checkpoints_of(leaves, key, every=size))


@pytest.mark.django_db
def test_whatever_is_done_in_the_database_is_found(key_pair):
    private, public = key_pair
    for start in range(0, STORED, 10_000):
        store([entry_of(index) for index in range(start, min(start + 10_000, STORED))])
    leaves = [Entry(leaf=bytes(leaf)) for leaf in Entry.objects.order_by("index").values_list("leaf", flat=True)]
    seals = checkpoints_of(leaves, private, every=max(300, STORED // 20))
    store([], seals)
    assert ledger_verify(keys=[public], held=seals[-1:]).fault is None
    rng = random.Random(STORED)
    for kind in KINDS * STORED_TURNS:
        with transaction.atomic():
            with disarmed(connection):
                in_database(kind, rng, STORED, private)
            assert ledger_verify(keys=[public], held=seals[-1:]).fault is not None, kind
            transaction.set_rollback(True)
    assert ledger_verify(keys=[public], held=seals[-1:]).fault is None
