"""What an approval, a task and a decision can be."""

from __future__ import annotations

from django.db.models import TextChoices

from guanbao.platform.wording import _


class State(TextChoices):
    """How an approval stands."""

    RUNNING = "running", _("Being decided")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Turned down")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    VOID = "void", _("Void")


class TaskState(TextChoices):
    """How a task stands."""

    OPEN = "open", _("To do")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("No longer asked for")


class Verdict(TextChoices):
    """What somebody decides."""

    APPROVE = "approve", _("Approve")
    RESERVE = "reserve", _("Approve with a reservation")
    REJECT = "reject", _("Reject")
    VETO = "veto", _("Veto")
    RETURN = "return", _("Return to an earlier level")


FOR = (Verdict.APPROVE, Verdict.RESERVE)
AGAINST = (Verdict.REJECT, Verdict.VETO)


class Why(TextChoices):
    """Why somebody is given a copy."""

    ENDED = "ended", _("It has ended")
    ESCALATED = "escalated", _("It is overdue")
    VOIDED = "voided", _("It became void")


def verdict_told(code: str) -> str:
    """What a verdict is called."""
    return str(Verdict(code).label) if code in Verdict.values else code
