"""Sealed bids."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from guanbao.apps.sourcing.models.keys import RandomKeyField
from guanbao.platform.wording import _


class Bid(models.Model):
    """What one contractor bids: sealed until two officers open it, then its content too.

    `sealed` and `shares` are as `sourcing.sealing` makes them, `digest` is what its sender holds as a receipt. A bid
    that is replaced is gone; its digest stays in the ledger.
    """

    tenants = ("institution", "shared_with")
    id = RandomKeyField()
    institution = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+", editable=False)
    shared_with = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+", editable=False)
    tender = models.ForeignKey("sourcing.Tender", models.PROTECT, related_name="bids", verbose_name=_("Tender"))
    invitation = models.OneToOneField(
        "sourcing.Invitation", models.PROTECT, related_name="bid", verbose_name=_("Invitation")
    )
    contractor = models.ForeignKey(
        "parties.Contractor", models.PROTECT, related_name="bids", verbose_name=_("Contractor")
    )
    number = models.PositiveIntegerField(_("Version"), default=1)
    sealed = models.TextField(editable=False)
    shares = models.JSONField(editable=False)
    digest = models.CharField(_("Digest"), max_length=64, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    submitted_at = models.DateTimeField(_("Handed in at"), editable=False)
    # What was read; nothing before.
    opened_at = models.DateTimeField(_("Opened"), null=True, editable=False)
    prices = models.JSONField(_("Prices by lot"), default=list, editable=False)
    total = models.DecimalField(_("Total price"), max_digits=20, decimal_places=2, null=True, editable=False)
    # Of a tender in two envelopes: what the prices are, until quality is scored.
    held_prices = models.JSONField(default=list, editable=False)
    offer = models.TextField(_("Offer"), blank=True, editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(opened_at__isnull=False) | Q(total=None, offer=""),
                name="bid_read_when_opened",
                violation_error_message=_("No bid is opened before the hour."),
            ),
        )
        indexes = (models.Index(fields=("tender", "total", "id"), name="bid_of_tender"),)

    def __str__(self) -> str:
        return str(self.contractor)

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.digest[:16]
