"""What is asked of every request before its endpoint sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from ninja.openapi.schema import BODY_CONTENT_TYPES
from ninja.operation import Operation
from ninja.security import HttpBearer, SessionAuth
from ninja.utils import check_csrf

from guanbao.api import errors
from guanbao.api.errors import PROBLEM, parameter_wrong, problem, unknown
from guanbao.platform.access.acting import actor_of, actor_of_token
from guanbao.platform.actors import Actor
from guanbao.platform.wording import told

JSON = "application/json"
MOST_BYTES = 1 << 20
View = Callable[..., HttpResponseBase]


class Token(HttpBearer):
    """A token, `Authorization: Bearer …`. A wrong one is no reason to look for a session."""

    def __call__(self, request: HttpRequest) -> Actor | None:
        """The actor; None where no such header was sent."""
        found = super().__call__(request)
        if found is None and "Authorization" in request.headers:
            raise errors.NobodyLoggedIn
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
            raise errors.CrossSiteSuspected
        return actor_of(request)


def guarded(run: View) -> View:
    """An operation that refuses what it does not declare: parameters, types and sizes of bodies and answers."""
    operation: Operation = run.__self__  # type: ignore[attr-defined]
    sources = {each.__ninja_param_source__: getattr(each, "__ninja_flatten_map__", ()) for each in operation.models}
    in_body = not sources.keys().isdisjoint(BODY_CONTENT_TYPES)
    described: dict[str, Any] = operation.openapi_extra or {}
    taken = list(described.get("requestBody", {}).get("content", [JSON] if in_body else ()))
    given = {JSON, PROBLEM}.union(*(each.get("content", ()) for each in described.get("responses", {}).values()))

    def refused(request: HttpRequest) -> errors.Refused | None:
        for name, values in request.GET.lists():
            if name not in sources.get("query", ()):
                return unknown(name)
            if any("\0" in value for value in values):
                return parameter_wrong(name, told("It holds a character that is no text."))
        if not any(request.accepts(media) for media in given):
            return errors.AnswerNotAccepted()
        typed = request.content_type or request.META.get("CONTENT_LENGTH")
        if taken and typed and request.content_type not in taken:
            return errors.BodyTypeUnknown(offered=taken)
        if in_body:
            request._body = request.read(MOST_BYTES + 1)  # noqa: SLF001 - Django would read all of it
            if len(request._body) > MOST_BYTES:  # noqa: SLF001 - as above
                return errors.BodyTooLarge(most=MOST_BYTES)
        return None

    def guarding(request: HttpRequest, **path: Any) -> HttpResponseBase:  # noqa: ANN401 - Django's own
        error = refused(request)
        return run(request, **path) if error is None else problem(request, error)

    return guarding


def answering(view: View) -> View:
    """A route that answers problems where ninja and Django would answer pages."""

    def answered(request: HttpRequest, **path: Any) -> HttpResponseBase:  # noqa: ANN401 - Django's own
        asked = str(request.method)
        if asked == "HEAD":  # the server leaves the body out
            request.method = "GET"
        response = view(request, **path)
        request.method = asked
        if response.status_code == 405 and response.headers["Content-Type"] != PROBLEM:
            offered = response.headers["Allow"]
            response = problem(request, errors.MethodNotOffered(method=asked, offered=offered))
            response.headers["Allow"] = offered
        return response

    answered.csrf_exempt = True  # type: ignore[attr-defined] # `Session` checks it
    answered.login_required = False  # type: ignore[attr-defined] # as above: 401, not the login page
    return answered
