"""Awards: nothing without evaluations, approval and what a related party needs; bidders learn of their own bid."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from approving import approved
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.services import arrangement_edit
from guanbao.apps.arrangements.stages import gates
from guanbao.apps.catalogue.services import service_add
from guanbao.apps.parties.models import Contractor
from guanbao.apps.sourcing.errors import (
    AwardElsewhere,
    AwardNotApproved,
    AwardReportChanged,
    EvaluationsMissing,
    RelatedApprovalMissing,
    SelectionOver,
    TenderElsewhere,
)
from guanbao.apps.sourcing.models import Award, Bid, Evaluation, Invitation, Score, Tender
from guanbao.apps.sourcing.services.awards import (
    award_conclude,
    award_propose,
    award_related_record,
    award_withdraw,
)
from guanbao.apps.sourcing.services.evaluations import (
    Given,
    evaluation_declare,
    evaluator_release,
    scores_save,
    tender_close,
    tender_evaluator_add,
)
from guanbao.apps.sourcing.services.tenders import tender_cancel
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.identity.models import Person
from guanbao.platform.ledger.models import Entry
from guanbao.platform.tasks.models import Job

LONG = "The cheaper bid promised a team that it does not have, as its own references told us when we called them."
MARKS = (80, 90, 70)  # with prices 110, 130, 160 the first is first: 88.00, 87.85, 70


@pytest.fixture
def done(buying):
    """Evaluated; `office` submits proposals for approval."""
    buying.evaluated(*MARKS)
    buying.office = buying.house.person("office2", buying.house.bank.organisation, "outsourcing_office")[1]
    return buying


def proposed(buying, n=0, reason="Best of the ranking"):
    award_propose(actor=buying.buyer, tender=buying.tender, bid=buying.bid_of(n).pk, reason=reason)
    return Award.objects.get(tender=buying.tender, state="proposed")


def concluded(buying, n=0, reason="Best of the ranking"):
    award = proposed(buying, n, reason)
    approved(buying.house, buying.office, award)
    return award_conclude(actor=buying.buyer, award=award)


def browser(actor):
    client = Client()
    client.force_login(Person.objects.get(pk=actor.person_id), "django.contrib.auth.backends.ModelBackend")
    return client


def test_an_award_gives_the_arrangement_its_contractor_and_each_bidder_their_outcome(done):
    award = concluded(done)
    assert (award.state, award.place, award.total) == ("awarded", 1, Decimal("110.00"))
    tender = Tender.objects.get(pk=done.tender.pk)
    assert (tender.state, tender.award_id) == ("awarded", award.pk)
    assert Arrangement.objects.get(pk=done.arrangement.pk).contractor == done.rivals[0]
    assert [done.invitation(n).outcome for n in range(3)] == ["chosen", "passed", "passed"]


def test_a_bidder_learns_of_the_own_outcome_and_of_nobody_else(done):
    concluded(done)
    pages = {}
    for n, seller in enumerate(done.sellers):
        client, invitation = browser(seller), done.invitation(n)
        page = pages[n] = client.get(f"/tender-invitations/{invitation.pk}/").content.decode()
        page += client.get(f"/tender-invitations/{invitation.pk}/?tab=history").content.decode()
        for other, rival in enumerate(done.rivals):
            assert other == n or rival.name not in page
        assert not any(said in page for said in ("110.00", "130.00", "87.85", "Best of the ranking"))
        for url in ("/awards/", "/tenders/", "/backup-plans/", f"/awards/{Award.objects.get().pk}/"):
            assert client.get(url).status_code in (403, 404)
    assert "Your bid was chosen" in pages[0]
    assert "Not chosen" in pages[1]
    told = Job.objects.filter(kind="notice.spread", arguments__kind="tender.decided")
    assert {job.arguments["organisation"] for job in told} == {each.organisation_id for each in done.rivals}
    for job in told:  # each notice leads to the own invitation and names nobody
        assert not any(rival.name in str(job.arguments["values"]) for rival in done.rivals)
    assert browser(done.sellers[0]).get(f"/arrangements/{done.arrangement.pk}/").status_code == 200
    assert browser(done.sellers[1]).get(f"/arrangements/{done.arrangement.pk}/").status_code == 404


def test_the_winner_is_not_told_whom_the_arrangement_was_meant_for(done):
    Arrangement.objects.filter(pk=done.arrangement.pk).update(contractor=done.rivals[1])
    concluded(done)
    entry = Entry.objects.get(event="arrangement.contractor_named")
    assert entry.after == {"contractor": done.rivals[0].pk}
    assert entry.before == {}


def test_an_award_whose_grounds_were_changed_behind_it_is_not_concluded(done, facts):
    award = proposed(done)
    approved(done.house, done.office, award)
    Score.objects.filter(bid=award.bid).update(remark="Something else")  # the place stays what it was
    with facts.unchanged(Award, Tender, Invitation, Arrangement), pytest.raises(AwardReportChanged):
        award_conclude(actor=done.buyer, award=award)


def test_nothing_is_awarded_unapproved_or_as_something_else(done, facts):
    award = proposed(done)
    with facts.unchanged(Award, Tender, Invitation, Arrangement), pytest.raises(AwardNotApproved):
        award_conclude(actor=done.buyer, award=award)
    approved(done.house, done.office, award)
    Award.objects.filter(pk=award.pk).update(report=award.report | {"sensitivity": []})
    with facts.unchanged(Award, Tender, Invitation, Arrangement), pytest.raises(AwardReportChanged):
        award_conclude(actor=done.buyer, award=award)
    Award.objects.filter(pk=award.pk).update(report=award.report)
    Score.objects.filter(bid=award.bid).update(points=Decimal(1))  # by somebody with the database
    with facts.unchanged(Award, Tender, Invitation, Arrangement), pytest.raises(AwardReportChanged):
        award_conclude(actor=done.buyer, award=award)


def test_a_material_change_of_the_arrangement_voids_the_approval(done, facts):
    award = proposed(done)
    approved(done.house, done.office, award)
    arrangement_edit(actor=done.office, arrangement=done.arrangement, has_personal_data=True)
    with facts.unchanged(Award, Tender, Arrangement), pytest.raises(AwardNotApproved):
        award_conclude(actor=done.buyer, award=award)


def test_who_passes_the_first_over_says_at_length_why(done, facts):
    for reason in ("", "   ", "Better", "x" * 59):
        with facts.unchanged(Award), pytest.raises(ValidationError) as caught:
            award_propose(actor=done.buyer, tender=done.tender, bid=done.bid_of(1).pk, reason=reason)
        assert "reason" in caught.value.message_dict
    with facts.unchanged(Award), pytest.raises(ValidationError):  # nor the first without any
        award_propose(actor=done.buyer, tender=done.tender, bid=done.bid_of(0).pk, reason=" ")
    award = proposed(done, 1, LONG)
    assert award.place == 2
    with pytest.raises(IntegrityError), transaction.atomic():  # the database holds it
        Award.objects.filter(pk=award.pk).update(reason="Better")


def test_only_a_ranked_bid_of_this_tender_is_taken(done, facts):
    for bid in (0, 10**9, 2**63 - 1):
        with facts.unchanged(Award), pytest.raises(ValidationError):
            award_propose(actor=done.buyer, tender=done.tender, bid=bid, reason=LONG)
    award = proposed(done)
    with facts.unchanged(Award), pytest.raises((ValidationError, IntegrityError)), transaction.atomic():
        award_propose(actor=done.buyer, tender=done.tender, bid=done.bid_of(1).pk, reason=LONG)
    award_withdraw(actor=done.buyer, award=award, withdrawn_reason="A mistake")
    assert proposed(done, 1, LONG).place == 2
    with facts.unchanged(Award), pytest.raises(AwardElsewhere):
        award_conclude(actor=done.buyer, award=award)


def test_no_award_without_every_evaluation(buying, facts):
    buying.opened()
    with facts.unchanged(Award), pytest.raises(TenderElsewhere):
        award_propose(actor=buying.buyer, tender=buying.tender, bid=buying.bid_of(0).pk, reason=LONG)
    # Whatever state somebody wrote: who has not declared has not evaluated.
    Bid.objects.filter(tender=buying.tender).update(total=Decimal(1))
    for role in ("risk", "it_security"):
        judge = buying.house.person(f"late-{role}", buying.house.bank.organisation, role)[1]
        tender_evaluator_add(actor=buying.buyer, tender=buying.tender, person=judge.person_id)
    Tender.objects.filter(pk=buying.tender.pk).update(state="evaluated")
    with facts.unchanged(Award), pytest.raises(EvaluationsMissing):
        award_propose(actor=buying.buyer, tender=buying.tender, bid=buying.bid_of(0).pk, reason=LONG)


def test_a_related_party_needs_its_own_approval_by_somebody_else(done, facts):
    Contractor.objects.filter(pk=done.rivals[0].pk).update(is_related=True)
    award = proposed(done)
    assert award.is_related_party
    approved(done.house, done.office, award)
    with facts.unchanged(Award, Tender, Arrangement), pytest.raises(RelatedApprovalMissing):
        award_conclude(actor=done.buyer, award=award)
    said = {"related_body": "committee", "related_number": "GL-2026-3", "related_on": timezone.localdate()}
    with facts.unchanged(Award), pytest.raises(NotPermitted):
        award_related_record(actor=done.buyer, award=award, **said)
    compliance = done.house.person("comp", done.house.bank.organisation, "compliance")[1]
    tomorrow = {"related_on": timezone.localdate() + timedelta(days=1)}
    for wrong in (tomorrow, {"related_number": " "}, {"related_on": None}):
        with facts.unchanged(Award), pytest.raises(ValidationError):
            award_related_record(actor=compliance, award=award, **said | wrong)
    award_related_record(actor=compliance, award=award, **said)
    assert award_conclude(actor=done.buyer, award=award).state == "awarded"
    with pytest.raises(IntegrityError), transaction.atomic():
        Award.objects.filter(pk=award.pk).update(related_number="")


def test_who_becomes_related_after_the_proposal_is_asked_too(done, facts):
    award = proposed(done)
    approved(done.house, done.office, award)
    Contractor.objects.filter(pk=done.rivals[0].pk).update(is_related=True)
    with facts.unchanged(Award, Tender), pytest.raises(RelatedApprovalMissing):
        award_conclude(actor=done.buyer, award=award)
    compliance = done.house.person("comp", done.house.bank.organisation, "compliance")[1]
    said = {"related_body": "board", "related_number": "GL-1", "related_on": timezone.localdate()}
    award_related_record(actor=compliance, award=award, **said)
    with facts.unchanged(Award, Tender), pytest.raises(AwardNotApproved):  # who approved did not know
        award_conclude(actor=done.buyer, award=award)
    approved(done.house, done.office, award)
    assert award_conclude(actor=done.buyer, award=award).state == "awarded"


def test_no_state_of_a_tender_is_awarded_without_an_award(done):
    for wrong in ({"state": "awarded"}, {"award_id": proposed(done).pk}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Tender.objects.filter(pk=done.tender.pk).update(**wrong)
    award = Award.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Award.objects.filter(pk=award.pk).update(state="awarded")


def test_a_barred_contractor_and_a_closed_selection_get_nothing(done, facts):
    award = proposed(done)
    approved(done.house, done.office, award)
    Contractor.objects.filter(pk=done.rivals[0].pk).update(standing="barred")
    with facts.unchanged(Award, Tender, Arrangement), pytest.raises(ValidationError):
        award_conclude(actor=done.buyer, award=award)
    Contractor.objects.filter(pk=done.rivals[0].pk).update(standing="admitted")
    Arrangement.objects.filter(pk=done.arrangement.pk).update(stage="contract", contractor=done.rivals[1])
    with facts.unchanged(Award, Tender, Arrangement), pytest.raises(SelectionOver):
        award_conclude(actor=done.buyer, award=award)


def test_others_neither_propose_nor_conclude(done, facts):
    award = proposed(done)
    foreign = done.house.person("foreign", done.house.other.organisation, "procurement")[1]
    for stranger in (foreign, done.judges[0], done.sellers[0]):
        with facts.unchanged(Award, Tender), pytest.raises(NotPermitted):
            award_conclude(actor=stranger, award=award)
        with facts.unchanged(Award, Tender), pytest.raises(NotPermitted):
            award_withdraw(actor=stranger, award=award, withdrawn_reason="x")
        with facts.unchanged(Award, Tender), pytest.raises(NotPermitted):
            award_propose(actor=stranger, tender=done.tender, bid=done.bid_of(1).pk, reason=LONG)


def test_a_tender_that_is_called_off_takes_its_proposal_with_it(done):
    award = proposed(done)
    tender_cancel(actor=done.buyer, tender=done.tender, cancelled_reason="No money")
    assert Award.objects.get(pk=award.pk).state == "withdrawn"


def test_services_of_another_contractor_are_left_out(done):
    kind = {"kind": "back_office.call_centre", "since": date(2026, 1, 1), "personnel": "contractor"}
    ours = service_add(actor=done.office, institution=done.house.bank, scope_rule="none", code="S1", name="C", **kind)
    manager = done.house.person("m1", done.rivals[1].organisation, "service_manager")[1]
    theirs = service_add(actor=manager, contractor=done.rivals[1], code="S2", name="C", **kind)
    done.arrangement.services.set([ours, theirs])
    concluded(done)
    assert list(done.arrangement.services.all()) == [ours]


def test_the_report_says_what_stood(done):
    award = proposed(done, 1, LONG)
    report = award.report
    assert [row["total"] for row in report["ranking"]] == ["88.00", "87.85", "69.50"]
    assert [row["place"] for row in report["ranking"]] == [1, 2, 3]
    assert len(report["scores"]) == 12
    assert {each["interest"] for each in report["evaluations"]} == {"none"}
    assert {each["name"] for each in report["sensitivity"]} == {"0", "1", "price"}
    page = browser(done.buyer).get(f"/awards/{award.pk}/?tab=report").content.decode()
    for said in ("88.00", "87.85", "40% Ability", "Because", LONG, "judge-risk", "Night", award.digest):
        assert said in page
    page = browser(done.buyer).get(f"/tenders/{done.tender.pk}/").content.decode()
    assert "Conclude the award" in page


def test_an_evaluator_who_left_is_released_by_another_and_replaced(buying, facts):
    buying.opened()
    bank = buying.house.bank.organisation
    judges = [buying.house.person(f"judge-{role}", bank, role)[1] for role in ("risk", "it_security", "finance")]
    for judge in judges:
        tender_evaluator_add(actor=buying.buyer, tender=buying.tender, person=judge.person_id)
    rows = [Evaluation.objects.get(person=judge.person_id) for judge in judges]
    given = {(bid.pk, at): Given(Decimal(80), "Why") for bid in buying.tender.bids.all() for at in (0, 1)}
    for n in (0, 1):
        evaluation_declare(actor=judges[n], evaluation=rows[n], interest="none")
        scores_save(actor=judges[n], evaluation=rows[n], given=given, submit=True)
    with pytest.raises(EvaluationsMissing):
        tender_close(actor=buying.buyer, tender=buying.tender)
    said = {"evaluation": rows[2], "release_reason": "Left the bank"}
    for stranger in (buying.buyer, judges[2]):  # who names them does not, nor they themselves
        with facts.unchanged(Evaluation), pytest.raises(NotPermitted):
            evaluator_release(actor=stranger, **said)
    with facts.unchanged(Evaluation), pytest.raises(ValidationError):
        evaluator_release(actor=buying.first, evaluation=rows[2], release_reason=" ")
    with facts.unchanged(Evaluation), pytest.raises(NotPermitted):  # what was handed in stands
        evaluator_release(actor=buying.first, evaluation=rows[0], release_reason="Unwelcome")
    evaluator_release(actor=buying.first, **said)
    with facts.unchanged(Evaluation, Score), pytest.raises(NotPermitted):
        evaluation_declare(actor=judges[2], evaluation=rows[2], interest="none")
    assert browser(judges[2]).get(f"/evaluations/{rows[2].pk}/score").status_code == 404
    other = buying.house.person("judge-legal", bank, "legal")[1]
    tender_evaluator_add(actor=buying.buyer, tender=buying.tender, person=other.person_id)
    with pytest.raises(EvaluationsMissing):
        tender_close(actor=buying.buyer, tender=buying.tender)
    evaluator_release(actor=buying.first, evaluation=Evaluation.objects.get(person=other.person_id),
                      release_reason="Ill for long")  # fmt: skip
    assert tender_close(actor=buying.buyer, tender=buying.tender).state == "evaluated"
    with pytest.raises(IntegrityError), transaction.atomic():
        Evaluation.objects.filter(pk=rows[0].pk).update(released_at=timezone.now(), release_reason="x")


def test_the_gate_asks_for_an_award_of_this_round(done):
    gate = gates()["contractor_is_awarded"].check
    again = lambda: Arrangement.objects.get(pk=done.arrangement.pk)  # noqa: E731
    assert gate(again()).open_at == f"/tenders/{done.tender.pk}/"
    award = concluded(done)
    assert gate(again()) is None
    Arrangement.objects.filter(pk=done.arrangement.pk).update(contractor=done.rivals[1])
    assert gate(again()).open_at == f"/awards/{award.pk}/"
    Arrangement.objects.filter(pk=done.arrangement.pk).update(contractor=done.rivals[0], renewals=1)
    assert gate(again()) is not None
    Tender.objects.filter(pk=done.tender.pk).update(state="cancelled", award=None, cancelled_reason="x")
    assert gate(again()).open_at == f"/tenders/add?arrangement={done.arrangement.pk}"


def test_the_award_by_its_pages(done):
    buyer = browser(done.buyer)
    url = f"/tenders/{done.tender.pk}/award"
    form = buyer.get(url).content.decode()
    assert "1 · Calls Ltd" in form
    assert buyer.post(url, {"bid": done.bid_of(1).pk, "reason": "short"}).status_code == 422
    assert buyer.post(url, {"bid": done.bid_of(0).pk, "reason": "Best"}).status_code == 302
    award = Award.objects.get()
    page = buyer.get(f"/awards/{award.pk}/").content.decode()
    assert "It is approved in tiers" in page
    assert buyer.post(f"/awards/{award.pk}/conclude").status_code == 422
    approved(done.house, done.office, award)
    assert buyer.post(f"/awards/{award.pk}/conclude").status_code == 302
    assert Award.objects.get().state == "awarded"
