"""The API as it is served, and its OpenAPI."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import IntegrityError
from django.http import Http404, HttpRequest
from django.urls import URLPattern, URLResolver, path, re_path
from django.utils import translation
from django.views.generic import TemplateView
from ninja import NinjaAPI, Router
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from pydantic_core import from_json

from guanbao.api.endpoints import answer, router_of
from guanbao.api.errors import AgainstOthers, BodyUnreadable, NobodyLoggedIn, NotHere, broken, invalid, problem
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


def api_made() -> NinjaAPI:
    """The API of every registered resource and router."""
    made = NinjaAPI(
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
    made.add_exception_handler(ValidationError, invalid)
    made.add_exception_handler(Http404, lambda request, _: problem(request, NotHere()))
    made.add_exception_handler(IntegrityError, lambda request, _: problem(request, AgainstOthers()))
    made.add_exception_handler(AuthenticationError, lambda request, _: problem(request, NobodyLoggedIn()))
    made.add_exception_handler(HttpError, lambda request, _: problem(request, BodyUnreadable()))
    made.add_exception_handler(Exception, broken)
    return made


def api_routes() -> list[URLPattern | URLResolver]:
    """Its addresses under `/api/v1/`, the OpenAPI, and Swagger UI on it, to read and to try with one's own session."""
    api = api_made()
    described = cache(lambda: document(api, f"/{ROOT}"))
    api.get("/openapi.json", include_in_schema=False, url_name="openapi")(lambda request: answer(described()))  # noqa: ARG005 - a view
    found, _, namespace = api.urls
    for pattern in found:
        if isinstance(pattern, URLPattern):
            pattern.callback = answering(pattern.callback)
    rest = re_path("", answering(lambda request: problem(request, NotHere())), name="nothing")
    docs = path(f"{ROOT}docs", TemplateView.as_view(template_name="api/docs.html"), name="api-docs")
    return [docs, path(ROOT, ([*found, rest], "ninja", namespace))]
