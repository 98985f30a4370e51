"""The payment plan is the price to the cent; invoices are of the plan; credits are set off; two people release."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from contracting import FACTS
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from days_oracle import works
from guanbao.apps.contracts import crediting
from guanbao.apps.contracts.errors import (
    ContractNotDraft,
    ContractNotNow,
    InvoiceDiffers,
    InvoiceNotNow,
    NoticeTooLate,
    NoticeTooShort,
    OwnMatch,
    PaymentPlanOff,
    WarningMissing,
)
from guanbao.apps.contracts.models import Contract, Invoice
from guanbao.apps.contracts.models.contracts import vat_of
from guanbao.apps.contracts.plans import credit_left, plan_left
from guanbao.apps.contracts.selectors import invoices_visible
from guanbao.apps.contracts.services.agreeing import contract_agree, contract_offer
from guanbao.apps.contracts.services.drafting import contract_add, contract_edit
from guanbao.apps.contracts.services.ending import contract_complete, contract_notice, contract_warn
from guanbao.apps.contracts.services.following import contract_follow
from guanbao.apps.contracts.services.invoices import invoice_add, invoice_match, invoice_refuse, invoice_release
from guanbao.apps.contracts.services.payments import payment_add, payment_edit, payment_reach, payment_remove
from guanbao.apps.contracts.services.signing import contract_sign
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.obligations.models import Duty


@given(st.decimals(0, 10**9, places=2), st.decimals(0, 100, places=2))
@settings(max_examples=200, deadline=None)
def test_tax_is_rounded_to_the_cent_halves_up(net, rate):
    exact = Fraction(net) * Fraction(rate) / 100
    cents = exact * 100
    assert vat_of(net, rate) == Decimal(int(cents + Fraction(1, 2))) / 100


def due(payment, kind="payment.due"):
    found = Duty.objects.filter(record="contract-payments", record_id=payment.pk, kind=kind).exclude(state="lapsed")
    return found.order_by("-pk").first()


def after(day, number):
    while number:
        day += timedelta(days=1)
        number -= works(day)
    return day


def bill(payment):
    """An invoice for all of a payment."""
    net = payment.amount_net
    vat = vat_of(net, payment.contract.vat_rate)
    facts = {"issued_on": timezone.localdate(), "amount_net": net, "vat_rate": payment.contract.vat_rate}
    return facts | {"amount_vat": vat, "amount_gross": net + vat}


def test_a_plan_that_is_not_the_price_stops_the_signature(cast):
    contract = cast.cast.drafted(cast.row)
    assert plan_left(contract) == (0, 0)
    payment_edit(
        actor=cast.cast.office, payment=contract.payments.get(kind="balance"), kind="balance", title="Balance",
        amount_net=Decimal("699999.99"), amount_vat=Decimal("42000.00"),
    )  # fmt: skip
    assert plan_left(contract) == (Decimal("0.01"), 0)
    payment_add(
        actor=cast.cast.office, contract=contract, kind="bond", title="Bond", amount_net=Decimal(50000),
        amount_vat=Decimal(0), returns_on=date(2028, 3, 1),
    )  # fmt: skip
    assert plan_left(contract) == (Decimal("0.01"), 0)  # a bond is no part of the price
    contract = contract_offer(actor=cast.cast.office, contract=contract)
    contract = contract_agree(actor=cast.cast.manager, contract=contract)
    cast.cast.approve(contract)
    cast.cast.sealed(contract)
    cast.cast.confidential()
    with pytest.raises(PaymentPlanOff):
        contract_sign(actor=cast.cast.office, contract=contract, signed_on=timezone.localdate())
    with pytest.raises(ContractNotDraft):
        payment_remove(actor=cast.cast.office, payment=contract.payments.first())


def test_shares_follow_the_price(cast):
    contract = cast.cast.drafted(cast.row)
    contract_edit(actor=cast.cast.office, contract=contract, amount_net=Decimal("333.33"))
    contract.refresh_from_db()
    assert [row.amount_net for row in contract.payments.order_by("position")] == [Decimal("100.00"), Decimal("233.33")]
    assert plan_left(contract) == (0, 0)
    for wrong in ({"percent": Decimal(101)}, {}, {"kind": "bond", "percent": Decimal(5)}, {"percent": Decimal(-1)}):
        with pytest.raises(ValidationError):
            payment_add(actor=cast.cast.office, contract=contract, **{"kind": "balance", "title": "X"} | wrong)


def test_payments_are_due_in_working_days_of_signing_completion_and_what_was_reached(cast):
    office = cast.cast.office
    draft = contract_add(actor=office, arrangement=cast.row, reference="HT-9", **FACTS)
    shares = {"prepayment": 30, "milestone": 30, "balance": 40}
    rows = {
        kind: payment_add(actor=office, contract=draft, kind=kind, title=kind, percent=Decimal(share))
        for kind, share in shares.items()
    }
    assert [row.workdays for row in rows.values()] == [10, 30, 30]
    today = timezone.localdate()
    Contract.objects.filter(pk=draft.pk).update(
        state="in_force", signed_on=today, runs_until=FACTS["expires_on"], shared_with=cast.house.calls.organisation
    )
    draft.refresh_from_db()
    contract_complete(actor=office, contract=draft, completed_on=date(2026, 3, 2))
    payment_reach(actor=office, payment=rows["milestone"], reached_on=date(2026, 2, 11))
    assert due(rows["prepayment"]).due_on == after(today, 10)
    assert due(rows["milestone"]).due_on == after(date(2026, 2, 11), 30)  # the Spring Festival lies between
    assert due(rows["balance"]).due_on == after(date(2026, 3, 2), 30)
    payment_reach(actor=office, payment=rows["milestone"], reached_on=date(2026, 4, 1))
    assert due(rows["milestone"]).due_on == after(date(2026, 4, 1), 30)
    with pytest.raises(ValidationError):
        payment_reach(actor=office, payment=rows["balance"], reached_on=today)


def test_an_invoice_is_matched_exactly_and_released_by_another(cast):
    contract = cast.cast.signed(cast.row)
    manager, office, finance = cast.cast.manager, cast.cast.office, cast.cast.one("finance")
    first, balance = contract.payments.order_by("position")
    for part in (
        {"amount_vat": Decimal("18000.01"), "amount_gross": Decimal("318000.01")},
        {"amount_gross": Decimal("318000.01")},
        {"vat_rate": Decimal(9), "amount_vat": Decimal(27000), "amount_gross": Decimal(327000)},
        {"issued_on": date(2020, 1, 1)},
        {"amount_net": Decimal("300000.01"), "amount_gross": Decimal("318000.01")},
    ):
        number = f"F-{Invoice.objects.count()}"
        wrong = invoice_add(actor=manager, payment=first, number=number, **bill(first) | part)
        with pytest.raises(InvoiceDiffers):
            invoice_match(actor=office, invoice=wrong)
        assert invoice_refuse(actor=office, invoice=wrong, refused_reason="Not so").state == "refused"
    good = invoice_add(actor=manager, payment=first, number="F-9", **bill(first))
    with pytest.raises(NotPermitted):
        invoice_match(actor=manager, invoice=good)
    with pytest.raises(InvoiceNotNow):
        invoice_release(actor=finance, invoice=good)
    good = invoice_match(actor=office, invoice=good)
    more = invoice_add(actor=manager, payment=first, number="F-10", **bill(first) | {
        "amount_net": Decimal("0.01"), "amount_vat": Decimal(0), "amount_gross": Decimal("0.01")})  # fmt: skip
    with pytest.raises(InvoiceDiffers):  # over-billing, by a cent
        invoice_match(actor=office, invoice=more)
    both = cast.house.person("both", cast.house.bank.organisation, "outsourcing_office", "finance")[1]
    Invoice.objects.filter(pk=good.pk).update(matched_by=both.person_id)
    with pytest.raises(OwnMatch):
        invoice_release(actor=both, invoice=good)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.filter(pk=good.pk).update(released_by=both.person_id)
    assert due(first).state == "open"
    done = invoice_release(actor=finance, invoice=good)
    assert (done.state, done.credit_amount) == ("released", 0)
    assert due(first).state == "done"
    with pytest.raises(InvoiceNotNow):
        invoice_release(actor=finance, invoice=done)
    with pytest.raises(ValidationError):
        invoice_add(actor=manager, payment=balance, number="F-9", **bill(balance))
    rival = cast.house.person("rival", cast.house.cards.organisation, "service_manager")[1]
    assert not invoices_visible(actor=rival).exists()
    with pytest.raises(NotPermitted):
        invoice_add(actor=rival, payment=balance, number="F-11", **bill(balance))


def test_credits_of_service_levels_are_set_off_once_and_given_back(cast, monkeypatch):
    contract = cast.cast.signed(cast.row)
    first, balance = contract.payments.order_by("position")
    kept = [crediting.Credit(date(2026, 1, 1), Decimal("400000.005"), "CNY", "")]
    monkeypatch.setattr(crediting, "_KNOWN", [lambda pk: kept if pk == cast.row.pk else []])
    assert credit_left(contract) == Decimal("400000.01")

    def paid(payment, number):
        made = invoice_add(actor=cast.cast.manager, payment=payment, number=number, **bill(payment))
        invoice_match(actor=cast.cast.office, invoice=made)
        return invoice_release(actor=cast.cast.one("finance"), invoice=made)

    assert paid(first, "F-1").credit_amount == Decimal("318000.00")  # no more than the invoice
    assert credit_left(contract) == Decimal("82000.01")
    kept.append(crediting.Credit(date(2026, 1, 1), Decimal(-400000), "CNY", ""))  # the statement was corrected
    kept.append(crediting.Credit(date(2026, 1, 1), Decimal(7), "EUR", ""))
    assert paid(balance, "F-2").credit_amount == credit_left_before(kept) - Decimal("318000.00")
    assert credit_left(contract) == 0


def credit_left_before(kept):
    every = sum(each.amount for each in kept if each.currency == "CNY")
    return every.quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_a_notice_keeps_its_periods(cast):
    office = cast.cast.office
    today = timezone.localdate()
    contract = cast.cast.signed(cast.row, expires_on=today + timedelta(days=30))
    said = {"ends_reason": "So it is", "terminates_on": None}
    for ground, refused in (("expiry", NoticeTooLate), ("breach", WarningMissing)):
        with pytest.raises(refused):
            contract_notice(actor=office, contract=contract, ends_because=ground, noticed_on=today, **said)
    contract = contract_warn(actor=office, contract=contract, warned_on=today)
    with pytest.raises(WarningMissing):
        contract_notice(
            actor=office, contract=contract, ends_because="breach", noticed_on=today - timedelta(days=1), **said
        )
    early = said | {"terminates_on": today + timedelta(days=29)}
    with pytest.raises(NoticeTooShort):
        contract_notice(actor=office, contract=contract, ends_because="breach", noticed_on=today, **early)
    done = contract_notice(actor=office, contract=contract, ends_because="breach", noticed_on=today, **said)
    assert done.terminates_on == today + timedelta(days=30)
    assert not contract_follow(pk=done.pk, today=done.terminates_on)
    assert contract_follow(pk=done.pk, today=done.terminates_on + timedelta(days=1))
    done.refresh_from_db()
    assert done.state == "terminated"
    with pytest.raises(ContractNotNow):
        contract_warn(actor=office, contract=done, warned_on=today)


def test_a_notice_in_time_ends_the_renewal(cast):
    today = timezone.localdate()
    until = today + timedelta(days=300)
    contract = cast.cast.signed(cast.row, expires_on=until, renews_automatically=True, renewal_months=12)
    done = contract_notice(
        actor=cast.cast.office, contract=contract, ends_because="expiry", noticed_on=today, terminates_on=None,
        ends_reason="Another offer",
    )  # fmt: skip
    assert done.terminates_on == until
    assert not Duty.objects.filter(record="contracts", record_id=done.pk, kind="contract.notice", state="open").exists()
    assert contract_follow(pk=done.pk, today=until + timedelta(days=1))
    done.refresh_from_db()
    assert done.state == "terminated"
