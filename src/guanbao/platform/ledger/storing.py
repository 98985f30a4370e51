"""How an entry gets its place: in as few round trips as the database allows, for other writers wait meanwhile."""

from __future__ import annotations

import psycopg
from django.db import connection

from guanbao.platform.ledger.canonical import canonical
from guanbao.platform.ledger.errors import HeadMissing
from guanbao.platform.ledger.merkle import leaf_hash
from guanbao.platform.ledger.models import Entry

# On PostgreSQL taking an index and inserting are one call, and the columns are read from the body: a second round
# trip would cost as much as the change that is recorded. What it inserts is what `Entry.content` says.
POSTGRESQL = r"""
CREATE OR REPLACE FUNCTION ledger_append(before_index text, after_index text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    taken bigint;
    body text;
    bytes bytea;
    said jsonb;
BEGIN
    UPDATE ledger_head SET size = size + 1 WHERE id = 1 RETURNING size - 1 INTO taken;
    IF taken IS NULL THEN
        RETURN NULL;
    END IF;
    body := before_index || taken || after_index;
    bytes := convert_to(body, 'UTF8');
    said := body::jsonb;
    INSERT INTO ledger_entry (
        "index", at, event, actor_kind, actor_name, person_id, organisation_id, object_type, object_id, object_label,
        scopes, before, after, redacted, request_id, body, leaf
    ) VALUES (
        taken, (said->>'at')::timestamptz, said->>'event', said#>>'{actor,kind}', said#>>'{actor,name}',
        (said#>>'{actor,person}')::bigint, (said#>>'{actor,organisation}')::bigint,
        said#>>'{object,type}', said#>>'{object,id}', said#>>'{object,label}',
        said->'scopes', said->'before', said->'after', said->'redacted', said->>'request',
        bytes, sha256('\x00'::bytea || bytes)
    );
    RETURN taken;
END $$
"""
_CALL = "SELECT ledger_append(%s, %s)"
_TAKE = "UPDATE ledger_head SET size = size + 1 WHERE id = 1 RETURNING size - 1"
# Written out: to save a model anew takes as long as all else of an entry together.
_COLUMNS = [field for field in Entry._meta.local_concrete_fields if not field.generated]  # noqa: SLF001 - Django's way
_INSERT = "INSERT INTO ledger_entry ({}) VALUES ({})".format(  # noqa: S608 - our own names
    ", ".join(f'"{field.column}"' for field in _COLUMNS), ", ".join("%s" for _ in _COLUMNS)
)


def entry_store(entry: Entry) -> None:
    """Give a new entry the next index, and with it its body and leaf, and insert it.

    Raises:
        HeadMissing.
    """
    at_once = connection.vendor == "postgresql"
    # The body around the index: canonical JSON is in the order of the names.
    content = entry.content()
    left = canonical({name: content[name] for name in content if name < "index"})[:-1] + ',"index":'
    right = "," + canonical({name: content[name] for name in content if name > "index"})[1:]
    if at_once:  # not by a cursor of Django's, which sends every call as a new text to be understood
        with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
            rows = cursor.execute(_CALL, [left, right]).fetchall()
    else:
        with connection.cursor() as cursor:
            rows = cursor.execute(_TAKE).fetchall()
    if not rows or rows[0][0] is None:
        raise HeadMissing
    entry.index = rows[0][0]
    entry.body = f"{left}{entry.index}{right}".encode()
    entry.leaf = leaf_hash(entry.body)
    if not at_once:
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, [one.get_db_prep_save(getattr(entry, one.attname), connection) for one in _COLUMNS])
