"""Registers evidence."""

from __future__ import annotations

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """Evidence."""

    name = "guanbao.apps.evidence"
    label = "evidence"

    def ready(self) -> None:
        """Put the ledger into the menu, and evidence beside an arrangement."""
        from guanbao.apps.evidence import pages  # noqa: PLC0415 - models must be there first
        from guanbao.web.frame import register_pages  # noqa: PLC0415
        from guanbao.web.resource import add_panels  # noqa: PLC0415

        register_pages(pages.LEDGER, pages.LEDGER_OF_ACCESS)
        add_panels("arrangements", pages.PACK_OF)
