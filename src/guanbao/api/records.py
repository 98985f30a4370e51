"""A record as it is answered, and the ETag that names its version."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import parse_etags

from guanbao.api.errors import NotHere, RecordChanged, VersionUnnamed
from guanbao.api.schemas import plain
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.web.resource import Resource

MEDIA = "application/json"


def seen(resource: Resource, actor: Actor) -> Resource:
    """The resource as the API shows it to this actor: as pages do, but a program of a contractor collects no people."""
    found = resource.seen_by(actor)
    if not resource.personal or reach(actor, resource.view).side is Side.INSTITUTION:
        return found
    return replace(found, answers=tuple(name for name in found.answered if name not in resource.personal))


def rows_of(resource: Resource, actor: Actor) -> QuerySet[Any]:
    """The rows that the actor may see, with what their answer names."""
    return resource.joined(resource.rows(actor=actor), resource.answered)


def row_of(resource: Resource, actor: Actor, pk: int) -> Any:  # noqa: ANN401 - a model
    """One of them. Raises NotHere, of what is not theirs as of what there is not."""
    row = rows_of(resource, actor).filter(pk=pk).first() if resource.may_view(actor) else None
    if row is None:
        raise NotHere
    return row


def answers(resource: Resource, rows: Iterable[Model]) -> list[dict[str, object]]:
    """Rows as they are answered: the declared fields, no others."""
    fields = [(name, resource.field(name).is_relation) for name in resource.answered]
    return [{"id": row.pk} | {name: _value(row, name, related) for name, related in fields} for row in rows]


def answer(content: object, *, status: int = 200) -> HttpResponse:
    """A response of JSON."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text, status=status, content_type=MEDIA)


def record_answer(resource: Resource, row: Model, *, status: int = 200) -> HttpResponse:
    """One record with its ETag; a new one with its address too."""
    response = answer(answers(resource, [row])[0], status=status)
    response.headers["ETag"] = f'"{sha256(response.content).hexdigest()[:32]}"'
    if status == 201:
        response.headers["Location"] = reverse(f"api:{resource.name}.read", args=[row.pk])
    return response


def matched(request: HttpRequest, resource: Resource, row: Model) -> None:
    """See that the request is about this version of the row, which must be locked.

    Raises:
        VersionUnnamed, RecordChanged.
    """
    asked = request.headers.get("If-Match")
    if asked is None:
        raise VersionUnnamed
    tags = parse_etags(asked)
    if tags != ["*"] and record_answer(resource, row).headers["ETag"] not in tags:
        raise RecordChanged


def _value(row: Model, name: str, related: bool) -> object:  # noqa: FBT001 - called once per cell
    value = getattr(row, name)
    if related and hasattr(value, "all"):
        return [{"id": one.pk, "name": str(one)} for one in value.all()]
    if related:
        return None if value is None else {"id": value.pk, "name": str(value)}
    return plain(timezone.localtime(value) if isinstance(value, datetime) else value)
