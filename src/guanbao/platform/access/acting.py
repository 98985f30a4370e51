"""Who acts in a request: somebody for one of their organisations, or the holder of a token."""

from __future__ import annotations

from dataclasses import replace

from django.utils import timezone

from guanbao.platform.access.factors import factor_missing
from guanbao.platform.access.tenancy import tenant_set
from guanbao.platform.actors import Actor
from guanbao.platform.identity.models import Person
from guanbao.platform.identity.selectors import memberships_current
from guanbao.platform.identity.tokens import token_holder


def actor_of_person(person: Person, *, chosen: str, request_id: str) -> Actor:
    """Somebody who logged in, acting for the organisation that they chose, else their first, or for none.

    What was `read` names both `member_of` and `acts_for`.
    """
    member_of = {m.organisation_id: m.organisation for m in memberships_current(person=person, on=timezone.localdate())}
    acts_for = next((m for pk, m in member_of.items() if str(pk) == chosen), next(iter(member_of.values()), None))
    acting = _acting(person, acts_for.pk if acts_for else None, request_id)
    return replace(acting, read={"member_of": member_of, "acts_for": acts_for})


def actor_of_token(secret: str, *, request_id: str) -> Actor | None:
    """Whoever holds a token; None where the secret opens nothing, or no longer."""
    token = token_holder(secret)
    actor = None if token is None else _acting(token.person, token.organisation_id, request_id)
    return None if actor is None or factor_missing(actor) else actor


def _acting(person: Person, organisation_id: int | None, request_id: str) -> Actor:
    actor = Actor(
        "service" if person.is_machine else "person",
        person.name,
        person_id=person.pk,
        organisation_id=organisation_id,
        request_id=request_id,
        read={},
    )
    tenant_set(actor)
    return actor
