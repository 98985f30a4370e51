"""The tables of the ledger."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("size", models.BigIntegerField()),
                ("root", models.BinaryField()),
                ("at", models.DateTimeField()),
                ("key_id", models.CharField(max_length=100)),
                ("signature", models.TextField()),
            ],
            options={
                "indexes": [models.Index(fields=["size"], name="ledger_checkpoint_size")],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("index", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("event", models.CharField(max_length=100)),
                ("actor_kind", models.CharField(max_length=10)),
                ("actor_name", models.TextField()),
                ("person_id", models.BigIntegerField(null=True)),
                ("organisation_id", models.BigIntegerField(null=True)),
                ("object_type", models.CharField(max_length=100)),
                ("object_id", models.CharField(max_length=100)),
                ("object_label", models.TextField()),
                ("scopes", models.JSONField()),
                ("before", models.JSONField()),
                ("after", models.JSONField()),
                ("redacted", models.JSONField()),
                ("request_id", models.TextField()),
                ("body", models.BinaryField()),
                ("leaf", models.BinaryField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["object_type", "object_id"], name="ledger_entry_of_object"),
                    models.Index(fields=["event", "at"], name="ledger_entry_of_event"),
                    models.Index(fields=["at"], name="ledger_entry_at"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Head",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("size", models.BigIntegerField(default=0)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="ledger_head_is_one")],
            },
        ),
        migrations.CreateModel(
            name="Node",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.SmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("hash", models.BinaryField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("level", "index"), name="ledger_node_once")],
            },
        ),
    ]
