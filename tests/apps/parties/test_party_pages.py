"""The pages of parties, as each side sees them."""

import re
from datetime import date

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from guanbao.apps.parties.models import Contractor
from guanbao.apps.parties.services import contractor_stand
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.models import Person
from guanbao.platform.identity.services import person_leave
from guanbao.web import forms, lists
from guanbao.web.resource import resources


@pytest.fixture
def office(client, house):
    person, _ = house.person("office", house.bank.organisation, "outsourcing_office")
    client.force_login(person)
    return client


def listed(response):
    return [str(row) for row, _ in response.context["rows"]]


def test_without_a_login_there_is_only_the_login(client, house):
    paths = ["/", "/find", *(resource.url("list") for resource in resources())]
    paths += [reverse("contractors-detail", args=[house.calls.pk]), "/contractors/add", "/contractors/1/edit"]
    for path in paths:
        response = client.get(path)
        assert (response.status_code, response.url.split("?")[0]) == (302, "/login"), path


@pytest.mark.parametrize("login", ["Office", " OFFICE", "ｏffice"])
def test_variants_of_a_login_lead_in(login, client, house):
    house.person("office", house.bank.organisation, "outsourcing_office")
    response = client.post("/login", {"username": login, "password": "a long enough password"})
    assert (response.status_code, response.url) == (302, "/")


def test_a_wrong_password_does_not(client, house):
    house.person("office", house.bank.organisation)
    response = client.post("/login", {"username": "office", "password": "wrong"})
    assert response.status_code == 200
    assert b"alert-danger" in response.content


def test_only_who_may_add_one_is_offered_to(client, house):
    for role, offered in (("outsourcing_office", True), ("internal_audit", False)):
        client.force_login(house.person(role, house.bank.organisation, role)[0])
        assert ("/contractors/add" in client.get("/contractors/").content.decode()) is offered, role


def test_the_office_sees_its_own_contractors(office):
    response = office.get("/contractors/")
    assert listed(response) == ["Calls Ltd", "Cards Ltd"]
    assert b"Foreign" not in response.content


def test_a_contractors_people_see_themselves(client, house):
    person, _ = house.person("theirs", house.calls.organisation, "service_manager")
    client.force_login(person)
    assert listed(client.get("/contractors/")) == ["Calls Ltd"]
    assert client.get("/institutions/").status_code == 404
    for other in (house.cards, house.foreign):
        assert client.get(f"/contractors/{other.pk}/").status_code == 404
    found = client.get("/find", {"q": "Ltd"}).content
    assert b"Calls" in found
    assert b"Cards" not in found
    assert client.get("/contractors/", {"q": "Cards"}).context["count"] == 0
    assert client.get(f"/contractors/{house.calls.pk}/edit").status_code == 404


def test_a_contractor_does_not_read_what_the_bank_thinks_of_it(client, house):
    _, office = house.person("office", house.bank.organisation, "outsourcing_office")
    since = date(2026, 1, 1)
    contractor_stand(
        actor=office, contractor=house.calls, standing="barred", standing_reason="SECRET-REASON", standing_since=since
    )
    person, _ = house.person("theirs", house.calls.organisation, "service_manager")
    client.force_login(person)
    shown = client.get(f"/contractors/{house.calls.pk}/").content.decode()
    listing = client.get("/contractors/").content.decode()
    for told in ("SECRET-REASON", "Barred", "Standing", "Related party", "office"):
        assert told not in shown, told
        assert told not in listing, told
    assert client.get("/contractors/", {"standing": "admitted"}).context["count"] == 1, "no oracle by filter"
    client.force_login(Person.objects.get(login="office"))
    assert "SECRET-REASON" in client.get(f"/contractors/{house.calls.pk}/").content.decode()


def test_a_leavers_session_ends(office, house):  # noqa: ARG001
    person = Person.objects.get(login="office")
    office.logout()
    office.post("/login", {"username": "office", "password": "a long enough password"})
    assert office.get("/contractors/").status_code == 200
    person_leave(actor=SYSTEM, person=person, at=timezone.now())
    assert not Session.objects.exists()
    assert office.get("/contractors/").status_code == 302


def test_what_is_not_ours_answers_as_what_is_not_there(office, house):
    foreign = office.get(f"/contractors/{house.foreign.pk}/")
    missing = office.get("/contractors/999999/")
    bodies = [re.sub(rb'"X-CSRFToken": "\w+"', b"", answer.content) for answer in (foreign, missing)]
    assert bodies[0] == bodies[1]
    assert foreign.status_code == 404
    for path in ("edit", "stand"):
        assert office.post(f"/contractors/{house.foreign.pk}/{path}", {"name": "x"}).status_code == 404


def test_search_filter_and_order(office, house):
    house.contractor(house.bank, "Alpha", is_related=True)
    assert listed(office.get("/contractors/", {"q": "al"})) == ["Alpha", "Calls Ltd"]
    assert listed(office.get("/contractors/", {"q": "calls ltd"})) == ["Calls Ltd"]
    assert listed(office.get("/contractors/", {"is_related": "true"})) == ["Alpha"]
    assert listed(office.get("/contractors/", {"institution": house.other.pk})) == ["Alpha", "Calls Ltd", "Cards Ltd"]
    assert listed(office.get("/contractors/", {"sort": "-name"})) == ["Cards Ltd", "Calls Ltd", "Alpha"]
    assert office.get("/contractors/", {"sort": "organisation__people__password"}).status_code == 200


def test_a_page_has_the_length_that_we_give_it(office, house):
    for n in range(70):
        house.contractor(house.bank, f"More {n:02}")
    first = office.get("/contractors/", {"per_page": "1000"})
    assert (len(listed(first)), first.context["count"], first.context["before"]) == (50, 72, None)
    second = office.get(f"/contractors/?{first.context['after']}")
    assert (len(listed(second)), second.context["count"], second.context["after"]) == (22, None, None)
    assert listed(office.get(f"/contractors/?{second.context['before']}")) == listed(first)
    for cursor in ("3", "x", "²", "9" * 5000, "a:b:c"):
        assert office.get("/contractors/", {"cursor": cursor}).status_code == 404, cursor


@pytest.mark.parametrize("sort", ["name", "-name", "id", "-id", "kind", "-is_financial"])
def test_pages_go_on_and_back_by_key_while_rows_come(office, house, monkeypatch, sort):
    for n in range(8):
        house.contractor(house.bank, f"Row {n}", is_financial=bool(n % 2))
    whole = listed(office.get("/contractors/", {"sort": sort}))
    monkeypatch.setattr(lists, "PAGE", 3)
    page, seen = office.get("/contractors/", {"sort": sort}), []
    while True:
        seen.append(listed(page))
        if page.context["after"] is None:
            break
        house.contractor(house.bank, f"{'AAA' if sort == 'name' else 'ZZZ'} {len(seen)}")  # before where we are
        page = office.get(f"/contractors/?{page.context['after']}")
    went = [name for names in seen for name in names]
    assert [name for name in went if name in whole] == whole, "none is missed, none comes twice"
    back = [listed(page)]
    while page.context["before"] is not None:
        page = office.get(f"/contractors/?{page.context['before']}")
        back.insert(0, listed(page))
    again = [name for names in back for name in names]
    assert [name for name in again if name in whole] == whole


def test_htmx_gets_the_table_alone(office):
    whole = office.get("/contractors/").content
    part = office.get("/contractors/", headers={"HX-Request": "true"}).content
    assert b"<html" in whole
    assert b"<html" not in part
    assert b"Calls Ltd" in part


def test_a_contractor_is_added_and_corrected(office, house):
    given = {"institution": house.bank.pk, "name": "Neu GmbH", "kind": "product", "country": "DE"}
    response = office.post("/contractors/add", given)
    made = Contractor.objects.get(name="Neu GmbH")
    assert (response.status_code, response.url) == (302, f"/contractors/{made.pk}/")
    shown = office.get(response.url, {"tab": "history"}).content.decode()
    assert "office added the contractor Neu GmbH" in shown
    assert office.post(f"/contractors/{made.pk}/edit", given | {"name": "Alt GmbH"}).status_code == 302
    made.refresh_from_db()
    assert made.name == "Alt GmbH"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"kind": "baker"}, "kind"),
        ({"name": "x" * 999}, "name"),
        ({"country": "CHN"}, "country"),
    ],
)
def test_what_is_wrong_stands_at_its_field(wrong, field, office, house):
    before = Contractor.objects.count()
    given = {"institution": house.bank.pk, "name": "Neu", "kind": "product", "country": "DE"} | wrong
    response = office.post("/contractors/add", given)
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {field}
    assert Contractor.objects.count() == before


def test_an_institution_of_others_is_no_choice(office, house):
    given = {"institution": house.other.pk, "name": "Neu", "kind": "product", "country": "DE"}
    response = office.post("/contractors/add", given)
    assert response.context["form"].errors.keys() == {"institution"}
    assert b"West Bank" not in response.content


def test_fields_that_the_form_has_not_are_not_set(office, house):
    given = {
        "name": "Calls Ltd",
        "kind": "product",
        "country": "CN",
        "standing": "admitted",
        "organisation": 1,
        "id": 9,
    }
    office.post(f"/contractors/{house.calls.pk}/edit", given)
    made = Contractor.objects.get(pk=house.calls.pk)
    assert (made.kind, made.standing, made.organisation_id) == ("product", "candidate", house.calls.organisation_id)


def test_pages_ask_no_more_for_more_rows(office, house):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert office.get("/contractors/").status_code == 200
        return len(seen)

    few = queries()
    for n in range(60):
        house.contractor(house.bank, f"More {n}")
    assert queries() == few


def test_every_page_keeps_the_policies(office, house):
    for path in ("/", "/contractors/", f"/contractors/{house.calls.pk}/", "/contractors/add", "/nowhere"):
        headers = office.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'self'; img-src 'self' data:"), path
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "same-origin"
        assert "no-store" in headers["Cache-Control"]


def test_the_language_is_the_readers(office):
    assert "Contractors" in office.get("/contractors/").content.decode()
    assert office.post("/language", {"language": "zh", "next": "/contractors/"}).url == "/contractors/"
    assert "承包方" in office.get("/contractors/").content.decode()
    assert office.post("/language", {"language": "en", "next": "https://elsewhere.example/"}).url == "/"


def test_the_language_can_be_chosen_before_the_login(client):
    assert client.post("/language", {"language": "en", "next": "/login"}).url == "/login"
    assert "Password" in client.get("/login").content.decode()


def test_chinese_unless_english_is_asked_for(client):
    assert "用户名" in client.get("/login").content.decode()
    assert "用户名" in client.get("/login", headers={"Accept-Language": "de-DE"}).content.decode()
    assert "Password" in client.get("/login", headers={"Accept-Language": "en-GB,en;q=0.8"}).content.decode()


def test_a_field_offers_the_first_rows_and_the_chosen_one(office, house, monkeypatch):
    monkeypatch.setattr(forms, "MOST_OFFERED", 2)
    last = house.contractor(house.bank, "Zebra")
    house.contractor(house.bank, "Alpha")

    def offered(asked):
        field = office.get("/certificates/", asked).context["filters"].form["contractor"]
        return [text for text in re.findall(r"<option[^>]*>([^<]*)", str(field)) if text != "All"], str(field)

    assert offered({})[0] == ["Alpha", "Calls Ltd"]
    names, text = offered({"contractor": last.pk})
    assert names == ["Zebra", "Alpha", "Calls Ltd"]
    assert f'<option value="{last.pk}" selected>' in text
    assert "The first 2 are offered" in text
    assert offered({"contractor": house.foreign.pk})[0] == ["Alpha", "Calls Ltd"], "not theirs to know"
    monkeypatch.setattr(forms, "MOST_OFFERED", 9)
    assert offered({})[0] == ["Alpha", "Calls Ltd", "Cards Ltd", "Zebra"]


def test_what_the_database_refuses_stands_in_the_form(office, house, monkeypatch):
    def refuse(*_given):
        raise IntegrityError

    monkeypatch.setattr(forms, "perform", refuse)
    refused = office.post(f"/contractors/{house.calls.pk}/edit", {})
    assert refused.status_code == 422
    assert len(refused.context["form"].non_field_errors()) == 1
