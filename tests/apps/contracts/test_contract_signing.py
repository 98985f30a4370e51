"""A contract is signed once everything is there, by nobody else, and its contractor sees what it may."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from contracting import FACTS, at_contract
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from guanbao.apps.arrangements.errors import GatesShut
from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.services import arrangement_advance, arrangement_edit, arrangement_renew
from guanbao.apps.arrangements.stages import gates_judged
from guanbao.apps.contracts.errors import (
    ArrangementNotAtContract,
    ContractIncomplete,
    ContractNotApproved,
    ContractNotDraft,
    ContractNotNow,
    ContractorChanged,
    MandatoryClauseMissing,
    OverarchingUnsigned,
    OwnSeal,
    PriorReportMissing,
    SealMissing,
    SealOutdated,
)
from guanbao.apps.contracts.models import Contract, Sealing
from guanbao.apps.contracts.selectors import clauses_visible, contracts_visible, sealings_visible
from guanbao.apps.contracts.services.agreeing import contract_agree, contract_comment, contract_offer
from guanbao.apps.contracts.services.clauses import clause_remove
from guanbao.apps.contracts.services.confidentialities import confidentiality_edit
from guanbao.apps.contracts.services.drafting import contract_add, contract_edit, contract_give_up, contract_reopen
from guanbao.apps.contracts.services.payments import payment_add
from guanbao.apps.contracts.services.signing import (
    contract_report,
    contract_sign,
    sealing_add,
    sealing_approve,
    signatory_add,
)
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.ledger.models import Entry
from guanbao.platform.workflow.services.approvals import is_approved


def sign(cast, contract, on=None, actor=None):
    return contract_sign(actor=actor or cast.cast.office, contract=contract, signed_on=on or timezone.localdate())


def test_a_whole_contract_is_signed_and_its_dates_and_fee_go_to_the_arrangement(cast):
    contract = cast.cast.ready(cast.row, expires_on=date(2028, 6, 30), fee_monthly=Decimal("150000.00"))
    shut = {each.gate.name for each in gates_judged(cast.row) if each.shut}
    assert shut == {"contract_is_signed"}
    done = sign(cast, contract)
    assert (done.state, done.signed_on, done.runs_until) == ("in_force", timezone.localdate(), date(2028, 6, 30))
    cast.row.refresh_from_db()
    assert (cast.row.ends_on, cast.row.fee_monthly) == (date(2028, 6, 30), Decimal("150000.00"))
    assert Entry.objects.filter(event="contract.signed", object_id=str(done.pk)).count() == 1
    assert arrangement_advance(actor=cast.cast.office, arrangement=cast.row).stage == "readiness"
    with pytest.raises(ContractNotNow):
        sign(cast, done)
    with pytest.raises(ContractNotDraft):
        contract_edit(actor=cast.cast.office, contract=done, title="Another")


def test_a_contract_that_takes_effect_later_is_signed_but_not_in_force(cast):
    later = timezone.localdate() + timedelta(days=10)
    done = cast.cast.signed(cast.row, effective_on=later, expires_on=later + timedelta(days=700))
    assert done.state == "signed"


def test_each_thing_that_lacks_stops_the_signature(cast):
    """One contract, without each in turn; nothing changes when it is refused."""
    here, people = cast.cast, cast.cast
    contract = here.drafted(cast.row)
    with pytest.raises(ContractNotNow):
        sign(cast, contract)
    contract = contract_agree(actor=people.manager, contract=contract_offer(actor=here.office, contract=contract))
    with pytest.raises(ContractNotApproved):
        sign(cast, contract)
    with pytest.raises(ContractNotApproved):
        sealing_add(actor=here.office, contract=contract, sealed_on=timezone.localdate())
    here.approve(contract)
    with pytest.raises(SealMissing):
        sign(cast, contract)
    seal = sealing_add(actor=here.office, contract=contract, sealed_on=timezone.localdate())
    with pytest.raises(SealMissing):
        sign(cast, contract)
    sealing_approve(actor=here.one("senior_management"), sealing=seal)
    with pytest.raises(GatesShut, match=r"保密|onfidential"):
        sign(cast, contract)
    bound = here.confidential()
    confidentiality_edit(
        actor=here.office, confidentiality=bound, signed_on=date(2020, 1, 1), valid_until=date(2026, 1, 1)
    )
    with pytest.raises(GatesShut):
        sign(cast, contract)
    confidentiality_edit(actor=here.office, confidentiality=bound, valid_until=None)
    Arrangement.objects.filter(pk=cast.row.pk).update(has_personal_data=True)  # behind everybody's back
    with pytest.raises(MandatoryClauseMissing, match=r"委托处理|Purpose of the processing"):
        sign(cast, contract)
    Arrangement.objects.filter(pk=cast.row.pk).update(has_personal_data=False, stage="selection")
    with pytest.raises(ArrangementNotAtContract):
        sign(cast, contract)
    at_contract(cast.row)
    tomorrow = timezone.localdate() + timedelta(days=1)
    for day in (tomorrow, contract.agreed_on - timedelta(days=1)):
        with pytest.raises(ValidationError):
            sign(cast, contract, on=day)
    contract.refresh_from_db()
    assert (contract.state, contract.signed_on) == ("agreed", None)
    assert sign(cast, contract).state == "in_force"


def test_a_changed_byte_voids_approval_and_seal(cast):
    contract = cast.cast.ready(cast.row)
    assert contract.pk
    Contract.objects.get(pk=contract.pk)
    contract = contract_reopen(actor=cast.cast.office, contract=contract)
    assert contract.shared_with is None
    contract_edit(actor=cast.cast.office, contract=contract, title="Something else")
    contract.refresh_from_db()
    assert (is_approved(contract), contract.approved_on) == (False, None)
    contract = contract_agree(
        actor=cast.cast.manager, contract=contract_offer(actor=cast.cast.office, contract=contract)
    )
    with pytest.raises(ContractNotApproved):
        sign(cast, contract)
    cast.cast.approve(contract)
    with pytest.raises(SealMissing):  # the old seal was of the old words
        sign(cast, contract)
    cast.cast.sealed(contract)
    assert sign(cast, contract).state == "in_force"


def test_what_the_arrangement_becomes_voids_the_approval(cast):
    contract = cast.cast.ready(cast.row)
    arrangement_edit(actor=cast.cast.office, arrangement=cast.row, importance="important", importance_reason="It grew")
    with pytest.raises(ContractNotApproved):
        sign(cast, contract)


def test_the_seal_is_approved_by_another_and_of_these_words(cast):
    contract = cast.cast.agreed(cast.row)
    cast.cast.approve(contract)
    both = cast.house.person("both", cast.house.bank.organisation, "outsourcing_office", "legal")[1]
    seal = sealing_add(actor=both, contract=contract, sealed_on=timezone.localdate())
    with pytest.raises(OwnSeal):
        sealing_approve(actor=both, sealing=seal)
    with pytest.raises(NotPermitted):
        sealing_approve(actor=cast.cast.office, sealing=seal)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sealing.objects.filter(pk=seal.pk).update(approved_by=both.person_id)
    contract = contract_reopen(actor=cast.cast.office, contract=contract)
    contract_edit(actor=cast.cast.office, contract=contract, title="Something else")
    with pytest.raises(SealOutdated):
        sealing_approve(actor=cast.cast.one("legal"), sealing=seal)


def test_an_important_it_contract_is_reported_twenty_working_days_before(cast):
    Arrangement.objects.filter(pk=cast.row.pk).update(importance="important", importance_reason="All of it", is_it=True)
    cast.row.refresh_from_db()
    contract = cast.cast.agreed(cast.row)
    cast.cast.approve(contract)
    cast.cast.sealed(contract)
    cast.cast.confidential()
    cast.cast.looked_into(cast.row)
    with pytest.raises(PriorReportMissing):
        sign(cast, contract)
    contract_report(actor=cast.cast.office, contract=contract, reported_on=timezone.localdate())
    with pytest.raises(PriorReportMissing) as held:
        sign(cast, contract)
    assert held.value.params["workdays"] == 20
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(ValidationError):
        contract_report(actor=cast.cast.office, contract=contract, reported_on=tomorrow)
    assert sign(cast, cast.cast.reported(contract)).state == "in_force"


def test_an_overarching_contract_serves_and_comes_first(cast):
    over = cast.cast.ready(cast.row, kind="overarching")
    other = cast.thread.cards
    wrong = {"kind": "subsequent", "overarching": over}
    with pytest.raises(ValidationError):  # another contractor's
        contract_add(actor=cast.cast.office, arrangement=other, reference="HT-2", **FACTS | wrong)
    for facts in ({"kind": "subsequent"}, {"kind": "standalone", "overarching": over}):
        with pytest.raises(ValidationError):
            contract_add(actor=cast.cast.office, arrangement=cast.row, reference="HT-2", **FACTS | facts)
    below = contract_add(actor=cast.cast.office, arrangement=cast.row, reference="HT-2", **FACTS | wrong)
    payment_add(actor=cast.cast.office, contract=below, kind="balance", title="All", percent=Decimal(100))
    below = contract_offer(actor=cast.cast.office, contract=below)
    below = contract_agree(actor=cast.cast.manager, contract=below)
    cast.cast.approve(below)
    cast.cast.sealed(below)
    with pytest.raises(OverarchingUnsigned):
        sign(cast, below)
    sign(cast, over)
    assert sign(cast, below).state == "in_force"  # it has no clause of its own: those above count


def test_another_contractor_now_is_another_contract(cast):
    contract = cast.cast.ready(cast.row)
    Arrangement.objects.filter(pk=cast.row.pk).update(contractor=cast.house.cards)
    with pytest.raises(ContractorChanged):
        sign(cast, contract)
    contract_give_up(actor=cast.cast.office, contract=contract, given_up_reason="Another won")
    assert not Contract.objects.exclude(state="given_up").exists()


def test_a_draft_is_the_banks_alone_and_what_is_offered_the_contractors_too(cast):
    office, manager = cast.cast.office, cast.cast.manager
    rival = cast.house.person("rival", cast.house.cards.organisation, "service_manager")[1]
    contract = cast.cast.drafted(cast.row, note="SECRET-NOTE")

    def seen_by(actor):
        own = contracts_visible(actor=actor).filter(pk=contract.pk).exists()
        return own, clauses_visible(actor=actor).filter(contract=contract.pk).exists()

    assert [seen_by(one) for one in (office, manager, rival)] == [(True, True), (False, False), (False, False)]
    with pytest.raises(NotPermitted):
        contract_agree(actor=manager, contract=contract)
    contract = contract_offer(actor=office, contract=contract)
    assert [seen_by(one) for one in (office, manager, rival)] == [(True, True), (True, True), (False, False)]
    with pytest.raises(NotPermitted):
        contract_agree(actor=rival, contract=contract)
    with pytest.raises(NotPermitted):
        contract_agree(actor=office, contract=contract)
    contract_comment(actor=manager, contract=contract, text="The cap is too low")
    with pytest.raises(NotPermitted):
        contract_comment(actor=rival, contract=contract, text="Mine is better")
    contract = contract_agree(actor=manager, contract=contract)
    cast.cast.approve(contract)
    seal = cast.cast.sealed(contract)
    assert not sealings_visible(actor=manager).exists()
    assert sealings_visible(actor=office).filter(pk=seal.pk).exists()
    inside = Entry.objects.filter(event__in=("contract.approved", "sealing.applied", "sealing.approved"))
    assert inside.count() == 3
    assert not any("contractor" in entry.scopes for entry in inside)


def test_pages_tell_the_contractor_nothing_of_the_bank(cast, client):
    contract = cast.cast.reported(cast.cast.agreed(cast.row, note="SECRET-NOTE"))
    cast.cast.approve(contract)
    for who, knows in (("their-manager", False), ("legal-1", True)):
        person = type(cast.thread.office[0]).objects.get(login=who)
        client.force_login(person)
        tabs = ("", "?tab=coverage", "?tab=approvals", "?tab=seal-records", "?tab=history", "?tab=text")
        pages = [client.get(f"/contracts/{contract.pk}/{tab}").content.decode() for tab in tabs]
        said = [
            any(word in page for page in pages) for word in ("SECRET-NOTE", "What is demanded", "Approval given on")
        ]
        assert said == [knows, knows, knows], who
        assert all("It runs normally" in page or "runs normally" in page for page in pages[-1:])
    for address in ("/contracts/?approved_on=2026-01-01", "/contracts/?sort=approved_on"):
        client.force_login(type(cast.thread.office[0]).objects.get(login="their-manager"))
        assert "SECRET" not in client.get(address).content.decode()


def test_what_does_not_fit_is_refused(cast):
    for wrong in (
        {"effective_on": date(2029, 1, 1)},
        {"renews_automatically": True},
        {"amount_net": Decimal(-1)},
        {"vat_rate": Decimal(101)},
        {"currency": "yuan"},
    ):
        with pytest.raises(ValidationError):
            cast.cast.drafted(cast.row, **wrong)
    contract = cast.cast.drafted(cast.row, effective_on=None)
    with pytest.raises(ContractIncomplete):
        contract_offer(actor=cast.cast.office, contract=contract)
    with pytest.raises(ValidationError):
        cast.cast.drafted(cast.row)  # the number is taken
    assert (contract.amount_vat, contract.amount_gross) == (Decimal("60000.00"), Decimal("1060000.00"))


def test_a_clause_that_goes_closes_the_way_again(cast):
    contract = cast.cast.drafted(cast.row)
    clause_remove(actor=cast.cast.office, clause=contract.clauses.get(code="force_majeure"))
    contract = contract_agree(
        actor=cast.cast.manager, contract=contract_offer(actor=cast.cast.office, contract=contract)
    )
    cast.cast.approve(contract)
    cast.cast.sealed(contract)
    cast.cast.confidential()
    with pytest.raises(MandatoryClauseMissing, match=r"不可抗力|Force majeure"):
        sign(cast, contract)


def test_signatories_are_covered(cast):
    contract = cast.cast.drafted(cast.row)
    made = signatory_add(
        actor=cast.cast.office,
        contract=contract,
        side="institution",
        party="East Bank",
        name="王建国",
        post="President",
    )
    assert str(made.name) == "王**"
    assert "建国" not in str(Entry.objects.filter(event="signatory.added").get().after)


def test_a_renewal_asks_for_a_contract_that_was_signed_after_it(cast):
    signed = cast.cast.signed(cast.row)
    office = cast.cast.office
    yesterday = timezone.localdate() - timedelta(days=1)
    Contract.objects.filter(pk=signed.pk).update(signed_on=yesterday, agreed_on=yesterday)
    Arrangement.objects.filter(pk=cast.row.pk).update(stage="renewal")
    row = Arrangement.objects.get(pk=cast.row.pk)
    renewed = arrangement_renew(actor=office, arrangement=row, back_to="contract", stage_reason="Good service.")
    assert "contract_is_signed" in {one.gate.name for one in gates_judged(renewed) if one.holds_back}
    with pytest.raises(GatesShut):
        arrangement_advance(actor=office, arrangement=renewed)
    Contract.objects.filter(pk=signed.pk).update(signed_on=timezone.localdate())
    assert "contract_is_signed" not in {one.gate.name for one in gates_judged(renewed) if one.holds_back}
