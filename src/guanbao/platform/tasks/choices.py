"""How a job can stand."""

from __future__ import annotations

from django.db.models import TextChoices

from guanbao.platform.wording import _


class State(TextChoices):
    """From asked for to ended."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    RETRYING = "retrying", _("To be tried again")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


DUE = (State.WAITING, State.RETRYING)
ENDED = (State.DONE, State.FAILED)
