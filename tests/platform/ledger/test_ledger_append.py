"""An entry and the change that it tells of: both stand, or neither does; and what stands cannot be changed."""

import json
import threading

import pytest
import rfc8785
from django.db import DatabaseError, connection, transaction
from ledgers import SOMEBODY, THING

from guanbao.platform.identity.models import Organisation
from guanbao.platform.ledger.errors import EventUndeclared, HeadMissing, OutsideTransaction, SubjectUnsaved
from guanbao.platform.ledger.events import EventType
from guanbao.platform.ledger.merkle import leaf_hash
from guanbao.platform.ledger.models import Checkpoint, Entry, Head
from guanbao.platform.ledger.services import checkpoint_make, ledger_append, ledger_size
from guanbao.platform.ledger.triggers import disarmed
from guanbao.platform.ledger.verify import ledger_verify


@pytest.mark.django_db
def test_entries_are_numbered_from_nothing(append):
    assert [append().index for _ in range(3)] == [0, 1, 2]
    assert ledger_size() == 3


@pytest.mark.django_db
def test_a_body_is_all_of_the_entry(append):
    append(before={"state": "open"}, after={"state": "shut", "iban": "CN99"}, scopes={"contractor": 12})
    entry = Entry.objects.get()
    body = bytes(entry.body)
    assert json.loads(body) == {
        "form": 1,
        "index": 0,
        "at": entry.content()["at"],
        "event": "thing.changed",
        "actor": {"kind": "person", "name": "person 3", "person": 3, "organisation": 1},
        "object": {"type": "test.thing", "id": "7", "label": "Thing 7"},
        "scopes": {"contractor": 12},
        "before": {"state": "open"},
        "after": {"state": "shut"},
        "redacted": ["iban"],
        "request": "r1",
    }
    assert body == rfc8785.dumps(entry.content())
    assert bytes(entry.leaf) == leaf_hash(body)
    assert list(Entry.objects.filter(scopes__contractor=12)) == [entry]


@pytest.mark.django_db
def test_no_secret_reaches_the_ledger(append):
    secrets = {"iban": "CN99-6222", "name": "王小明", "phone": "13800000000", "note": {"deep": ["13911111111"]}}
    append(before={"state": 1}, after={"state": 2, **secrets})
    append(before={**secrets, "state": 2}, after=None)
    for entry in Entry.objects.all():
        held = "".join(str(getattr(entry, field.attname)) for field in Entry._meta.concrete_fields)
        held += bytes(entry.body).decode()
        assert not [word for word in ("6222", "王小明", "13800000000", "13911111111") if word in held]
        assert entry.redacted == ["iban", "name", "note", "phone"]


@pytest.mark.django_db
def test_a_row_is_named_by_its_label_only(append):
    row = Organisation.objects.create(side="contractor", name="Name that is not asked for")
    entry = append(row)
    assert (entry.object_type, entry.object_id, entry.object_label) == ("identity.organisation", str(row.pk), "")
    row.ledger_label = "Contractor 1"
    assert append(row).object_label == "Contractor 1"


@pytest.mark.django_db
def test_what_is_not_saved_is_refused(append):
    with pytest.raises(SubjectUnsaved):
        append(Organisation(side="contractor", name="New"))
    assert ledger_size() == 0


@pytest.mark.django_db
def test_what_is_not_declared_is_refused(append):
    with pytest.raises(EventUndeclared):
        append(event=EventType("thing.changed", "", "", frozenset()))
    assert ledger_size() == 0


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_recorded(append):
    with pytest.raises(OutsideTransaction):
        append()
    assert ledger_size() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broken", ["head", "entries"])
def test_a_change_that_cannot_be_recorded_does_not_happen(append, broken):
    with disarmed(connection):
        if broken == "head":
            Head.objects.all().delete()
        else:
            Head.objects.update(size=0)
            with transaction.atomic():
                append()
            Head.objects.update(size=0)  # the next index is taken already
    before = Entry.objects.count()

    @transaction.atomic
    def change():
        Organisation.objects.create(side="contractor", name="Unrecorded")
        append()

    with pytest.raises((HeadMissing, DatabaseError)):
        change()
    assert not Organisation.objects.filter(name="Unrecorded").exists()
    assert Entry.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_a_change_that_fails_takes_its_entry_with_it(append):
    @transaction.atomic
    def change():
        append()
        raise EventUndeclared(name="")

    with pytest.raises(EventUndeclared):
        change()
    with transaction.atomic():
        assert append().index == 0


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_leave_no_gap(changed, key_pair):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite in memory has one writer")
    failed = []

    def write(number):
        try:
            for turn in range(25):
                with transaction.atomic():
                    ledger_append(actor=SOMEBODY, event=changed, subject=THING, after={"state": f"{number}.{turn}"})
                    if turn % 5 == number % 5:
                        transaction.set_rollback(True)
        except Exception as error:  # noqa: BLE001 - told to the test
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert list(Entry.objects.order_by("index").values_list("index", flat=True)) == list(range(8 * 20))
    assert ledger_verify(keys=[key_pair[1]]).fault is None


REFUSED = [
    "UPDATE ledger_entry SET actor_name = 'x'",
    'UPDATE ledger_entry SET "index" = "index" + 100',
    "DELETE FROM ledger_entry",
    "UPDATE ledger_checkpoint SET size = 0",
    "DELETE FROM ledger_checkpoint",
    "UPDATE ledger_node SET level = 9",
    "DELETE FROM ledger_node",
    "UPDATE ledger_head SET size = 0",
    "UPDATE ledger_head SET size = size + 2",
    "UPDATE ledger_head SET size = size",
    "DELETE FROM ledger_head",
    "INSERT INTO ledger_head (id, size) VALUES (2, 0)",
]
SQLITE = [
    "INSERT OR REPLACE INTO ledger_head (id, size) VALUES (1, 0)",
    "REPLACE INTO ledger_entry SELECT * FROM ledger_entry",
]
POSTGRESQL = [
    *(f"TRUNCATE {table} CASCADE" for table in ("ledger_entry", "ledger_checkpoint", "ledger_node", "ledger_head")),
    "SET LOCAL session_replication_role = replica; DELETE FROM ledger_entry",
    "INSERT INTO ledger_head VALUES (1, 0) ON CONFLICT (id) DO UPDATE SET size = 0",
]


@pytest.mark.django_db
@pytest.mark.parametrize("statement", [*REFUSED, *SQLITE, *POSTGRESQL])
def test_the_database_refuses(append, key, statement):
    if statement in {"sqlite": POSTGRESQL, "postgresql": SQLITE}[connection.vendor]:
        pytest.skip("another database's statement")
    for _ in range(300):
        append()
    checkpoint_make(key_file=key)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert (ledger_size(), Entry.objects.count(), Checkpoint.objects.count()) == (300, 300, 1)
    assert ledger_verify(keys=[key]).fault is None
    append()
