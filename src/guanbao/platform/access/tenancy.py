"""PostgreSQL's own limit on rows, below all selectors: what a selector forgets, the database still keeps back.

A model names in `tenants` the lookups of the organisations whose rows its rows are; from these come its policies.
The organisation acted for stands in a setting of the connection, within a request only for its transaction. Where none
stands, there are no rows. SQLite has nothing like it: there the selectors are alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Model

from guanbao.platform.actors import Actor

SETTING = "guanbao.tenant"
EVERYONE = "*"
POLICY = "tenants"
_FUNCTION = f"""
    CREATE OR REPLACE FUNCTION guanbao_tenant() RETURNS bigint LANGUAGE sql STABLE AS $$
        SELECT CASE WHEN current_setting('{SETTING}', true) ~ '^[0-9]+$'
            THEN current_setting('{SETTING}', true)::bigint END
    $$"""


@contextmanager
def limited_to(actor: Actor | None) -> Iterator[None]:
    """Whatever is read and written within is limited to the actor's organisation; to nothing, where there is nobody."""
    if connection.vendor != "postgresql":
        yield
        return
    before = _swap(_tenant(actor))
    try:
        yield
    finally:
        # A transaction that is to be rolled back takes the setting back by itself, and takes no more queries.
        if not connection.needs_rollback:
            _swap(before)


def tenant_set(actor: Actor | None) -> None:
    """From here on, to the end of the transaction if there is one, act for the actor's organisation."""
    if connection.vendor == "postgresql":
        _swap(_tenant(actor))


def policies_write(**_: Any) -> None:  # noqa: ANN401 - a signal's own
    """Put the policies of every model into the database, in place of those that stand there."""
    if connection.vendor != "postgresql":
        return
    with connection.schema_editor() as editor:
        editor.execute(_FUNCTION)
        for model in apps.get_models():
            if lookups := getattr(model, "tenants", ()):
                table = editor.quote_name(model._meta.db_table)  # noqa: SLF001 - Django's way
                ours = " OR ".join(_condition(editor, model, lookup.split("__")) for lookup in lookups)
                every = f"(SELECT current_setting('{SETTING}', true) = '{EVERYONE}')"
                editor.execute(f"DROP POLICY IF EXISTS {POLICY} ON {table}")
                editor.execute(f"CREATE POLICY {POLICY} ON {table} USING ({every} OR {ours})")
                editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
                editor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def application_role(user: str, password: str) -> None:
    """Let a role of PostgreSQL, made where there is none, read and write rows and no more.

    It owns no table: it can neither take policies and triggers away nor empty what may only be added to.
    """
    role = connection.ops.quote_name(user)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (user,))
        if cursor.fetchone() is None:
            cursor.execute("SELECT format('CREATE ROLE %%I LOGIN PASSWORD %%L', %s, %s)", (user, password))
            [(statement,)] = cursor.fetchall()
            cursor.execute(statement)
        for what in (
            "USAGE ON SCHEMA public",
            "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public",
            "USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public",
        ):
            cursor.execute(f"GRANT {what} TO {role}")


def _condition(editor: BaseDatabaseSchemaEditor, model: type[Model], path: list[str]) -> str:
    """What a lookup's last organisation must be, hop by hop: a row's own table must not be read anew."""
    field: Any = model._meta.get_field(path[0])  # noqa: SLF001 - Django's way
    name = editor.quote_name
    if len(path) == 1:
        return f"{name(field.column)} = (SELECT guanbao_tenant())"
    further = field.related_model
    inner = _condition(editor, further, path[1:])
    table, key = name(further._meta.db_table), name(further._meta.pk.column)  # noqa: SLF001
    if field.concrete:
        return f"{name(field.column)} IN (SELECT {key} FROM {table} WHERE {inner})"  # noqa: S608 - our own names
    if field.many_to_many:
        through = field.remote_field
        joined, mine, theirs = through.m2m_db_table(), through.m2m_reverse_name(), through.m2m_column_name()
        inner = f"{name(theirs)} IN (SELECT {key} FROM {table} WHERE {inner})"  # noqa: S608
        return f"id IN (SELECT {name(mine)} FROM {name(joined)} WHERE {inner})"  # noqa: S608
    return f"id IN (SELECT {name(field.remote_field.column)} FROM {table} WHERE {inner})"  # noqa: S608


def _tenant(actor: Actor | None) -> str:
    if actor is None:
        return ""
    return EVERYONE if actor.kind == "system" else str(actor.organisation_id or "")


def _swap(tenant: str) -> str:
    """Set it; what stood before."""
    with connection.cursor() as cursor:
        query = "SELECT coalesce(current_setting(%s, true), ''), set_config(%s, %s, %s)"
        cursor.execute(query, (SETTING, SETTING, tenant, connection.in_atomic_block))
        [(before, _now)] = cursor.fetchall()
    return str(before)
