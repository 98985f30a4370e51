"""Reading by the API: lists, filters, sort, cursors, details, and what each side sees."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guanbao.apps.parties.models import Contractor
from guanbao.apps.parties.services import contractor_stand
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.services import person_leave
from guanbao.platform.identity.tokens import token_revoke
from guanbao.web.resource import resources


def names(response):
    assert response.status_code == 200, response.content
    return [item["name"] for item in response.json()["items"]]


def body(response):
    """A problem without what names the request."""
    return {name: value for name, value in response.json().items() if name != "instance"}


def pages(caller, **asked):
    """Every page of a list, one after another."""
    cursor = None
    while True:
        response = caller.get("contractors", asked | ({"cursor": cursor} if cursor else {}))
        yield names(response)
        cursor = response.json()["next"]
        if cursor is None:
            return


def test_a_record_has_the_declared_fields_and_a_strong_tag(office, house):
    response = office.get(f"contractors/{house.calls.pk}")
    assert response.json() == {
        "id": house.calls.pk, "name": "Calls Ltd", "name_en": "",
        "institution": {"id": house.bank.pk, "name": "East Bank"}, "kind": "it_service", "standing": "candidate",
        "standing_since": house.calls.standing_since.isoformat(), "standing_reason": "", "is_financial": False,
        "is_related": False, "country": "CN", "parent": None,
    }  # fmt: skip
    assert response.headers["ETag"].startswith('"')
    assert response.headers["Content-Type"] == "application/json"
    assert "no-store" in response.headers["Cache-Control"]


def test_times_have_their_offset(office):
    assert office.get("people").json()["items"][0]["joined_at"] == "2020-01-01T08:00:00+08:00"


def test_a_list_is_searched_filtered_and_sorted_by_what_is_declared(office, house):
    house.contractor(house.bank, "Alpha", is_related=True)
    assert names(office.get("contractors")) == ["Alpha", "Calls Ltd", "Cards Ltd"]
    assert names(office.get("contractors", {"q": "calls ltd"})) == ["Calls Ltd"]
    assert names(office.get("contractors", {"is_related": "true"})) == ["Alpha"]
    assert names(office.get("contractors", {"kind": "product"})) == []
    assert names(office.get("contractors", {"sort": "-name"})) == ["Cards Ltd", "Calls Ltd", "Alpha"]
    assert names(office.get("contractors", {"sort": "id", "limit": 1})) == ["Calls Ltd"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"organisation__people__password": "x"}, {"name__startswith": "C"}, {"institution": 1}, {"kind": "baker"},
        {"is_related": "perhaps"}, {"sort": "organisation"}, {"sort": "organisation__people"}, {"limit": 0},
        {"limit": 201}, {"limit": "9" * 5000}, {"cursor": "x"}, {"cursor": "a:b:c"}, {"q": "a\0b"}, {"q": "x" * 999},
        {"standing": ""},
    ],
)  # fmt: skip
def test_no_other_parameter_and_no_other_value(wrong, office):
    response = office.get("contractors", wrong)
    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == list(wrong)


def test_pages_are_stable_while_rows_come(office, house):
    for n in range(7):
        house.contractor(house.bank, f"Row {n}")
    whole = [name for page in pages(office) for name in page]
    walk = pages(office, limit=2)
    seen = next(walk)
    house.contractor(house.bank, "AAA comes before")
    house.contractor(house.bank, "Row 9")
    for page in walk:
        assert len(page) <= 2
        seen += page
    assert seen == [*whole, "Row 9"]


@pytest.mark.parametrize("sort", ["name", "-name", "id", "-id", "standing", "-is_financial"])
def test_pages_hold_every_row_once_in_any_order(sort, office, house):
    for n in range(9):
        house.contractor(house.bank, f"Row {n}", is_financial=bool(n % 2))
    whole = names(office.get("contractors", {"sort": sort}))
    assert [name for page in pages(office, sort=sort, limit=2) for name in page] == whole
    assert len(set(whole)) == 11


@pytest.mark.parametrize("sort", ["left_at", "-left_at"])
def test_pages_hold_rows_without_a_value(sort, office, house):
    for n in range(5):
        gone = house.caller(f"p{n}", house.bank.organisation).person
        if n % 2:
            person_leave(actor=SYSTEM, person=gone, at=timezone.now())
    seen, cursor = [], None
    while not seen or cursor:
        answer = office.get("people", {"sort": sort, "limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        seen, cursor = seen + [item["id"] for item in answer["items"]], answer["next"]
    assert len(seen) == len(set(seen)) == 6
    assert seen == [item["id"] for item in office.get("people", {"sort": sort}).json()["items"]]


def test_a_cursor_is_of_its_list_and_order_and_cannot_be_made(office):
    cursor = office.get("contractors", {"limit": 1}).json()["next"]
    for path, asked in (
        ("contractors", {"sort": "-name", "cursor": cursor}),
        ("institutions", {"cursor": cursor}),
        ("contractors", {"cursor": cursor[:-1] + ("a" if cursor[-1] != "a" else "b")}),
        ("contractors", {"cursor": "x" + cursor}),
    ):
        response = office.get(path, asked)
        assert (response.status_code, response.json()["errors"][0]["parameter"]) == (400, "cursor")


def test_lists_ask_the_database_no_more_for_more_rows(office, house, tenancy_queries):
    def queries(path):  # the first request noted that the token is in use
        with CaptureQueriesContext(connection) as seen:
            office.get(path, {"limit": 200})
        return len(seen)

    paths = [resource.name for resource in resources() if office.get(resource.name).status_code == 200]
    assert len(paths) > 5
    few = {path: queries(path) for path in paths}
    for n in range(90):
        house.contractor(house.bank, f"More {n}")
    for n in range(20):
        house.caller(f"more{n}", house.bank.organisation, "risk")
    assert {path: queries(path) for path in paths} == few
    assert max(few.values()) <= 8 + tenancy_queries


# Tenants


def test_a_contractor_sees_itself_alone(office, theirs, house):
    assert names(theirs.get("contractors")) == ["Calls Ltd"]
    assert names(theirs.get("contractors", {"q": "Cards"})) == []
    cursor = office.get("contractors", {"limit": 1, "sort": "id"}).json()["next"]
    assert names(theirs.get("contractors", {"sort": "id", "cursor": cursor})) == []
    missing = body(theirs.get("contractors/999999"))
    for other in (house.cards, house.foreign):
        assert body(theirs.get(f"contractors/{other.pk}")) == missing
        for verb in ("edit", "stand"):
            refused = theirs.post(f"contractors/{other.pk}/{verb}", _given(verb), If_Match="*")
            assert (refused.status_code, body(refused)) == (404, missing)
    assert body(theirs.get("institutions")) == missing
    assert body(theirs.get(f"institutions/{house.bank.pk}")) == missing
    assert body(theirs.get("nowhere/1")) == missing
    assert body(theirs.get("contractors/" + "9" * 30)) == missing


def _given(verb):
    edit = {"name": "Taken", "kind": "product", "country": "CN"}
    return edit if verb == "edit" else {"standing": "left", "standing_reason": "x", "standing_since": "2026-01-01"}


def test_what_the_bank_thinks_of_it_is_not_the_contractors_to_read(office, theirs, house):
    since = timezone.localdate()
    contractor_stand(
        actor=office.actor, contractor=house.calls, standing="barred", standing_reason="SECRET", standing_since=since
    )
    shown = theirs.get(f"contractors/{house.calls.pk}")
    assert set(shown.json()) == {"id", "name", "name_en", "institution", "kind", "is_financial", "country"}
    for asked in ({"standing": "barred"}, {"standing": "admitted"}, {"is_related": "true"}, {"sort": "standing"}):
        refused = theirs.get("contractors", asked)
        assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (400, next(iter(asked)))
    refused = theirs.post(f"contractors/{house.calls.pk}/stand", _given("stand"), If_Match="*")
    assert refused.status_code == 403
    assert Contractor.objects.get(pk=house.calls.pk).standing == "barred"
    assert "SECRET" in office.get(f"contractors/{house.calls.pk}").content.decode()


# Who asks


def test_without_a_login_there_is_nothing_and_how_to_log_in(client, house):
    for path in ("contractors", f"contractors/{house.calls.pk}", "openapi.json"):
        response = client.get(f"/api/v1/{path}")
        assert (response.status_code, response.headers["Content-Type"]) == (401, "application/problem+json")
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
    for path in ("contractors", f"contractors/{house.calls.pk}/edit"):
        assert client.post(f"/api/v1/{path}", {}, content_type="application/json").status_code == 401


def test_a_token_opens_until_it_ends(office, house):
    assert office.get("contractors").status_code == 200
    token_revoke(actor=SYSTEM, token=office.token)
    assert office.get("contractors").status_code == 401
    second = house.caller("second", house.bank.organisation, "risk")
    person_leave(actor=SYSTEM, person=second.person, at=timezone.now())
    assert second.get("contractors").status_code == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Basic YTpi", "Bearer ü"])
def test_a_wrong_token_is_not_made_good_by_a_session(header, office, client):
    client.force_login(office.person)
    assert client.get("/api/v1/contractors").status_code == 200
    assert client.get("/api/v1/contractors", headers={"Authorization": header}).status_code == 401


def test_a_session_writes_only_with_its_csrf_token(office, house):
    client = Client(enforce_csrf_checks=True)
    client.force_login(office.person)
    given = json.dumps({"institution": house.bank.pk, "name": "New", "kind": "product", "country": "DE"})
    refused = client.post("/api/v1/contractors", given, content_type="application/json")
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:guanbao:problem:cross-site-suspected")
    assert not Contractor.objects.filter(name="New").exists()
    client.get("/contractors/add")
    token = client.cookies["csrftoken"].value
    headers = {"X-CSRFToken": token}
    assert (
        client.post("/api/v1/contractors", given, content_type="application/json", headers=headers).status_code == 201
    )


# Problems


def test_a_problem_says_what_and_how_in_the_readers_language(office):
    english, chinese = office.get("contractors/999999"), office.get("contractors/999999", Accept_Language="zh-CN")
    assert english.headers["Content-Type"] == "application/problem+json"
    assert body(english) == {
        "type": "urn:guanbao:problem:not-here",
        "title": "Not Found",
        "status": 404,
        "detail": "There is nothing here, or it is not yours. Check the address.",
    }
    assert english.json()["instance"] != chinese.json()["instance"]
    assert chinese.json()["detail"] == "此处没有内容，或它不属于您。 请核对地址。"
    wrong = office.get("contractors", {"kind": "baker"}, Accept_Language="zh")
    assert wrong.json()["errors"] == [
        {"parameter": "kind", "detail": "不是以下之一：'it_service', 'product' or 'consulting'。"}
    ]


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_other_methods_are_not_offered(method, office):
    response = getattr(office.client, method)("/api/v1/contractors", headers=office._headers({}))
    assert (response.status_code, response.headers["Content-Type"]) == (405, "application/problem+json")
    assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))


def test_head_is_get_without_its_body(office):
    response = office.client.head("/api/v1/contractors", headers=office._headers({}))
    assert (response.status_code, response.content) == (200, b"")


def test_only_json_is_answered(office):
    assert office.get("contractors", Accept="text/html").status_code == 406
    for accepted in ("application/json", "*/*", "application/problem+json, text/html"):
        assert office.get("contractors", Accept=accepted).status_code == 200
