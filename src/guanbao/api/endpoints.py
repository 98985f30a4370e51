"""The operations of every resource."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.params.models import Query
from pydantic import BaseModel

from guanbao.api.errors import NotHere, NotNow
from guanbao.api.lists import list_answer, parameters_shape
from guanbao.api.problems import at_fields
from guanbao.api.records import matched, record_answer, row_of, rows_of, seen
from guanbao.api.repeats import once
from guanbao.api.schemas import Shape, body_shape, example_of, page_shape, record_shape
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.actors import Actor
from guanbao.web.forms import form_of, perform
from guanbao.web.reading import reading_record
from guanbao.web.requests import actor_of
from guanbao.web.resource import Resource, Verb

_ETAG = {"ETag": {"description": "Names this version of the record", "schema": {"type": "string"}}}
_LOCATION = {"Location": {"description": "The record's address", "schema": {"type": "string"}}}
IDEMPOTENT = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "Chosen by the caller; the same request under the same key is answered once more, not done twice",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
    "example": "8e03978e-40d5-43e8-bc93-6894a57f9324",
}
_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The ETag that reading the record gave, or * for whatever it is now",
    "schema": {"type": "string"},
    "example": "*",
}


def router_of(resource: Resource) -> Router:
    """The endpoints of a resource, under its name."""
    router, record = Router(tags=[str(resource.title)]), record_shape(resource)
    page, shown, title = page_shape(resource, record), example_of(record), str(resource.singular)

    def listed(request: HttpRequest, asked: BaseModel) -> HttpResponse:
        return list_answer(request, resource, asked)

    def detailed(request: HttpRequest, id: int) -> HttpResponse:  # noqa: A002 - the parameter's name in the address
        actor = actor_of(request)
        here, row = seen(resource, actor), row_of(resource, actor, id)
        reading_record(actor=actor, resource=here, fields=here.answered, rows=[row])
        return record_answer(here, row)

    listed.__annotations__["asked"] = Annotated[parameters_shape(resource), Query(...)]
    router.get(
        "",
        response={200: page},
        operation_id=resource.name,
        summary=str(resource.title),
        url_name=resource.name,
        openapi_extra={"responses": {200: _shown({"items": [shown], "next": None})}},
    )(listed)
    router.get(
        "/{int:id}",
        response={200: record},
        operation_id=f"{resource.name}.read",
        summary=title,
        url_name=f"{resource.name}.read",
        openapi_extra={"responses": {200: _shown(shown) | {"headers": _ETAG}}},
    )(detailed)
    for verb in (resource.add, *resource.verbs):
        if verb is not None:
            _offer(router, resource, verb, record)
    return router


def _offer(router: Router, resource: Resource, verb: Verb, record: Shape) -> None:
    """The endpoint of a verb: of the one that adds, the list's address; of others, one under the record's."""
    adds, body = verb is resource.add, body_shape(resource, verb)

    def added(request: HttpRequest, given: BaseModel) -> HttpResponse:
        return once(request, actor_of(request), lambda: _done(request, resource, verb, None, given))

    def done(request: HttpRequest, id: int, given: BaseModel) -> HttpResponse:  # noqa: A002 - as above
        actor = actor_of(request)
        with transaction.atomic():
            row_of(resource, actor, id)  # before the lock: what is not theirs is not theirs to lock
            resource.model._default_manager.select_for_update().get(pk=id)  # noqa: SLF001 - any model's
            return _done(request, resource, verb, row_of(resource, actor, id), given)

    view: Callable[..., HttpResponse] = added if adds else done
    view.__annotations__["given"] = body
    headers = _ETAG | _LOCATION if adds else _ETAG
    status = 201 if adds else 200
    router.post(
        "" if adds else f"/{{int:id}}/{verb.name}",
        response={status: record, 204: None},
        operation_id=f"{resource.name}_{verb.name}",
        summary=str(verb.title),
        url_name=f"{resource.name}_{verb.name}",
        openapi_extra={
            "parameters": [IDEMPOTENT if adds else _MATCH],
            "requestBody": {"content": {"application/json": {"example": example_of(body)}}},
            "responses": {
                status: _shown(example_of(record)) | {"headers": headers},
                204: {"description": "Done; the record is not shown to you"},
            },
        },
    )(view)


def _done(request: HttpRequest, resource: Resource, verb: Verb, row: Any, given: BaseModel) -> HttpResponse:  # noqa: ANN401
    """Carry out a verb as its form would: fields that were not given are as the form would show them."""
    actor = actor_of(request)
    if not resource.may_view(actor):
        raise NotHere
    if not verb.may(actor):
        raise NotPermitted(actor=actor.name, permission=verb.permission.name)
    here = seen(resource, actor)
    if row is not None:
        matched(request, here, row)
        if not verb.when(row, actor):
            raise NotNow
    form = form_of(resource, verb, request, row, given={})
    shown = {n: field.prepare_value(form.get_initial_for_field(field, n)) for n, field in form.fields.items()}
    form.data = shown | given.model_dump(exclude_unset=True)
    made = perform(verb, form, request, row)
    if form.errors:
        raise at_fields(form.errors)
    return _told(here, actor, made.pk if row is None else row.pk, status=201 if row is None else 200)


def _told(resource: Resource, actor: Actor, pk: int, *, status: int) -> HttpResponse:
    now = rows_of(resource, actor).filter(pk=pk).first()
    return HttpResponse(status=204) if now is None else record_answer(resource, now, status=status)


def _shown(example: object) -> dict[str, Any]:
    return {"content": {"application/json": {"example": example}}}
