"""What is asked of every request before its endpoint sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from ninja.openapi.schema import BODY_CONTENT_TYPES
from ninja.operation import Operation
from ninja.security import HttpBearer, SessionAuth
from ninja.utils import check_csrf

from guanbao.api.errors import (
    AnswerNotAccepted,
    BodyTooLarge,
    BodyTypeUnknown,
    CrossSiteSuspected,
    MethodNotOffered,
    NobodyLoggedIn,
)
from guanbao.api.problems import MEDIA, parameter_wrong, problem, unknown
from guanbao.engine.errors import GuanbaoError
from guanbao.platform.access.acting import actor_of_token
from guanbao.platform.actors import Actor
from guanbao.platform.wording import told
from guanbao.web.requests import actor_of

MOST_BYTES = 1 << 20
View = Callable[..., HttpResponseBase]


class Token(HttpBearer):
    """A token, `Authorization: Bearer …`. A wrong one is no reason to look for a session."""

    def __call__(self, request: HttpRequest) -> Actor | None:
        """The actor; None where no such header was sent."""
        found = super().__call__(request)
        if found is None and "Authorization" in request.headers:
            raise NobodyLoggedIn
        return found

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """Whoever holds the token acts from here on."""
        actor = actor_of_token(token, request_id=request.request_id)  # type: ignore[attr-defined]
        if actor is not None:
            request.actor = actor  # type: ignore[attr-defined]
        return actor


class Session(SessionAuth):
    """The cookie of somebody who logged in; what writes needs the CSRF token too."""

    def __call__(self, request: HttpRequest) -> Actor | None:
        """The actor; None where nobody logged in."""
        if not request.user.is_authenticated:
            return None
        if check_csrf(request):
            raise CrossSiteSuspected
        return actor_of(request)


def guarded(run: View) -> View:
    """An operation that refuses what it does not declare: parameters, types and sizes of bodies and answers."""
    operation: Operation = run.__self__  # type: ignore[attr-defined]
    parameters: set[str] = set()
    for model in operation.models:
        if model.__ninja_param_source__ == "query":
            parameters |= set(model.__ninja_flatten_map__)
    in_body = any(model.__ninja_param_source__ in BODY_CONTENT_TYPES for model in operation.models)
    extra: dict[str, Any] = operation.openapi_extra or {}
    types = list(extra.get("requestBody", {}).get("content", ()))
    given = {media for told in extra.get("responses", {}).values() for media in told.get("content", ())}

    def guarding(request: HttpRequest, **path: Any) -> HttpResponseBase:  # noqa: ANN401 - Django's own
        try:
            _inspect(request, parameters, given)
            if in_body or types:
                _inspect_body(request, types or ["application/json"], read=in_body)
        except GuanbaoError as error:
            return problem(request, error)
        return run(request, **path)

    return guarding


def answering(view: View) -> View:
    """A route that answers problems where ninja and Django would answer pages."""

    def answered(request: HttpRequest, **path: Any) -> HttpResponseBase:  # noqa: ANN401 - Django's own
        asked = str(request.method)
        if asked == "HEAD":  # the server leaves the body out
            request.method = "GET"
        response = view(request, **path)
        request.method = asked
        if response.status_code == 405 and response.headers["Content-Type"] != MEDIA:
            offered = response.headers["Allow"]
            response = problem(request, MethodNotOffered(method=asked, offered=offered))
            response.headers["Allow"] = offered
        return response

    answered.csrf_exempt = True  # type: ignore[attr-defined] # `Session` checks it
    answered.login_required = False  # type: ignore[attr-defined] # as above: 401, not the login page
    return answered


def _inspect(request: HttpRequest, parameters: set[str], given: set[str]) -> None:
    for name, values in request.GET.lists():
        if name not in parameters:
            raise unknown(name)
        if any("\0" in value for value in values):
            raise parameter_wrong(name, told("It holds a character that is no text."))
    if not any(request.accepts(media) for media in ("application/json", MEDIA, *given)):
        raise AnswerNotAccepted


def _inspect_body(request: HttpRequest, types: list[str], *, read: bool) -> None:
    if request.content_type not in types and (request.content_type or request.META.get("CONTENT_LENGTH")):
        raise BodyTypeUnknown(offered=types)
    if not read:
        return
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if declared.isdigit() and int(declared) > MOST_BYTES:
        raise BodyTooLarge(most=MOST_BYTES)
    request._body = request.read(MOST_BYTES + 1)  # noqa: SLF001 - Django would read all of it
    if len(request._body) > MOST_BYTES:  # noqa: SLF001 - as above
        raise BodyTooLarge(most=MOST_BYTES)
