"""How a document can stand."""

from __future__ import annotations

from django.db.models import TextChoices

from guanbao.platform.wording import _


class State(TextChoices):
    """From its arrival on."""

    QUARANTINED = "quarantined", _("In quarantine")
    CLEAN = "clean", _("Clean")
    REFUSED = "refused", _("Refused")
    DESTROYED = "destroyed", _("Destroyed")


GONE = (State.REFUSED, State.DESTROYED)  # of these only the row is left
