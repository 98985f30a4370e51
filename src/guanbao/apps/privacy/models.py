"""Records of entrusted processing."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from guanbao.apps.privacy.choices import AtEnd
from guanbao.platform.wording import _

_TEXT = 2000


class Entrustment(models.Model):
    """What a contractor does with personal data for the institution, for one purpose."""

    tenants = ("arrangement__institution__organisation", "arrangement__contractor__organisation")
    arrangement = models.ForeignKey(
        "arrangements.Arrangement", models.PROTECT, related_name="entrustments", verbose_name=_("Arrangement")
    )
    purpose = models.CharField(_("Purpose of processing"), max_length=300)
    begins_on = models.DateField(_("Processed from"))
    finishes_on = models.DateField(_("Processed until"))
    method = models.TextField(_("Method of processing"), max_length=_TEXT)
    kinds = models.TextField(_("Kinds of personal data"), max_length=_TEXT)
    is_sensitive = models.BooleanField(_("Sensitive data among them"), default=False)
    protection = models.TextField(_("Measures of protection"), max_length=_TEXT)
    duties = models.TextField(_("Rights and duties of both parties"), max_length=_TEXT)
    at_end = models.CharField(_("At the end the data are"), max_length=10, choices=AtEnd.choices)
    sub_entrusted_to = models.CharField(_("Sub-entrusted to"), max_length=300, blank=True)
    consented_on = models.DateField(_("Sub-entrustment consented to on"), null=True, blank=True)
    assessed_on = models.DateField(_("Impact assessed on"), null=True, blank=True)
    settled_on = models.DateField(_("Returned or deleted on"), null=True, blank=True)
    settlement = models.TextField(_("How this was proved"), max_length=_TEXT, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("arrangement", "purpose"),
                name="entrustment_once",
                violation_error_message=_("This purpose is recorded for this arrangement already."),
            ),
            models.CheckConstraint(
                condition=Q(finishes_on__gte=F("begins_on")),
                name="entrustment_finishes_later",
                violation_error_message=_("Processing finishes after it begins."),
            ),
            models.CheckConstraint(
                condition=Q(sub_entrusted_to="") | Q(consented_on__isnull=False),
                name="entrustment_passed_on_with_consent",
                violation_error_message=_("Without consent nobody passes processing on: state when it was given."),
            ),
            models.CheckConstraint(
                condition=Q(settled_on=None) | (~Q(settlement="") & Q(settled_on__gte=F("begins_on"))),
                name="entrustment_settled_with_proof",
                violation_error_message=_("State how it was proved that the data were returned or deleted."),
            ),
        )

    def __str__(self) -> str:
        return self.purpose

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.purpose
