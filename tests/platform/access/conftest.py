"""Permissions that only a test declares."""

import pytest

from guanbao.platform.access import permissions as registry


@pytest.fixture
def declared(monkeypatch):
    """Declare permissions in a registry that is empty otherwise."""
    monkeypatch.setattr(registry, "_KNOWN", {})

    def declare(name, *, roles=()):
        return registry.permission(name, name, roles=roles)

    return declare
