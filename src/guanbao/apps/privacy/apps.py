"""Registers privacy."""

from __future__ import annotations

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """Personal data."""

    name = "guanbao.apps.privacy"
    label = "privacy"

    def ready(self) -> None:
        """Make the pages and the gates known, and cover what apps say can be revealed."""
        from guanbao.api.application import register_router  # noqa: PLC0415 - models must be there first
        from guanbao.apps.privacy import api, duties, gates, pages  # noqa: F401, PLC0415
        from guanbao.platform.personal.attaching import revealable_follow  # noqa: PLC0415
        from guanbao.web.resource import add_panels, register  # noqa: PLC0415

        register(pages.ENTRUSTMENTS, pages.REVEALS, pages.CANARIES)
        register_router("reveals", api.of_reveals)
        revealable_follow(pages.cover)
        add_panels("arrangements", pages.OF_ARRANGEMENT)
