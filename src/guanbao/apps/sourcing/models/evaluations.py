"""Who evaluates bids, and what each of them gives."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from guanbao.apps.sourcing.choices import Interest
from guanbao.platform.wording import _

_WHOLE = 100


class Evaluation(models.Model):
    """One evaluator of a tender: first the declaration of interests, then points, which no other evaluator sees."""

    tenants = ("tender__arrangement__institution__organisation",)
    tender = models.ForeignKey("sourcing.Tender", models.PROTECT, related_name="evaluations", verbose_name=_("Tender"))
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Evaluator"))
    interest = models.CharField(_("Conflict of interest"), max_length=10, choices=Interest.choices, blank=True)
    interest_note = models.CharField(_("What it is"), max_length=500, blank=True)
    declared_at = models.DateTimeField(_("Declared"), null=True, blank=True, editable=False)
    submitted_at = models.DateTimeField(_("Handed in at"), null=True, blank=True, editable=False)
    # Of who left, or cannot evaluate for another reason: nobody waits for them any more.
    released_at = models.DateTimeField(_("Released"), null=True, blank=True, editable=False)
    release_reason = models.CharField(_("Reason of the release"), max_length=500, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(released_at=None) | (~Q(release_reason="") & Q(submitted_at=None)),
                name="evaluation_released_for_a_reason",
                violation_error_message=_("Whoever handed in is not released; say why somebody is."),
            ),
            models.UniqueConstraint(
                fields=("tender", "person"),
                name="evaluation_once",
                violation_error_message=_("This person evaluates the tender already."),
            ),
            models.CheckConstraint(
                condition=~Q(interest=Interest.SOME) | ~Q(interest_note=""),
                name="evaluation_interest_named",
                violation_error_message=_("Say what the conflict of interest is."),
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None) | Q(interest=Interest.NONE),
                name="evaluation_without_interest",
                violation_error_message=_("Whoever has a conflict of interest does not score."),
            ),
        )

    def __str__(self) -> str:
        return str(self.person)

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.tender.reference


class Score(models.Model):
    """The points that one evaluator gives one bid at one criterion, by the criterion's number."""

    tenants = ("evaluation__tender__arrangement__institution__organisation",)
    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="scores")
    bid = models.ForeignKey("sourcing.Bid", models.PROTECT, related_name="scores")
    criterion = models.PositiveSmallIntegerField()
    points = models.DecimalField(
        max_digits=5, decimal_places=2, validators=[MinValueValidator(0), MaxValueValidator(_WHOLE)]
    )
    remark = models.CharField(max_length=1000)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("evaluation", "bid", "criterion"),
                name="score_once",
                violation_error_message=_("The bid has points for this criterion already."),
            ),
            models.CheckConstraint(
                condition=Q(points__gte=0, points__lte=_WHOLE),
                name="score_of_a_hundred",
                violation_error_message=_("Points are between 0 and 100."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.criterion}: {self.points}"
