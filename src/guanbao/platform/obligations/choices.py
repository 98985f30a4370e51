"""How a duty can stand, and what becomes of a day on which nobody works."""

from __future__ import annotations

from django.db.models import TextChoices

from guanbao.platform.wording import _


class State(TextChoices):
    """From armed to closed."""

    OPEN = "open", _("Due")
    DONE = "done", _("Done")
    EXCUSED = "excused", _("Excused")
    CANCELLED = "cancelled", _("Cancelled")
    LAPSED = "lapsed", _("No longer due")


class Rolls(TextChoices):
    """Where a day goes that is no working day."""

    STAYS = "stays", _("Stays where it is")
    FORWARD = "forward", _("To the next working day")
    BACKWARD = "backward", _("To the last working day before")


# What recurs, for people to choose; any number of working days (`5wd`) may stand in its place.
EVERY = (
    ("", _("Once")),
    ("weekly", _("Every week")),
    ("monthly", _("Every month")),
    ("quarterly", _("Every quarter")),
    ("half_yearly", _("Every half year")),
    ("yearly", _("Every year")),
    ("5wd", _("Every 5 working days")),
    ("10wd", _("Every 10 working days")),
)
# What lies between an anchor and the day, to choose from.
WAYS = (
    ("wd before", _("working days before")),
    ("wd after", _("working days after")),
    ("d before", _("days before")),
    ("d after", _("days after")),
    ("m before", _("months before")),
    ("m after", _("months after")),
)
