"""People, roles and grants of the actor's own organisation."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from guanbao.apps.people.permissions import PERSON_VIEW
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.access.reach import Columns, reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.models import Person

GRANTS = Columns(institution="organisation", contractor="organisation")
PEOPLE = Columns(institution="memberships__organisation", contractor="memberships__organisation")


def people_visible(*, actor: Actor) -> QuerySet[Person]:
    """The members of the actor's organisation, past ones too."""
    return reach(actor, PERSON_VIEW).rows(Person.objects.all(), PEOPLE)


def grants_visible(*, actor: Actor) -> QuerySet[Grant]:
    """The grants within the actor's organisation."""
    return reach(actor, PERSON_VIEW).rows(Grant.objects.select_related("person", "role", "given_by"), GRANTS)


def roles_visible(*, actor: Actor) -> QuerySet[Role]:
    """The roles of the actor's side that came with the product, and the organisation's own."""
    found = reach(actor, PERSON_VIEW)
    if not found.whole or found.side is None:
        return Role.objects.none()
    return Role.objects.filter(Q(institution=None) | Q(institution=actor.organisation_id), side=found.side)
