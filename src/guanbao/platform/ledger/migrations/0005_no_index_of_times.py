"""Entries are found by time through checkpoints; PostgreSQL's function turns a body into bytes once."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from guanbao.platform.ledger import storing


def renew(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the function that appends anew."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(storing.POSTGRESQL)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_constraints_say_what_they_want")]
    operations = [
        migrations.RemoveIndex(model_name="entry", name="ledger_entry_at"),
        migrations.RunPython(renew, migrations.RunPython.noop),
    ]
