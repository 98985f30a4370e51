"""Registers duties."""

from __future__ import annotations

from django.apps import AppConfig


class DutiesConfig(AppConfig):
    """Duties."""

    name = "guanbao.apps.duties"
    label = "duties"

    def ready(self) -> None:
        """Make the pages known, and put the panel on the page of whatever has duties."""
        from guanbao.apps.duties import pages, panels  # noqa: PLC0415 - models must be there first
        from guanbao.platform.obligations.declaring import carriers_follow  # noqa: PLC0415
        from guanbao.web.frame import add_waiting, register_pages  # noqa: PLC0415
        from guanbao.web.resource import add_panels, add_verbs, register  # noqa: PLC0415

        register(pages.DUTIES)
        register_pages(pages.MONTH, pages.OWNERS, pages.FEEDS)
        carriers_follow(lambda each: add_panels(each.name, panels.OF_RECORD))
        add_verbs("arrangements", pages.START)
        add_panels("start", panels.NEXT)
        add_waiting(panels.waits_for)
