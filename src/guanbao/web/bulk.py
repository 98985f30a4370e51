"""One verb for many rows of a list: each is done, or refused, by itself."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import IntegrityError
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from guanbao.platform.actors import Actor
from guanbao.platform.wording import told
from guanbao.web.forms import carry_out, form_of
from guanbao.web.requests import actor_of
from guanbao.web.resource import Resource, Verb

MOST = 200


class Outcome(NamedTuple):
    """A row, why nothing was done to it (nothing where it was), and the form that says so."""

    row: str
    refused: str
    form: ModelForm[Any] | None = None


def bulk_page(request: HttpRequest, resource: Resource) -> HttpResponse:
    """Ask for what the verb needs; then do it to each of the rows that were ticked, and tell of each."""
    actor, sent = actor_of(request), request.POST if request.method == "POST" else request.GET
    verb = next((v for v in resource.verbs if v.bulk and v.name == sent.get("verb") and v.may(actor)), None)
    if verb is None or not resource.may_view(actor):
        raise Http404
    rows = _ticked(resource, actor, sent.getlist("row"))
    outcomes = [_done(request, resource, verb, row) for row in rows] if request.method == "POST" else []
    done = sum(not outcome.refused for outcome in outcomes)
    # What is wrong with a field is wrong for every row: say so at the field, once.
    wrong = next((o.form for o in outcomes if not done and o.form and set(o.form.errors) & set(o.form.fields)), None)
    context = {
        "resource": resource,
        "verb": verb,
        "form": wrong or form_of(resource, verb, request, None),
        "rows": rows,
        "outcomes": [] if wrong else outcomes,
        "done": done,
        "home": resource.url("list"),
    }
    return render(request, "web/bulk.html", context, status=422 if wrong else 200)


def _ticked(resource: Resource, actor: Actor, keys: list[str]) -> list[Any]:
    """The ticked rows that the actor may see, in the list's order. Raises Http404, where there are too many or none."""
    if not 0 < len(keys) <= MOST or not all(key.isascii() and key.isdigit() and len(key) < 19 for key in keys):
        raise Http404
    return list(resource.rows(actor=actor).filter(pk__in=map(int, keys)).order_by(*resource.order))


def _done(request: HttpRequest, resource: Resource, verb: Verb, row: Any) -> Outcome:  # noqa: ANN401 - a model
    """Do it to one row, as its own page would: whoever may not do it to this one is told here."""
    called = str(row)
    if not verb.when(row, actor_of(request)):
        return Outcome(called, told("This cannot be done to it now."))
    form = form_of(resource, verb, request, row)
    try:
        carry_out(verb, form, request, row)
    except IntegrityError:
        form.add_error(None, told("It contradicts what is there already."))
    texts = [str(text) for errors in form.errors.values() for text in errors]
    return Outcome(called, " ".join(texts), form)
