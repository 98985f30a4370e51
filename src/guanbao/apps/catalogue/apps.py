"""Registers the catalogue."""

from __future__ import annotations

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """The catalogue."""

    name = "guanbao.apps.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        """Make the pages known."""
        from guanbao.apps.catalogue import pages  # noqa: PLC0415 - models must be there first
        from guanbao.web.frame import register_pages  # noqa: PLC0415
        from guanbao.web.resource import register  # noqa: PLC0415

        register(pages.SERVICES, pages.FUNCTIONS)
        register_pages(pages.TAXONOMIES)
