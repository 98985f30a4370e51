"""People of two banks and two contractors."""

from datetime import UTC, date, datetime

import pytest

from guanbao.platform.actors import Actor
from guanbao.platform.identity.models import Membership, Organisation, Person

LONG_AGO = date(2020, 1, 1)


@pytest.fixture
def organisations(db):  # noqa: ARG001
    """`bank`, `other_bank`, `contractor`, `rival`."""
    sides = {"bank": "institution", "other_bank": "institution", "contractor": "contractor", "rival": "contractor"}
    return {name: Organisation.objects.create(side=side, name=name) for name, side in sides.items()}


@pytest.fixture
def person(organisations):
    """Make a person with a membership; the actor that they are."""

    def make(login, organisation, *, since=LONG_AGO, until=None):
        somebody, _ = Person.objects.get_or_create(
            login=login, defaults={"name": login, "joined_at": datetime(2020, 1, 1, tzinfo=UTC)}
        )
        at = organisations[organisation]
        Membership.objects.create(person=somebody, organisation=at, since=since, until=until)
        return Actor("person", somebody.name, person_id=somebody.pk, organisation_id=at.pk)

    return make
