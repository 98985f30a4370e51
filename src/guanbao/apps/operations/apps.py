"""Registers operations."""

from __future__ import annotations

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Operations."""

    name = "guanbao.apps.operations"
    label = "operations"

    def ready(self) -> None:
        """Make the pages and the checks known."""
        from guanbao.apps.operations import checks, pages  # noqa: F401, PLC0415 - models must be there first
        from guanbao.web.resource import register  # noqa: PLC0415

        register(pages.JOBS, pages.SCHEDULES)
