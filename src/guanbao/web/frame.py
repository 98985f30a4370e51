"""What stands around all pages, menu and palette, and the first of them: each with what its reader may see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from guanbao.platform.access.acting import actor_of
from guanbao.platform.access.permissions import Permission
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.web.lists import searched
from guanbao.web.resource import panels_added, resources

_EACH = 5
_PAGES: list[Page] = []
_WAITING: list[Waiting] = []


@dataclass(frozen=True)
class Page:
    """A page that belongs to no resource: the name of its route, and who finds it in the menu."""

    name: str
    title: str
    group: str
    view: Permission


class Entry(NamedTuple):
    """A line of the menu or the palette."""

    title: str
    url: str
    of: str


class Task(NamedTuple):
    """Something that waits for the reader: what it is, where it is done, how many there are."""

    title: str
    url: str
    number: int


Waiting = Callable[[Actor], Iterable[Task]]


def register_pages(*pages: Page) -> None:
    """Put pages into the menu and the palette; an app does so once, in its `apps`."""
    _PAGES.extend(pages)


def add_waiting(*finds: Waiting) -> None:
    """Have the first page ask for what waits for its reader; an app does so once, in its `apps`."""
    _WAITING.extend(finds)


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


def start_page(request: HttpRequest) -> HttpResponse:
    """What waits for the reader, then what apps show of the whole: they put it on by `add_panels("start", …)`."""
    actor = actor_of(request)
    context = {
        "is_open": any(resource.may_view(actor) for resource in resources()),
        "waiting": [task for find in _WAITING for task in find(actor) if task.number],
        "panels": [(panel, panel.context(actor, None)) for panel in panels_added("start") if panel.may(actor)],
    }
    return render(request, "web/start.html", context)


def find_page(request: HttpRequest) -> HttpResponse:
    """What the palette found for `q`: pages by name, then rows."""
    text = request.GET.get("q", "").strip()
    found = list(_found(actor_of(request), text)) if text else []
    return render(request, "web/found.html", {"found": found, "text": text})


def _entries(actor: Actor) -> Iterator[tuple[str, Entry]]:
    """Every line of the menu with its group, resources first."""
    for resource in resources():
        if not resource.parent and resource.may_view(actor):
            yield str(resource.group), Entry(str(resource.title), resource.url("list"), resource.name)
    for page in _PAGES:
        if not reach(actor, page.view).is_empty:
            url = reverse(page.name)
            yield str(page.group), Entry(str(page.title), url, url.split("/")[1])


def _found(actor: Actor, text: str) -> Iterator[Entry]:
    for _, entry in _entries(actor):
        if text.lower() in entry.title.lower():
            yield entry._replace(of="")
    for resource in [each.seen_by(actor) for each in resources() if each.may_view(actor)]:
        for row in searched(resource.rows(actor=actor), resource, text)[:_EACH] if resource.search else ():
            yield Entry(str(row), resource.url("detail", row.pk), str(resource.singular))
