"""Registers parties."""

from __future__ import annotations

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    """Parties."""

    name = "guanbao.apps.parties"
    label = "parties"

    def ready(self) -> None:
        """Make the pages known."""
        from guanbao.apps.parties import pages  # noqa: PLC0415 - models must be there first
        from guanbao.web.resource import register  # noqa: PLC0415

        register(
            pages.CONTRACTORS,
            pages.CERTIFICATES,
            pages.ENDING,
            pages.CONTACTS,
            pages.INSTITUTIONS,
            pages.DEPARTMENTS,
            pages.BRANCHES,
            pages.IDENTIFIERS,
            pages.STANDINGS,
        )
