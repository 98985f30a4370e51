"""Identifiers, contacts and certificates: who may, what is refused, who sees what, what the ledger keeps."""

import json
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from guanbao.apps.parties.models import Branch, Certificate, Contact, Identifier
from guanbao.apps.parties.selectors import (
    certificates_ending,
    certificates_visible,
    contacts_visible,
    identifiers_visible,
    standings_visible,
)
from guanbao.apps.parties.services import (
    branch_add,
    branch_edit,
    certificate_add,
    certificate_edit,
    certificate_verify,
    contact_add,
    contact_edit,
    contact_remove,
    contractor_stand,
    department_add,
    department_edit,
    identifier_add,
    identifier_remove,
)
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.actors import SYSTEM
from guanbao.platform.ledger.models import Entry

LEI = "506700GE1G29325QX363"
WHOM = {"name": "张三丰", "post": "经理", "phone": "139-1234-5678", "email": "zhang@calls.example"}
PAPER = {
    "kind": "certification",
    "name": "ISO/IEC 27001",
    "number": "N-1",
    "issuer": "A body",
    "valid_from": date(2026, 1, 1),
    "valid_until": None,
    "scope": "Shanghai",
}


def held():
    rows = [list(model.objects.order_by("pk").values()) for model in (Identifier, Contact, Certificate, Branch)]
    return rows, Entry.objects.count()


def unchanged(call, *kinds, **how):
    before = held()
    with pytest.raises(kinds or NotPermitted):
        call(**how)
    assert held() == before


@pytest.fixture
def office(house):
    return house.person("office", house.bank.organisation, "outsourcing_office")[1]


@pytest.fixture
def manager(house):
    return house.person("manager", house.calls.organisation, "service_manager")[1]


def test_identifiers_hold_by_their_check_digits(house, office):
    made = identifier_add(actor=office, contractor=house.calls, scheme="lei", value=f" {LEI.lower()} ")
    assert (made.value, made.institution) == (LEI, house.bank)
    own = identifier_add(actor=office, institution=house.bank, scheme="crn", value="310000")
    assert own.contractor is None
    for wrong in ({"value": LEI[:-1] + "4"}, {"scheme": "uscc"}, {"scheme": "x"}, {"value": ""}):
        given = {"scheme": "lei", "value": LEI} | wrong
        unchanged(identifier_add, ValidationError, actor=office, contractor=house.cards, **given)
    unchanged(identifier_add, ValidationError, actor=office, contractor=house.calls, scheme="lei", value=LEI)
    unchanged(identifier_add, ValidationError, actor=office, institution=house.bank, scheme="crn", value="2")
    unchanged(identifier_add, ValidationError, actor=office, scheme="crn", value="2")
    unchanged(identifier_add, ValidationError, actor=office, institution=house.other, contractor=house.calls,
              scheme="crn", value="2")  # fmt: skip
    identifier_remove(actor=office, identifier=made)
    assert list(Identifier.objects.all()) == [own]
    assert Entry.objects.order_by("-index").first().before == {"scheme": "lei", "value": LEI}


def test_a_contact_is_nobody_to_the_ledger(house, office, manager):
    made = contact_add(actor=office, contractor=house.calls, **WHOM)
    made = contact_edit(actor=manager, contact=made, **WHOM | {"phone": "021-555"})
    count = Entry.objects.count()
    contact_edit(actor=manager, contact=made, **WHOM | {"phone": "021-555"})
    assert Entry.objects.count() == count, "what changes nothing is no event"
    key = made.pk
    contact_remove(actor=manager, contact=made)
    assert not Contact.objects.exists()
    entries = Entry.objects.filter(object_type="parties.contact").order_by("index")
    assert [entry.event for entry in entries] == ["contact.added", "contact.edited", "contact.removed"]
    assert entries[1].after == {"contact": key}
    told = json.dumps([[e.before, e.after, e.object_label, e.redacted] for e in entries], ensure_ascii=False)
    for value in (*WHOM.values(), "021-555"):
        assert value not in told
    assert entries[1].redacted == ["phone"]


def test_a_contact_can_be_reached(house, office):
    unchanged(contact_add, ValidationError, actor=office, contractor=house.calls, name="x")
    unchanged(contact_add, ValidationError, actor=office, contractor=house.calls, name="x", email="no address")


def test_what_the_contractor_enters_waits_for_the_institution(house, office, manager):
    made = certificate_add(actor=manager, contractor=house.calls, **PAPER)
    assert (made.verification, made.verified_on) == ("unverified", None)
    unchanged(certificate_verify, actor=manager, certificate=made)
    made = certificate_verify(actor=office, certificate=made)
    assert (made.verification, made.verified_on) == ("verified", timezone.localdate())
    before = held()
    certificate_verify(actor=office, certificate=made)
    certificate_edit(actor=manager, certificate=made, **PAPER)
    assert held() == before, "what changes nothing leaves it verified"
    made = certificate_edit(actor=manager, certificate=made, **PAPER | {"scope": "everywhere"})
    assert (made.verification, made.verified_on) == ("unverified", None)
    assert Entry.objects.order_by("-index").first().after["verification"] == "unverified"
    made = certificate_edit(actor=office, certificate=made, **PAPER)
    assert made.verification == "verified"


@pytest.mark.parametrize(
    "wrong", [{"valid_until": date(2025, 1, 1)}, {"kind": "x"}, {"number": ""}, {"name": ""}, {"issuer": "x" * 999}]
)
def test_a_certificate_says_what_it_must(wrong, house, office):
    unchanged(certificate_add, ValidationError, actor=office, contractor=house.calls, **PAPER | wrong)


def test_a_certificate_is_entered_once(house, office):
    certificate_add(actor=office, contractor=house.calls, **PAPER)
    unchanged(certificate_add, ValidationError, actor=office, contractor=house.calls, **PAPER)
    certificate_add(actor=office, contractor=house.cards, **PAPER)


def test_what_ends_within_90_days_is_listed(house, office):
    today = timezone.localdate()
    for number, days in enumerate((-1, 90, 91, None)):
        until = None if days is None else today + timedelta(days=days)
        given = PAPER | {"number": str(number), "valid_from": today - timedelta(days=99), "valid_until": until}
        certificate_add(actor=office, contractor=house.calls, **given)
    assert {made.number for made in certificates_ending(actor=office)} == {"0", "1"}


@pytest.mark.parametrize(
    ("side", "role"),
    [
        ("bank", "risk"),
        ("bank", "internal_audit"),
        ("bank", "board"),
        ("other", "outsourcing_office"),
        ("other", "procurement"),
        ("cards", "contractor_administrator"),
        ("foreign", "service_manager"),
        ("calls", "agent"),
        ("calls", "team_lead"),
    ],
)
def test_others_change_nothing(side, role, house):
    contact = contact_add(actor=SYSTEM, contractor=house.calls, **WHOM)
    paper = certificate_add(actor=SYSTEM, contractor=house.calls, **PAPER)
    known = identifier_add(actor=SYSTEM, contractor=house.calls, scheme="lei", value=LEI)
    branch = branch_add(actor=SYSTEM, institution=house.bank, code="SH", name="Shanghai")
    _, actor = house.person("other", getattr(house, side).organisation, role)
    unchanged(contact_add, actor=actor, contractor=house.calls, **WHOM)
    unchanged(contact_edit, actor=actor, contact=contact, **WHOM | {"name": "x"})
    unchanged(contact_remove, actor=actor, contact=contact)
    unchanged(certificate_add, actor=actor, contractor=house.calls, **PAPER | {"number": "N-2"})
    unchanged(certificate_edit, actor=actor, certificate=paper, **PAPER | {"name": "x"})
    unchanged(certificate_verify, actor=actor, certificate=paper)
    unchanged(identifier_add, actor=actor, contractor=house.calls, scheme="crn", value="1")
    unchanged(identifier_add, actor=actor, institution=house.bank, scheme="crn", value="1")
    unchanged(identifier_remove, actor=actor, identifier=known)
    department = department_add(actor=SYSTEM, institution=house.bank, code="CC", name="Cards")
    unchanged(department_add, actor=actor, institution=house.bank, code="X", name="x")
    unchanged(department_edit, actor=actor, department=department, code="CC", name="x", kind=department.kind)
    unchanged(branch_add, actor=actor, institution=house.bank, code="BJ", name="Beijing")
    unchanged(branch_edit, actor=actor, branch=branch, code="SH", name="x", name_en="", country="CN", city="")


def test_each_sees_its_own(house, office, manager):
    for contractor in (house.calls, house.cards, house.foreign):
        contact_add(actor=SYSTEM, contractor=contractor, **WHOM)
        certificate_add(actor=SYSTEM, contractor=contractor, **PAPER)
        identifier_add(actor=SYSTEM, contractor=contractor, scheme="crn", value="1")
    for selector in (contacts_visible, certificates_visible, identifiers_visible):
        assert {row.contractor for row in selector(actor=manager)} == {house.calls}
        assert {row.contractor for row in selector(actor=office)} == {house.calls, house.cards}
    agent = house.person("agent", house.calls.organisation, "agent")[1]
    board = house.person("board", house.bank.organisation, "board")[1]
    assert not contacts_visible(actor=agent).exists()
    assert not contacts_visible(actor=board).exists(), "who has no business with contacts sees none"


def test_the_standing_so_far_is_kept_for_the_institution(house, office, manager):
    since = date(2026, 3, 1)
    for standing in ("admitted", "restricted"):
        contractor_stand(
            actor=office, contractor=house.calls, standing=standing, standing_reason=f"so {standing}",
            standing_since=since,
        )  # fmt: skip
    kept = standings_visible(actor=office).filter(contractor=house.calls).order_by("pk")
    assert [(row.standing, row.reason) for row in kept] == [
        ("candidate", ""),
        ("admitted", "so admitted"),
        ("restricted", "so restricted"),
    ]
    assert not standings_visible(actor=manager).exists()
