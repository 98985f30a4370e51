"""Statements keep what they say, amounts stay: the database itself refuses otherwise."""

from __future__ import annotations

from typing import Any

from django.db import migrations

_FIXED = (
    "arrangement_id", "period_from", "period_to", "version", "level_id", "content", "definitions", "cut", "digest",
    "drafted_at", "drafted_by_id",
)  # fmt: skip
_STATEMENT, _AMOUNT = "service_levels_statement", "service_levels_amount"


def _sqlite(said: str, table: str) -> str:
    return f"BEGIN SELECT RAISE(ABORT, '{table}: {said}'); END"


def arm(apps: Any, editor: Any) -> None:  # noqa: ANN401, ARG001 - Django's own
    """Create the triggers."""
    columns = ", ".join(_FIXED)
    if editor.connection.vendor == "sqlite":
        editor.execute(
            f"CREATE TRIGGER statement_content BEFORE UPDATE OF {columns} ON {_STATEMENT} "
            + _sqlite("a statement is never changed", _STATEMENT)
        )
        editor.execute(
            f"CREATE TRIGGER statement_kept BEFORE DELETE ON {_STATEMENT} "
            + _sqlite("a statement is never deleted", _STATEMENT)
        )
        for verb in ("UPDATE", "DELETE"):
            editor.execute(
                f"CREATE TRIGGER amount_{verb.lower()} BEFORE {verb} ON {_AMOUNT} "
                + _sqlite("amounts are only added", _AMOUNT)
            )
        return
    editor.execute(
        """
        CREATE FUNCTION service_levels_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is not changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
        END $$""",
        params=None,  # else the sign in the message would be taken for a parameter's
    )
    run = "EXECUTE FUNCTION service_levels_refuse()"
    editor.execute(f"CREATE TRIGGER statement_content BEFORE UPDATE OF {columns} ON {_STATEMENT} FOR EACH ROW {run}")
    editor.execute(f"CREATE TRIGGER statement_kept BEFORE DELETE ON {_STATEMENT} FOR EACH ROW {run}")
    editor.execute(f"CREATE TRIGGER amount_kept BEFORE UPDATE OR DELETE ON {_AMOUNT} FOR EACH ROW {run}")


def disarm(apps: Any, editor: Any) -> None:  # noqa: ANN401, ARG001
    """Drop the triggers."""
    if editor.connection.vendor == "sqlite":
        for name in ("statement_content", "statement_kept", "amount_update", "amount_delete"):
            editor.execute(f"DROP TRIGGER {name}")
        return
    for name, table in (
        ("statement_content", _STATEMENT),
        ("statement_kept", _STATEMENT),
        ("amount_kept", _AMOUNT),
    ):
        editor.execute(f"DROP TRIGGER {name} ON {table}")
    editor.execute("DROP FUNCTION service_levels_refuse()")


class Migration(migrations.Migration):
    """Triggers."""

    dependencies = (("service_levels", "0001_service_levels"),)
    operations = (migrations.RunPython(arm, disarm),)
