"""Who asks: the actor of a request, and the languages they read."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject

from guanbao.platform.access.acting import actor_of_person
from guanbao.platform.access.tenancy import limited_to
from guanbao.platform.actors import Actor

ACTS_FOR = "acts_for"  # in the session: the organisation that somebody chose to act for
Answer = Callable[[HttpRequest], HttpResponse]
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'"
)


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


def languages(answer: Answer) -> Answer:
    """Middleware: the person's language, else their choice in this browser, else what it asks for, else Chinese."""

    def middleware(request: HttpRequest) -> HttpResponse:
        asked = getattr(request.user, "language", "") or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if not asked:
            asked = request.headers.get("Accept-Language", "")
        translation.activate("en" if asked.strip().lower().startswith("en") else "zh-hans")
        response = answer(request)
        response.headers["Content-Language"] = translation.get_language()
        patch_vary_headers(response, ("Cookie", "Accept-Language"))
        return response

    return middleware


def policies(answer: Answer) -> Answer:
    """Middleware: nothing is loaded from elsewhere, nothing inline runs, and no page with data is kept."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        response.headers.setdefault("Content-Security-Policy", f"{POLICY} {settings.GUANBAO_OIDC_ORIGIN}".strip())
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware
