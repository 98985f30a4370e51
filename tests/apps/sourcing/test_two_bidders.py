"""Two bidders for one tender, each looking for the other by every page and every route; and what a tender needs."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.parties.services import contractor_stand
from guanbao.apps.sourcing.errors import (
    InvitedTooFew,
    OpenersMissing,
    PublishesOwnKey,
    SelectionOver,
    TenderElsewhere,
    TooLate,
)
from guanbao.apps.sourcing.models import Bid, Clarification, Invitation, Question, Tender
from guanbao.apps.sourcing.models.tenders import criterion_read
from guanbao.apps.sourcing.presets import apportioned, criteria_of
from guanbao.apps.sourcing.selectors import clarifications_visible, invitations_visible, questions_visible
from guanbao.apps.sourcing.services.questions import question_answer, question_ask
from guanbao.apps.sourcing.services.tenders import (
    invitation_add,
    invitation_remove,
    tender_add,
    tender_cancel,
    tender_edit,
    tender_publish,
)
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.tenancy import limited_to
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.models import Person
from guanbao.platform.identity.tokens import token_make
from guanbao.web.resource import resources

OURS = {"tender-invitations", "questions", "clarifications"}
THEIRS = "rival-offer-4711"


def asked(buying):
    """Both bid and both asked; one question was answered."""
    buying.published()
    buying.bid(0, offer="our own words")
    buying.bid(1, "777777.77", "1", offer=THEIRS)
    questions = [
        question_ask(actor=buying.sellers[n], invitation=buying.invitation(n), text=f"question of seller{n}")
        for n in (0, 1)
    ]
    said = {"text": "How many calls?", "answer": "A thousand a day."}
    question_answer(actor=buying.buyer, question=questions[1], **said)
    return questions


def foreign(buying, questions):
    """What tells of the other: names, texts, digests and keys."""
    rival = buying.rivals[1]
    bid = Bid.objects.get(contractor=rival)
    keys = [bid.pk, buying.invitation(1).pk, questions[1].pk]
    return [
        rival.name,
        THEIRS,
        "777777",
        "777,777",
        "question of seller1",
        "seller1",
        bid.digest,
        "Lines Ltd",
        *map(str, keys),
    ]


def test_neither_finds_the_other_by_any_page_or_route(buying, facts):
    questions = asked(buying)
    words = foreign(buying, questions)
    person = Person.objects.get(pk=buying.sellers[0].person_id)
    pages = Client(raise_request_exception=False)
    pages.force_login(person, "django.contrib.auth.backends.ModelBackend")
    token = token_make(actor=SYSTEM, person=person, organisation=buying.rivals[0].organisation, name="t")[1]
    bearer = {"Authorization": f"Bearer {token}"}
    own, other = buying.invitation(0).pk, buying.invitation(1).pk
    rows = {
        "tender-invitations": [own, other], "questions": [each.pk for each in questions],
        "clarifications": list(Clarification.objects.values_list("pk", flat=True)),
        "bids": list(Bid.objects.values_list("pk", flat=True)), "tenders": [buying.tender.pk],
    }  # fmt: skip
    seen = set()
    for resource in [each for each in resources() if str(each.group) == str(resources_group())]:
        name = resource.name
        tried = [
            f"/{name}/",
            f"/{name}/export?form=csv",
            f"/find?q={THEIRS[:5]}",
            f"/{name}/?q=rival&sort=-id",
            f"/{name}/add",
        ]
        tried += [f"/api/v1/{name}", f"/api/v1/{name}?limit=1&sort=-id"]
        for pk in rows.get(name, []):
            tried += [f"/{name}/{pk}/", f"/api/v1/{name}/{pk}"]
            tried += [f"/{name}/{pk}/?tab={tab}" for tab in ("questions", "answers", "asked", "history", "bids")]
            tried += [
                f"/{name}/{pk}/{verb}" for verb in ("withdraw", "bid", "key", "opening", "answer", "remove", "officers")
            ]
        for url in tried:
            answer = pages.get(url, headers=bearer if url.startswith("/api") else {})
            assert answer.status_code < 500, url
            text = answer.content.decode(errors="replace") + str(answer.headers)
            told = [word for word in words if word in text and word not in url and THEIRS[:5] not in url]
            assert told == [], (url, told)
            if answer.status_code == 200:
                seen.add(name)
    assert seen >= OURS
    assert pages.get(f"/tender-invitations/{own}/").status_code == 200
    for gone in (
        f"/tender-invitations/{other}/", f"/tender-invitations/{other}/bid", f"/questions/{questions[1].pk}/",
        f"/tenders/{buying.tender.pk}/", f"/tenders/{buying.tender.pk}/key", f"/tenders/{buying.tender.pk}/opening",
        f"/bids/{Bid.objects.first().pk}/", "/bids/", "/tenders/",
    ):  # fmt: skip
        assert pages.get(gone).status_code == 404, gone
    with facts.unchanged(Bid, Question, Invitation):
        for url in (f"/tender-invitations/{other}/bid", f"/tender-invitations/{other}/withdraw"):
            assert pages.post(url, {"price_1": "1", "price_2": "1", "offer": "mine"}).status_code == 404
        body = json.dumps({"prices": ["1.00", "1.00"], "offer": "mine"})
        sent = {"content_type": "application/json", "headers": bearer}
        assert pages.post(f"/api/v1/tender-invitations/{other}/bid", body, **sent).status_code == 404
        assert (
            pages.post(f"/api/v1/tenders/{buying.tender.pk}/opening", '{"passphrase": "x"}', **sent).status_code == 404
        )


def resources_group():
    """The group of the menu in which everything of sourcing stands."""
    return next(each.group for each in resources() if each.name == "tenders")


def test_by_pages_and_by_the_api_a_bid_is_handed_in_with_a_receipt(buying):
    buying.published()
    person = Person.objects.get(pk=buying.sellers[0].person_id)
    client = Client()
    client.force_login(person, "django.contrib.auth.backends.ModelBackend")
    url = f"/tender-invitations/{buying.invitation(0).pk}"
    assert client.post(f"{url}/bid", {"price_1": "-1", "price_2": "1", "offer": "x"}).status_code == 422
    assert client.post(f"{url}/bid", {"price_1": "10", "price_2": "1", "offer": "x"}).status_code == 302
    bid = Bid.objects.get()
    assert bid.digest in client.get(f"{url}/").content.decode()
    token = token_make(actor=SYSTEM, person=person, organisation=buying.rivals[0].organisation, name="t")[1]
    sent = {"content_type": "application/json", "headers": {"Authorization": f"Bearer {token}"}}
    body = json.dumps({"prices": ["11.00", "1.00"], "offer": "y"})
    answer = client.post(f"/api/v1{url}/bid", body, **sent)
    bid.refresh_from_db()
    assert answer.json()["digest"] == bid.digest
    assert bid.number == 2


def test_what_was_drafted_no_contractor_sees(buying):
    buying.ready()
    seller = buying.sellers[0]
    assert not invitations_visible(actor=seller).exists()
    buying.tender = tender_publish(actor=buying.buyer, tender=buying.tender)
    assert [each.contractor_id for each in invitations_visible(actor=seller)] == [buying.rivals[0].pk]
    why = {"standing": "barred", "standing_reason": "Bribes", "standing_since": buying.clock.at.date()}
    contractor_stand(actor=SYSTEM, contractor=buying.rivals[0], **why)
    assert not invitations_visible(actor=seller).exists()


def test_a_public_tender_invites_everybody_who_may_bid_and_no_bank_but_ones_own(buying, house):
    buying.ready()
    more = [house.contractor(house.bank, name) for name in ("Fourth Ltd", "Barred Ltd")]
    why = {"standing": "barred", "standing_reason": "Bribes", "standing_since": buying.clock.at.date()}
    contractor_stand(actor=SYSTEM, contractor=more[1], **why)
    tender_edit(actor=buying.buyer, tender=buying.tender, kind="public")
    tender_publish(actor=buying.buyer, tender=buying.tender)
    invited = set(Invitation.objects.values_list("contractor", flat=True))
    assert invited == {each.pk for each in [*buying.rivals, more[0]]}


def test_an_answer_goes_to_all_and_says_nothing_of_who_asked(buying):
    questions = asked(buying)
    for seller in buying.sellers:
        assert [each.answer for each in clarifications_visible(actor=seller)] == ["A thousand a day."]
    assert [each.pk for each in questions_visible(actor=buying.sellers[0])] == [questions[0].pk]
    assert questions_visible(actor=buying.buyer).count() == 2
    with pytest.raises(ValidationError):
        question_answer(actor=buying.buyer, question=questions[1], text="Again", answer="No")
    with pytest.raises(NotPermitted):
        question_answer(actor=buying.sellers[0], question=questions[0], text="I", answer="know")
    with pytest.raises(NotPermitted):
        question_ask(actor=buying.sellers[0], invitation=buying.invitation(1), text="As another")
    buying.clock.at = buying.tender.questions_until
    with pytest.raises(TooLate):
        question_ask(actor=buying.sellers[0], invitation=buying.invitation(0), text="Late")


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no policies of rows")
def test_postgresql_keeps_the_other_back_whatever_asks(buying):
    asked(buying)
    ours = buying.rivals[0].organisation_id
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            cursor.execute("SET LOCAL ROLE guanbao_rows") if has_role(cursor) else pytest.skip(
                "policies bind no superuser"
            )
    with limited_to(buying.sellers[0]):
        assert {each.shared_with_id for model in (Bid, Invitation, Question) for each in model.objects.all()} == {ours}
        assert Tender.objects.count() == 1
        assert not Tender.objects.get().openers.exists()


def has_role(cursor):
    """Whether there is a role that policies bind."""
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'guanbao_rows'")
    return cursor.fetchone() is not None


def test_a_tender_is_published_only_with_officers_and_bidders(buying, facts):
    with pytest.raises(OpenersMissing):
        tender_publish(actor=buying.buyer, tender=buying.tender)
    buying.ready()
    invitation_remove(actor=buying.buyer, invitation=buying.invitation(2))
    with pytest.raises(InvitedTooFew):
        tender_publish(actor=buying.buyer, tender=buying.tender)
    invitation_add(actor=buying.buyer, tender=buying.tender, contractor=buying.rivals[2])
    with pytest.raises(NotPermitted):
        tender_publish(actor=buying.first, tender=buying.tender)
    boss = buying.house.person("boss", buying.house.bank.organisation, "procurement", "risk")[1]
    buying.tender.openers.filter(person=buying.first.person_id).update(person=boss.person_id)
    with pytest.raises(PublishesOwnKey):
        tender_publish(actor=boss, tender=buying.tender)
    buying.tender.openers.filter(person=boss.person_id).update(person=buying.first.person_id)
    buying.clock.at = facts.FACTS["questions_until"] + timedelta(seconds=1)
    with pytest.raises(ValidationError):
        tender_publish(actor=buying.buyer, tender=buying.tender)


def test_what_was_published_is_changed_by_nobody(buying):
    buying.published()
    with pytest.raises(TenderElsewhere):
        tender_edit(actor=buying.buyer, tender=buying.tender, price_weight=10)
    with pytest.raises(TenderElsewhere):
        invitation_remove(actor=buying.buyer, invitation=buying.invitation(0))
    with pytest.raises(ValidationError):
        tender_cancel(actor=buying.buyer, tender=buying.tender, cancelled_reason=" ")
    done = tender_cancel(actor=buying.buyer, tender=buying.tender, cancelled_reason="No money")
    assert done.state == "cancelled"
    assert buying.invitation(0).outcome == "cancelled"
    with pytest.raises(TenderElsewhere):
        buying.bid(0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "single", "justification": ""},
        {"price_weight": 50},
        {"lots": []},
        {"criteria": ["60%"]},
        {"criteria": []},
        {"closes_at": "2020-01-01T00:00:00Z"},
        {"reference": "ZB-1"},
    ],
)
def test_a_tender_that_makes_no_sense_is_refused(buying, facts, wrong):
    given = facts.FACTS | {"reference": "ZB-2"} | wrong
    with pytest.raises(ValidationError):
        tender_add(actor=buying.buyer, arrangement=buying.arrangement, **given)


def test_no_tender_for_what_has_its_contractor(buying, thread):
    Arrangement.objects.filter(pk=thread.calls.pk).update(stage="contract")
    with pytest.raises(SelectionOver):
        tender_add(actor=buying.buyer, arrangement=Arrangement.objects.get(pk=thread.calls.pk), title="x")


@pytest.mark.parametrize("price", [0, 30, 37, 60])
@pytest.mark.parametrize(("preset", "number"), [("eight", 8), ("five", 5)])
def test_presets_leave_the_price_its_weight(preset, number, price):
    found = criteria_of(preset, price)
    assert len(found) == number
    assert sum(criterion_read(each).weight for each in found) == 100 - price
    assert apportioned([1, 1, 1], 100) == [34, 33, 33]


def test_a_draft_is_made_by_its_form_with_a_preset(buying):
    client = Client()
    client.force_login(Person.objects.get(pk=buying.buyer.person_id), "django.contrib.auth.backends.ModelBackend")
    sent = {
        "arrangement": buying.arrangement.pk, "reference": "ZB-9", "title": "Cards", "kind": "public", "lots": "A\nB",
        "description": "All", "preset": "eight", "price_weight": "40", "formula": "lowest", "currency": "CNY",
        "questions_until": "2026-12-20T09:00", "closes_at": "2026-12-24T09:00",
    }  # fmt: skip
    assert client.post("/tenders/add", sent | {"criteria": "nothing", "preset": ""}).status_code == 422
    assert client.post("/tenders/add", sent).status_code == 302
    made = Tender.objects.get(reference="ZB-9")
    assert (made.lots, len(made.criteria), made.fewest) == (["A", "B"], 8, 3)
    page = client.get(f"/tenders/{made.pk}/edit").content.decode()
    assert "A\nB" in page


def test_an_answer_to_all_leads_no_bidder_to_the_tender(buying):
    asked(buying)
    client = Client()
    client.force_login(Person.objects.get(pk=buying.sellers[0].person_id), "django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/clarifications/{Clarification.objects.get().pk}/").content.decode()
    assert f"/tenders/{buying.tender.pk}/" not in page  # its key is counted
    client.force_login(Person.objects.get(pk=buying.buyer.person_id), "django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/clarifications/{Clarification.objects.get().pk}/").content.decode()
    assert f"/tenders/{buying.tender.pk}/" in page
