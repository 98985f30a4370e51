"""What makes the database itself refuse to change the ledger, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper

_KEYS = {
    "ledger_entry": '"index" = NEW."index"',
    "ledger_checkpoint": "id = NEW.id",
    "ledger_node": 'id = NEW.id OR (level = NEW.level AND "index" = NEW."index")',
    "ledger_head": "id = NEW.id",
}
_GROWS = "NEW.size <> OLD.size + 1 OR NEW.id <> OLD.id"


def arm(connection: BaseDatabaseWrapper) -> None:
    """Set the triggers."""
    with connection.cursor() as cursor:
        for statement in _ARM[connection.vendor]():
            cursor.execute(statement)


def disarm(connection: BaseDatabaseWrapper) -> None:
    """Remove the triggers."""
    with connection.cursor() as cursor:
        for statement in _DISARM[connection.vendor]():
            cursor.execute(statement)


@contextmanager
def disarmed(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """A stretch without the triggers: for tests, that empty the tables or play the attacker."""
    disarm(connection)
    try:
        yield
    finally:
        arm(connection)


def _sqlite_arm() -> Iterator[str]:
    for table, same in _KEYS.items():
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        update = f"WHEN {_GROWS} " if table == "ledger_head" else ""
        yield f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} {update}{refuse}"
        yield f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} {refuse}"
        # INSERT OR REPLACE removes the old row without asking the trigger on DELETE.
        there = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 - our own names
        yield f"CREATE TRIGGER {table}_replace BEFORE INSERT ON {table} {there} {refuse}"


def _sqlite_disarm() -> Iterator[str]:
    for table in _KEYS:
        for verb in ("update", "delete", "replace"):
            yield f"DROP TRIGGER IF EXISTS {table}_{verb}"


def _postgresql_arm() -> Iterator[str]:
    yield """
        CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
        END $$"""
    for table in _KEYS:
        grows = table == "ledger_head"
        verbs = "DELETE OR TRUNCATE" if grows else "UPDATE OR DELETE OR TRUNCATE"
        yield f"CREATE TRIGGER {table}_refuse BEFORE {verbs} ON {table} EXECUTE FUNCTION ledger_refuse()"
        if grows:
            yield (
                f"CREATE TRIGGER {table}_grow BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({_GROWS}) "
                "EXECUTE FUNCTION ledger_refuse()"
            )
        # ALWAYS: also for a session that calls itself a replica.
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_refuse"
        if grows:
            yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_grow"


def _postgresql_disarm() -> Iterator[str]:
    for table in _KEYS:
        yield f"DROP TRIGGER IF EXISTS {table}_refuse ON {table}"
    yield "DROP TRIGGER IF EXISTS ledger_head_grow ON ledger_head"


_ARM = {"sqlite": _sqlite_arm, "postgresql": _postgresql_arm}
_DISARM = {"sqlite": _sqlite_disarm, "postgresql": _postgresql_disarm}
