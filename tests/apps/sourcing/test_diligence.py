"""Due diligence: answered in the portal, concluded by another, a year long, void after a material change, not told."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.rules import rule_packs
from guanbao.apps.arrangements.services import material_change_record
from guanbao.apps.arrangements.stages import gates
from guanbao.apps.sourcing.choices import Inquiry
from guanbao.apps.sourcing.errors import DiligenceElsewhere, DiligenceOutdated, DiligenceUnanswered
from guanbao.apps.sourcing.models import Diligence
from guanbao.apps.sourcing.presets import inquiries
from guanbao.apps.sourcing.services.diligences import diligence_conclude, diligence_open
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.files.keys import files_key_make
from guanbao.platform.identity.models import Person
from guanbao.platform.questionnaires.models import Issue
from guanbao.platform.questionnaires.services.answering import Filled, answers_save, issue_submit
from guanbao.platform.questionnaires.services.issuing import issue_prepare, issue_send
from guanbao.platform.questionnaires.services.reviewing import Judged, answers_review, issue_conclude
from guanbao.platform.questionnaires.shipped import shipped
from inquiring import answered, asked_in

WHY = "References were called."


class Looking:
    """East Bank looks into Calls Ltd for `WB-1`, important IT."""

    def __init__(self, house, thread):
        bank = house.bank.organisation
        Arrangement.objects.filter(pk=thread.calls.pk).update(is_it=True)
        self.house, self.thread, self.arrangement = house, thread, Arrangement.objects.get(pk=thread.calls.pk)
        self.risk = house.person("risk", bank, "risk")[1]
        self.compliance = house.person("compliance", bank, "compliance")[1]
        self.security = house.person("security", bank, "it_security")[1]
        self.seller = house.person("seller", house.calls.organisation, "service_manager")[1]

    def begun(self, kind="financial", contractor=None):
        return diligence_open(
            actor=self.risk, arrangement=self.arrangement, contractor=contractor or self.house.calls, kind=kind,
            due_on=timezone.localdate() + timedelta(days=10),
        )  # fmt: skip

    def answered(self, row, value="yes"):
        return answered(row, seller=self.seller, reviewer=self.risk, releaser=self.security, value=value)

    def concluded(self, kind="financial", outcome="fit"):
        row = self.answered(self.begun(kind))
        return diligence_conclude(actor=self.compliance, diligence=row, outcome=outcome, conclusion=WHY)


@pytest.fixture
def looking(house, thread, settings, tmp_path):
    """See `Looking`."""
    settings.HOME = tmp_path
    settings.GUANBAO_FILES_KEY = tmp_path / "files.key.json"
    files_key_make(settings.GUANBAO_FILES_KEY)
    return Looking(house, thread)


def browser(actor):
    client = Client()
    client.force_login(Person.objects.get(pk=actor.person_id), "django.contrib.auth.backends.ModelBackend")
    return client


def test_every_type_has_its_questionnaire_for_the_contractor():
    assert set(inquiries()) == set(Inquiry)
    for name in inquiries().values():
        definition = shipped()[name]
        assert definition.answered_by == "contractor"
        assert not definition.scores_shown
        assert definition.pass_at is not None


def test_it_is_answered_reviewed_scored_and_concluded_by_another(looking):
    row = looking.begun()
    with pytest.raises(DiligenceUnanswered):
        diligence_conclude(actor=looking.compliance, diligence=row, outcome="fit", conclusion=WHY)
    looking.answered(row)
    with pytest.raises(NotPermitted):  # who began it
        diligence_conclude(actor=looking.risk, diligence=row, outcome="fit", conclusion=WHY)
    for wrong in ({"outcome": ""}, {"outcome": "great"}, {"conclusion": "  "}):
        said = {"outcome": "fit", "conclusion": WHY} | wrong
        with pytest.raises(ValidationError):
            diligence_conclude(actor=looking.compliance, diligence=row, **said)
    row = diligence_conclude(actor=looking.compliance, diligence=row, outcome="fit", conclusion=WHY)
    assert (row.score, row.outcome) == (100, "fit")
    with pytest.raises(DiligenceElsewhere):
        diligence_conclude(actor=looking.compliance, diligence=row, outcome="unfit", conclusion=WHY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Diligence.objects.filter(pk=row.pk).update(concluded_by=looking.risk.person_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Diligence.objects.filter(pk=row.pk).update(issue=None)


def test_another_questionnaire_about_it_is_no_ground(looking):
    row = looking.begun()
    at = {"record": "due-diligence", "record_id": row.pk, "due_on": timezone.localdate()}
    other = issue_send(
        actor=looking.risk, issue=issue_prepare(actor=looking.risk, questionnaire="compliance_check", **at)
    )
    filled = {code: Filled("yes") for code in other.content.questions}
    answers_save(actor=looking.compliance, issue=other, filled=filled)
    issue_submit(actor=looking.compliance, issue=other)
    accepted = {code: Judged("accepted", "", 1) for code in filled}
    assert answers_review(actor=looking.risk, issue=other, judged=accepted) == {}
    issue_conclude(actor=looking.risk, issue=other)
    with pytest.raises(DiligenceUnanswered):
        diligence_conclude(actor=looking.compliance, diligence=row, outcome="conditions", conclusion=WHY)


def test_it_counts_for_a_year_from_the_end_of_the_review(looking):
    row = looking.answered(looking.begun())
    Issue.objects.filter(record_id=row.pk, record="due-diligence").update(
        concluded_at=datetime(2024, 2, 29, 4, tzinfo=UTC)
    )
    row = diligence_conclude(actor=looking.compliance, diligence=row, outcome="fit", conclusion=WHY)
    assert (row.concluded_on, row.valid_until) == (date(2024, 2, 29), date(2025, 2, 28))
    assert row.holds(date(2025, 2, 28))
    assert not row.holds(date(2025, 3, 1))


def test_what_was_not_passed_is_not_found_fit(looking):
    row = looking.answered(looking.begun(), value="no")
    with pytest.raises(ValidationError):
        diligence_conclude(actor=looking.compliance, diligence=row, outcome="fit", conclusion=WHY)
    row = diligence_conclude(actor=looking.compliance, diligence=row, outcome="unfit", conclusion=WHY)
    assert not row.holds(row.concluded_on)


def test_a_material_change_voids_it(looking):
    done, under_way = looking.concluded(), looking.answered(looking.begun("legal"))
    assert done.holds(timezone.localdate())
    change = {"kind": "data", "description": "More", "happened_on": timezone.localdate(), "importance": "important",
              "importance_reason": "As before"}  # fmt: skip
    material_change_record(actor=looking.thread.office[1], arrangement=looking.arrangement, **change)
    assert not Diligence.objects.select_related("arrangement").get(pk=done.pk).holds(timezone.localdate())
    with pytest.raises(DiligenceOutdated):  # answers are of what it was
        diligence_conclude(actor=looking.compliance, diligence=under_way, outcome="fit", conclusion=WHY)
    diligence_conclude(actor=looking.compliance, diligence=under_way, outcome="unfit", conclusion=WHY)
    assert looking.begun("legal").revision == 1


def test_the_gates_ask_for_the_types_of_the_pack_and_again_at_the_signature(looking):
    done, fresh = (gates()[name].check for name in ("diligence_is_done", "diligence_is_fresh"))
    asked = rule_packs()["cn_bank"].diligence(looking.arrangement)
    assert asked == ["security", "financial", "legal", "operational", "compliance"]
    assert rule_packs()["cn_bank"].diligence(looking.thread.cards) == []
    shut = done(looking.arrangement)
    assert "安全" in shut.because
    assert shut.open_at.startswith(f"/due-diligence/add?arrangement={looking.arrangement.pk}&")
    for kind in asked:
        looking.concluded(kind, "conditions")
    assert done(looking.arrangement) is None
    assert fresh(looking.arrangement) is None
    last = Diligence.objects.get(kind="legal")
    yesterday = timezone.localdate() - timedelta(days=1)
    Diligence.objects.filter(pk=last.pk).update(concluded_on=yesterday - timedelta(days=365), valid_until=yesterday)
    assert "法律" in fresh(looking.arrangement).because
    assert "安全" not in fresh(looking.arrangement).because
    Arrangement.objects.filter(pk=looking.arrangement.pk).update(contractor=looking.house.cards)  # was not looked into
    assert "安全" in done(Arrangement.objects.get(pk=looking.arrangement.pk)).because


def test_the_contractor_sees_the_questions_and_nothing_of_the_conclusion(looking):
    row = looking.concluded(outcome="conditions")
    client = browser(looking.seller)
    issue = asked_in(row)
    assert client.get(f"/questionnaires/{issue.pk}/").status_code == 200
    pages = [f"/questionnaires/{issue.pk}/", f"/questionnaires/{issue.pk}/?tab=history",
             f"/arrangements/{looking.arrangement.pk}/", f"/contractors/{looking.house.calls.pk}/"]  # fmt: skip
    for url in pages:
        page = client.get(url).content.decode()
        for said in (WHY, "Fit with conditions", "due-diligence/", "Passed as a whole", "100.00"):
            assert said not in page, (url, said)
    for url in ("/due-diligence/", f"/due-diligence/{row.pk}/", "/due-diligence/add"):
        assert client.get(url).status_code in (403, 404)
    rival = browser(looking.house.person("rival", looking.house.cards.organisation, "service_manager")[1])
    assert rival.get(f"/questionnaires/{issue.pk}/").status_code == 404
    with pytest.raises(NotPermitted):
        diligence_conclude(actor=looking.seller, diligence=row, outcome="fit", conclusion=WHY)


def test_it_is_begun_of_welcome_contractors_once_at_a_time(looking):
    looking.begun()
    with pytest.raises((ValidationError, IntegrityError)), transaction.atomic():
        looking.begun()
    for wrong in ({"contractor": looking.house.foreign}, {"kind": "other"}, {"due_on": None},
                  {"due_on": date(2020, 1, 1)}):  # fmt: skip
        said = {"arrangement": looking.arrangement, "contractor": looking.house.cards, "kind": "legal",
                "due_on": timezone.localdate()}  # fmt: skip
        with pytest.raises(ValidationError):
            diligence_open(actor=looking.risk, **said | wrong)
    foreign = looking.house.person("foreign", looking.house.other.organisation, "risk")[1]
    with pytest.raises(NotPermitted):
        diligence_open(actor=foreign, **said)
    assert Diligence.objects.count() == 1
    client = browser(looking.compliance)
    page = client.get(f"/arrangements/{looking.arrangement.pk}/?tab=due-diligence").content.decode()
    assert "Financial due diligence" in page
    row = Diligence.objects.get()
    assert "The contractor answers" in client.get(f"/due-diligence/{row.pk}/").content.decode()
