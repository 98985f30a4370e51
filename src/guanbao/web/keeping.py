"""Views of lists that somebody keeps under a name: which columns, filters, order and search."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict

from guanbao.platform.actors import Actor
from guanbao.platform.wording import told
from guanbao.web.models import SavedView
from guanbao.web.resource import Resource

_MOST = 30


def views_of(actor: Actor, resource: Resource) -> list[SavedView]:
    """The actor's own views of a list."""
    return list(SavedView.objects.filter(person=actor.person_id or 0, resource=resource.name).order_by("name"))


def query_of(resource: Resource, asked: QueryDict) -> str:
    """What of an address a view keeps: nothing but what a list declares, and no page."""
    kept = QueryDict(mutable=True)
    for name in ("q", *resource.filters, "sort", "column"):
        if any(values := asked.getlist(name)):
            kept.setlist(name, values)
    return kept.urlencode()


def view_save(*, actor: Actor, resource: Resource, name: str, query: str, is_usual: bool) -> SavedView:
    """Keep a view under a name, in place of the one that had it. Raises ValidationError by field."""
    kept = query_of(resource.seen_by(actor), QueryDict(query))
    with transaction.atomic():
        own = SavedView.objects.select_for_update().filter(person=actor.person_id, resource=resource.name)
        if own.exclude(name=name).count() >= _MOST:
            raise ValidationError({"name": told("You keep {n} views of this list. Remove one first.", n=_MOST)})
        view = own.filter(name=name).first() or SavedView(resource=resource.name, name=name)
        view.person_id, view.query, view.is_usual = actor.person_id or 0, kept, is_usual
        view.full_clean(validate_constraints=False)
        if is_usual:
            own.exclude(name=name).update(is_usual=False)
        view.save()
    return view


def view_remove(*, actor: Actor, resource: Resource, key: str) -> None:
    """Forget a view, if it is the actor's own."""
    if key.isascii() and key.isdigit() and len(key) < 19:
        SavedView.objects.filter(person=actor.person_id or 0, resource=resource.name, pk=int(key)).delete()
