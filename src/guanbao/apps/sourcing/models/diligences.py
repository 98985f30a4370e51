"""Due diligence."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from guanbao.apps.sourcing.choices import Finding, Inquiry
from guanbao.platform.wording import _


class Diligence(models.Model):
    """Due diligence of one type on one contractor for an arrangement (尽职调查).

    A questionnaire about it is answered by the contractor, who sees that and nothing of this row. `revision` is the
    arrangement's when it was begun: a material change after that makes it count no more.
    """

    tenants = ("arrangement__institution__organisation",)
    arrangement = models.ForeignKey(
        "arrangements.Arrangement", models.PROTECT, related_name="diligences", verbose_name=_("Arrangement")
    )
    contractor = models.ForeignKey(
        "parties.Contractor", models.PROTECT, related_name="diligences", verbose_name=_("Contractor")
    )
    kind = models.CharField(_("Type of due diligence"), max_length=12, choices=Inquiry.choices)
    assistant = models.CharField(_("Third party that assists"), max_length=200, blank=True)
    revision = models.PositiveSmallIntegerField(default=0, editable=False)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False)
    opened_on = models.DateField(_("Begun on"), editable=False)
    # Concluded, by the latest questionnaire about it that was.
    issue = models.ForeignKey(
        "questionnaires.Issue",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("Questionnaire"),
    )
    score = models.DecimalField(_("Score"), max_digits=5, decimal_places=2, null=True, blank=True, editable=False)
    outcome = models.CharField(_("Conclusion"), max_length=10, choices=Finding.choices, blank=True)
    conclusion = models.TextField(_("Reasons and conditions"), max_length=4000, blank=True)
    concluded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    concluded_on = models.DateField(_("Concluded on"), null=True, blank=True)
    valid_until = models.DateField(_("Valid until"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("arrangement", "contractor", "kind"),
                condition=Q(outcome=""),
                name="diligence_open_once",
                violation_error_message=_("Due diligence of this type is under way already."),
            ),
            models.CheckConstraint(
                condition=Q(outcome="", concluded_on=None)
                | (~Q(outcome="") & ~Q(conclusion="") & Q(issue__isnull=False, valid_until__gt=F("concluded_on"))),
                name="diligence_concluded_whole",
                violation_error_message=_("A conclusion has its reasons, its questionnaire and its end."),
            ),
            models.CheckConstraint(
                condition=Q(concluded_by=None) | Q(opened_by=None) | ~Q(concluded_by=F("opened_by")),
                name="diligence_concluded_by_another",
                violation_error_message=_("Whoever began a due diligence does not conclude it."),
            ),
        )
        indexes = (models.Index(fields=("arrangement", "kind", "id"), name="diligence_of_arrangement"),)

    def __str__(self) -> str:
        return f"{self.arrangement.reference} {self.arrangement.title}"

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.arrangement.reference

    def holds(self, on: date) -> bool:
        """Whether it counts on a day: concluded as fit, not a year old, and of what the arrangement still is."""
        if self.outcome not in (Finding.FIT, Finding.CONDITIONS) or self.valid_until is None:
            return False
        return self.valid_until >= on and self.revision == self.arrangement.revision
