"""What is asked of every request before its endpoint sees it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from ninja.openapi.schema import BODY_CONTENT_TYPES
from ninja.operation import Operation
from ninja.security import HttpBearer, SessionAuth
from ninja.utils import check_csrf

from guanbao.api import errors
from guanbao.api.errors import PROBLEM, parameter_wrong, problem, unknown
from guanbao.engine.errors import GuanbaoError
from guanbao.platform.access.acting import actor_of_token
from guanbao.platform.actors import Actor
from guanbao.platform.wording import told
from guanbao.web.requests import actor_of

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

    def guarding(request: HttpRequest, **path: Any) -> HttpResponseBase:  # noqa: ANN401 - Django's own
        try:
            _inspect(request, sources.get("query", ()), given)
            if taken:
                _inspect_body(request, taken, read=in_body)
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
        if response.status_code == 405 and response.headers["Content-Type"] != PROBLEM:
            offered = response.headers["Allow"]
            response = problem(request, errors.MethodNotOffered(method=asked, offered=offered))
            response.headers["Allow"] = offered
        return response

    answered.csrf_exempt = True  # type: ignore[attr-defined] # `Session` checks it
    answered.login_required = False  # type: ignore[attr-defined] # as above: 401, not the login page
    return answered


def _inspect(request: HttpRequest, parameters: Collection[str], given: Collection[str]) -> None:
    for name, values in request.GET.lists():
        if name not in parameters:
            raise unknown(name)
        if any("\0" in value for value in values):
            raise parameter_wrong(name, told("It holds a character that is no text."))
    if not any(request.accepts(media) for media in given):
        raise errors.AnswerNotAccepted


def _inspect_body(request: HttpRequest, taken: list[str], *, read: bool) -> None:
    if request.content_type not in taken and (request.content_type or request.META.get("CONTENT_LENGTH")):
        raise errors.BodyTypeUnknown(offered=taken)
    if read:
        request._body = request.read(MOST_BYTES + 1)  # noqa: SLF001 - Django would read all of it
        if len(request._body) > MOST_BYTES:  # noqa: SLF001 - as above
            raise errors.BodyTooLarge(most=MOST_BYTES)
