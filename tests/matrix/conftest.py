"""One world for all tests of a file here: built once in a process, and rolled back before another file's tests."""

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import override_settings
from world import World

from guanbao.engine.statements.signing import keys_new


@pytest.fixture(scope="module")  # no longer: an open transaction locks out the threads of other tests
def world(django_db_setup, django_db_blocker, tmp_path_factory):  # noqa: ARG001
    """The world, in a transaction that stays open. Probes roll back what they do."""
    home = tmp_path_factory.mktemp("world")
    keys_new(home, "statement")
    keys_new(home, "ledger")
    said = {
        "HOME": home,
        "GUANBAO_STATEMENT_KEY": home / "statement.key.json",
        "GUANBAO_LEDGER_KEY": home / "ledger.key.json",
    }
    # A test client that is done closes the connection on PostgreSQL, and with it the transaction.
    close, connection.close_if_unusable_or_obsolete = connection.close_if_unusable_or_obsolete, lambda: None
    with django_db_blocker.unblock(), override_settings(**said), transaction.atomic():
        yield World()
        transaction.set_rollback(True)
        cache.close()
    connection.close_if_unusable_or_obsolete = close
