"""Lists: searched, filtered, sorted by what is declared, and paged by key."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.core import signing
from django.db.models import F, Field, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel, create_model
from pydantic import Field as Described

from guanbao.api.errors import NotHere, ParametersWrong
from guanbao.api.problems import parameter_wrong, unknown
from guanbao.api.records import answer, answers, rows_of, seen
from guanbao.api.schemas import Shape, into, named
from guanbao.platform.wording import told
from guanbao.web.forms import related_only
from guanbao.web.lists import filters_of, searched
from guanbao.web.reading import reading_record
from guanbao.web.requests import actor_of
from guanbao.web.resource import Resource

MOST = 200
_SALT = "guanbao.api.cursor"


def sorts(resource: Resource) -> list[str]:
    """What a list may be sorted by, the usual first: columns of its own, up and down (`-`)."""
    own = [name for name in resource.columns if not resource.field(name).is_relation]
    every = [way + name for name in (*own, "id") for way in ("", "-")]
    usual = resource.order[0].replace("pk", "id")
    return sorted(every, key=lambda name: name != (usual if usual in every else "id"))


def parameters_shape(resource: Resource) -> Shape:
    """The parameters of a list. What is not asked for is None, which cannot be asked for."""
    made: dict[str, Any] = {}
    if resource.search:
        words = Described(max_length=200, description="Words that must all be found", examples=["Ltd"])
        made["q"] = (Annotated[str, words], None)
    for name, found in filters_of(resource).base_filters.items():
        told = Described(description=f"Only those of this {name.replace('_', ' ')}")
        made[name] = (Annotated[into(found.field, filters=True), told], None)
    order = sorts(resource)
    made["sort"] = (Annotated[Literal[tuple(order)], Described(description="A column, after - downwards")], order[0])
    made["limit"] = (Annotated[int, Described(ge=1, le=MOST, description="At most so many")], 50)
    cursor = Described(max_length=2000, description="`next` of the page before, with the same `sort`")
    made["cursor"] = (Annotated[str, cursor], None)
    return create_model(f"{named(resource)}Parameters", **made)


def list_answer(request: HttpRequest, resource: Resource, asked: BaseModel) -> HttpResponse:
    """A page of the rows that the actor may see. Asks the database the same number of times whatever it finds."""
    actor = actor_of(request)
    if not resource.may_view(actor):
        raise NotHere
    resource, declared = seen(resource, actor), resource
    given: Any = asked
    for name in request.GET:
        if name in declared.filters and name not in resource.filters:
            raise unknown(name)
    if given.sort not in sorts(resource) and "sort" in request.GET:
        raise unknown("sort")
    sort = given.sort if given.sort in sorts(resource) else sorts(resource)[0]
    rows = searched(rows_of(resource, actor), resource, getattr(given, "q", None) or "")
    filters = filters_of(resource)(request.GET, queryset=rows)
    for field in filters.form.fields.values():
        related_only(field, request)
    if not filters.form.is_valid():
        wrong = [(name, text) for name, texts in filters.form.errors.items() for text in texts]
        raise ParametersWrong([{"parameter": name, "detail": str(text)} for name, text in wrong])
    page = _paged(filters.qs, resource, sort, given.cursor)
    found = list(page[: given.limit + 1])
    following = _cursor(resource, sort, found[given.limit - 1]) if len(found) > given.limit else None
    reading_record(actor=actor, resource=resource, fields=resource.answered, rows=found[: given.limit])
    return answer({"items": answers(resource, found[: given.limit]), "next": following})


def _paged(rows: QuerySet[Any], resource: Resource, sort: str, cursor: str | None) -> QuerySet[Any]:
    """Rows in order of a column and then of their key, after the one that the cursor names."""
    name, field = sort.removeprefix("-"), _field(resource, sort)
    way, beyond = ("desc", "lt") if sort.startswith("-") else ("asc", "gt")
    if cursor is not None:
        value, pk = _position(cursor, resource, sort)
        further = Q(**{f"pk__{beyond}": pk})
        if field.primary_key:
            rows = rows.filter(further)
        elif value is None:
            rows = rows.filter(further, **{f"{name}__isnull": True})
        else:
            # The first condition says nothing new, but lets an index find where to begin.
            after = Q(**{f"{name}__{beyond}e": value}) & (Q(**{f"{name}__{beyond}": value}) | further)
            rows = rows.filter(after | Q(**{f"{name}__isnull": True}) if field.null else after)
    by: Any = getattr(F(field.name), way)(nulls_last=True if field.null else None)
    return rows.order_by(by, getattr(F("pk"), way)())


def _field(resource: Resource, sort: str) -> Field[Any, Any]:
    name = sort.removeprefix("-")
    return resource.field(resource.model._meta.pk.name if name == "id" else name)  # noqa: SLF001


def _cursor(resource: Resource, sort: str, row: Any) -> str:  # noqa: ANN401 - a model
    field = _field(resource, sort)
    value = None if getattr(row, field.attname) is None else field.value_to_string(row)
    return signing.dumps([resource.name, sort, value, row.pk], salt=_SALT)


def _position(cursor: str, resource: Resource, sort: str) -> tuple[Any, int]:
    """Where a cursor stands: one of ours, of this list in this order."""
    try:
        name, order, value, pk = signing.loads(cursor, salt=_SALT)
    except signing.BadSignature:
        name = None
    if name is None or (name, order) != (resource.name, sort):
        raise parameter_wrong("cursor", told("It is no cursor of this list in this order."))
    return (None if value is None else _field(resource, sort).to_python(value)), pk
