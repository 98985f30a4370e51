"""One row's pages: what it is, what can be done to it, and the forms of doing so."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from guanbao.platform.actors import Actor
from guanbao.web.cells import cell
from guanbao.web.forms import carry_out, form_of
from guanbao.web.reading import reading_record
from guanbao.web.requests import actor_of
from guanbao.web.resource import Resource, Verb, resource_of


@require_safe
def detail_page(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """A row with the verbs that make sense now and its panels; of the tabs only the chosen one is made."""
    actor = actor_of(request)
    row = _row(resource, actor, pk)
    resource = resource.seen_by(actor)
    reading_record(actor=actor, resource=resource, fields=resource.shown, rows=[row])
    tabs = resource.panels_for(actor, "tab")
    chosen = next((tab for tab in tabs if tab.name == request.GET.get("tab")), tabs[0] if tabs else None)
    context = {
        "resource": resource,
        "row": row,
        "over": _over(resource, row),
        "shown": [(resource.heading(name), cell(row, name)) for name in resource.shown],
        "verbs": [verb for verb in resource.verbs if verb.may(actor) and verb.when(row, actor)],
        "tabs": tabs,
        "tab": chosen,
        "given": chosen.context(actor, row) if chosen else None,
        "head": [(panel, panel.context(actor, row)) for panel in resource.panels_for(actor, "head")],
        "side": [(panel, panel.context(actor, row)) for panel in resource.panels_for(actor, "side")],
    }
    return render(request, "web/detail.html", context)


def add_page(request: HttpRequest, resource: Resource) -> HttpResponse:
    """The form of a new row."""
    actor = actor_of(request)
    if resource.add is None or not resource.add.may(actor):
        raise Http404
    return _form_page(request, resource, resource.add, None)


def verb_page(request: HttpRequest, resource: Resource, pk: int, verb: str) -> HttpResponse:
    """The form of something that is done to a row."""
    actor = actor_of(request)
    row = _row(resource, actor, pk)
    found = next((v for v in resource.verbs if v.name == verb and v.may(actor) and v.when(row, actor)), None)
    if found is None:
        raise Http404
    return _form_page(request, resource, found, row)


def _form_page(request: HttpRequest, resource: Resource, verb: Verb, row: Any) -> HttpResponse:  # noqa: ANN401
    form = form_of(resource, verb, request, row)
    if request.method == "POST" and (done := carry_out(verb, form, request, row)) is not None:
        stays = resource.rows(actor=actor_of(request)).filter(pk=done.pk).exists()
        return redirect(resource.url("detail", done.pk) if stays else _over(resource, done)[1])
    title, back = (str(row), resource.url("detail", row.pk)) if row is not None else _over(resource, form.instance)
    context = {"resource": resource, "verb": verb, "row": row, "form": form, "title": title, "back": back}
    return render(request, "web/form.html", context, status=422 if request.method == "POST" else 200)


def _over(resource: Resource, row: Any) -> tuple[str, str]:  # noqa: ANN401 - a model
    """Name and address of the page over a row: of what it is a part of, else the list."""
    whole = getattr(row, resource.parent, None) if getattr(row, f"{resource.parent}_id", None) else None
    of = resource_of(type(whole)) if whole is not None else None
    return (str(whole), of.url("detail", whole.pk)) if of and whole else (str(resource.title), resource.url("list"))


def _row(resource: Resource, actor: Actor, pk: int) -> Any:  # noqa: ANN401 - a model
    """The row, if the actor may see it. What is not yours is not there."""
    row = resource.rows(actor=actor).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row
