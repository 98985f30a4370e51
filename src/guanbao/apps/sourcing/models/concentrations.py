"""Assessments of concentration and substitutability."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from guanbao.apps.sourcing.choices import Substitutability, Verdict
from guanbao.platform.wording import _


class Concentration(models.Model):
    """What an award to one contractor would concentrate, and whether that is accepted (集中度评估).

    `figures` are those of the day it was made, with their digest. `revision` is the arrangement's on that day: a
    material change after it makes it count no more.
    """

    tenants = ("arrangement__institution__organisation",)
    arrangement = models.ForeignKey(
        "arrangements.Arrangement", models.PROTECT, related_name="concentrations", verbose_name=_("Arrangement")
    )
    contractor = models.ForeignKey(
        "parties.Contractor", models.PROTECT, related_name="concentrations", verbose_name=_("Contractor")
    )
    revision = models.PositiveSmallIntegerField(default=0, editable=False)
    fee_yearly = models.DecimalField(
        _("Expected yearly fee"), max_digits=19, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0)],
    )  # fmt: skip
    substitutability = models.CharField(_("Substitutability"), max_length=8, choices=Substitutability.choices)
    substitutability_reason = models.TextField(_("Reason of the substitutability"), max_length=2000)
    alternatives = models.TextField(_("Alternatives considered"), max_length=4000)
    figures = models.JSONField(_("Figures"), editable=False)
    digest = models.CharField(_("Digest of the figures"), max_length=64, editable=False)
    assessed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    assessed_on = models.DateField(_("Assessed on"), editable=False)
    outcome = models.CharField(_("Conclusion"), max_length=12, choices=Verdict.choices, blank=True)
    conclusion = models.TextField(_("Reasons and measures"), max_length=4000, blank=True)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    judged_on = models.DateField(_("Judged on"), null=True, blank=True)
    valid_until = models.DateField(_("Valid until"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("arrangement", "contractor"),
                condition=Q(outcome=""),
                name="concentration_open_once",
                violation_error_message=_("An assessment of this contractor waits for its judgement already."),
            ),
            models.CheckConstraint(
                condition=~Q(substitutability_reason="") & ~Q(alternatives="") & ~Q(digest=""),
                name="concentration_has_reasons",
                violation_error_message=_("An assessment has its reasons, its alternatives and its figures."),
            ),
            models.CheckConstraint(
                condition=Q(outcome="", judged_on=None)
                | (~Q(outcome="") & ~Q(conclusion="") & Q(judged_on__gte=F("assessed_on"), valid_until__isnull=False)),
                name="concentration_judged_whole",
                violation_error_message=_("A judgement has its reasons, its day and its end."),
            ),
            models.CheckConstraint(
                condition=Q(judged_by=None) | Q(assessed_by=None) | ~Q(judged_by=F("assessed_by")),
                name="concentration_judged_by_another",
                violation_error_message=_("Whoever made an assessment does not judge it."),
            ),
        )
        indexes = (models.Index(fields=("arrangement", "contractor", "id"), name="concentration_of_arrangement"),)

    def __str__(self) -> str:
        return f"{self.arrangement.reference} {self.contractor}"

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.arrangement.reference

    def holds(self, on: date) -> bool:
        """Whether it lets an award pass on a day: accepted, not a year old, and of what the arrangement still is."""
        if self.outcome not in (Verdict.ACCEPTABLE, Verdict.MEASURES) or self.valid_until is None:
            return False
        return self.valid_until >= on and self.revision == self.arrangement.revision
