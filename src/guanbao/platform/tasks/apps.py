"""Registers tasks with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class TasksConfig(AppConfig):
    """Background work."""

    name = "guanbao.platform.tasks"
    label = "tasks"

    def ready(self) -> None:
        """Have every app declare its jobs and schedules."""
        from guanbao.platform.ledger.telling import tell_names  # noqa: PLC0415 - models must be there first
        from guanbao.platform.tasks.declaring import job_title  # noqa: PLC0415

        tell_names(kind=job_title)
        autodiscover_modules("tasks")
