"""Registers the inbox."""

from __future__ import annotations

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """The inbox."""

    name = "guanbao.apps.inbox"
    label = "inbox"

    def ready(self) -> None:
        """Make the pages known."""
        from guanbao.apps.inbox import pages  # noqa: PLC0415 - models must be there first
        from guanbao.platform.notices.declaring import notice_title  # noqa: PLC0415
        from guanbao.platform.notices.models import Endpoint  # noqa: PLC0415
        from guanbao.platform.telling import tell  # noqa: PLC0415
        from guanbao.web.frame import add_waiting  # noqa: PLC0415
        from guanbao.web.resource import register  # noqa: PLC0415

        tell(Endpoint, kinds=lambda kinds: ", ".join(map(notice_title, kinds)))
        register(pages.NOTICES, pages.DELIVERIES, pages.ENDPOINTS)
        add_waiting(pages.unread)
