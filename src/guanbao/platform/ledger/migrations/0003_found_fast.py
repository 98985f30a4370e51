"""What readers are kept apart and entries found by. SQLite copies the table, and with the old one its triggers go."""

import django.db.models.fields.json
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.db.models.lookups
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from guanbao.platform.ledger import triggers


def disarm(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.disarm(schema_editor.connection)


def arm(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.arm(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_append_only"),
    ]

    operations = [
        migrations.RunPython(disarm, arm),
        migrations.RemoveIndex(
            model_name="entry",
            name="ledger_entry_of_event",
        ),
        migrations.AddField(
            model_name="entry",
            name="institution",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.comparison.Coalesce(
                    django.db.models.functions.comparison.Cast(
                        django.db.models.fields.json.KeyTextTransform("institution", "scopes"), models.BigIntegerField()
                    ),
                    models.F("organisation_id"),
                ),
                output_field=models.BigIntegerField(null=True),
            ),
        ),
        migrations.AddField(
            model_name="entry",
            name="is_access",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(
                        django.db.models.lookups.Exact(
                            django.db.models.functions.text.Left("object_type", 9), "identity."
                        ),
                        then=True,
                    ),
                    models.When(
                        django.db.models.lookups.Exact(
                            django.db.models.functions.text.Left("object_type", 7), "access."
                        ),
                        then=True,
                    ),
                    default=False,
                ),
                output_field=models.BooleanField(),
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["institution", "index"], name="ledger_entry_of_tenant"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("is_access", True)), fields=["institution", "index"], name="ledger_entry_of_access"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["institution", "event", "index"], name="ledger_entry_of_event"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["institution", "person_id", "index"], name="ledger_entry_of_person"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["organisation_id", "index"], name="ledger_entry_by"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["request_id"], name="ledger_entry_of_request"),
        ),
        migrations.RunPython(arm, disarm),
    ]
