"""Registers privacy."""

from __future__ import annotations

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """Personal data."""

    name = "guanbao.apps.privacy"
    label = "privacy"

    def ready(self) -> None:
        """Make the pages and the gates known."""
        from guanbao.apps.privacy import gates, pages  # noqa: F401, PLC0415 - models must be there first
        from guanbao.web.resource import add_panels, register  # noqa: PLC0415

        register(pages.ENTRUSTMENTS)
        add_panels("arrangements", pages.OF_ARRANGEMENT)
