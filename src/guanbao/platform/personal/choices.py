"""What people may have to do with somebody's data in clear."""

from __future__ import annotations

from django.db.models import TextChoices

from guanbao.platform.wording import _


class Purpose(TextChoices):
    """Why a value is read in clear."""

    REACH = "reach", _("To reach the person")
    CHECK = "check", _("To check that it is right")
    COMPLAINT = "complaint", _("To deal with a complaint")
    AUDIT = "audit", _("Audit or inspection")
    INCIDENT = "incident", _("Incident or emergency")
    OTHER = "other", _("Another reason")
