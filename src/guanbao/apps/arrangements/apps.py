"""Registers arrangements."""

from __future__ import annotations

from django.apps import AppConfig


class ArrangementsConfig(AppConfig):
    """Arrangements."""

    name = "guanbao.apps.arrangements"
    label = "arrangements"

    def ready(self) -> None:
        """Make the pages and the gates known."""
        from guanbao.apps.arrangements import gates, pages  # noqa: F401, PLC0415 - models must be there first
        from guanbao.web.resource import add_panels, register  # noqa: PLC0415

        register(pages.ARRANGEMENTS, pages.LINKS, pages.PLACES)
        add_panels("start", pages.BY_STAGE)
        add_panels("contractors", pages.OF_CONTRACTOR)
        add_panels("functions", pages.OF_FUNCTION)
