"""Registers access with Django."""

from __future__ import annotations

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Access."""

    name = "guanbao.platform.access"
    label = "access"

    def ready(self) -> None:
        """Have installations checked, policies written whenever tables were, and roles told by what they are called."""
        from django.core.checks import register  # noqa: PLC0415
        from django.db.models.signals import post_migrate  # noqa: PLC0415

        from guanbao.platform.access.factors import factors_asked  # noqa: PLC0415 - models must be there first
        from guanbao.platform.access.permissions import permission_title  # noqa: PLC0415
        from guanbao.platform.access.roles import role_title  # noqa: PLC0415
        from guanbao.platform.access.tenancy import policies_write  # noqa: PLC0415
        from guanbao.platform.ledger.telling import tell_names  # noqa: PLC0415

        tell_names(gives=role_title, roles=role_title, permissions=permission_title)
        register(factors_asked, deploy=True)
        post_migrate.connect(policies_write, sender=self)
