"""Writes of parties: who may, what is refused, what the ledger says."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from guanbao.apps.parties.models import Contractor, Department
from guanbao.apps.parties.services import (
    contractor_add,
    contractor_edit,
    contractor_stand,
    department_add,
    institution_add,
)
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.ledger.models import Entry

SAID = {
    "name": "Calls Limited",
    "name_en": "",
    "kind": "product",
    "is_financial": False,
    "is_related": True,
    "country": "DE",
    "parent": None,
}


def unchanged(call, *args, **how):
    """That a call is refused, and leaves contractors and ledger as they were."""
    before = (list(Contractor.objects.order_by("pk").values()), Entry.objects.count())
    with pytest.raises((NotPermitted, ValidationError)):
        call(*args, **how)
    assert (list(Contractor.objects.order_by("pk").values()), Entry.objects.count()) == before


def test_an_edit_is_told_with_what_changed(house):
    _, office = house.person("office", house.bank.organisation, "outsourcing_office")
    made = contractor_edit(actor=office, contractor=house.calls, **SAID)
    assert (made.name, made.country, made.is_related) == ("Calls Limited", "DE", True)
    entry = Entry.objects.order_by("-index").first()
    assert (entry.event, entry.actor_name, entry.object_id) == ("contractor.edited", office.key, str(made.pk))
    assert entry.before == {"name": "Calls Ltd", "kind": "it_service", "is_related": False, "country": "CN"}
    assert entry.after == {"name": "Calls Limited", "kind": "product", "is_related": True, "country": "DE"}
    count = Entry.objects.count()
    contractor_edit(actor=office, contractor=made, **SAID)
    assert Entry.objects.count() == count, "what changes nothing is no event"


@pytest.mark.parametrize("role", ["risk", "internal_audit", "board", "platform_administrator"])
def test_other_roles_change_nothing(role, house):
    _, actor = house.person("someone", house.bank.organisation, role)
    unchanged(contractor_edit, actor=actor, contractor=house.calls, **SAID)
    unchanged(contractor_add, actor=actor, institution=house.bank, name="New", kind="product")
    unchanged(contractor_stand, actor=actor, contractor=house.calls, standing="barred", standing_reason="x",
              standing_since=date(2026, 1, 1))  # fmt: skip


def test_another_banks_office_changes_nothing(house):
    _, stranger = house.person("stranger", house.other.organisation, "outsourcing_office")
    unchanged(contractor_edit, actor=stranger, contractor=house.calls, **SAID)
    unchanged(contractor_add, actor=stranger, institution=house.bank, name="New", kind="product")


def test_a_contractors_people_change_nothing_of_themselves(house):
    _, theirs = house.person("theirs", house.calls.organisation, "contractor_administrator")
    unchanged(contractor_edit, actor=theirs, contractor=house.calls, **SAID)


def test_a_scope_limits_what_may_be_changed(house):
    scope = {"scope": "contractor", "key": house.cards.organisation_id}
    _, office = house.person("office", house.bank.organisation, "outsourcing_office", **scope)
    unchanged(contractor_edit, actor=office, contractor=house.calls, **SAID)
    contractor_edit(actor=office, contractor=house.cards, **SAID)


def test_a_standing_needs_its_reason(house):
    _, office = house.person("office", house.bank.organisation, "outsourcing_office")
    since = date(2026, 3, 1)
    unchanged(contractor_stand, actor=office, contractor=house.calls, standing="barred", standing_reason="",
              standing_since=since)  # fmt: skip
    made = contractor_stand(
        actor=office, contractor=house.calls, standing="admitted", standing_reason="diligence", standing_since=since
    )
    assert made.standing == "admitted"
    entry = Entry.objects.order_by("-index").first()
    assert entry.before["standing"] == "candidate"
    assert entry.after == {"standing": "admitted", "standing_reason": "diligence", "standing_since": "2026-03-01"}


def test_only_the_console_adds_institutions(house):
    _, admin = house.person("admin", house.bank.organisation, "platform_administrator")
    unchanged(institution_add, actor=admin, name="Third Bank", kind="bank")


def test_a_department_by_the_administrator(house):
    _, admin = house.person("admin", house.bank.organisation, "platform_administrator")
    made = department_add(actor=admin, institution=house.bank, code="CC", name="Card centre")
    assert Department.objects.get() == made
    with pytest.raises(ValidationError):
        department_add(actor=admin, institution=house.bank, code="CC", name="Again")
    unchanged(department_add, actor=admin, institution=house.other, code="CC", name="Theirs")
