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
        autodiscover_modules("tasks")
