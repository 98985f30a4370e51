"""The list of a resource: searched, filtered, sorted, page by page."""

from __future__ import annotations

from typing import Any

import django_filters
import django_tables2 as tables
from django.core.exceptions import ValidationError
from django.core.paginator import EmptyPage, Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.views.decorators.http import require_POST
from django_filters.filterset import filterset_factory
from django_tables2.config import RequestConfig

from guanbao.platform.actors import Actor
from guanbao.web.cells import cell
from guanbao.web.forms import dressed, related_to
from guanbao.web.keeping import query_of, view_remove, view_save, views_of
from guanbao.web.reading import reading_record
from guanbao.web.requests import actor_of
from guanbao.web.resource import Resource

PAGE = 50
MOST_PAGES = 200  # beyond, a filter or another order finds a row sooner; programs go on by key
MOST_COUNTED = PAGE * MOST_PAGES


def list_page(request: HttpRequest, resource: Resource, wrong: ValidationError | None = None) -> HttpResponse:
    """The list; its table alone where htmx asks for it. `wrong` is what is wrong with a view that was to be kept."""
    actor = actor_of(request)
    if not resource.may_view(actor):
        raise Http404
    seen = resource.seen_by(actor)
    views = views_of(actor, resource)
    if not request.GET and (usual := next((view for view in views if view.is_usual and view.query), None)):
        return redirect(f"{resource.url('list')}?{usual.query}")
    resource = seen.showing(request.GET.getlist("column"))
    filters, table = asked_for(resource, actor, request.GET)
    for field in filters.form.fields.values():
        dressed(field)
    RequestConfig(request, paginate=False).configure(table)  # it would take the length of a page from the address
    number = request.GET.get("page", "1")
    if not number.isascii() or not number.isdigit() or not 1 <= int(number[:6]) <= MOST_PAGES:
        raise Http404
    try:
        table.paginate(paginator_class=Pages, page=int(number), per_page=PAGE)
    except EmptyPage as error:
        raise Http404 from error
    page: Any = table.page
    shown = [row.record for row in page.object_list]
    reading_record(actor=actor, resource=resource, fields=resource.columns, rows=shown)
    context = {
        "resource": resource,
        "home": resource.url("list"),
        "columns": [(name, seen.heading(name), name in resource.columns) for name in seen.choosable[1:]],
        "views": views,
        "query": query_of(seen, request.GET),
        "wrong": wrong,
        "verbs": [verb for verb in resource.verbs if verb.bulk and verb.may(actor)],
        "table": table,
        "page": page,
        "count": page.paginator.count,
        "more": page.paginator.counted > page.paginator.count,
        "filters": filters,
        "asked": any(request.GET.get(name) for name in ("q", *resource.filters)),
        "exports": resource.exported is not None,
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
        view_remove(actor=actor, resource=resource, key=sent["remove"])
        return redirect(f"{resource.url('list')}?q=")
    given = {"name": sent.get("name", "").strip(), "query": sent.get("query", "")}
    try:
        view = view_save(actor=actor, resource=resource, is_usual="is_usual" in sent, **given)
    except ValidationError as error:
        request.GET = QueryDict(given["query"] or "q=")  # as the list was when it was sent
        return list_page(request, resource, error)
    return redirect(f"{resource.url('list')}?{view.query or 'q='}")


class Pages(Paginator):  # type: ignore[type-arg] # Django takes none at run time
    """Pages of a table that are not counted to the end: a hundred thousand rows take longer to count than to show."""

    @cached_property
    def counted(self) -> int:
        """How many rows there are, one more than `MOST_COUNTED` at most."""
        rows: Any = self.object_list
        found: int = rows.data.data.order_by()[: MOST_COUNTED + 1].count()
        return found

    @cached_property
    def count(self) -> int:
        """How many of them can be paged through."""
        return min(self.counted, MOST_COUNTED)


def asked_for(resource: Resource, actor: Actor, asked: QueryDict) -> tuple[django_filters.FilterSet, tables.Table]:
    """What an address asks for: the filters, and the table of the rows that the actor may see, not yet sorted."""
    rows = resource.joined(resource.rows(actor=actor), resource.columns)
    filters = filters_of(resource)(asked, queryset=searched(rows, resource, asked.get("q", "")))
    for field in filters.form.fields.values():
        related_to(field, actor)
    return filters, table_of(resource)(filters.qs.order_by(*resource.order))


def searched(rows: QuerySet[Any], resource: Resource, text: str) -> QuerySet[Any]:
    """Those rows in which every word of `text` stands in some field that is searched."""
    for word in text.split()[:8]:
        found = Q(pk__in=())
        for field in resource.search:
            found |= Q(**{f"{field}__icontains": word})
        rows = rows.filter(found)
    return rows


def filters_of(resource: Resource) -> type[django_filters.FilterSet]:
    """The filters that the declaration names, and no others."""
    made: type[django_filters.FilterSet] = filterset_factory(resource.model, fields=list(resource.filters))
    return made


def table_of(resource: Resource) -> type[tables.Table]:
    """The table of a resource's columns; the first leads to the detail page."""
    made: dict[str, Any] = {
        name: tables.Column(verbose_name=resource.heading(name), orderable=not resource.field(name).many_to_many)
        for name in resource.columns
    }
    for name in resource.columns:
        made[f"render_{name}"] = _renderer(resource, name)
    made["Meta"] = type("Meta", (), {"template_name": "web/rows.html", "sequence": resource.columns, "empty_text": ""})
    return type(f"{resource.model.__name__}Table", (tables.Table,), made)


def _renderer(resource: Resource, name: str) -> Any:  # noqa: ANN401 - django-tables2 looks at its parameters
    def render_cell(record: Any) -> str:  # noqa: ANN401
        text = cell(record, name)
        if name != resource.columns[0]:
            return text
        return format_html('<a href="{}">{}</a>', resource.url("detail", record.pk), text)

    return lambda self, record: render_cell(record)  # noqa: ARG005 - bound as a method
