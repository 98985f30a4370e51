"""The tables that pages and API had made are kept on, with what stands in them."""

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from guanbao.platform.keeping.models import ImportedFile, KeptAnswer, SavedView


@pytest.mark.parametrize(
    "key",
    [
        ("web", "0003_tables_are_kept_elsewhere"),
        ("api", "0003_tables_are_kept_elsewhere"),
        ("keeping", "0001_tables_of_pages_and_api"),
    ],
)
def test_the_database_is_not_touched(key):
    [operation] = MigrationLoader(None).disk_migrations[key].operations
    assert operation.state_operations
    assert operation.database_operations == []


@pytest.mark.django_db
def test_they_have_their_old_names():
    names = {model._meta.db_table for model in (SavedView, ImportedFile, KeptAnswer)}
    assert names == {"web_savedview", "web_importedfile", "api_keptanswer"}
    assert names <= set(connection.introspection.table_names())
