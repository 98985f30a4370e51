"""Registers questionnaires' pages."""

from __future__ import annotations

from django.apps import AppConfig


class SurveysConfig(AppConfig):
    """Pages of questionnaires."""

    name = "guanbao.apps.surveys"
    label = "surveys"

    def ready(self) -> None:
        """Make the pages known, and put the panel on the page of whatever questionnaires are put about."""
        from guanbao.api.application import register_router  # noqa: PLC0415 - models must be there first
        from guanbao.apps.surveys import api, notices, pages, panels  # noqa: PLC0415
        from guanbao.platform.questionnaires.attaching import attached_follow  # noqa: PLC0415
        from guanbao.platform.questionnaires.hearing import hear  # noqa: PLC0415
        from guanbao.web.frame import add_waiting, register_pages  # noqa: PLC0415
        from guanbao.web.resource import add_panels, register  # noqa: PLC0415

        register_router("questionnaires", api.of_questionnaires)
        register(pages.ISSUES, pages.VERSIONS)
        register_pages(pages.VERSION_INDEX)
        attached_follow(lambda each: add_panels(each.name, panels.OF_RECORD))
        add_waiting(panels.waits_for)
        hear(notices.told)
