"""Registers the pages' frame with Django; refuses to start without the files that pages load."""

from __future__ import annotations

from pathlib import Path

from django.apps import AppConfig

from guanbao.web.errors import AssetsMissing

VENDOR = Path(__file__).parent / "static/vendor"


class WebConfig(AppConfig):
    """The generic pages."""

    name = "guanbao.web"
    label = "web"

    def ready(self) -> None:
        """See that Tabler, htmx and ECharts are there; have the job of exports known where no pages are served.

        Raises:
            AssetsMissing: they were not copied, or removed.
        """
        if not (VENDOR / ".stamp").is_file():
            raise AssetsMissing(folder=VENDOR)
        from guanbao.web import exports  # noqa: F401, PLC0415 - models must be there first
