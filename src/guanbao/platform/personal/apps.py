"""Registers personal data with Django."""

from __future__ import annotations

from django.apps import AppConfig


class PersonalConfig(AppConfig):
    """Personal data."""

    name = "guanbao.platform.personal"
    label = "personal"

    def ready(self) -> None:
        """Declare permissions, events and notices."""
        from guanbao.platform.personal import services  # noqa: F401, PLC0415 - models must be there first
