"""Kinds of questions, how an issue stands, and what a reviewer says of an answer."""

from __future__ import annotations

from django.db.models import TextChoices

from guanbao.platform.wording import _


class Kind(TextChoices):
    """What is answered."""

    PARTIAL = "partial", _("Yes, partly or no")
    CHOICE = "choice", _("One of several")
    MULTIPLE = "multiple", _("Any of several")
    NUMBER = "number", _("A number")
    DATE = "date", _("A day")
    TEXT = "text", _("Text")
    FILE = "file", _("Documents")


class Partial(TextChoices):
    """Answers to a question that is met, partly met or not."""

    YES = "yes", _("Yes")
    PARTIAL = "partial", _("Partly")
    NO = "no", _("No")


class State(TextChoices):
    """How an issue stands."""

    DRAFT = "draft", _("Being prepared")
    SENT = "sent", _("To be answered")
    SUBMITTED = "submitted", _("Answered")
    REVIEW = "review", _("Under review")
    CONCLUDED = "concluded", _("Concluded")
    CANCELLED = "cancelled", _("Cancelled")


class Verdict(TextChoices):
    """What a reviewer says of an answer."""

    ACCEPTED = "accepted", _("Answer accepted")
    RETURNED = "returned", _("Returned to be amended")


class Outcome(TextChoices):
    """What comes of a concluded issue."""

    NONE = "none", _("Nothing to pass")
    PASSED = "passed", _("Passed as a whole")
    FAILED = "failed", _("Not passed")
    CRITICAL = "critical", _("Failed by a critical question")


ANSWERED = (State.SUBMITTED, State.REVIEW)
ENDED = (State.CONCLUDED, State.CANCELLED)
