"""Lists: searched, filtered, sorted by what is declared, and paged by key."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel, create_model
from pydantic import Field as Described

from guanbao.api.errors import NotHere, ParametersWrong
from guanbao.api.problems import parameter_wrong, unknown
from guanbao.api.records import answer, answers, seen
from guanbao.api.schemas import Shape, into, named
from guanbao.platform.wording import told
from guanbao.web.lists import asked_for, filters_of
from guanbao.web.paging import page_of, sorts
from guanbao.web.reading import reading_record
from guanbao.web.requests import actor_of
from guanbao.web.resource import Resource

MOST = 200


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
    filters, sort = asked_for(resource, resource.answered, actor, request.GET)
    if not filters.form.is_valid():
        wrong = [(name, text) for name, texts in filters.form.errors.items() for text in texts]
        raise ParametersWrong([{"parameter": name, "detail": str(text)} for name, text in wrong])
    try:
        page = page_of(filters.qs, resource, sort, given.cursor, given.limit)
    except BadSignature:
        raise parameter_wrong("cursor", told("It is no cursor of this list in this order.")) from None
    reading_record(actor=actor, resource=resource, fields=resource.answered, rows=page.rows)
    return answer({"items": answers(resource, page.rows), "next": page.after})
