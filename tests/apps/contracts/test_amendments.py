"""An amendment goes the way of a contract; from its day on its terms are the contract's, and days move at once."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.services import arrangement_edit
from guanbao.apps.contracts.coverage import clauses_of, missing_of
from guanbao.apps.contracts.duties import decision_day, notice_day
from guanbao.apps.contracts.errors import (
    AmendedEnds,
    AmendmentOfAmendment,
    ContractNotApproved,
    ContractNotNow,
    SealMissing,
)
from guanbao.apps.contracts.lines import lines_of
from guanbao.apps.contracts.models import Contract
from guanbao.apps.contracts.pages.panels import _amendments
from guanbao.apps.contracts.selectors import contract_of, contracts_visible
from guanbao.apps.contracts.services.agreeing import contract_agree, contract_offer
from guanbao.apps.contracts.services.amending import contract_amend
from guanbao.apps.contracts.services.clauses import clause_add
from guanbao.apps.contracts.services.drafting import contract_edit, contract_give_up
from guanbao.apps.contracts.services.ending import contract_notice, contract_warn
from guanbao.apps.contracts.services.following import contract_follow
from guanbao.apps.contracts.services.signing import contract_sign
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.notices.models import Notice
from guanbao.platform.obligations.models import Duty, Reminder
from guanbao.platform.workflow.models import Approval
from guanbao.platform.workflow.services.approvals import is_approved

LONGER = {"expires_on": date(2028, 12, 31), "fee_monthly": Decimal("180000.00"), "notice_months": 6}


@pytest.fixture
def signed(cast):
    cast.contract = cast.cast.signed(cast.row)
    cast.one, cast.office = cast.cast, cast.cast.office
    return cast


def drafted(signed, on=None, **facts):
    amendment = contract_amend(
        actor=signed.office, contract=signed.contract, reference="HT-1-B1", title="First amendment",
        effective_on=on or timezone.localdate(),
    )  # fmt: skip
    return contract_edit(actor=signed.office, contract=amendment, **facts) if facts else amendment


def ready(signed, on=None, **facts):
    """An amendment that only has to be signed."""
    made = contract_offer(actor=signed.office, contract=drafted(signed, on, **facts))
    made = contract_agree(actor=signed.one.manager, contract=made)
    signed.one.approve(made)
    signed.one.sealed(made)
    return made


def sign(signed, amendment):
    done = contract_sign(actor=signed.office, contract=amendment, signed_on=timezone.localdate())
    signed.contract.refresh_from_db()
    return done


def duties(contract):
    return {
        row.kind: row.due_on for row in Duty.objects.filter(record="contracts", record_id=contract.pk, state="open")
    }


def test_its_terms_are_the_contracts_at_once_and_all_days_move(signed):
    before = duties(signed.contract)
    done = sign(signed, ready(signed, **LONGER))
    contract = signed.contract
    assert (done.state, contract.state) == ("in_force", "amended")
    assert (contract.expires_on, contract.runs_until, contract.fee_monthly, contract.notice_months) == (
        date(2028, 12, 31), date(2028, 12, 31), Decimal("180000.00"), 6,
    )  # fmt: skip
    assert contract.title != done.title
    row = Arrangement.objects.get(pk=signed.row.pk)
    assert (row.ends_on, row.fee_monthly, row.starts_on) == (date(2028, 12, 31), Decimal("180000.00"), date(2026, 1, 1))
    days = {"notice": date(2028, 6, 30), "decide": date(2028, 5, 31), "expires": date(2028, 12, 31)}
    assert days == {"notice": notice_day(contract), "decide": decision_day(contract), "expires": contract.runs_until}
    assert duties(contract) == before | {f"contract.{kind}": day for kind, day in days.items()}
    assert duties(done) == {}  # its end is its contract's
    told = [(str(was), str(now)) for _, was, now, differs in _amendments(signed.office, done)["terms"] if differs]
    assert told == [("200,000.00", "180,000.00"), ("2027-12-31", "2028-12-31"), ("3", "6")]


def test_glpi_4571_an_alert_that_was_sent_comes_again_after_an_amendment(signed):
    found = Duty.objects.get(record="contracts", record_id=signed.contract.pk, kind="contract.notice", state="open")
    for lead in found.leads:
        Reminder.objects.create(duty=found, due_on=found.due_on, lead_d=lead, at=found.changed_at)
    sign(signed, ready(signed, **LONGER))
    again = Duty.objects.get(record="contracts", record_id=signed.contract.pk, kind="contract.notice", state="open")
    assert again.due_on == date(2028, 6, 30)
    assert not Reminder.objects.filter(duty=again, due_on=again.due_on).exists()
    assert again.acts_on == again.due_on - timedelta(days=max(again.leads))


def test_a_later_day_is_waited_for(signed):
    later = timezone.localdate() + timedelta(days=20)
    done = sign(signed, ready(signed, later, **LONGER))
    assert (done.state, signed.contract.state, signed.contract.expires_on) == ("signed", "in_force", date(2027, 12, 31))
    with pytest.raises(ValidationError):  # nor is another one drafted over it
        contract_amend(actor=signed.office, contract=signed.contract, reference="B2", title="X", effective_on=later)
    assert not contract_follow(pk=done.pk, today=later - timedelta(days=1))
    assert contract_follow(pk=done.pk, today=later)
    signed.contract.refresh_from_db()
    assert (signed.contract.state, signed.contract.expires_on) == ("amended", date(2028, 12, 31))
    assert duties(signed.contract)["contract.expires"] == date(2028, 12, 31)
    assert not contract_follow(pk=done.pk, today=later)
    assert contract_follow(pk=signed.contract.pk, today=date(2029, 1, 1))
    assert contract_follow(pk=done.pk, today=date(2029, 1, 1))
    assert set(Contract.objects.values_list("state", flat=True)) == {"expired"}


def test_nothing_of_the_way_is_left_out(signed):
    made = contract_offer(actor=signed.office, contract=drafted(signed, **LONGER))
    with pytest.raises(ContractNotNow):
        sign(signed, made)
    made = contract_agree(actor=signed.one.manager, contract=made)
    with pytest.raises(ContractNotApproved):
        sign(signed, made)
    signed.one.approve(made)
    with pytest.raises(SealMissing):
        sign(signed, made)
    signed.contract.refresh_from_db()
    assert (signed.contract.state, signed.contract.expires_on) == ("in_force", date(2027, 12, 31))


def test_what_is_not_amended(signed):
    with pytest.raises(NotPermitted):
        contract_amend(
            actor=signed.one.manager, contract=signed.contract, reference="X", title="X", effective_on=date(2027, 1, 1)
        )
    for day in (None, date(2025, 12, 31), date(2028, 1, 1)):
        with pytest.raises(ValidationError):
            contract_amend(actor=signed.office, contract=signed.contract, reference="X", title="X", effective_on=day)
    assert Contract.objects.count() == 1
    made = drafted(signed)
    assert not contracts_visible(actor=signed.one.manager).filter(pk=made.pk).exists()
    with pytest.raises(ValidationError):  # one at a time
        contract_amend(
            actor=signed.office, contract=signed.contract, reference="B2", title="X", effective_on=date(2027, 1, 1)
        )
    with pytest.raises(ValidationError):
        contract_edit(actor=signed.office, contract=made, kind="overarching")
    with pytest.raises(ContractNotNow):
        contract_amend(actor=signed.office, contract=made, reference="C", title="X", effective_on=date(2027, 1, 1))
    contract_give_up(actor=signed.office, contract=made, given_up_reason="Not needed")
    Contract.objects.filter(pk=made.pk).delete()
    done = sign(signed, ready(signed))
    for call in (
        lambda: contract_amend(
            actor=signed.office, contract=done, reference="C", title="X", effective_on=done.signed_on
        ),
        lambda: contract_warn(actor=signed.office, contract=done, warned_on=done.signed_on),
        lambda: contract_notice(
            actor=signed.office, contract=done, ends_because="expiry", noticed_on=done.signed_on, terminates_on=None,
            ends_reason="X",
        ),
    ):  # fmt: skip
        with pytest.raises(AmendmentOfAmendment):
            call()
    contract_notice(
        actor=signed.office, contract=signed.contract, ends_because="expiry", noticed_on=timezone.localdate(),
        terminates_on=None, ends_reason="It ends",
    )  # fmt: skip
    with pytest.raises(AmendedEnds):
        contract_amend(
            actor=signed.office, contract=signed.contract, reference="D", title="X", effective_on=date(2027, 1, 1)
        )


def test_clauses_of_the_contract_count_and_those_of_the_amendment_take_their_place(signed):
    made = drafted(signed, **LONGER)
    assert not missing_of(made)
    was = signed.contract.clauses.exclude(numbers={}).first()
    number = next(iter(was.numbers))
    clause_add(actor=signed.office, contract=made, code=was.code, numbers={number: "77"})
    counted = [each for each in clauses_of(made) if each.code == was.code]
    assert [each.numbers[number] for each in counted] == ["77"]
    assert contract_of(signed.row).pk == signed.contract.pk
    said = "\n".join(each.text for each in lines_of(made))
    assert "所变更的合同编号 Amends: HT-1" in said
    assert "changes contract HT-1" in said


def test_what_was_approved_and_signed_stays_approved_whatever_comes_later(signed):
    """A notice that a decision is void is for who still relies on it: nobody does, once the contract is signed."""
    approval = Approval.objects.get(subject_type="contracts.contract", subject_id=signed.contract.pk)
    assert is_approved(signed.contract)
    arrangement_edit(actor=signed.office, arrangement=signed.row, importance="important", importance_reason="It grew")
    sign(signed, ready_again(signed))
    approval.refresh_from_db()
    assert approval.state == "approved"
    assert not Notice.objects.filter(kind="approval.voided", key__startswith=f"{approval.pk}-").exists()


def ready_again(signed):
    """An amendment of what is important by now."""
    made = contract_offer(actor=signed.office, contract=drafted(signed, **LONGER))
    made = signed.one.reported(contract_agree(actor=signed.one.manager, contract=made))
    signed.one.approve(made)
    signed.one.sealed(made)
    return made
