"""Rows of documents stay, and what they say of bytes never changes: the database itself refuses otherwise."""

from __future__ import annotations

from typing import Any

from django.db import migrations

_TABLE = "files_document"
_FIXED = (
    "institution_id", "side", "record", "record_id", "series", "version", "kind", "title", "expires_on",
    "is_confidential", "media", "size", "sha256", "added_by_id", "added_at", "stored_as",
)  # fmt: skip
# What may become otherwise in one way alone: shared, kept longer; what is gone or released does not come back.
_ONE_WAY = (
    "OLD.shared_with_id IS NOT NULL AND (NEW.shared_with_id IS NULL OR NEW.shared_with_id <> OLD.shared_with_id)",
    "NEW.kept_until < OLD.kept_until",
    "OLD.state IN ('refused', 'destroyed') AND NEW.state <> OLD.state",
    "OLD.state = 'clean' AND NEW.state NOT IN ('clean', 'destroyed')",
    "OLD.state = 'quarantined' AND NEW.state = 'destroyed'",
    "NEW.wrapped_key = '' AND OLD.wrapped_key <> '' AND NEW.state NOT IN ('refused', 'destroyed')",
)
_EARLY = {  # by the database's own clock, a day's difference of zones allowed: none is destroyed by a clock put forward
    "sqlite": "NEW.state = 'destroyed' AND NEW.kept_until >= date('now', '+1 day')",
    "postgresql": "NEW.state = 'destroyed' AND NEW.kept_until >= current_date + 1",
}


def arm(apps: Any, editor: Any) -> None:  # noqa: ANN401, ARG001 - Django's own
    """Create the triggers."""
    vendor = editor.connection.vendor
    conditions = " OR ".join(f"({each})" for each in (*_ONE_WAY, _EARLY[vendor]))
    if vendor == "sqlite":
        stop = "BEGIN SELECT RAISE(ABORT, '{}'); END"
        fixed = stop.format("what a document is never changes")
        editor.execute(
            f"CREATE TRIGGER document_fixed BEFORE UPDATE OF {', '.join(_FIXED)} ON {_TABLE} {_changed()} {fixed}"
        )
        onward = stop.format("a document goes one way")
        editor.execute(f"CREATE TRIGGER document_onward BEFORE UPDATE ON {_TABLE} WHEN {conditions} {onward}")
        # INSERT OR REPLACE removes the old row without asking the trigger on DELETE.
        there = f"WHEN EXISTS (SELECT 1 FROM {_TABLE} WHERE id = NEW.id)"  # noqa: S608 - our own name
        editor.execute(f"CREATE TRIGGER document_replace BEFORE INSERT ON {_TABLE} {there} {fixed}")
        kept = stop.format("a document is never deleted")
        editor.execute(f"CREATE TRIGGER document_kept BEFORE DELETE ON {_TABLE} {kept}")
        return
    editor.execute(
        """
        CREATE FUNCTION files_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is not changed so', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
        END $$""",
        params=None,  # else the sign in the message would be taken for a parameter's
    )
    run = "EXECUTE FUNCTION files_refuse()"
    columns = ", ".join(_FIXED)
    editor.execute(
        f"CREATE TRIGGER document_fixed BEFORE UPDATE OF {columns} ON {_TABLE} FOR EACH ROW {_changed(paren=True)} {run}"
    )
    editor.execute(f"CREATE TRIGGER document_onward BEFORE UPDATE ON {_TABLE} FOR EACH ROW WHEN ({conditions}) {run}")
    editor.execute(f"CREATE TRIGGER document_kept BEFORE DELETE ON {_TABLE} FOR EACH ROW {run}")


def _changed(*, paren: bool = False) -> str:
    """When one of the fixed columns differs: a model that is saved writes all of them."""
    differs = " OR ".join(
        f"NEW.{name} IS DISTINCT FROM OLD.{name}" if paren else f"NEW.{name} IS NOT OLD.{name}" for name in _FIXED
    )
    return f"WHEN ({differs})"


def disarm(apps: Any, editor: Any) -> None:  # noqa: ANN401, ARG001
    """Drop the triggers."""
    on = "" if editor.connection.vendor == "sqlite" else f" ON {_TABLE}"
    replaced = () if on else ("document_replace",)
    for name in ("document_fixed", "document_onward", "document_kept", *replaced):
        editor.execute(f"DROP TRIGGER {name}{on}")
    if on:
        editor.execute("DROP FUNCTION files_refuse()")


class Migration(migrations.Migration):
    """Triggers."""

    dependencies = (("files", "0001_documents"),)
    operations = (migrations.RunPython(arm, disarm),)
