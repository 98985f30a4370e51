"""Registers identity with Django."""

from __future__ import annotations

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Identity."""

    name = "guanbao.platform.identity"
    label = "identity"
