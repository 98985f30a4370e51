"""Awards, and who would go on in a contractor's place."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual

from guanbao.apps.sourcing.choices import AwardState, Body, Readiness, Substitute
from guanbao.platform.wording import _

FEWEST_WORDS = 60  # characters of a reason where the first of the ranking is passed over


class Award(models.Model):
    """That a ranked bid be taken, and what became of it (定标).

    `report` is what stood when it was proposed: evaluations, ranking, how far weights can move, points and prices.
    `digest` is of that; an approval binds it. All lots go to one contractor. `renewals` are the arrangement's.
    """

    tenants = ("arrangement__institution__organisation",)
    arrangement = models.ForeignKey(
        "arrangements.Arrangement", models.PROTECT, related_name="awards", verbose_name=_("Arrangement")
    )
    tender = models.ForeignKey("sourcing.Tender", models.PROTECT, related_name="awards", verbose_name=_("Tender"))
    bid = models.ForeignKey("sourcing.Bid", models.PROTECT, related_name="awards", verbose_name=_("Bid"))
    contractor = models.ForeignKey(
        "parties.Contractor", models.PROTECT, related_name="awards", verbose_name=_("Contractor")
    )
    place = models.PositiveSmallIntegerField(_("Ranked"), validators=[MinValueValidator(1)])
    total = models.DecimalField(_("Total price"), max_digits=20, decimal_places=2)
    reason = models.TextField(_("Reason of the award"), max_length=4000)
    report = models.JSONField(_("Report"), editable=False)
    digest = models.CharField(_("Digest of the report"), max_length=64, editable=False)
    is_related_party = models.BooleanField(_("With a related party"), default=False)
    related_body = models.CharField(
        _("Approved as a related-party transaction by"), max_length=12, choices=Body.choices, blank=True
    )
    related_number = models.CharField(_("Number of the related-party approval"), max_length=60, blank=True)
    related_on = models.DateField(_("Date of the related-party approval"), null=True, blank=True)
    related_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    state = models.CharField(_("State"), max_length=10, choices=AwardState.choices, default=AwardState.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("Put forward by"),
    )  # fmt: skip
    proposed_at = models.DateTimeField(_("Put forward at"), editable=False)
    withdrawn_reason = models.CharField(_("Reason of the withdrawal"), max_length=500, blank=True)
    approved_on = models.DateField(_("Approved on"), null=True, blank=True)
    concluded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    concluded_at = models.DateTimeField(_("Awarded at"), null=True, blank=True, editable=False)
    renewals = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("tender",),
                condition=~Q(state=AwardState.WITHDRAWN),
                name="award_once",
                violation_error_message=_("An award of this tender is proposed already."),
            ),
            models.CheckConstraint(
                condition=Q(place=1, reason__gt="") | Q(GreaterThanOrEqual(Length("reason"), FEWEST_WORDS)),
                name="award_out_of_rank_justified",
                violation_error_message=_("Say at length why the first of the ranking is passed over."),
            ),
            models.CheckConstraint(
                condition=~Q(state=AwardState.AWARDED) | Q(approved_on__isnull=False, concluded_at__isnull=False),
                name="award_approved",
                violation_error_message=_("Nothing is awarded unapproved."),
            ),
            models.CheckConstraint(
                condition=~Q(state=AwardState.AWARDED, is_related_party=True)
                | (~Q(related_number="") & ~Q(related_body="") & Q(related_on__isnull=False)),
                name="award_related_party_approved",
                violation_error_message=_("A related party is awarded nothing without its own approval."),
            ),
            models.CheckConstraint(
                condition=Q(related_by=None) | Q(proposed_by=None) | ~Q(related_by=F("proposed_by")),
                name="award_related_by_another",
                violation_error_message=_("Whoever proposed an award does not record its related-party approval."),
            ),
            models.CheckConstraint(
                condition=~Q(state=AwardState.WITHDRAWN) | ~Q(withdrawn_reason=""),
                name="award_withdrawn_for_a_reason",
                violation_error_message=_("Say why the proposal is withdrawn."),
            ),
        )
        indexes = (models.Index(fields=("arrangement", "state", "id"), name="award_of_arrangement"),)

    def __str__(self) -> str:
        return f"{self.tender.reference} {self.contractor}"

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.tender.reference


class Backup(models.Model):
    """Who would go on with an arrangement if its contractor could not, how ready, and by when (备选承包方)."""

    tenants = ("arrangement__institution__organisation",)
    arrangement = models.ForeignKey(
        "arrangements.Arrangement", models.PROTECT, related_name="backups", verbose_name=_("Arrangement")
    )
    substitute = models.CharField(_("Substitute"), max_length=10, choices=Substitute.choices)
    contractor = models.ForeignKey(
        "parties.Contractor",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="backups",
        verbose_name=_("Substitute contractor"),
    )
    plan = models.TextField(_("How it would take over"), max_length=4000)
    readiness = models.CharField(_("Readiness"), max_length=10, choices=Readiness.choices)
    takes_over_d = models.PositiveSmallIntegerField(
        _("Days until it has taken over"), validators=[MaxValueValidator(1000)]
    )
    ready_by = models.DateField(_("To be ready by"), null=True, blank=True)
    reviewed_on = models.DateField(_("Reviewed on"))
    review_by = models.DateField(_("To be reviewed by"))

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("arrangement", "contractor"),
                name="backup_once",
                violation_error_message=_("This substitute is planned for already."),
            ),
            models.UniqueConstraint(
                fields=("arrangement",),
                condition=Q(contractor=None),
                name="backup_in_house_once",
                violation_error_message=_("This substitute is planned for already."),
            ),
            models.CheckConstraint(
                condition=Q(substitute=Substitute.CONTRACTOR, contractor__isnull=False)
                | Q(substitute=Substitute.IN_HOUSE, contractor=None),
                name="backup_says_who",
                violation_error_message=_("Name the contractor that would take over, or say that it is done in house."),
            ),
            models.CheckConstraint(
                condition=Q(review_by__gt=F("reviewed_on")),
                name="backup_reviewed_later",
                violation_error_message=_("It is reviewed anew after it was reviewed."),
            ),
        )

    def __str__(self) -> str:
        return str(self.contractor) if self.contractor_id else str(Substitute(self.substitute).label)

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.arrangement.reference
