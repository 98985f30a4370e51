"""Registers access with Django."""

from __future__ import annotations

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Access."""

    name = "guanbao.platform.access"
    label = "access"
