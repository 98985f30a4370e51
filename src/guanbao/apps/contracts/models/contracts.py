"""Contracts, and what both sides say while they agree on one."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from guanbao.apps.contracts.choices import ContractKind, ContractState, Ground
from guanbao.apps.parties.countries import countries
from guanbao.platform.identity.choices import Side
from guanbao.platform.wording import _, told

CENT = Decimal("0.01")
_REFERENCE = RegexValidator(
    r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z", message=_("Letters, digits, dot, dash; at most 40, such as HT-2026-014.")
)
_LAW_OF = "CN"


def vat_of(net: Decimal, rate: Decimal) -> Decimal:
    """The tax on an amount at a rate in percent, to the cent, halves up."""
    return (net * rate / 100).quantize(CENT, rounding=ROUND_HALF_UP)


class Contract(models.Model):
    """What an institution and a contractor agree on about an arrangement. The contractor sees it once it is offered."""

    tenants = ("institution__organisation", "shared_with")
    institution = models.ForeignKey(
        "parties.Institution", models.PROTECT, related_name="contracts", verbose_name=_("Institution")
    )
    arrangement = models.ForeignKey(
        "arrangements.Arrangement", models.PROTECT, related_name="contracts", verbose_name=_("Arrangement")
    )
    contractor = models.ForeignKey(
        "parties.Contractor", models.PROTECT, related_name="contracts", verbose_name=_("Contractor")
    )
    shared_with = models.ForeignKey(
        "identity.Organisation", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Shown to")
    )
    kind = models.CharField(
        _("Kind of contract"), max_length=12, choices=ContractKind.choices, default=ContractKind.STANDALONE
    )
    overarching = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="subsequent",
        verbose_name=_("Overarching contract"),
    )
    amends = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="amendments",
        editable=False,
        verbose_name=_("Amends"),
    )
    replaced = models.JSONField(_("Terms before it"), default=dict, blank=True, editable=False)
    reference = models.CharField(_("Contract number"), max_length=40, validators=[_REFERENCE])
    title = models.CharField(_("Title"), max_length=200)
    governing_law = models.CharField(_("Law of"), max_length=2, choices=countries, default=_LAW_OF)
    currency = models.CharField(
        _("Currency"),
        max_length=3,
        default="CNY",
        validators=[RegexValidator(r"\A[A-Z]{3}\Z", message=_("Three capital letters, such as CNY (ISO 4217)."))],
    )
    amount_net = models.DecimalField(
        _("Amount without VAT"), max_digits=18, decimal_places=2, validators=[MinValueValidator(0)]
    )
    vat_rate = models.DecimalField(
        _("VAT rate (%)"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(6),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    amount_vat = models.DecimalField(_("VAT"), max_digits=18, decimal_places=2)
    amount_gross = models.DecimalField(_("Amount with VAT"), max_digits=19, decimal_places=2)
    fee_monthly = models.DecimalField(
        _("Monthly fee"), max_digits=18, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    effective_on = models.DateField(_("Effective on"), null=True, blank=True)
    expires_on = models.DateField(_("Expires on"), null=True, blank=True)
    renews_automatically = models.BooleanField(_("Renews automatically"), default=False)
    renewal_months = models.PositiveSmallIntegerField(
        _("Renewed for (months)"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(240)]
    )
    notice_months = models.PositiveSmallIntegerField(
        _("Notice before expiry (months)"), default=3, validators=[MaxValueValidator(60)]
    )
    breach_notice_d = models.PositiveSmallIntegerField(
        _("Notice for breach (days)"), default=30, validators=[MaxValueValidator(1000)]
    )
    document = models.ForeignKey(
        "files.Document",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("Contract document"),
    )
    note = models.TextField(_("Internal remark"), max_length=2000, blank=True)
    state = models.CharField(_("State"), max_length=12, choices=ContractState.choices, default=ContractState.DRAFT)
    state_since = models.DateField(_("State since"))
    agreed_on = models.DateField(_("Agreed on"), null=True, blank=True)
    approved_on = models.DateField(_("Approval given on"), null=True, blank=True)
    reported_on = models.DateField(_("Reported to the supervisor on"), null=True, blank=True)
    report_reference = models.CharField(_("Number of the report"), max_length=100, blank=True)
    signed_on = models.DateField(_("Signed on"), null=True, blank=True)
    runs_until = models.DateField(_("Runs until"), null=True, blank=True)
    completed_on = models.DateField(_("Service completed on"), null=True, blank=True)
    warned_on = models.DateField(_("Warned in writing on"), null=True, blank=True)
    ends_because = models.CharField(_("Ends because of"), max_length=14, choices=Ground.choices, blank=True)
    noticed_on = models.DateField(_("Notice given on"), null=True, blank=True)
    terminates_on = models.DateField(_("Terminates on"), null=True, blank=True)
    ends_reason = models.CharField(_("Reasons of the notice"), max_length=1000, blank=True)
    given_up_reason = models.CharField(_("Given up because"), max_length=500, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("institution", "reference"),
                name="contract_reference_once",
                violation_error_message=_("The institution has a contract with this number."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=ContractState.values),
                name="contract_state_known",
                violation_error_message=_("The state is not one that is known."),
            ),
            models.CheckConstraint(
                condition=Q(effective_on=None) | Q(expires_on=None) | Q(expires_on__gte=F("effective_on")),
                name="contract_expires_later",
                violation_error_message=_("A contract expires after it takes effect."),
            ),
            models.CheckConstraint(
                condition=Q(renews_automatically=False) | Q(renewal_months__isnull=False),
                name="contract_renewed_for_months",
                violation_error_message=_("Say for how many months it is renewed."),
            ),
            models.CheckConstraint(
                condition=Q(kind=ContractKind.SUBSEQUENT, overarching__isnull=False)
                | (~Q(kind=ContractKind.SUBSEQUENT) & Q(overarching=None)),
                name="contract_subsequent_names_overarching",
                violation_error_message=_("A subsequent contract, and no other, names the overarching one."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "offered", "agreed", "given_up"))
                | Q(signed_on__isnull=False, effective_on__isnull=False, expires_on__isnull=False),
                name="contract_binds_with_dates",
                violation_error_message=_("A signed contract says when it was signed, takes effect and expires."),
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(state="given_up") | Q(shared_with__isnull=False),
                name="contract_offered_is_shown",
                violation_error_message=_("The contractor sees a contract that was offered."),
            ),
            models.UniqueConstraint(
                fields=("amends",),
                condition=Q(state__in=("draft", "offered", "agreed", "signed")),
                name="contract_amended_one_at_a_time",
                violation_error_message=_("Another amendment of the contract is on its way."),
            ),
            models.CheckConstraint(
                condition=Q(amends=None) | ~Q(state="amended"),
                name="contract_amendment_is_not_amended",
                violation_error_message=_("An amendment itself is not amended: amend the contract once more."),
            ),
        )
        indexes = (
            models.Index(fields=("institution", "state", "id"), name="contract_by_state"),
            models.Index(fields=("institution", "expires_on", "id"), name="contract_by_expiry"),
            models.Index(fields=("shared_with", "reference", "id"), name="contract_shown_to"),
        )

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.reference

    def clean(self) -> None:
        """Figure tax and sum, and hold the overarching contract against the parties."""
        super().clean()
        if self.amount_net is not None and self.vat_rate is not None:
            self.amount_vat = vat_of(self.amount_net, self.vat_rate)
            self.amount_gross = self.amount_net + self.amount_vat
        if self.amends is not None and any(
            getattr(self, name) != getattr(self.amends, name)
            for name in ("institution_id", "arrangement_id", "contractor_id", "kind", "overarching_id", "currency")
        ):
            raise ValidationError(
                {"kind": told("An amendment keeps parties, kind, currency and overarching contract.")}
            )
        over = self.overarching
        if over is not None and (
            over.kind != ContractKind.OVERARCHING
            or (over.institution_id, over.contractor_id) != (self.institution_id, self.contractor_id)
        ):
            raise ValidationError({"overarching": told("Name an overarching contract with the same contractor.")})
        if self.kind == ContractKind.SUBSEQUENT and over is None:
            raise ValidationError(
                {"overarching": told("A subsequent contract, and no other, names the overarching one.")}
            )


class Comment(models.Model):
    """What either side says about a contract while they agree on it; both read it."""

    tenants = ("contract__institution__organisation", "contract__shared_with")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="comments", verbose_name=_("Contract"))
    text = models.TextField(_("Comment"), max_length=2000)
    side = models.CharField(_("Side"), max_length=12, choices=Side.choices)
    person = models.ForeignKey("identity.Person", models.PROTECT, null=True, related_name="+", verbose_name=_("By"))
    at = models.DateTimeField(_("At"))

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.contract.ledger_label
