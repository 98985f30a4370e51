"""A contractor's premises."""

from django.db import models

from guanbao.platform.ledger.naming import Named
from guanbao.platform.wording import _


class Premises(Named):
    """A place where a contractor's people work."""

    tenants = ("contractor__institution__organisation", "contractor__organisation")
    contractor = models.ForeignKey(
        "parties.Contractor", models.PROTECT, related_name="premises", verbose_name=_("Contractor")
    )
    name = models.CharField(_("Name"), max_length=200)
    city = models.CharField(_("City"), max_length=100)
    seats = models.PositiveIntegerField(_("Seats"))
