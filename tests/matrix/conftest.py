"""One world for all tests of this folder: built once in a process, and rolled back before tests of another folder."""

from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import override_settings
from world import World

from guanbao.engine.statements.signing import keys_new
from guanbao.platform.files.keys import files_key_make

HERE = Path(__file__).parent
STAYS_OPEN = ExitStack()
BUILT = []


@pytest.fixture(scope="session")
def end_of_world(django_db_setup):  # noqa: ARG001
    """Before the database itself goes."""
    yield
    end()


@pytest.fixture(scope="module")
def world(end_of_world, django_db_blocker, tmp_path_factory):  # noqa: ARG001
    """The world, in a transaction that stays open for the next file too. Probes roll back what they do."""
    if not BUILT:
        BUILT.append(STAYS_OPEN.enter_context(built(tmp_path_factory.mktemp("world"), django_db_blocker)))
    return BUILT[0]


@contextmanager
def built(home, django_db_blocker):
    """A new world, that nothing is left of."""
    keys_new(home, "statement")
    keys_new(home, "ledger")
    files_key_make(home / "files.key.json")
    said = {
        "HOME": home,
        "GUANBAO_STATEMENT_KEY": home / "statement.key.json",
        "GUANBAO_LEDGER_KEY": home / "ledger.key.json",
        "GUANBAO_EGRESS": "hooks.example.com",
        "GUANBAO_FILES_KEY": home / "files.key.json",
    }
    # A test client that is done closes the connection on PostgreSQL, and with it the transaction.
    close, connection.close_if_unusable_or_obsolete = connection.close_if_unusable_or_obsolete, lambda: None
    with django_db_blocker.unblock(), override_settings(**said), transaction.atomic():
        yield World()
        transaction.set_rollback(True)
        cache.close()
    connection.close_if_unusable_or_obsolete = close


def end():
    """Roll the world back."""
    BUILT.clear()
    STAYS_OPEN.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem):
    """Elsewhere the open transaction would lock out the threads of tests."""
    yield
    if nextitem is not None and HERE not in nextitem.path.parents:
        end()
