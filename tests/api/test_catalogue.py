"""The catalogue and what belongs to contractors, through the API, from both sides."""

import pytest

from guanbao.apps.catalogue.models import Service
from guanbao.apps.catalogue.services import service_add
from guanbao.apps.parties.models import Certificate, Contact
from guanbao.apps.parties.services import certificate_add, contact_add, identifier_add
from guanbao.platform.actors import SYSTEM

CALLS = {"code": "CC", "name": "Call centre", "kind": "back_office.call_centre", "personnel": "contractor",
         "since": "2026-01-01"}  # fmt: skip
PAPER = {"kind": "other", "name": "Paper", "number": "1", "issuer": "x", "valid_from": "2026-01-01"}
LEI = "506700GE1G29325QX363"


@pytest.fixture
def bank(house):
    return house.caller("office", house.bank.organisation, "outsourcing_office")


@pytest.fixture
def theirs(house):
    return house.caller("manager", house.calls.organisation, "service_manager")


def test_a_service_is_proposed_taken_in_and_limited(house, bank, theirs):
    made = theirs.post("services", CALLS | {"contractor": house.calls.pk, "scope_rule": "none"})
    assert made.status_code == 201, made.content
    assert made.json()["state"] == "proposed"
    assert "scope_rule" not in made.json()
    path = f"services/{made.json()['id']}"
    assert bank.get(path).json()["scope_rule"] == "", "the contractor does not state it"
    assert theirs.post(f"{path}/list", {"scope_rule": "none"}, If_Match="*").status_code == 403
    listed = bank.post(f"{path}/list", {"scope_rule": "none"}, If_Match="*")
    assert (listed.status_code, listed.json()["state"]) == (200, "listed")
    chosen = {"items": ["call_centre.business.transfers"]}
    refused = bank.post(f"{path}/comprise", chosen, If_Match="*")
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/limits_transfers"]
    limited = bank.post(f"{path}/comprise", chosen | {"limits_transfers": "CNY 50,000"}, If_Match="*")
    assert limited.json()["scope"] == {"call_centre.business.transfers": "CNY 50,000"}
    assert theirs.post(f"{path}/edit", CALLS | {"name": "Dearer"}, If_Match="*").status_code == 409
    assert Service.objects.get().name == "Call centre"


def test_nothing_of_another_contractor_is_answered(house, theirs):
    service = service_add(actor=SYSTEM, contractor=house.cards, scope_rule="none", **CALLS | {"name": "MARK-1"})
    required = service_add(actor=SYSTEM, institution=house.bank, scope_rule="none", **CALLS | {"name": "MARK-2"})
    contact = contact_add(actor=SYSTEM, contractor=house.cards, name="MARK-3", phone="1")
    paper = certificate_add(actor=SYSTEM, contractor=house.cards, **PAPER | {"name": "MARK-4"})
    known = identifier_add(actor=SYSTEM, contractor=house.cards, scheme="crn", value="MARK-5")
    before = [list(model.objects.values()) for model in (Service, Contact, Certificate)]
    rows = {"services": service.pk, "contacts": contact.pk, "certificates": paper.pk, "identifiers": known.pk,
            "ending-certificates": paper.pk}  # fmt: skip
    for name, pk in (*rows.items(), ("services", required.pk)):
        asked = [theirs.get(name), theirs.get(name, {"q": "MARK"}), theirs.get(f"{name}/{pk}")]
        assert [answer.status_code for answer in asked] == [200, 200, 404]
        assert not any(b"MARK" in answer.content for answer in asked)
        assert theirs.get(name).json()["items"] == []
    for path, body in (
        (f"contacts/{contact.pk}/edit", {"name": "x", "phone": "1"}),
        (f"contacts/{contact.pk}/remove", {}),
        (f"certificates/{paper.pk}/edit", PAPER),
        (f"services/{service.pk}/edit", CALLS),
        (f"services/{required.pk}/withdraw", {"until": "2026-12-31", "withdrawn_reason": "x"}),
    ):
        assert theirs.post(path, body, If_Match="*").status_code == 404, path
    for name, body in (("contacts", {"name": "x", "phone": "1"}), ("certificates", PAPER), ("services", CALLS)):
        assert theirs.post(name, body | {"contractor": house.cards.pk}).status_code == 422
    for closed in ("functions", "standings", "branches", "institutions"):
        assert theirs.get(closed).status_code in (403, 404)
    assert [list(model.objects.values()) for model in (Service, Contact, Certificate)] == before


def test_what_a_contractor_enters_itself_waits_for_the_bank(house, bank, theirs):
    made = theirs.post("certificates", PAPER | {"contractor": house.calls.pk}).json()
    assert made["verification"] == "unverified"
    assert theirs.post(f"certificates/{made['id']}/verify", {}, If_Match="*").status_code == 403
    assert bank.post(f"certificates/{made['id']}/verify", {}, If_Match="*").json()["verification"] == "verified"


def test_a_known_contractor_is_entered_without_a_word_of_others(house):
    first = house.contractor(house.bank, "Known Ltd", lei=LEI)
    stranger = house.caller("stranger", house.other.organisation, "outsourcing_office")
    given = {"institution": house.other.pk, "name": "Known", "kind": "product", "country": "CN", "lei": LEI}
    made = stranger.post("contractors", given)
    assert made.status_code == 201, made.content
    assert b"Known Ltd" not in made.content
    assert stranger.get(f"contractors/{first.pk}").status_code == 404
    assert [row["contractor"]["name"] for row in stranger.get("identifiers").json()["items"]] == ["Known"]
