"""The ledger's head, how PostgreSQL appends, and the triggers that let nothing be changed or removed."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from guanbao.platform.ledger import storing, triggers


def begin(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Count from nothing."""
    apps.get_model("ledger", "Head").objects.using(schema_editor.connection.alias).create(id=1, size=0)


def arm(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the function that appends, and set the triggers."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(storing.POSTGRESQL)
    triggers.arm(schema_editor.connection)


def disarm(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Remove the triggers, and the function."""
    triggers.disarm(schema_editor.connection)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION ledger_append")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_ledger")]
    operations = [
        migrations.RunPython(begin, migrations.RunPython.noop),
        migrations.RunPython(arm, disarm),
    ]
