"""Registers documents."""

from __future__ import annotations

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Documents."""

    name = "guanbao.apps.documents"
    label = "documents"

    def ready(self) -> None:
        """Make the pages known, and put the panel on the page of whatever documents are attached to."""
        from guanbao.api.application import register_router  # noqa: PLC0415 - models must be there first
        from guanbao.apps.documents import api, duties, pages, panels  # noqa: F401, PLC0415
        from guanbao.platform.files.attaching import attached_follow  # noqa: PLC0415
        from guanbao.web.frame import add_waiting  # noqa: PLC0415
        from guanbao.web.resource import add_panels, register  # noqa: PLC0415

        register_router("documents", api.of_documents)
        register(pages.DOCUMENTS)
        attached_follow(lambda each: add_panels(each.name, panels.OF_RECORD))
        add_waiting(panels.waits_for)
