"""Registers service levels."""

from __future__ import annotations

from django.apps import AppConfig


class ServiceLevelsConfig(AppConfig):
    """Service levels."""

    name = "guanbao.apps.service_levels"
    label = "service_levels"

    def ready(self) -> None:
        """Make the pages known, and put what belongs there on an arrangement's workspace."""
        from guanbao.api.application import register_router  # noqa: PLC0415 - models must be there first
        from guanbao.apps.contracts.crediting import credits_by  # noqa: PLC0415
        from guanbao.apps.service_levels import api, duties, selectors  # noqa: F401, PLC0415
        from guanbao.apps.service_levels.pages import overview, resources, waiting, workspace  # noqa: PLC0415
        from guanbao.platform.calendars import calendars_by  # noqa: PLC0415
        from guanbao.web.frame import add_waiting  # noqa: PLC0415
        from guanbao.web.resource import add_panels, register  # noqa: PLC0415

        register_router("arrangements", api.of_arrangements)
        register_router("imports", api.of_imports)
        register(*resources.RESOURCES)
        add_panels("arrangements", *workspace.PANELS)
        add_panels("start", overview.MONTHS)
        add_waiting(waiting.waits_for)
        calendars_by(selectors.calendar_of_office)
        credits_by(selectors.credits_standing)
