"""A key, an event, and something for it to happen to."""

import pytest
from ledgers import SOMEBODY, THING

from guanbao.engine.statements.signing import keys_new
from guanbao.platform.ledger import events
from guanbao.platform.ledger.services import ledger_append


@pytest.fixture(scope="session")
def key_pair(tmp_path_factory):
    """A private key and its public half."""
    return keys_new(tmp_path_factory.mktemp("keys"), "ledger")


@pytest.fixture
def key(key_pair, settings):
    """The ledger's own key."""
    settings.GUANBAO_LEDGER_KEY = key_pair[0]
    return key_pair[0]


@pytest.fixture
def registry(monkeypatch):
    """A registry of events for one test."""
    monkeypatch.setattr(events, "EVENTS", known := dict(events.EVENTS))
    monkeypatch.setattr("guanbao.platform.ledger.services.EVENTS", known)
    return known


@pytest.fixture
def changed(registry):  # noqa: ARG001
    """An event of which the state, and nothing else, may be recorded."""
    return events.declare(
        "thing.changed",
        en="{actor} moved {object} from {state_before} to {state}",
        zh="{actor} 将 {object} 由 {state_before} 改为 {state}",
        clear=("state",),
    )


@pytest.fixture
def append(changed):
    """Record that something changed."""

    def make(subject=THING, *, actor=SOMEBODY, event=changed, **said):
        return ledger_append(actor=actor, event=event, subject=subject, **said)

    return make
