"""Registers workflow with Django."""

from __future__ import annotations

from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    """People deciding."""

    name = "guanbao.platform.workflow"
    label = "workflow"

    def ready(self) -> None:
        """Have the ledger tell of what changes, so that an approval of something else is void."""
        from guanbao.platform.ledger.telling import tell_names  # noqa: PLC0415 - models must be there first
        from guanbao.platform.ledger.watching import watch  # noqa: PLC0415
        from guanbao.platform.workflow.choices import verdict_told  # noqa: PLC0415
        from guanbao.platform.workflow.services.voiding import changed  # noqa: PLC0415
        from guanbao.platform.workflow.shipped import level_title, model_title  # noqa: PLC0415

        tell_names(verdict=verdict_told, model=model_title, level=level_title, back_to=level_title)
        watch(changed)
