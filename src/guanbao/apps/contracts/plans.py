"""The payment plan: what is left of the price, when a payment is due, what was invoiced of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.db.models import Sum

from guanbao.apps.contracts.choices import COUNTED, InvoiceState, PaymentKind
from guanbao.apps.contracts.crediting import credits_of
from guanbao.apps.contracts.models import Contract, Invoice, Payment
from guanbao.apps.contracts.models.contracts import CENT, vat_of
from guanbao.apps.contracts.periods import workdays_after
from guanbao.platform.obligations.days import Workdays
from guanbao.platform.wording import told

USUAL_WORKDAYS = {PaymentKind.PREPAYMENT: 10}
LATER_WORKDAYS = 30
ZERO = Decimal("0.00")


class Left(NamedTuple):
    """What is left of an amount, VAT apart."""

    net: Decimal
    vat: Decimal

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is."""
        return not self.net and not self.vat


def plan_left(contract: Contract) -> Left:
    """What of the price no payment is for: nothing, where the plan adds up."""
    rows = [row for row in contract.payments.all() if row.kind != PaymentKind.BOND]
    net, vat = sum((row.amount_net for row in rows), ZERO), sum((row.amount_vat for row in rows), ZERO)
    return Left(contract.amount_net - net, contract.amount_vat - vat)


def anchor_of(payment: Payment) -> date | None:
    """The day from which a payment is due: of signing, of completion, or on which it was reached."""
    contract = payment.contract
    match payment.kind:
        case PaymentKind.PREPAYMENT | PaymentKind.BOND:
            return contract.signed_on
        case PaymentKind.BALANCE:
            return contract.completed_on
    reached = getattr(payment, "reached", None)
    return None if reached is None else reached.reached_on


def due_of(payment: Payment, working: Workdays) -> date | None:
    """The last day on which it is paid in time."""
    day = anchor_of(payment)
    return None if day is None else workdays_after(day, payment.workdays, working)


def invoiced(payment: Payment, *, but: int = 0) -> Left:
    """What matched invoices have of a payment."""
    found = (
        payment.invoices.filter(state__in=COUNTED)
        .exclude(pk=but)
        .aggregate(net=Sum("amount_net"), vat=Sum("amount_vat"))
    )
    return Left(_cents(found["net"]), _cents(found["vat"]))


def is_paid(payment: Payment) -> bool:
    """Whether invoices for all of it were released."""
    found = payment.invoices.filter(state=InvoiceState.RELEASED).aggregate(net=Sum("amount_net"), vat=Sum("amount_vat"))
    return (_cents(found["net"]), _cents(found["vat"])) == (payment.amount_net, payment.amount_vat)


def billed(contract: Contract) -> dict[tuple[int, bool], Left]:
    """What invoices have of each payment of a contract, by its key: of all that count, and of those released."""
    found: dict[tuple[int, bool], Left] = {}
    rows = contract.invoices.filter(state__in=COUNTED).values_list("payment", "state", "amount_net", "amount_vat")
    for payment, state, net, vat in rows:
        for key in {(payment, False), (payment, state == InvoiceState.RELEASED)}:
            so_far = found.get(key, Left(ZERO, ZERO))
            found[key] = Left(so_far.net + net, so_far.vat + vat)
    return found


def faults_of(invoice: Invoice) -> Iterator[str]:
    """What of an invoice does not fit its payment, exactly."""
    contract, payment = invoice.contract, invoice.payment
    if invoice.vat_rate != contract.vat_rate:
        yield told("the VAT rate is {rate}, agreed are {agreed}", rate=invoice.vat_rate, agreed=contract.vat_rate)
    if invoice.amount_vat != vat_of(invoice.amount_net, invoice.vat_rate):
        said = vat_of(invoice.amount_net, invoice.vat_rate)
        yield told("VAT of {net} at {rate} % is {vat}", net=invoice.amount_net, rate=invoice.vat_rate, vat=said)
    if invoice.amount_gross != invoice.amount_net + invoice.amount_vat:
        yield told("net amount and VAT are {gross}", gross=invoice.amount_net + invoice.amount_vat)
    if contract.signed_on is None or invoice.issued_on < contract.signed_on:
        yield told("it was issued before the contract was signed")
    if payment.kind == PaymentKind.BOND:
        yield told("for a bond there is no invoice")
    so_far = invoiced(payment, but=invoice.pk)
    if so_far.net + invoice.amount_net > payment.amount_net or so_far.vat + invoice.amount_vat > payment.amount_vat:
        left = payment.amount_gross - so_far.net - so_far.vat
        yield told("of the payment {left} are left", left=left)


def credit_left(contract: Contract) -> Decimal:
    """What stands to the institution's credit and was not set off yet, to the cent; below zero, what it owes back."""
    every = sum((credit.amount for credit in credits_of(contract.arrangement_id, contract.currency)), ZERO)
    used = Invoice.objects.filter(
        contract__arrangement=contract.arrangement_id, contract__currency=contract.currency, state=InvoiceState.RELEASED
    ).aggregate(all=Sum("credit_amount"))["all"]
    return every.quantize(CENT, ROUND_HALF_UP) - _cents(used)


def _cents(value: Decimal | None) -> Decimal:
    """A sum as the database gave it, to the cent: SQLite adds in binary."""
    return ZERO if value is None else Decimal(value).quantize(CENT, ROUND_HALF_UP)
