"""Registers approvals."""

from __future__ import annotations

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """Approvals."""

    name = "guanbao.apps.approvals"
    label = "approvals"

    def ready(self) -> None:
        """Make the pages known, and put approval on the pages of whatever it is attached to."""
        from guanbao.apps.approvals import notices, pages, records  # noqa: PLC0415 - models must be there first
        from guanbao.platform.workflow.attaching import attachments  # noqa: PLC0415
        from guanbao.platform.workflow.hearing import hear  # noqa: PLC0415
        from guanbao.web.frame import add_waiting, register_pages  # noqa: PLC0415
        from guanbao.web.resource import add_panels, add_verbs, register, resource_of  # noqa: PLC0415

        register(pages.APPROVALS, pages.TASKS, pages.MODELS)
        register_pages(pages.MY_TASKS, pages.MODEL_INDEX)
        add_waiting(records.waits_for)
        hear(notices.told)
        for attached in attachments():
            if resource := resource_of(attached.model):
                add_panels(resource.name, *records.PANELS)
                add_verbs(resource.name, records.SUBMIT)
