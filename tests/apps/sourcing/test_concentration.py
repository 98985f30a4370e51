"""Concentration: shown to who sees the whole, assessed, judged by another, asked of an award, told to no contractor."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement, Place
from guanbao.apps.arrangements.rules import rule_packs
from guanbao.apps.arrangements.services import material_change_record
from guanbao.apps.arrangements.stages import gates
from guanbao.apps.catalogue.models import Function
from guanbao.apps.parties.models import Contractor
from guanbao.apps.sourcing.choices import Substitutability
from guanbao.apps.sourcing.errors import ConcentrationElsewhere, ConcentrationOutdated
from guanbao.apps.sourcing.holdings import tops
from guanbao.apps.sourcing.models import Award, Backup, Concentration
from guanbao.apps.sourcing.selectors import ranking_whole
from guanbao.apps.sourcing.services.awards import award_propose, award_withdraw
from guanbao.apps.sourcing.services.concentrations import concentration_assess, concentration_judge
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.identity.models import Person
from guanbao.platform.ledger.models import Entry
from guanbao.platform.workflow.attaching import digest_of

WHY, ELSE, MIND = "Few speak the dialect.", "Lines Ltd was asked.", "Train a second team."
SAID = {"substitutability": "complex", "substitutability_reason": WHY, "alternatives": ELSE}


@pytest.fixture
def whole(house, thread):
    """East Bank has two arrangements, of 2.4 million a year each; Calls Ltd is Cards Ltd's parent; one is critical."""
    bank = house.bank.organisation
    Contractor.objects.filter(pk=house.cards.pk).update(parent=house.calls)
    function = Function.objects.create(
        institution=house.bank, code="F1", name="Lost cards", scope_rule="none", criticality="critical",
        criticality_reason="Cards", assessed_on=timezone.localdate(), rto_h=Decimal(2),
    )  # fmt: skip
    Arrangement.objects.filter(pk=thread.calls.pk).update(function=function, has_personal_data=True)
    Place.objects.create(arrangement=thread.cards, activity="service", country="SG", place="Harbour")
    Place.objects.create(arrangement=thread.cards, activity="storage", country="DE", place="Vault")
    return SimpleNamespace(
        house=house, thread=thread, arrangement=Arrangement.objects.get(pk=thread.calls.pk), function=function,
        buyer=house.person("buyer", bank, "procurement")[1], risk=house.person("risk", bank, "risk")[1],
        seller=house.person("seller", house.calls.organisation, "service_manager")[1],
    )  # fmt: skip


def assessed(whole, **more):
    facts = {"arrangement": whole.arrangement, "contractor": whole.house.calls, **SAID}
    return concentration_assess(actor=whole.buyer, **facts | more)


def judged(whole, row=None, outcome="measures"):
    return concentration_judge(actor=whole.risk, concentration=row or assessed(whole), outcome=outcome, conclusion=MIND)


def browser(actor):
    client = Client()
    client.force_login(Person.objects.get(pk=actor.person_id), "django.contrib.auth.backends.ModelBackend")
    return client


def test_an_assessment_is_judged_by_another(whole):
    assert len(Substitutability) == 4
    row = assessed(whole)
    assert row.fee_yearly == Decimal("2400000.00")
    assert row.digest == digest_of(row.figures)
    of = row.figures["dimensions"]["contractor"]
    assert of["fee_now"] == {"share": "50.0", "index": "5000"}  # what is renewed is there now
    assert of["fee_after"] == {"share": "50.0", "index": "5000"}
    assert row.figures["dimensions"]["group"]["fee_after"] == {"share": "100.0", "index": "10000"}
    assert (row.figures["critical"], row.figures["critical_with_contractor"]) == (1, 1)
    with pytest.raises(NotPermitted):
        concentration_judge(actor=whole.buyer, concentration=row, outcome="acceptable", conclusion=MIND)
    for wrong in ({"outcome": ""}, {"outcome": "fine"}, {"conclusion": " "}):
        with pytest.raises(ValidationError):
            concentration_judge(
                actor=whole.risk, concentration=row, **{"outcome": "acceptable", "conclusion": MIND} | wrong
            )
    row = judged(whole, row)
    assert row.holds(timezone.localdate())
    assert not row.holds(row.valid_until + timedelta(days=1))
    assert row.valid_until - row.assessed_on in (timedelta(days=365), timedelta(days=366))
    with pytest.raises(ConcentrationElsewhere):
        judged(whole, row, "unacceptable")
    for wrong in ({"judged_by": whole.buyer.person_id}, {"conclusion": ""}, {"digest": ""}, {"valid_until": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Concentration.objects.filter(pk=row.pk).update(**wrong)
    told = list(Entry.objects.filter(event__startswith="concentration.").values_list("event", flat=True))
    assert sorted(told) == ["concentration.assessed", "concentration.judged"]


def test_who_made_it_does_not_judge_it(whole):
    row = concentration_assess(
        actor=whole.risk, arrangement=whole.arrangement, contractor=whole.house.calls, fee_yearly=Decimal(100), **SAID
    )
    assert row.fee_yearly == 100
    with pytest.raises(NotPermitted):
        judged(whole, row)
    row.refresh_from_db()
    assert row.outcome == ""


def test_what_is_no_assessment_is_refused(whole):
    for wrong in (
        {"contractor": whole.house.foreign}, {"substitutability": "hard"}, {"substitutability_reason": " "},
        {"alternatives": ""}, {"fee_yearly": Decimal(-1)},
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            assessed(whole, **wrong)
    other = whole.house.person("other", whole.house.other.organisation, "risk")[1]
    for who in (other, whole.seller):
        with pytest.raises(NotPermitted):
            concentration_assess(actor=who, arrangement=whole.arrangement, contractor=whole.house.calls, **SAID)
    assert not Concentration.objects.exists()
    assessed(whole)
    with pytest.raises((ValidationError, IntegrityError)), transaction.atomic():
        assessed(whole)


def test_the_gate_opens_for_the_contractor_that_was_judged(whole):
    for pack, code in (("cn_bank", "important_it"), ("eu_entity", "important")):
        found = next(one for one in rule_packs()[pack].classes if one.code == code)
        assert "concentration_is_judged" in found.gates
    check = gates()["concentration_is_judged"].check
    shut = check(whole.arrangement)
    assert shut.open_at == (
        f"/concentration-assessments/add?arrangement={whole.arrangement.pk}&contractor={whole.house.calls.pk}"
    )
    page = browser(whole.buyer).get(shut.open_at)
    assert page.status_code == 200
    assert f'value="{whole.house.calls.pk}" selected' in page.content.decode()
    row = assessed(whole)
    assert check(whole.arrangement).open_at == f"/concentration-assessments/{row.pk}/"
    judged(whole, row, "unacceptable")
    assert check(whole.arrangement).open_at.startswith("/concentration-assessments/add")
    row = judged(whole, outcome="acceptable")
    assert check(whole.arrangement) is None
    yesterday = timezone.localdate() - timedelta(days=1)
    Concentration.objects.filter(pk=row.pk).update(valid_until=yesterday)
    assert check(whole.arrangement) is not None
    Concentration.objects.filter(pk=row.pk).update(valid_until=timezone.localdate())
    assert check(whole.arrangement) is None
    Arrangement.objects.filter(pk=whole.arrangement.pk).update(contractor=whole.house.cards)
    assert check(Arrangement.objects.get(pk=whole.arrangement.pk)) is not None


def test_a_material_change_voids_it(whole):
    done = judged(whole)
    under_way = assessed(whole)
    change = {"kind": "data", "description": "More", "happened_on": timezone.localdate(), "importance": "important",
              "importance_reason": "As before"}  # fmt: skip
    material_change_record(actor=whole.thread.office[1], arrangement=whole.arrangement, **change)
    assert not Concentration.objects.select_related("arrangement").get(pk=done.pk).holds(timezone.localdate())
    with pytest.raises(ConcentrationOutdated):
        judged(whole, under_way)
    judged(whole, under_way, "unacceptable")
    page = browser(whole.risk).get(f"/concentration-assessments/{done.pk}/").content.decode()
    assert "assess it anew" in page


def test_the_page_says_what_a_hand_computed(whole):
    Arrangement.objects.filter(pk=whole.thread.foreign.pk).update(reference="ELSEWHERE")
    page = browser(whole.risk).get("/concentration/").content.decode()
    # Two contractors with half each, one group with all, half in CN and half in SG (data in DE is no service).
    assert "By yearly fee: HHI 5000" in page
    assert "By yearly fee: HHI 10000" in page
    assert "Singapore" in page
    assert "Germany" not in page
    assert "Foreign Ltd" not in page
    Arrangement.objects.filter(pk=whole.thread.cards.pk).update(fee_currency="EUR")
    page = browser(whole.risk).get("/concentration/").content.decode()
    assert "In another currency: 1 (2,400,000.00 EUR)" in page
    Arrangement.objects.filter(pk=whole.thread.cards.pk).update(stage="closed", outcome="completed")
    page = browser(whole.risk).get("/concentration/").content.decode()
    assert "EUR" not in page
    assert f"/concentration/contractor/{whole.house.cards.pk}/" not in page


def test_if_it_fails_tomorrow_everything_that_stops_is_named(whole):
    client, calls = browser(whole.risk), whole.house.calls
    today = timezone.localdate()
    page = client.get(f"/concentration/contractor/{calls.pk}/").content.decode()
    for said in ("WB-1", "Lost cards", "Critical", "2.00", "No reviewed plan", "Personal data", "Card Centre"):
        assert said in page, said
    assert "WB-2" not in page
    row = judged(whole)
    backup = Backup.objects.create(
        arrangement=whole.arrangement, substitute="in_house", plan="We do", readiness="tested", takes_over_d=3,
        reviewed_on=today, review_by=today + timedelta(days=9),
    )  # fmt: skip
    page = client.get(f"/contractors/{calls.pk}/?tab=failure").content.decode()
    assert "Take-over exercised" in page
    assert f"/concentration-assessments/{row.pk}/" in page
    assert f"/concentration/group/{calls.pk}/" in page  # its group has more
    assert "WB-2" in client.get(f"/concentration/group/{calls.pk}/").content.decode()
    assert "WB-2" in client.get("/concentration/country/SG/").content.decode()
    assert "WB-1" in client.get(f"/concentration/function/{whole.function.pk}/").content.decode()
    Backup.objects.filter(pk=backup.pk).update(
        reviewed_on=today - timedelta(days=9), review_by=today - timedelta(days=1)
    )
    assert "No reviewed plan" in client.get(f"/concentration/contractor/{calls.pk}/").content.decode()
    for nothing in ("contractor/999999", f"contractor/{whole.house.foreign.pk}", "country/XX", "other/1", "group/x"):
        assert client.get(f"/concentration/{nothing}/").status_code == 404


def test_only_who_sees_the_whole_sees_shares(whole):
    row = judged(whole)
    urls = ["/concentration/", f"/concentration/contractor/{whole.house.calls.pk}/"]
    bank = whole.house.bank.organisation
    clerk = whole.house.person(
        "clerk", bank, "executing_department", scope="department", key=whole.thread.department.pk
    )
    rival = whole.house.person("rival", whole.house.cards.organisation, "contractor_administrator")[1]
    for who in (whole.seller, rival):
        for url in urls:
            assert browser(who).get(url).status_code == 404, (who, url)
    page = browser(clerk[1]).get(urls[0])
    assert "You see a part of the institution" in page.content.decode()
    assert "HHI" not in page.content.decode()
    assert browser(clerk[1]).get(urls[1]).status_code == 404
    assert "fails tomorrow" not in browser(clerk[1]).get(f"/contractors/{whole.house.calls.pk}/").content.decode()
    for who in (whole.seller, rival):
        client = browser(who)
        for url in ("/concentration-assessments/", f"/concentration-assessments/{row.pk}/"):
            assert client.get(url).status_code in (403, 404)
        for url in (f"/arrangements/{whole.arrangement.pk}/", f"/contractors/{whole.house.calls.pk}/?tab=failure",
                    f"/contractors/{whole.house.calls.pk}/"):  # fmt: skip
            said = client.get(url).content.decode()
            for secret in (WHY, ELSE, MIND, "fails tomorrow", "concentration"):
                assert secret not in said, (url, secret)
    with pytest.raises(NotPermitted):
        concentration_judge(actor=whole.seller, concentration=row, outcome="acceptable", conclusion=MIND)
    page = browser(whole.house.person("far", whole.house.other.organisation, "risk")[1])
    assert page.get(urls[1]).status_code == 404


def test_a_chain_of_parents_ends_at_its_top(whole):
    third = whole.house.contractor(whole.house.bank, "Third Ltd")
    Contractor.objects.filter(pk=third.pk).update(parent=whole.house.cards)
    assert tops(whole.house.bank.pk)[third.pk] == whole.house.calls.pk


def test_a_proposed_award_says_whose_concentration_is_asked_for(buying):
    buying.evaluated("80", "90", "70")
    check = gates()["concentration_is_judged"].check
    assert check(buying.arrangement).open_at.endswith("&contractor=")  # nobody is chosen yet
    winner = ranking_whole(buying.tender)[0].key
    award_propose(actor=buying.buyer, tender=buying.tender, bid=winner, reason="Best of the ranking")
    award = Award.objects.get(tender=buying.tender)
    assert check(buying.arrangement).open_at.endswith(f"&contractor={award.contractor_id}")
    buying.arrangement.is_it, buying.arrangement.importance = True, "important"
    asked = gates()["diligence_is_done"].check(buying.arrangement).open_at
    assert f"&contractor={award.contractor_id}&" in asked  # the same one is looked into
    row = concentration_assess(
        actor=buying.buyer, arrangement=buying.arrangement, contractor=award.contractor, fee_yearly=Decimal(500), **SAID
    )
    concentration_judge(actor=buying.judges[0], concentration=row, outcome="acceptable", conclusion=MIND)
    assert check(buying.arrangement) is None
    award_withdraw(actor=buying.buyer, award=award, withdrawn_reason="Wrong")
    assert check(buying.arrangement) is not None
