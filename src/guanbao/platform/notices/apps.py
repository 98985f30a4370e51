"""Registers notices with Django."""

from __future__ import annotations

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Notices."""

    name = "guanbao.platform.notices"
    label = "notices"
