"""The operations of every resource: its list, each record with the ETag of its version, and its verbs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Any

from django.core.signing import BadSignature
from django.db import transaction
from django.db.models import Manager, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import parse_etags
from ninja import Router
from ninja.params.models import Query
from pydantic import BaseModel

from guanbao.api import errors
from guanbao.api.errors import at_fields, parameter_wrong, unknown
from guanbao.api.guards import JSON, View
from guanbao.api.schemas import Shape, body_shape, example_of, page_shape, parameters_shape, record_shape
from guanbao.platform.access.acting import actor_of
from guanbao.platform.access.reach import need
from guanbao.platform.actors import Actor
from guanbao.platform.covering import fingerprint
from guanbao.platform.keeping.services import answer_once
from guanbao.platform.paging import page_of
from guanbao.platform.wording import told
from guanbao.web.forms import form_of, perform
from guanbao.web.lists import asked_for, sorts
from guanbao.web.resource import Resource, Verb

Answers = dict[int, tuple[Shape | None, dict[str, Any]]]
_ETAG = {"ETag": {"description": "Names this version of the record", "schema": {"type": "string"}}}
_LOCATION = {"Location": {"description": "The record's address", "schema": {"type": "string"}}}
_KEY = re.compile(r"[!-~]{1,255}")
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
    router, record, name = Router(tags=[str(resource.title)]), record_shape(resource), resource.name
    page, shown = page_shape(resource, record), example_of(record)

    def listed(request: HttpRequest, asked: BaseModel) -> HttpResponse:
        return _page(request, resource, asked)

    def detailed(request: HttpRequest, id: int) -> HttpResponse:  # noqa: A002 - the parameter's name in the address
        actor = actor_of(request)
        here, row = _seen(resource, actor), _row(resource, actor, id)
        return record_answer(here, row)

    listed.__annotations__["asked"] = Annotated[parameters_shape(resource), Query(...)]
    many, one = _shown({"items": [shown], "next": None}), _shown(shown, headers=_ETAG)
    _operation(router, "GET", "", {200: (page, many)}, name=name, title=resource.title)(listed)
    reads = {"name": f"{name}.read", "title": resource.singular}
    _operation(router, "GET", "/{int:id}", {200: (record, one)}, **reads)(detailed)
    for verb in (resource.add, *resource.verbs):
        if verb is not None:
            _offer(router, resource, verb, record)
    return router


def record_answer(resource: Resource, row: Model, *, status: int = 200) -> HttpResponse:
    """One record with its ETag; a new one with its address too."""
    response = answer(_told(resource, [row])[0], status=status)
    response.headers["ETag"] = f'"{sha256(response.content + fingerprint(row)).hexdigest()[:32]}"'
    if status == 201:
        response.headers["Location"] = reverse(f"api:{resource.name}.read", args=[row.pk])
    return response


def answer(content: object, *, status: int = 200) -> HttpResponse:
    """A response of JSON."""
    text = json.dumps(content, default=_plain, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text, status=status, content_type=JSON)


def once(request: HttpRequest, actor: Actor, write: Callable[[], HttpResponse]) -> HttpResponse:
    """Do `write` in one transaction; under an Idempotency-Key used within a day, give its first answer again."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        with transaction.atomic():
            return write()
    if not _KEY.fullmatch(key):
        raise parameter_wrong("Idempotency-Key", told("It is not 1 to 255 printable ASCII characters."))
    asked = sha256(f"{request.method} {request.path}\n".encode() + request.body).hexdigest()

    def make() -> dict[str, Any]:
        response = write()
        return {"status": response.status_code, "body": response.content, "headers": dict(response.headers)}

    kept = answer_once(actor=actor, key=key, digest=asked, make=make)
    if kept.digest != asked:
        raise errors.KeyUsedOtherwise
    return HttpResponse(bytes(kept.body), status=kept.status, headers=kept.headers)


def _offer(router: Router, resource: Resource, verb: Verb, record: Shape) -> None:
    """The endpoint of a verb: of the one that adds, the list's address; of others, one under the record's."""
    adds, body = verb is resource.add, body_shape(resource, verb)

    def added(request: HttpRequest, given: BaseModel) -> HttpResponse:
        return once(request, actor_of(request), lambda: _done(request, resource, verb, None, given))

    def done(request: HttpRequest, id: int, given: BaseModel) -> HttpResponse:  # noqa: A002 - as above
        actor = actor_of(request)
        with transaction.atomic():
            _row(resource, actor, id)  # before the lock: what is not theirs is not theirs to lock
            resource.model._default_manager.select_for_update().get(pk=id)  # noqa: SLF001 - any model's
            return _done(request, resource, verb, _row(resource, actor, id), given)

    view: View = added if adds else done
    view.__annotations__["given"] = body
    path, status, headers = ("", 201, _ETAG | _LOCATION) if adds else (f"/{{int:id}}/{verb.name}", 200, _ETAG)
    answers: Answers = {
        status: (record, _shown(example_of(record), headers=headers)),
        204: (None, {"description": "Done; the record is not shown to you"}),
    }
    asked: dict[str, Any] = {"parameters": [IDEMPOTENT if adds else _MATCH], "requestBody": _shown(example_of(body))}
    _operation(router, "POST", path, answers, name=f"{resource.name}_{verb.name}", title=verb.title, **asked)(view)


def _operation(
    router: Router, method: str, path: str, answers: Answers, *, name: str, title: str, **asked: object
) -> Callable[[View], View]:
    """Offer a view under a name; the OpenAPI tells what is asked, and of each answer by its status shape and more."""
    return router.api_operation(
        [method],
        path,
        response={status: shape for status, (shape, _) in answers.items()},
        operation_id=name,
        summary=str(title),
        url_name=name,
        openapi_extra=asked | {"responses": {status: said for status, (_, said) in answers.items()}},
    )


def _shown(example: object, **more: object) -> dict[str, Any]:
    return {"content": {JSON: {"example": example}}, **more}


def _page(request: HttpRequest, resource: Resource, given: Any) -> HttpResponse:  # noqa: ANN401 - of its own shape
    """A page of the rows that the actor may see. Asks the database the same number of times whatever it finds."""
    actor = actor_of(request)
    here = _seen(resource, actor)
    hidden = {*resource.filters} - {*here.filters} | ({"sort"} if given.sort not in sorts(here) else set())
    for name in hidden.intersection(request.GET):
        raise unknown(name)
    filters, sort = asked_for(here, here.answered, actor, request.GET)
    if not filters.form.is_valid():
        wrong = [(name, text) for name, texts in filters.form.errors.items() for text in texts]
        raise errors.ParametersWrong([errors.Wrong(parameter=name, detail=str(text)) for name, text in wrong])
    try:
        page = page_of(filters.qs, here.name, sort, given.cursor, given.limit)
    except BadSignature:
        raise parameter_wrong("cursor", told("It is no cursor of this list in this order.")) from None
    return answer({"items": _told(here, page.rows), "next": page.after})


def _done(request: HttpRequest, resource: Resource, verb: Verb, row: Any, given: BaseModel) -> HttpResponse:  # noqa: ANN401
    """Carry out a verb as its form would, on a row that is locked or on none; what has come of it."""
    actor = actor_of(request)
    here = _seen(resource, actor)
    need(actor, verb.permission)
    if row is not None:
        _match(request, here, row)
        if not verb.when(row, actor):
            raise errors.NotNow
    form = form_of(resource, verb, request, row, given=given.model_dump(exclude_unset=True))
    made = perform(verb, form, request, row)
    if form.errors:
        raise at_fields(form.errors)
    now = _rows(here, actor).filter(pk=made.pk if row is None else row.pk).first()
    return HttpResponse(status=204) if now is None else record_answer(here, now, status=201 if row is None else 200)


def _match(request: HttpRequest, resource: Resource, row: Model) -> None:
    """See that the request is about this version of the row, which must be locked.

    Raises:
        VersionUnnamed, RecordChanged.
    """
    asked = request.headers.get("If-Match")
    if asked is None:
        raise errors.VersionUnnamed
    tags = parse_etags(asked)
    if tags != ["*"] and record_answer(resource, row).headers["ETag"] not in tags:
        raise errors.RecordChanged


def _seen(resource: Resource, actor: Actor) -> Resource:
    """The resource as the API shows it to this actor: as pages do, but a program of a contractor collects no people.

    Raises Http404, where nothing of it is theirs.
    """
    if not resource.may_view(actor):
        raise Http404
    return resource.seen_by(actor)


def _rows(resource: Resource, actor: Actor) -> QuerySet[Any]:
    """The rows that the actor may see, with what their answer names."""
    return resource.joined(resource.rows(actor=actor), resource.answered)


def _row(resource: Resource, actor: Actor, pk: int) -> Any:  # noqa: ANN401 - a model
    """One of them. Raises Http404, of what is not theirs as of what there is not."""
    return get_object_or_404(_rows(resource, actor), pk=pk)


def _told(resource: Resource, rows: Iterable[Model]) -> list[dict[str, object]]:
    """Rows as they are answered: the declared fields, no others."""
    return [{"id": row.pk} | {name: getattr(row, name) for name in resource.answered} for row in rows]


def _plain(value: Any) -> object:  # noqa: ANN401 - what JSON does not know
    """Rows by key and name, decimals as text, times with their offset."""
    match value:
        case Model():
            return {"id": value.pk, "name": str(value)}
        case Manager():
            return list(value.all())
        case datetime():
            return timezone.localtime(value).isoformat()
        case Decimal():
            return format(value, "f")
        case _:
            return value.isoformat() if hasattr(value, "isoformat") else str(value)
