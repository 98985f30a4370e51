"""Where the registry lives, as its URL says."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from guanbao.config.database import database, wal_is_safe


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
    ],
)
def test_wal_only_where_sqlite_is_mended(version, safe):
    assert wal_is_safe(version) is safe


def test_without_a_url_there_is_one_file():
    made = database("", Path("/data"))
    assert made["NAME"] == "/data/guanbao.sqlite3"
    assert made["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in made["OPTIONS"]["init_command"]


def test_a_sqlite_file_by_its_url():
    assert database("sqlite:////srv/a%20b.sqlite3", Path("/data"))["NAME"] == "/srv/a b.sqlite3"
    assert database("sqlite:///here.sqlite3", Path("/data"))["NAME"] == "here.sqlite3"


def test_postgresql_by_its_url():
    made = database("postgresql://o%40ne:p%2Fw@db.example:5433/guan?sslmode=require", Path("/data"))
    assert (made["USER"], made["PASSWORD"], made["HOST"], made["PORT"]) == ("o@ne", "p/w", "db.example", "5433")
    assert (made["NAME"], made["OPTIONS"]) == ("guan", {"sslmode": "require", "prepare_threshold": 5})


def test_another_database_is_refused():
    with pytest.raises(ValueError, match="mysql://; write sqlite"):
        database("mysql://x/y", Path("/data"))


def test_every_model_has_its_migration(db):  # noqa: ARG001
    missing = StringIO()
    call_command("makemigrations", "--check", "--dry-run", stdout=missing)
    assert missing.getvalue().strip() == "No changes detected"
