"""Two banks with a contractor each, one contractor that serves both, and people in roles."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from guanbao.apps.arrangements.services import arrangement_add
from guanbao.apps.parties.services import contractor_add, contractor_stand, department_add, institution_add
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.access.roles import roles_sync
from guanbao.platform.actors import SYSTEM, Actor
from guanbao.platform.identity.models import Membership, Person

LONG_AGO = date(2020, 1, 1)


class House:
    """What several tests start from."""

    def __init__(self):
        roles_sync()
        self.bank = institution_add(actor=SYSTEM, name="East Bank", kind="bank")
        self.other = institution_add(actor=SYSTEM, name="West Bank", kind="bank")
        self.calls = self.contractor(self.bank, "Calls Ltd")
        self.cards = self.contractor(self.bank, "Cards Ltd")
        self.foreign = self.contractor(self.other, "Foreign Ltd")

    @staticmethod
    def contractor(institution, name, **more):
        return contractor_add(actor=SYSTEM, institution=institution, name=name, kind="it_service", **more)

    @staticmethod
    def person(login, organisation, *roles, **scope):
        """Somebody in an organisation with roles; the person and the actor."""
        person = Person(login=login, name=login, joined_at=datetime(2020, 1, 1, tzinfo=UTC), language="en")
        person.set_password("a long enough password")
        person.save()
        Membership.objects.create(person=person, organisation=organisation, since=LONG_AGO)
        for code in roles:
            role = Role.objects.get(code=code, institution=None)
            Grant.objects.create(person=person, organisation=organisation, role=role, since=LONG_AGO, **scope)
        return person, Actor("person", login, person_id=person.pk, organisation_id=organisation.pk)


@pytest.fixture
def house(db):  # noqa: ARG001
    """The parties."""
    return House()


def admitted(contractor):
    """The contractor, admitted."""
    why = {"standing": "admitted", "standing_reason": "Checked.", "standing_since": date(2026, 1, 1)}
    return contractor_stand(actor=SYSTEM, contractor=contractor, **why)


@pytest.fixture
def thread(house):
    """`calls`, `cards`, `foreign`: an arrangement each; `department`; `office` and `manager`, actors."""
    department = department_add(actor=SYSTEM, institution=house.bank, code="CC", name="Card Centre")
    elsewhere = department_add(actor=SYSTEM, institution=house.other, code="OPS", name="Operations")

    def made(contractor, reference, at=department, bank=house.bank):
        return arrangement_add(
            actor=SYSTEM,
            institution=bank,
            reference=reference,
            title=f"Service of {contractor.name}",
            department=at,
            contractor=admitted(contractor),
            elements=["personnel", "site"],
            importance="important",
            importance_reason="SECRET-IMPORTANCE",
            starts_on=date(2026, 1, 1),
            ends_on=date(2027, 12, 31),
            fee_monthly=Decimal("200000.00"),
        )

    return SimpleNamespace(
        department=department,
        calls=made(house.calls, "WB-1"),
        cards=made(house.cards, "WB-2"),
        foreign=made(house.foreign, "WB-3", elsewhere, house.other),
        office=house.person("office", house.bank.organisation, "outsourcing_office"),
        manager=house.person("manager", house.calls.organisation, "service_manager"),
        auditor=house.person("auditor", house.bank.organisation, "internal_audit"),
    )
