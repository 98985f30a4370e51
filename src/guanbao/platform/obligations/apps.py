"""Registers obligations with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ObligationsConfig(AppConfig):
    """Duties."""

    name = "guanbao.platform.obligations"
    label = "obligations"

    def ready(self) -> None:
        """Have the ledger tell of records that change, so that their duties change with them."""
        from guanbao.platform.ledger.telling import tell_names  # noqa: PLC0415 - models must be there first
        from guanbao.platform.ledger.watching import watch  # noqa: PLC0415
        from guanbao.platform.obligations.services.arming import changed  # noqa: PLC0415
        from guanbao.platform.obligations.words import every_told, kind_told, offset_told  # noqa: PLC0415

        tell_names(every=every_told, offset=offset_told, duty_kind=kind_told)
        watch(changed)
