"""What service levels, imports, statements and exclusions can be."""

from __future__ import annotations

from django.db.models import TextChoices

from guanbao.platform.wording import _


class LevelState(TextChoices):
    """A version of a service level is worked on, or binds."""

    DRAFT = "draft", _("Draft")
    IN_FORCE = "in_force", _("In force")


class ImportState(TextChoices):
    """How far an import has come."""

    RECEIVING = "receiving", _("Being received")
    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Imported")
    REFUSED = "refused", _("Refused")
    ABANDONED = "abandoned", _("Given up")


class StatementState(TextChoices):
    """A statement is commented on, then issued; a later version supersedes it."""

    DRAFT = "draft", _("Draft")
    ISSUED = "issued", _("Issued")
    SUPERSEDED = "superseded", _("Superseded")


class ExclusionState(TextChoices):
    """What became of a proposal to leave something out."""

    PROPOSED = "proposed", _("Proposed")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")


class Effect(TextChoices):
    """What an exclusion does."""

    DROP = "drop", _("Records are left out")
    PAUSE = "pause", _("Clocks stand still")


class AmountKind(TextChoices):
    """Which way money goes."""

    CREDIT = "credit", _("Credit to the institution")
    BONUS = "bonus", _("Bonus to the contractor")


class Rounding(TextChoices):
    """How amounts are rounded."""

    HALF_EVEN = "half_even", _("Half to even")
    HALF_UP = "half_up", _("Half up")
    HALF_DOWN = "half_down", _("Half down")
    UP = "up", _("Up")
    DOWN = "down", _("Down")
