"""Tenders, and the officers who open their bids."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from guanbao.apps.sourcing.choices import Formula, Kind, State
from guanbao.platform.wording import _, told

_REFERENCE = RegexValidator(
    r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z", message=_("Letters, digits, dot, dash; at most 40, such as WB-2026-014.")
)
_CRITERION = re.compile(r"([1-9][0-9]?|100)% (\S.*)")
_WHOLE = 100


class Criterion(NamedTuple):
    """By what bids are judged, and its weight in whole percent."""

    weight: int
    title: str


def criterion_read(text: str) -> Criterion | None:
    """A criterion as it is written, «20% Technical ability»; None where it is not written so."""
    found = _CRITERION.fullmatch(text)
    return Criterion(int(found[1]), found[2]) if found else None


class Tender(models.Model):
    """A search for the contractor of one arrangement (采购项目).

    `lots` are titles in their order, `criteria` such as «20% Technical ability»; with the price's weight they make a
    hundred. What stands here those read who are invited: nothing of what the institution thinks of anybody.
    """

    tenants = ("arrangement__institution__organisation", "invitations__shared_with")
    arrangement = models.ForeignKey(
        "arrangements.Arrangement", models.PROTECT, related_name="tenders", verbose_name=_("Arrangement")
    )
    reference = models.CharField(_("Reference"), max_length=40, validators=[_REFERENCE])
    title = models.CharField(_("Title"), max_length=200)
    kind = models.CharField(_("Kind of procurement"), max_length=12, choices=Kind.choices)
    justification = models.TextField(_("Justification of a single source"), max_length=2000, blank=True)
    description = models.TextField(_("What is asked for"), max_length=8000)
    lots = models.JSONField(_("Lots"), default=list)
    criteria = models.JSONField(_("Criteria"), default=list)
    formula = models.CharField(_("Points of the price"), max_length=10, choices=Formula.choices, default=Formula.LOWEST)
    price_weight = models.PositiveSmallIntegerField(
        _("Weight of the price, %"), default=40, validators=[MaxValueValidator(_WHOLE)]
    )
    is_two_envelope = models.BooleanField(_("Prices shown after quality is scored"), default=True)
    fewest = models.PositiveSmallIntegerField(
        _("Fewest bidders"), validators=[MinValueValidator(1), MaxValueValidator(99)]
    )
    currency = models.CharField(
        _("Currency"),
        max_length=3,
        default="CNY",
        validators=[RegexValidator(r"\A[A-Z]{3}\Z", message=_("Three capital letters, such as CNY (ISO 4217)."))],
    )
    questions_until = models.DateTimeField(_("Questions until"))
    closes_at = models.DateTimeField(_("Bids until"))
    state = models.CharField(_("State"), max_length=10, choices=State.choices, default=State.DRAFT)
    published_at = models.DateTimeField(_("Published"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    opened_at = models.DateTimeField(_("Opened"), null=True, blank=True)
    cancelled_reason = models.CharField(_("Reason of the cancellation"), max_length=500, blank=True)
    award = models.OneToOneField(
        "sourcing.Award", models.PROTECT, null=True, blank=True, related_name="+", editable=False,
        verbose_name=_("Award"),
    )  # fmt: skip
    # The public halves of the opening officers' keys, by the officer's number, signed: bids are sealed to them.
    opening_keys = models.TextField(blank=True, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("arrangement", "reference"),
                name="tender_reference_once",
                violation_error_message=_("The arrangement has a tender with this reference."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values),
                name="tender_state_known",
                violation_error_message=_("The state of the tender is not one that is known."),
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.SINGLE) | ~Q(justification=""),
                name="tender_single_source_justified",
                violation_error_message=_("A single source needs its justification."),
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("questions_until")),
                name="tender_closes_after_questions",
                violation_error_message=_("Bids are due after questions."),
            ),
            models.CheckConstraint(
                condition=Q(opened_at=None) | Q(opened_at__gte=F("closes_at")),
                name="tender_opened_after_its_hour",
                violation_error_message=_("No bid is opened before the hour."),
            ),
            models.CheckConstraint(
                condition=Q(state=State.AWARDED, award__isnull=False) | (~Q(state=State.AWARDED) & Q(award=None)),
                name="tender_awarded_by_an_award",
                violation_error_message=_("A tender is awarded by an approved award."),
            ),
            models.CheckConstraint(
                condition=~Q(state=State.CANCELLED) | ~Q(cancelled_reason=""),
                name="tender_cancelled_for_a_reason",
                violation_error_message=_("Say why the tender is called off."),
            ),
        )
        indexes = (models.Index(fields=("arrangement", "state", "id"), name="tender_of_arrangement"),)

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.reference

    def get_lots_display(self) -> str:
        """The lots by number."""
        return " · ".join(f"{number} {title}" for number, title in enumerate(self.lots, 1))

    def get_criteria_display(self) -> str:
        """The criteria with their weights."""
        return " · ".join(self.criteria)

    @property
    def weighed(self) -> list[Criterion]:
        """The criteria with their weights."""
        return [found for found in map(criterion_read, self.criteria) if found is not None]

    def clean(self) -> None:
        """Hold that there is a lot, and that weights make a hundred."""
        super().clean()
        wrong: dict[str, Any] = {}
        if not _texts(self.lots, 20):
            wrong["lots"] = told("State one lot at least, one a line; at most twenty.")
        if not _texts(self.criteria, 30) or not all(map(criterion_read, self.criteria)):
            wrong["criteria"] = told("Write one criterion a line: its weight in whole percent, then what it is.")
        elif sum(each.weight for each in self.weighed) + (self.price_weight or 0) != _WHOLE:
            wrong["criteria"] = told("The weights of criteria and price make a hundred percent.")
        if wrong:
            raise ValidationError(wrong)


class Opener(models.Model):
    """An officer who opens the bids of a tender with another one, of another post.

    The private half of the key lies here wrapped under a passphrase that is stored nowhere. `handed` holds what the
    officer handed to the others when opening: sealed to them.
    """

    tenants = ("tender__arrangement__institution__organisation",)
    tender = models.ForeignKey(Tender, models.PROTECT, related_name="openers", verbose_name=_("Tender"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Opening officer")
    )
    number = models.PositiveSmallIntegerField()
    post = models.CharField(_("Post"), max_length=40)
    public_key = models.CharField(max_length=200, blank=True, editable=False)  # signed
    wrapped_key = models.TextField(blank=True, editable=False)
    keyed_at = models.DateTimeField(_("Passphrase set"), null=True, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    closed_until = models.DateTimeField(null=True, editable=False)
    handed = models.JSONField(default=dict, editable=False)
    turned_at = models.DateTimeField(_("Opened by this officer"), null=True, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("tender", "person"),
                name="opener_once",
                violation_error_message=_("This person is an opening officer already."),
            ),
            models.UniqueConstraint(
                fields=("tender", "post"),
                name="opener_of_another_post",
                violation_error_message=_("Opening officers are of different posts."),
            ),
            models.UniqueConstraint(
                fields=("tender", "number"),
                name="opener_number_once",
                violation_error_message=_("The tender has an opening officer of this number already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} ({self.post})"


def _texts(value: object, most: int) -> bool:
    """Whether it is a list of texts, one at least."""
    return (
        isinstance(value, list)
        and 0 < len(value) <= most
        and all(isinstance(each, str) and 0 < len(each) <= 200 for each in value)
    )
