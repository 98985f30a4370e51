"""The API as it is served, and its OpenAPI."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path, re_path
from django.utils import translation
from ninja import NinjaAPI, Router
from ninja.errors import AuthenticationError, HttpError, ValidationErrorContext
from ninja.parser import Parser
from pydantic_core import from_json

from guanbao.api.endpoints import answer, router_of
from guanbao.api.errors import AgainstOthers, BodyUnreadable, NobodyLoggedIn, NotHere, Refused, broken, invalid, problem
from guanbao.api.guards import Session, Token, answering, guarded
from guanbao.api.openapi import document
from guanbao.engine.errors import GuanbaoError
from guanbao.web.resource import resources

ROOT = "api/v1/"
_ROUTERS: list[tuple[str, Router]] = []


def register_router(prefix: str, router: Router) -> None:
    """Put a router's endpoints under `/api/v1/<prefix>`; an app does so once, in its `apps`."""
    _ROUTERS.append((prefix, router))


def routers() -> tuple[tuple[str, Router], ...]:
    """What was registered, in that order."""
    return tuple(_ROUTERS)


class StrictParser(Parser):
    """JSON as RFC 8259 has it: no NaN, no lone surrogates, no depth or number without bound."""

    def parse_body(self, request: HttpRequest) -> Any:  # noqa: ANN401 - JSON
        """What the body holds."""
        return from_json(request.body, allow_inf_nan=False)


class Api(NinjaAPI):
    """Ninja, answering problems."""

    def validation_error_from_error_contexts(self, error_contexts: list[ValidationErrorContext[Any]]) -> Refused:  # type: ignore[override]
        """What pydantic found, as one of ours."""
        return invalid(error_contexts)


def api_made() -> Api:
    """The API of every registered resource and router."""
    made = Api(
        title="Guanbao",
        version="1",
        auth=[Token(), Session()],
        parser=StrictParser(),
        openapi_url=None,
        docs_url=None,
        urls_namespace="api",
    )
    made.add_decorator(guarded, mode="view")
    with translation.override("en"):  # a machine's names
        for resource in resources():
            made.add_router(resource.name, router_of(resource))
        for prefix, router in routers():
            made.add_router(prefix, router)
    made.add_exception_handler(GuanbaoError, problem)
    made.add_exception_handler(Http404, lambda request, _: problem(request, NotHere()))
    made.add_exception_handler(IntegrityError, lambda request, _: problem(request, AgainstOthers()))
    made.add_exception_handler(AuthenticationError, lambda request, _: problem(request, NobodyLoggedIn()))
    made.add_exception_handler(HttpError, lambda request, _: problem(request, BodyUnreadable()))
    made.add_exception_handler(Exception, broken)
    return made


def docs_page(request: HttpRequest) -> HttpResponse:
    """Swagger UI on our OpenAPI, to read and to try with one's own session."""
    return render(request, "api/docs.html")


def api_routes() -> list[URLPattern | URLResolver]:
    """Its addresses under `/api/v1/` and the OpenAPI."""
    api = api_made()
    description: dict[str, Any] = {}

    def openapi(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
        if not description:
            description.update(document(api, f"/{ROOT}"))
        return answer(description)

    def nothing(request: HttpRequest) -> HttpResponse:
        return problem(request, NotHere())

    api.get("/openapi.json", include_in_schema=False, url_name="openapi")(openapi)
    found, _, namespace = api.urls
    for pattern in found:
        if isinstance(pattern, URLPattern):
            pattern.callback = answering(pattern.callback)
    rest = re_path("", answering(nothing), name="nothing")
    return [path(f"{ROOT}docs", docs_page, name="api-docs"), path(ROOT, ([*found, rest], "ninja", namespace))]
