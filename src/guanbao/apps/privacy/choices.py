"""What becomes of the data at the end."""

from __future__ import annotations

from django.db.models import TextChoices

from guanbao.platform.wording import _


class AtEnd(TextChoices):
    """Returned or deleted: PIPL art. 21, second paragraph."""

    RETURN = "return", _("Returned")
    DELETE = "delete", _("Deleted")
    RETURN_AND_DELETE = "both", _("Returned, and copies deleted")
