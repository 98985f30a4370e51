"""What an organisation can be."""

from __future__ import annotations

from django.db.models import TextChoices

from guanbao.platform.wording import _


class Side(TextChoices):
    """The two sides of an arrangement."""

    INSTITUTION = "institution", _("Institution")
    CONTRACTOR = "contractor", _("Contractor")
