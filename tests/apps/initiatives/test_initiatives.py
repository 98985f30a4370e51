"""Strategy, rules, requirements and business case: who writes them, what they refuse, and the gates they open."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from approving import approved
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from guanbao.apps.arrangements.stages import gates
from guanbao.apps.initiatives import errors, selectors, services
from guanbao.apps.initiatives.models import BusinessCase, Part, Policy, Requirement, Review, ScopeCheck, Strategy
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.actors import SYSTEM
from guanbao.platform.questionnaires.services.answering import Filled, answers_save, issue_submit
from guanbao.platform.questionnaires.services.issuing import issue_prepare, issue_send
from guanbao.platform.questionnaires.services.reviewing import Judged, answers_review, issue_conclude

CHECK = {"strategy_reason": "Core is kept.", "risk_reason": "Known.", "ability_reason": "Known."}
FITS = CHECK | dict.fromkeys(("fits_strategy", "fits_risk", "fits_ability"), True)


def shut(name, arrangement):
    found = gates()[name].check(arrangement)
    return found and found.because


def test_a_strategy_is_versioned_approved_and_then_stays(idea):
    first = idea.strategy()
    target = services.target_add(
        actor=idea.office, strategy=first, family="cost", result="Cost per call", direction="at_most",
        value=Decimal("3.5"), unit="CNY", due_on=date(2027, 1, 1),
    )  # fmt: skip
    assert shut("strategy_is_in_force", idea.arrangement)
    approval = approved(idea.house, idea.office, first)
    assert [task.role for task in approval.tasks.order_by("pk")] == [
        "executing_department", "outsourcing_office", "senior_management",
    ]  # fmt: skip
    assert shut("strategy_is_in_force", idea.arrangement) is None
    for change in (
        lambda: services.strategy_edit(actor=idea.office, strategy=first, title="Other"),
        lambda: services.target_remove(actor=idea.office, target=target),
        lambda: services.target_add(actor=idea.office, strategy=first, family="cost", result="x", value=1, unit="",
                                    due_on=date(2027, 1, 1)),
    ):  # fmt: skip
        with pytest.raises(errors.StrategyApproved):
            change()
    services.target_review(
        actor=idea.office, target=target, reached=Decimal("3.2"), reviewed_on=timezone.localdate(), remark="Down."
    )
    assert Review.objects.get().reached == Decimal("3.2")
    assert selectors.strategy_in_force(idea.house.bank.pk) == first, "a review changes nothing of what was approved"
    second = idea.strategy(title="Next")
    assert second.version == 2
    assert selectors.strategy_in_force(idea.house.bank.pk) == first, "until the next is approved"
    Strategy.objects.filter(pk=first.pk).update(valid_from=date(2020, 1, 1), valid_until=date(2020, 12, 31))
    assert shut("strategy_is_in_force", idea.arrangement)


@pytest.mark.parametrize("missing", ["quality", "risk", "confidentiality", "suppliers"])
def test_each_mandatory_rule_is_asked_for(idea, missing):
    rows = {row.category: row for row in idea.policies()}
    assert shut("rules_are_complete", idea.arrangement).count("·") == 3
    for row in rows.values():
        approved(idea.house, idea.office, row)
    assert shut("rules_are_complete", idea.arrangement) is None
    gone = rows[missing]
    services.policy_edit(actor=idea.office, policy=gone, title="Changed")
    assert shut("rules_are_complete", idea.arrangement), "a change voids the second person's approval"
    approved(idea.house, idea.office, gone)
    Policy.objects.filter(pk=gone.pk).update(review_by=timezone.localdate() - timedelta(days=1))
    assert shut("rules_are_complete", idea.arrangement), "its review is overdue"
    Policy.objects.filter(pk=gone.pk).update(review_by=timezone.localdate())
    with pytest.raises(ValidationError):
        services.policy_withdraw(actor=idea.office, policy=gone, withdrawn_on=date(2025, 1, 1))
    services.policy_withdraw(actor=idea.office, policy=gone, withdrawn_on=timezone.localdate())
    assert shut("rules_are_complete", idea.arrangement)


@pytest.mark.parametrize("wrong", ["fits_strategy", "fits_risk", "fits_ability"])
def test_the_latest_check_of_scope_has_to_fit_in_every_way(idea, wrong):
    assert shut("scope_is_checked", idea.arrangement)
    services.scope_check(actor=idea.office, arrangement=idea.arrangement, **FITS)
    assert shut("scope_is_checked", idea.arrangement) is None
    services.scope_check(actor=idea.office, arrangement=idea.arrangement, **FITS | {wrong: False})
    assert shut("scope_is_checked", idea.arrangement)
    assert ScopeCheck.objects.count() == 2
    with pytest.raises(NotPermitted):
        services.scope_check(actor=idea.clerk, arrangement=idea.arrangement, **FITS)


@pytest.mark.parametrize(("points", "opens"), [(8, True), (3, False)])
def test_the_five_principles_are_scored(idea, points, opens):
    assert shut("scope_is_suitable", idea.arrangement)
    at = {"record": "arrangements", "record_id": idea.arrangement.pk, "due_on": date(2099, 1, 1)}
    issue = issue_send(
        actor=idea.office, issue=issue_prepare(actor=idea.office, questionnaire="scope_suitability", **at)
    )
    codes = list(issue.content.questions)
    answers_save(actor=idea.clerk, issue=issue, filled={code: Filled(str(points)) for code in codes})
    issue_submit(actor=idea.clerk, issue=issue)
    answers_review(actor=idea.office, issue=issue, judged={code: Judged("accepted", "", 1) for code in codes})
    assert shut("scope_is_suitable", idea.arrangement), "not before it is concluded"
    issue_conclude(actor=idea.office, issue=issue)
    assert (shut("scope_is_suitable", idea.arrangement) is None) is opens


def test_a_requirement_is_found_in_rounds_and_signed_by_another(idea):
    assert shut("requirement_is_signed", idea.arrangement)
    first, second = idea.round(), idea.round(business_type="Cards")
    assert (first.number, second.number) == (1, 2)
    with pytest.raises(errors.SignedByMaker):
        services.requirement_sign(actor=idea.clerk, requirement=second)
    with pytest.raises(NotPermitted):
        services.requirement_sign(actor=idea.thread.manager[1], requirement=second)
    with pytest.raises(NotPermitted):
        services.requirement_sign(actor=SYSTEM, requirement=second)
    services.requirement_edit(actor=idea.signer, requirement=second, frequency="Daily")
    with pytest.raises(errors.SignedByMaker):  # who wrote last is who wrote it
        services.requirement_sign(actor=idea.signer, requirement=second)
    services.requirement_sign(actor=idea.clerk, requirement=second)
    assert shut("requirement_is_signed", idea.arrangement) is None
    for again in (
        lambda: services.requirement_sign(actor=idea.signer, requirement=second),
        lambda: services.requirement_edit(actor=idea.signer, requirement=second, frequency="Weekly"),
    ):
        with pytest.raises(errors.RequirementSigned):
            again()
    idea.round()
    assert "3" in shut("requirement_is_signed", idea.arrangement), "the latest round counts"
    with pytest.raises(IntegrityError), transaction.atomic():
        Requirement.objects.filter(pk=first.pk).update(signed_by=idea.clerk.person_id, signed_at=timezone.now())


def test_a_case_is_complete_assigned_and_approved_in_tiers(idea):
    for name in ("case_is_complete", "duties_are_assigned", "case_is_approved"):
        assert shut(name, idea.arrangement)
    case = idea.case()
    for name in ("case_is_complete", "duties_are_assigned"):
        assert shut(name, idea.arrangement) is None
    approved(idea.house, idea.clerk, case)
    assert shut("case_is_approved", idea.arrangement) is None
    line = case.lines.get(kind="in_house")
    services.line_remove(actor=idea.clerk, caseline=line)
    assert shut("case_is_approved", idea.arrangement), "a line that went voids it"
    assert shut("case_is_complete", idea.arrangement), "there is nothing to hold the cost against"


def test_a_candidate_is_willing_and_qualified(idea):
    case = idea.case()
    services.candidate_remove(actor=idea.clerk, candidate=case.candidates.get())
    services.candidate_add(actor=idea.clerk, case=case, name="A", is_willing=True)
    services.candidate_add(actor=idea.clerk, case=case, name="B", is_qualified=True)
    assert shut("case_is_complete", idea.arrangement)


def test_one_alone_is_accountable(idea):
    case = idea.case()
    said = {"actor": idea.clerk, "case": case, "activity": "Requirement"}
    with pytest.raises(ValidationError):
        services.part_add(post="Second", letter="A", **said)
    with pytest.raises(IntegrityError), transaction.atomic():
        Part.objects.filter(case=case, post="Security").update(letter="A")
    services.part_remove(actor=idea.clerk, part=case.parts.get(letter="A"))
    assert "Requirement" in shut("duties_are_assigned", idea.arrangement)


def test_no_contractor_and_no_other_bank_sees_or_writes_any_of_it(idea, house, client):
    case = idea.case()
    idea.round()
    idea.strategy()
    far = house.person("far", house.other.organisation, "outsourcing_office")[1]
    for actor in (idea.thread.manager[1], far):
        assert not selectors.cases_visible(actor=actor).exists()
        assert not selectors.requirements_visible(actor=actor).exists()
        assert not selectors.strategies_visible(actor=actor).exists()
        with pytest.raises(NotPermitted):
            services.case_edit(actor=actor, businesscase=case, necessity="Mine")
    client.force_login(idea.thread.manager[0])
    for page in ("/strategies/", "/business-cases/", f"/business-cases/{case.pk}/", "/requirements/", "/policies/"):
        assert client.get(page).status_code == 404
    tab = client.get(f"/arrangements/{idea.arrangement.pk}/?tab=business-cases").content.decode()
    assert "Said." not in tab


def test_the_case_is_shown_with_its_worth_its_pictures_and_its_duties(idea, client):
    case = idea.case()
    services.line_add(
        actor=idea.clerk, case=case, kind="outsourced", service="Mail", year=2, amount=Decimal(5), usage=70
    )
    client.force_login(idea.thread.office[0])
    page = client.get(f"/business-cases/{case.pk}/?tab=worth").content.decode()
    assert "33.56" in page  # (100 − 60)/1.05 − 5/1.1025
    assert page.count("data-chart=") == 3
    table = client.get(f"/business-cases/{case.pk}/?tab=duties-assigned").content.decode()
    assert "Analyst" in table
    assert BusinessCase.objects.get() == case
