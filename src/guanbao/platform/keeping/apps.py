"""Registers what is kept with Django."""

from __future__ import annotations

from django.apps import AppConfig


class KeepingConfig(AppConfig):
    """What is kept for later requests."""

    name = "guanbao.platform.keeping"
    label = "keeping"
