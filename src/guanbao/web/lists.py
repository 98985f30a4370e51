"""The list of a resource: searched, filtered, sorted, page by page."""

from __future__ import annotations

from typing import Any, NamedTuple

import django_filters
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST
from django_filters.filterset import filterset_factory

from guanbao.platform.access.acting import actor_of
from guanbao.platform.actors import Actor
from guanbao.platform.covering import personal_fields
from guanbao.platform.keeping.services import view_remove, view_save, views_of
from guanbao.platform.paging import page_of
from guanbao.platform.telling import cell
from guanbao.web.forms import dressed, related_to
from guanbao.web.resource import Resource

PAGE = 50
MOST_COUNTED = 1_000  # counting on takes longer than anybody looks at the number


class Head(NamedTuple):
    """The head of a column: of which field, what it is called, how it is sorted now, the address that sorts by it."""

    name: str
    title: str
    sorted: str
    query: str


def list_page(request: HttpRequest, resource: Resource, wrong: ValidationError | None = None) -> HttpResponse:
    """The list; its table alone where htmx asks for it. `wrong` is what is wrong with a view that was to be kept."""
    actor = actor_of(request)
    if not resource.may_view(actor):
        raise Http404
    seen = resource.seen_by(actor)
    views = views_of(actor=actor, resource=resource.name)
    if not request.GET and (usual := next((view for view in views if view.is_usual and view.query), None)):
        return redirect(f"{resource.url('list')}?{usual.query}")
    resource = seen.showing(request.GET.getlist("column"))
    filters, sort = asked_for(seen, resource.columns, actor, request.GET)
    dressed(filters.form)
    cursor = request.GET.get("cursor")
    try:
        page = page_of(filters.qs, seen.name, sort, cursor, PAGE, most=0 if cursor else MOST_COUNTED)
    except BadSignature as error:
        raise Http404 from error
    heads = [_head(seen, name, sort, request.GET) for name in resource.columns]
    context = {
        "resource": resource,
        "home": resource.url("list"),
        "columns": [(name, seen.heading(name), name in resource.columns) for name in seen.choosable[1:]],
        "views": views,
        "query": query_of(seen, request.GET),
        "wrong": wrong,
        "verbs": [verb for verb in resource.verbs if verb.bulk and verb.may(actor)],
        "heads": heads,
        "rows": [(row, [(head, cell(row, head.name)) for head in heads]) for row in page.rows],
        "before": page.before and _address(request.GET, cursor=page.before),
        "after": page.after and _address(request.GET, cursor=page.after),
        "count": None if cursor else min(page.found, MOST_COUNTED),
        "more": page.found > MOST_COUNTED,
        "filters": filters,
        "asked": any(request.GET.get(name) for name in ("q", "cursor", *resource.filters)),
        "add": resource.add if resource.add and resource.add.may(actor) else None,
    }
    partial = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    return render(request, "web/table.html" if partial else "web/list.html", context, status=422 if wrong else 200)


@require_POST
def views_page(request: HttpRequest, resource: Resource) -> HttpResponse:
    """Keep the list as it is shown under a name, or forget such a view."""
    actor, sent = actor_of(request), request.POST
    if not resource.may_view(actor) or actor.person_id is None:
        raise Http404
    if "remove" in sent:
        view_remove(actor=actor, resource=resource.name, key=sent["remove"])
        return redirect(f"{resource.url('list')}?q=")
    query = query_of(resource.seen_by(actor), QueryDict(sent.get("query", "")))
    name, is_usual = sent.get("name", "").strip(), "is_usual" in sent
    try:
        view_save(actor=actor, resource=resource.name, name=name, query=query, is_usual=is_usual)
    except ValidationError as error:
        request.GET = QueryDict(query or "q=")  # as the list was when it was sent
        return list_page(request, resource, error)
    return redirect(f"{resource.url('list')}?{query or 'q='}")


def query_of(resource: Resource, asked: QueryDict) -> str:
    """What of an address a view keeps: nothing but what a list declares, and no page."""
    kept = QueryDict(mutable=True)
    for name in ("q", *resource.filters, "sort", "column"):
        if any(values := asked.getlist(name)):
            kept.setlist(name, values)
    return kept.urlencode()


def asked_for(
    resource: Resource, columns: tuple[str, ...], actor: Actor, asked: QueryDict
) -> tuple[django_filters.FilterSet, str]:
    """What an address asks for: the filters over the rows that the actor may see, and their order."""
    rows = resource.joined(resource.rows(actor=actor), columns)
    filters = filters_of(resource)(asked, queryset=searched(rows, resource, asked.get("q", "")))
    for field in filters.form.fields.values():
        related_to(field, actor)
    offered, sort = sorts(resource), asked.get("sort", "")
    return filters, sort if sort in offered else offered[0]


def sorts(resource: Resource) -> list[str]:
    """What a list may be sorted by, the usual first: columns of its own, up and down (`-`)."""
    usual = resource.order[0].replace("pk", "id")
    covered = personal_fields(resource.model)  # their order would tell of them
    columns = [name for name in resource.columns if not resource.field(name).is_relation and name not in covered]
    own = dict.fromkeys((*columns, usual.removeprefix("-"), "id"))
    return sorted((way + name for name in own for way in ("", "-")), key=lambda name: name != usual)


def searched(rows: QuerySet[Any], resource: Resource, text: str) -> QuerySet[Any]:
    """Those rows in which every word of `text` stands in some field that is searched."""
    for word in text.replace("\0", " ").split()[:8]:  # PostgreSQL holds no U+0000, and does not look for it
        found = Q(pk__in=())
        for field in resource.search:
            found |= Q(**{f"{field}__icontains": word})
        rows = rows.filter(found)
    return rows


def filters_of(resource: Resource) -> type[django_filters.FilterSet]:
    """The filters that the declaration names, and no others."""
    made: type[django_filters.FilterSet] = filterset_factory(resource.model, fields=list(resource.filters))
    return made


def _head(resource: Resource, name: str, sort: str, asked: QueryDict) -> Head:
    way = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
    turned = f"-{name}" if way == "ascending" else name
    return Head(name, resource.heading(name), way, _address(asked, sort=turned) if name in sorts(resource) else "")


def _address(asked: QueryDict, **changed: str) -> str:
    """What was asked for, but for this, from the first page on."""
    query = asked.copy()
    query.pop("cursor", None)
    for name, value in changed.items():
        query[name] = value
    return query.urlencode()
