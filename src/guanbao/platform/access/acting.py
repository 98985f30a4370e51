"""Who acts in a request: somebody for one of their organisations, or the holder of a token."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from guanbao.platform.access.factors import factor_missing
from guanbao.platform.access.tenancy import limited_to, tenant_set
from guanbao.platform.actors import Actor
from guanbao.platform.identity.models import Person
from guanbao.platform.identity.selectors import memberships_current
from guanbao.platform.identity.tokens import token_holder

ACTS_FOR = "acts_for"  # in the session: the organisation that somebody chose to act for
Answer = Callable[[HttpRequest], HttpResponse]


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a request; somebody without any organisation acts for none and sees nothing."""
    found: Actor = request.actor  # type: ignore[attr-defined] # set by the middleware below
    return found


def actors(answer: Answer) -> Answer:
    """Middleware: `request.actor`, found when it is first asked for.

    On PostgreSQL each request is one transaction, in which there is nobody's row before there is an actor.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request.request_id = uuid.uuid4().hex  # type: ignore[attr-defined]
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        if connection.vendor != "postgresql":
            return answer(request)
        with transaction.atomic(), limited_to(None):
            response = answer(request)
            if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                transaction.set_rollback(True)
        return response

    return middleware


def _actor(request: HttpRequest) -> Actor:
    person, number = request.user, request.request_id  # type: ignore[attr-defined]
    if not person.is_authenticated:
        return Actor("person", "anonymous", request_id=number)
    return actor_of_person(person, chosen=request.session.get(ACTS_FOR, ""), request_id=number)


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
