"""Registers the ledger with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class LedgerConfig(AppConfig):
    """The ledger."""

    name = "guanbao.platform.ledger"
    label = "ledger"

    def ready(self) -> None:
        """Have every app declare its events: old entries are told in their wording."""
        autodiscover_modules("events")
