"""The payment plan of a contract, and invoices."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from guanbao.apps.contracts.choices import InvoiceState, PaymentKind
from guanbao.apps.contracts.models.contracts import Contract
from guanbao.platform.wording import _, told

_ZERO = [MinValueValidator(0)]


class Payment(models.Model):
    """A payment that is agreed: what for, how much, VAT apart (价税分离), and how soon after what it is due.

    A performance bond is the contractor's to give, and no part of the price.
    """

    tenants = ("contract__institution__organisation", "contract__shared_with")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="payments", verbose_name=_("Contract"))
    position = models.PositiveSmallIntegerField(_("Number"))
    kind = models.CharField(_("Kind of payment"), max_length=10, choices=PaymentKind.choices)
    title = models.CharField(_("Paid for"), max_length=200)
    percent = models.DecimalField(
        _("Share of the price (%)"),
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    amount_net = models.DecimalField(_("Amount without VAT"), max_digits=18, decimal_places=2, validators=_ZERO)
    amount_vat = models.DecimalField(_("VAT"), max_digits=18, decimal_places=2, validators=_ZERO)
    amount_gross = models.DecimalField(_("Amount with VAT"), max_digits=19, decimal_places=2)
    workdays = models.PositiveSmallIntegerField(_("Due within (working days)"), validators=[MaxValueValidator(500)])
    planned_on = models.DateField(_("Planned for"), null=True, blank=True)
    returns_on = models.DateField(_("Bond returned on"), null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind=PaymentKind.BOND, returns_on__isnull=False)
                | (~Q(kind=PaymentKind.BOND) & Q(returns_on=None)),
                name="payment_bond_returns",
                violation_error_message=_("Say when the bond is returned; of other payments nothing is."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.contract.reference} · {self.position}. {self.title}"

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return f"{self.contract.ledger_label} {self.position}"

    def clean(self) -> None:
        """Figure the sum; what it was before, a form does not know."""
        super().clean()
        if self.amount_net is not None and self.amount_vat is not None:
            self.amount_gross = self.amount_net + self.amount_vat


class Reached(models.Model):
    """The day on which a milestone was reached, or a period ended: from it on the payment is due."""

    tenants = ("payment__contract__institution__organisation", "payment__contract__shared_with")
    payment = models.OneToOneField(Payment, models.PROTECT, related_name="reached", verbose_name=_("Payment"))
    reached_on = models.DateField(_("Reached on"))

    def __str__(self) -> str:
        return self.reached_on.isoformat()

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.payment.ledger_label


class Invoice(models.Model):
    """An invoice for a payment: handed in, matched with the plan by one, released by another."""

    tenants = ("contract__institution__organisation", "contract__shared_with")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="invoices", verbose_name=_("Contract"))
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="invoices", verbose_name=_("Payment"))
    number = models.CharField(_("Invoice number"), max_length=60)
    issued_on = models.DateField(_("Invoiced on"))
    amount_net = models.DecimalField(_("Amount without VAT"), max_digits=18, decimal_places=2, validators=_ZERO)
    vat_rate = models.DecimalField(
        _("VAT rate (%)"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    amount_vat = models.DecimalField(_("VAT"), max_digits=18, decimal_places=2, validators=_ZERO)
    amount_gross = models.DecimalField(_("Amount with VAT"), max_digits=19, decimal_places=2, validators=_ZERO)
    state = models.CharField(_("State"), max_length=10, choices=InvoiceState.choices, default=InvoiceState.HANDED_IN)
    credit_amount = models.DecimalField(_("Credits set off"), max_digits=18, decimal_places=2, default=Decimal(0))
    refused_reason = models.CharField(_("Refused because"), max_length=500, blank=True)
    matched_by = models.ForeignKey(
        "identity.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Matched by")
    )
    released_by = models.ForeignKey(
        "identity.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Released by")
    )
    released_on = models.DateField(_("Released on"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("contract", "number"),
                name="invoice_number_once",
                violation_error_message=_("This invoice was handed in already."),
            ),
            models.CheckConstraint(
                condition=Q(released_by=None) | (Q(matched_by__isnull=False) & ~Q(released_by=F("matched_by"))),
                name="invoice_released_by_another",
                violation_error_message=_("Whoever matched an invoice does not release it."),
            ),
            models.CheckConstraint(
                condition=~Q(state=InvoiceState.RELEASED) | Q(released_by__isnull=False),
                name="invoice_released_by_somebody",
                violation_error_message=_("Somebody releases an invoice."),
            ),
        )
        indexes = (models.Index(fields=("contract", "state", "id"), name="invoice_by_state"),)

    def __str__(self) -> str:
        return self.number

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return f"{self.contract.ledger_label} {self.number}"

    def clean(self) -> None:
        """An invoice is of a payment of its contract."""
        super().clean()
        if self.payment_id and self.contract_id and self.payment.contract_id != self.contract_id:
            raise ValidationError({"payment": told("This payment is another contract's.")})
