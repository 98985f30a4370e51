"""Invoices: handed in, matched with the plan, released by another than who matched, or refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.contracts import events
from guanbao.apps.contracts.choices import BINDING, ContractState, InvoiceState
from guanbao.apps.contracts.errors import InvoiceDiffers, InvoiceNotNow, OwnMatch
from guanbao.apps.contracts.models import Invoice, Payment
from guanbao.apps.contracts.permissions import INVOICE_ADD, INVOICE_MATCH, INVOICE_RELEASE
from guanbao.apps.contracts.plans import credit_left, faults_of
from guanbao.apps.contracts.selectors import OF_CONTRACT
from guanbao.apps.contracts.services.drafting import contract_held
from guanbao.apps.contracts.services.signing import somebody
from guanbao.platform.access.reach import need_object
from guanbao.platform.access.writes import row_add, row_edit
from guanbao.platform.actors import Actor
from guanbao.platform.changes import need_known
from guanbao.platform.obligations.services.arming import record_changed
from guanbao.platform.wording import told

FIELDS = ("number", "issued_on", "amount_net", "vat_rate", "amount_vat", "amount_gross")
_PAYABLE = (*BINDING, ContractState.TERMINATED, ContractState.EXPIRED)


def invoice_add(*, actor: Actor, payment: Payment, issued_on: date, **facts: Any) -> Invoice:  # noqa: ANN401 - of FIELDS
    """Hand in an invoice for a payment. Raises NotPermitted, ContractNotNow; ValidationError by field."""
    need_object(actor, INVOICE_ADD, payment, OF_CONTRACT)
    need_known(facts, FIELDS)
    if issued_on > timezone.localdate():
        raise ValidationError({"issued_on": told("This day has not come yet.")})
    with transaction.atomic():
        contract = contract_held(payment.contract, *_PAYABLE)
        facts |= {"contract": contract, "payment": payment, "issued_on": issued_on, "state": InvoiceState.HANDED_IN}
        return row_add(Invoice(), actor=actor, event=events.INVOICE_ADDED, columns=OF_CONTRACT, **facts)


def invoice_match(*, actor: Actor, invoice: Invoice) -> Invoice:
    """Confirm that an invoice is of the payment, to the cent.

    Raises NotPermitted, InvoiceNotNow; InvoiceDiffers: amounts, rate, more than is left.
    """
    need_object(actor, INVOICE_MATCH, invoice, OF_CONTRACT)
    person = somebody(actor, INVOICE_MATCH.name)
    with transaction.atomic():
        held = _held(invoice, InvoiceState.HANDED_IN)
        if reasons := list(faults_of(held)):
            raise InvoiceDiffers(number=held.number, reasons="; ".join(reasons))
        facts = {"state": InvoiceState.MATCHED, "matched_by_id": person}
        return row_edit(held, actor=actor, event=events.INVOICE_MATCHED, columns=OF_CONTRACT, **facts)


def invoice_refuse(*, actor: Actor, invoice: Invoice, refused_reason: str) -> Invoice:
    """Send an invoice back. Raises NotPermitted, InvoiceNotNow; ValidationError: no reason."""
    need_object(actor, INVOICE_MATCH, invoice, OF_CONTRACT)
    if not refused_reason.strip():
        raise ValidationError({"refused_reason": told("Say why.")})
    with transaction.atomic():
        held = _held(invoice, InvoiceState.HANDED_IN, InvoiceState.MATCHED)
        facts = {"state": InvoiceState.REFUSED, "refused_reason": refused_reason}
        return row_edit(held, actor=actor, event=events.INVOICE_REFUSED, columns=OF_CONTRACT, **facts)


def invoice_release(*, actor: Actor, invoice: Invoice) -> Invoice:
    """Let an invoice be paid, less what stands to the institution's credit.

    Raises NotPermitted, InvoiceNotNow, OwnMatch, InvoiceDiffers.
    """
    need_object(actor, INVOICE_RELEASE, invoice, OF_CONTRACT)
    person = somebody(actor, INVOICE_RELEASE.name)
    with transaction.atomic():
        held = _held(invoice, InvoiceState.MATCHED)
        if held.matched_by_id == person:
            raise OwnMatch
        if reasons := list(faults_of(held)):
            raise InvoiceDiffers(number=held.number, reasons="; ".join(reasons))
        # Credits are the arrangement's: another of its contracts may be releasing one now.
        Arrangement.objects.select_for_update(of=("self",)).get(pk=held.contract.arrangement_id)
        credit: Decimal = min(credit_left(held.contract), held.amount_gross)
        facts = {
            "state": InvoiceState.RELEASED, "released_by_id": person, "credit_amount": credit,
            "released_on": timezone.localdate(),
        }  # fmt: skip
        done = row_edit(held, actor=actor, event=events.INVOICE_RELEASED, columns=OF_CONTRACT, **facts)
        record_changed("contract-payments", held.payment_id)
    return done


def _held(invoice: Invoice, *states: InvoiceState) -> Invoice:
    """The invoice, held with its contract. Raises InvoiceNotNow."""
    contract_held(invoice.contract)
    rows = Invoice.objects.select_for_update(of=("self",)).select_related("contract", "payment")
    found = rows.get(pk=invoice.pk)
    if found.state not in states:
        raise InvoiceNotNow(number=found.number, state=str(InvoiceState(found.state).label))
    return found
