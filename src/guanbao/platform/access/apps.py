"""Registers access with Django."""

from __future__ import annotations

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Access."""

    name = "guanbao.platform.access"
    label = "access"

    def ready(self) -> None:
        """Have installations checked."""
        from django.core.checks import register  # noqa: PLC0415

        from guanbao.platform.access.factors import factors_asked  # noqa: PLC0415 - models must be there first

        register(factors_asked, deploy=True)
