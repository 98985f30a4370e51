"""Two banks with a contractor each, one contractor that serves both, and people in roles."""

from datetime import UTC, date, datetime

import pytest

from guanbao.apps.parties.services import contractor_add, institution_add
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
