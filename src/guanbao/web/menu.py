"""The menu and the command palette: pages and rows that the reader may see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from guanbao.platform.access.permissions import Permission
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.web.lists import searched
from guanbao.web.requests import actor_of
from guanbao.web.resource import Resource, resources

_EACH = 5
_PAGES: list[Page] = []


@dataclass(frozen=True)
class Page:
    """A page that belongs to no resource: the name of its route, and who finds it in the menu."""

    name: str
    title: str
    group: str
    view: Permission


def register_pages(*pages: Page) -> None:
    """Put pages into the menu and the palette; an app does so once, in its `apps`."""
    _PAGES.extend(pages)


def _entries(actor: Actor) -> Iterator[tuple[str, Entry]]:
    """Every line of the menu with its group, resources first."""
    for resource in resources():
        if not resource.parent and resource.may_view(actor):
            yield str(resource.group), Entry(str(resource.title), resource.url("list"), resource.name)
    for page in _PAGES:
        if not reach(actor, page.view).is_empty:
            url = reverse(page.name)
            yield str(page.group), Entry(str(page.title), url, url.split("/")[1])


class Entry(NamedTuple):
    """A line of the menu or the palette."""

    title: str
    url: str
    of: str


def menu(request: HttpRequest) -> dict[str, object]:
    """What every page shows around itself: groups of pages, and where the reader stands."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {}
    actor = actor_of(request)
    groups: dict[str, list[Entry]] = {}
    for group, entry in _entries(actor):
        groups.setdefault(group, []).append(entry)
    acts_for = (actor.read or {}).get("member_of", {})
    return {"menu": groups, "here": request.path.split("/")[1], "acts_for": acts_for}


def find_page(request: HttpRequest) -> HttpResponse:
    """What the palette found for `q`: pages by name, then rows."""
    text = request.GET.get("q", "").strip()
    found = list(_found(request, text)) if text else []
    return render(request, "web/found.html", {"found": found, "text": text})


def _found(request: HttpRequest, text: str) -> Iterator[Entry]:
    actor = actor_of(request)
    visible = [resource.seen_by(actor) for resource in resources() if resource.may_view(actor)]
    for _, entry in _entries(actor):
        if text.lower() in entry.title.lower():
            yield entry._replace(of="")
    for resource in visible:
        yield from _rows(resource, request, text)


def _rows(resource: Resource, request: HttpRequest, text: str) -> Iterator[Entry]:
    if resource.search:
        for row in searched(resource.rows(actor=actor_of(request)), resource, text)[:_EACH]:
            yield Entry(str(row), resource.url("detail", row.pk), str(resource.singular))
