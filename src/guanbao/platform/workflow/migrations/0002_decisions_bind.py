"""Decisions are of what was submitted, by whom it says, and stay: the database itself refuses otherwise."""

from __future__ import annotations

from typing import Any

from django.db import migrations

_APPROVAL, _TASK, _DECISION = "workflow_approval", "workflow_task", "workflow_decision"
_VERSION = "workflow_modelversion"
_FIXED = {
    _APPROVAL: "organisation_id, version_id, subject_type, subject_id, maker_id, digest, content, started_at",
    _DECISION: (
        "organisation_id, approval_id, task_id, level, maker_id, person_id, for_person_id, verdict, opinion, digest, at"
    ),
    _VERSION: "organisation_id, name, number, bpmn, tables, digest, uploaded_by_id",
}
# A decision is of a task of its approval while that runs, names who submitted it, and binds what was submitted.
_BINDS = f"""
    SELECT 1 FROM {_APPROVAL} a JOIN {_TASK} t ON t.id = NEW.task_id AND t.approval_id = a.id
    WHERE a.id = NEW.approval_id AND a.maker_id = NEW.maker_id AND a.digest = NEW.digest AND a.state = 'running'
        AND a.organisation_id = NEW.organisation_id AND t.level = NEW.level AND t.state = 'open'
"""  # noqa: S608 - our own names


def arm(apps: Any, editor: Any) -> None:  # noqa: ANN401, ARG001 - Django's own
    """Create the triggers."""
    if editor.connection.vendor == "sqlite":
        for table, columns in _FIXED.items():
            refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is not changed'); END"
            editor.execute(f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OF {columns} ON {table} {refuse}")
            editor.execute(f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} {refuse}")
        refuse = f"BEGIN SELECT RAISE(ABORT, '{_DECISION} binds what was submitted'); END"
        editor.execute(
            f"CREATE TRIGGER {_DECISION}_binds BEFORE INSERT ON {_DECISION} WHEN NOT EXISTS ({_BINDS}) {refuse}"
        )
        again = "WHEN NEW.in_force AND NOT OLD.in_force"
        editor.execute(f"CREATE TRIGGER {_DECISION}_over BEFORE UPDATE ON {_DECISION} {again} {refuse}")
        return
    editor.execute(
        """
        CREATE FUNCTION workflow_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is not changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
        END $$""",
        params=None,  # else the sign in the message would be taken for a parameter's
    )
    editor.execute(
        f"""
        CREATE FUNCTION workflow_binds() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT EXISTS ({_BINDS}) THEN
                RAISE EXCEPTION 'a decision binds what was submitted' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$"""
    )
    run = "EXECUTE FUNCTION workflow_refuse()"
    for table, columns in _FIXED.items():
        editor.execute(f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OF {columns} ON {table} FOR EACH ROW {run}")
        editor.execute(f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW {run}")
    editor.execute(
        f"CREATE TRIGGER {_DECISION}_binds BEFORE INSERT ON {_DECISION} FOR EACH ROW EXECUTE FUNCTION workflow_binds()"
    )
    again = "WHEN (NEW.in_force AND NOT OLD.in_force)"
    editor.execute(f"CREATE TRIGGER {_DECISION}_over BEFORE UPDATE ON {_DECISION} FOR EACH ROW {again} {run}")


def disarm(apps: Any, editor: Any) -> None:  # noqa: ANN401, ARG001
    """Drop the triggers."""
    names = [(table, f"{table}_{what}") for table in _FIXED for what in ("fixed", "kept")]
    names += [(_DECISION, f"{_DECISION}_binds"), (_DECISION, f"{_DECISION}_over")]
    for table, name in names:
        editor.execute(f"DROP TRIGGER {name}" + ("" if editor.connection.vendor == "sqlite" else f" ON {table}"))
    if editor.connection.vendor != "sqlite":
        editor.execute("DROP FUNCTION workflow_refuse()")
        editor.execute("DROP FUNCTION workflow_binds()")


class Migration(migrations.Migration):
    """Triggers."""

    dependencies = (("workflow", "0001_people_decide"),)
    operations = (migrations.RunPython(arm, disarm),)
