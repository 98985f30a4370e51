from django.db import migrations


class Migration(migrations.Migration):
    """The tables stay where they are: another package keeps them from here on."""

    dependencies = [
        ("api", "0002_constraints_say_what_they_want"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("KeptAnswer")]),
    ]
