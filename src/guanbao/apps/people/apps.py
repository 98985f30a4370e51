"""Registers people."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """People."""

    name = "guanbao.apps.people"
    label = "people"

    def ready(self) -> None:
        """Make the pages known."""
        from guanbao.apps.people import pages, selectors  # noqa: PLC0415 - models must be there first
        from guanbao.platform.identity.models import Person  # noqa: PLC0415
        from guanbao.platform.personal.attaching import attach  # noqa: PLC0415
        from guanbao.web.frame import register_pages  # noqa: PLC0415
        from guanbao.web.resource import register  # noqa: PLC0415

        register(pages.PEOPLE, pages.MACHINES, pages.INVITATIONS, pages.GRANTS, pages.ROLES)
        register_pages(pages.MATRIX, pages.API)
        attach("people", Person, rows=selectors.people_visible, columns=selectors.PEOPLE)
