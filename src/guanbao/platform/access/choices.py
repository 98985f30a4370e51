"""How wide a grant is."""

from __future__ import annotations

from django.db.models import TextChoices

from guanbao.platform.wording import _


class Scope(TextChoices):
    """What a grant reaches: the whole organisation, or what belongs to one thing in it."""

    ORGANISATION = "organisation", _("Whole organisation")
    DEPARTMENT = "department", _("Department")
    CONTRACTOR = "contractor", _("Contractor")
    ARRANGEMENT = "arrangement", _("Arrangement")
