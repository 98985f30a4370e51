"""Writing by the API: what may be sent, under which version, and how often it happens."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from guanbao.api.guards import MOST_BYTES
from guanbao.apps.parties.models import Contractor, Department
from guanbao.platform.identity.models import Person
from guanbao.platform.keeping.models import KeptAnswer
from guanbao.platform.ledger.models import Entry

EDIT = {"name": "Calls Inc", "name_en": "", "kind": "product", "country": "DE"}


def new(house, **more):
    return {"institution": house.bank.pk, "name": "New Ltd", "kind": "product", "country": "DE"} | more


def stored():
    """Everything that a write could have changed."""
    rows = [list(model.objects.order_by("pk").values()) for model in (Contractor, Department, Person)]
    return rows, Entry.objects.count()


@pytest.fixture
def read(office, house):
    return office.get(f"contractors/{house.calls.pk}")


def test_a_record_is_made_and_has_an_address_and_a_tag(office, house):
    made = office.post("contractors", new(house))
    assert made.status_code == 201, made.content
    read = office.client.get(made.headers["Location"], headers=office._headers({}))
    assert (read.json(), read.headers["ETag"]) == (made.json(), made.headers["ETag"])
    assert made.json()["institution"] == {"id": house.bank.pk, "name": "East Bank"}
    assert Entry.objects.filter(event="contractor.added", actor_kind="person").last().after["name"] == "New Ltd"


def test_who_sees_none_of_them_finds_nothing_to_add_to(house):
    nobody = house.caller("nobody", house.bank.organisation)
    before = stored()
    assert nobody.post("contractors", new(house)).status_code == 404
    assert stored() == before


def test_who_may_not_add_is_told_so_before_what_they_sent_is_looked_up(house):
    auditor = house.caller("auditor", house.bank.organisation, "internal_audit")
    before = stored()
    for sent in ({}, {"institution": house.other.pk}, {"institution": 999_999}):
        assert auditor.post("contractors", new(house, **sent)).status_code == 403, sent
    assert stored() == before


def test_what_is_left_out_stays_as_it_is(office, house, read):
    Contractor.objects.filter(pk=house.calls.pk).update(is_financial=True, name_en="Calls")
    tag = office.get(f"contractors/{house.calls.pk}").headers["ETag"]
    answer = office.post(f"contractors/{house.calls.pk}/edit", {**EDIT, "name_en": "C"}, If_Match=tag)
    assert answer.status_code == 200, answer.content
    assert answer.json() == read.json() | EDIT | {"is_financial": True, "name_en": "C"}
    assert answer.headers["ETag"] not in (tag, read.headers["ETag"])


def test_the_version_must_be_named_and_be_the_present_one(office, house, read):
    path, before = f"contractors/{house.calls.pk}/edit", stored()
    assert office.post(path, EDIT).status_code == 428
    for stale in ('"x"', "x", f"W/{read.headers['ETag']}", ""):
        assert office.post(path, EDIT, If_Match=stale).status_code == 412, stale
    assert stored() == before
    assert office.post(path, EDIT, If_Match=f'"x", {read.headers["ETag"]}').status_code == 200
    assert office.post(path, EDIT, If_Match=read.headers["ETag"]).status_code == 412
    assert office.post(path, EDIT, If_Match="*").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"name": ""}, "/name"), ({"name": "  "}, "/name"), ({"name": "x" * 201}, "/name"), ({"name": 1}, "/name"),
        ({"name": None}, "/name"), ({"name": "a\0b"}, "/name"), ({"kind": "baker"}, "/kind"), ({"kind": []}, "/kind"),
        ({"country": "CHN"}, "/country"), ({"is_financial": "yes"}, "/is_financial"),
        ({"is_financial": 1}, "/is_financial"), ({"institution": "1"}, "/institution"),
        ({"institution": 0}, "/institution"), ({"institution": 10**30}, "/institution"),
        ({"institution": 2**63 - 1}, "/institution"), ({"institution": {"id": 1}}, "/institution"),
        ({"a/b~": 1}, "/a~1b~0"), ({"organisation": 1}, "/organisation"), ({"standing": "admitted"}, "/standing"),
        ({"id": 7}, "/id"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_written(wrong, pointer, office, house):
    before = stored()
    response = office.post("contractors", new(house, **wrong))
    assert response.status_code == 422, response.content
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert stored() == before


def test_an_institution_of_others_is_none(office, house):
    answers = [office.post("contractors", new(house, institution=pk)) for pk in (house.other.pk, 999_999)]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].json()["errors"] == answers[1].json()["errors"]
    assert b"West" not in answers[0].content


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"1", b'"x"', b"{", b"NaN", b'{"a": NaN}', b'{"name": "\\ud800"}', b"\xff\xfe",
        b"{" * 9000, b"[" * 9000 + b"]" * 9000, b'{"institution": ' + b"9" * 9000 + b"}", b'{"institution": 1e999}',
        b"\xef\xbb\xbf{}",
    ],
)  # fmt: skip
def test_a_body_that_is_no_object_is_refused(body, office, house):
    before = stored()
    for path, more in (("contractors", {}), (f"contractors/{house.calls.pk}/edit", {"If_Match": "*"})):
        assert office.post(path, body, **more).status_code in (400, 422)
    assert stored() == before


def test_a_body_has_a_size_and_a_type(office, house):
    assert office.post("contractors", b" " * (MOST_BYTES + 1)).status_code == 413
    sent = office.client.post(
        "/api/v1/contractors", b" " * (MOST_BYTES + 1), content_type="application/json",
        headers=office._headers({"Content_Length": "1"}),
    )  # fmt: skip
    assert sent.status_code in (400, 413)
    for media in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        sent = office.client.generic(
            "POST", "/api/v1/contractors", json.dumps(new(house)), content_type=media, headers=office._headers({})
        )
        assert sent.status_code == 415, media


def test_who_may_not_is_told_so_and_nothing_changes(house):
    reader = house.caller("reader", house.bank.organisation, "risk")
    before = stored()
    added = reader.post("contractors", new(house))
    edited = reader.post(f"contractors/{house.calls.pk}/edit", EDIT, If_Match="*")
    assert [(each.status_code, each.json()["type"]) for each in (added, edited)] == [
        (403, "urn:guanbao:problem:not-permitted")
    ] * 2
    assert "may not do this" in added.json()["detail"]
    assert stored() == before


def test_what_a_service_refuses_is_a_conflict_in_words(office):
    taken = {"login": "office", "name": "x", "password": "a long enough password"}
    refused = office.post("people", taken)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/login")
    weak = office.post("people", {"login": "weak", "name": "x", "password": "password"})
    assert weak.json()["errors"][0]["pointer"] == "/password"
    assert not Person.objects.filter(login="weak").exists()


# Once


def test_a_key_happens_once(office, house):
    first = office.post("contractors", new(house), Idempotency_Key="k1")
    again = office.post("contractors", new(house), Idempotency_Key="k1")
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert [first.headers[name] for name in ("ETag", "Location")] == [
        again.headers[name] for name in ("ETag", "Location")
    ]
    assert Contractor.objects.filter(name="New Ltd").count() == 1
    assert office.post("contractors", new(house), Idempotency_Key="k2").status_code == 201


def test_a_key_is_of_one_request_and_of_one_actor(office, house):
    office.post("contractors", new(house), Idempotency_Key="k1")
    other = office.post("contractors", new(house, name="Other"), Idempotency_Key="k1")
    assert (other.status_code, other.json()["type"]) == (422, "urn:guanbao:problem:key-used-otherwise")
    department = {"institution": house.bank.pk, "code": "A", "name": "A"}
    assert office.post("departments", department, Idempotency_Key="k1").status_code == 422
    second = house.caller("second", house.bank.organisation, "outsourcing_office")
    made = second.post("contractors", new(house, name="Second"), Idempotency_Key="k1")
    assert (made.status_code, made.json()["name"]) == (201, "Second")
    for wrong in ("", "a b", "ü", "x" * 256):
        assert office.post("contractors", new(house), Idempotency_Key=wrong).status_code == 400


def test_what_was_refused_can_be_sent_again_under_its_key(office, house):
    assert office.post("contractors", new(house, name=""), Idempotency_Key="k").status_code == 422
    assert office.post("contractors", new(house), Idempotency_Key="k").status_code == 201
    assert KeptAnswer.objects.count() == 1


def test_after_a_day_a_key_is_new(office, house):
    office.post("contractors", new(house), Idempotency_Key="k")
    KeptAnswer.objects.update(kept_at=timezone.now() - timedelta(hours=25))
    assert office.post("contractors", new(house, name="Later"), Idempotency_Key="k").status_code == 201
    assert KeptAnswer.objects.count() == 1


# At the same time


def at_once(calls):
    """What each call answers, all begun together."""
    gate, answers = threading.Barrier(len(calls)), []

    def run(call):
        gate.wait(timeout=60)
        try:
            answers.append(call())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert len(answers) == len(calls)
    return answers


@pytest.fixture
def crowd(transactional_db):  # noqa: ARG001
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory is shared by one connection; its writers are in line by BEGIN IMMEDIATE")


def test_of_writers_of_one_version_one_passes(crowd, office, house):  # noqa: ARG001
    path = f"contractors/{house.calls.pk}"
    for turn in range(5):
        tag = office.get(path).headers["ETag"]
        calls = [
            lambda n=n, tag=tag, turn=turn: office.post(f"{path}/edit", {**EDIT, "name": f"{turn} {n}"}, If_Match=tag)
            for n in range(8)
        ]
        assert sorted(answer.status_code for answer in at_once(calls)) == [200] + [412] * 7


def test_of_creates_under_one_key_one_happens(crowd, office, house):  # noqa: ARG001
    for turn in range(5):
        calls = [lambda turn=turn: office.post("contractors", new(house, name="K"), Idempotency_Key=f"{turn}")] * 8
        answers = at_once(calls)
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.content for answer in answers}) == 1
    assert Contractor.objects.filter(name="K").count() == 5
