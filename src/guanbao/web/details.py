"""Pages of rows: what one is, and the forms of adding one and of doing something to it, or to many at once."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_list_or_404, get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from guanbao.platform.access.acting import actor_of
from guanbao.platform.actors import Actor
from guanbao.platform.telling import cell
from guanbao.platform.wording import told
from guanbao.web.forms import carry_out, form_of
from guanbao.web.resource import Resource, Verb, resource_of

MOST = 200


class Outcome(NamedTuple):
    """A row, why nothing was done to it (nothing where it was), and the form that says so."""

    row: str
    refused: str
    form: ModelForm[Any] | None = None


@require_safe
def detail_page(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """A row with the verbs that make sense now and its panels; of the tabs only the chosen one is made."""
    actor = actor_of(request)
    row = get_object_or_404(resource.rows(actor=actor), pk=pk)
    resource = resource.seen_by(actor)
    tabs = resource.panels_for(actor, "tab")
    chosen = next((tab for tab in tabs if tab.name == request.GET.get("tab")), tabs[0] if tabs else None)
    context = {
        "resource": resource,
        "row": row,
        "over": _over(actor, resource, row),
        "shown": [(resource.heading(name), cell(row, name)) for name in resource.shown],
        "verbs": resource.verbs_for(actor, row),
        "tabs": tabs,
        "tab": chosen,
        "given": chosen.context(actor, row) if chosen else None,
        "head": [(panel, panel.context(actor, row)) for panel in resource.panels_for(actor, "head")],
        "side": [(panel, panel.context(actor, row)) for panel in resource.panels_for(actor, "side")],
    }
    return render(request, "web/detail.html", context)


def add_page(request: HttpRequest, resource: Resource) -> HttpResponse:
    """The form of a new row."""
    if resource.add is None or not resource.add.may(actor_of(request)):
        raise Http404
    return _form_page(request, resource, resource.add, None)


def verb_page(request: HttpRequest, resource: Resource, pk: int, verb: str) -> HttpResponse:
    """The form of something that is done to a row."""
    actor = actor_of(request)
    row = get_object_or_404(resource.rows(actor=actor), pk=pk)
    return _form_page(request, resource, _named(resource.verbs_for(actor, row), verb), row)


def bulk_page(request: HttpRequest, resource: Resource) -> HttpResponse:
    """Ask for what a verb needs; then do it to each of the rows that were ticked, by itself, and tell of each."""
    actor, sent = actor_of(request), request.POST if request.method == "POST" else request.GET
    verb = _named([each for each in resource.verbs_for(actor) if each.bulk], sent.get("verb", ""))
    rows = _ticked(resource, actor, sent.getlist("row"))
    outcomes = [_done(request, resource, verb, row) for row in rows] if request.method == "POST" else []
    done = sum(not outcome.refused for outcome in outcomes)
    # What is wrong with a field is wrong for every row: say so at the field, once.
    wrong = next((o.form for o in outcomes if not done and o.form and set(o.form.errors) & set(o.form.fields)), None)
    context = {
        "resource": resource,
        "verb": verb,
        "form": wrong or form_of(resource, verb, request),
        "rows": rows,
        "outcomes": [] if wrong else outcomes,
        "done": done,
        "home": resource.url("list"),
    }
    return render(request, "web/bulk.html", context, status=422 if wrong else 200)


def _named(verbs: list[Verb], name: str) -> Verb:
    found = next((verb for verb in verbs if verb.name == name), None)
    if found is None:
        raise Http404
    return found


def _form_page(request: HttpRequest, resource: Resource, verb: Verb, row: Any) -> HttpResponse:  # noqa: ANN401
    actor, form = actor_of(request), form_of(resource, verb, request, row)
    if request.method == "POST" and (done := carry_out(verb, form, request, row)) is not None:
        stays = resource.rows(actor=actor).filter(pk=done.pk).exists()
        return redirect(resource.url("detail", done.pk) if stays else _over(actor, resource, done)[1])
    over = (str(row), resource.url("detail", row.pk)) if row is not None else _over(actor, resource, form.instance)
    title, back = over
    context = {"resource": resource, "verb": verb, "row": row, "form": form, "title": title, "back": back}
    return render(request, "web/form.html", context, status=422 if request.method == "POST" else 200)


def _over(actor: Actor, resource: Resource, row: Any) -> tuple[str, str]:  # noqa: ANN401 - a model
    """Name and address of the page over a row: of what it is a part of, to who may see such, else the list."""
    whole = getattr(row, resource.parent, None) if getattr(row, f"{resource.parent}_id", None) else None
    of = resource_of(type(whole)) if whole is not None else None
    if whole is None or of is None or not of.may_view(actor):  # its key is not theirs to know either
        return str(resource.title), resource.url("list")
    return str(whole), of.url("detail", whole.pk)


def _ticked(resource: Resource, actor: Actor, keys: list[str]) -> list[Any]:
    """The ticked rows that the actor may see, in the list's order. Raises Http404, where there are too many or none."""
    if not 0 < len(keys) <= MOST or not all(key.isascii() and key.isdigit() and len(key) < 19 for key in keys):
        raise Http404
    return get_list_or_404(resource.rows(actor=actor).order_by(*resource.order), pk__in=map(int, keys))


def _done(request: HttpRequest, resource: Resource, verb: Verb, row: Any) -> Outcome:  # noqa: ANN401 - a model
    """Do it to one row, as its own page would: whoever may not do it to this one is told here."""
    called = str(row)
    if not verb.when(row, actor_of(request)):
        return Outcome(called, told("This cannot be done to it now."))
    form = form_of(resource, verb, request, row)
    carry_out(verb, form, request, row)
    return Outcome(called, " ".join(str(text) for errors in form.errors.values() for text in errors), form)
