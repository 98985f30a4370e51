"""The first page, and the switch of languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from guanbao.platform.actors import Actor
from guanbao.web.requests import actor_of
from guanbao.web.resource import panels_added, resources

_YEAR = 31_536_000
_WAITING: list[Waiting] = []


class Task(NamedTuple):
    """Something that waits for the reader: what it is, where it is done, how many there are."""

    title: str
    url: str
    number: int


Waiting = Callable[[Actor], Iterable[Task]]


def add_waiting(*finds: Waiting) -> None:
    """Have the first page ask for what waits for its reader; an app does so once, in its `apps`."""
    _WAITING.extend(finds)


def start_page(request: HttpRequest) -> HttpResponse:
    """What waits for the reader, then what apps show of the whole: they put it on by `add_panels("start", …)`."""
    actor = actor_of(request)
    context = {
        "is_open": any(resource.may_view(actor) for resource in resources()),
        "waiting": [task for find in _WAITING for task in find(actor) if task.number],
        "panels": [(panel, panel.context(actor, None)) for panel in panels_added("start") if panel.may(actor)],
    }
    return render(request, "web/start.html", context)


@login_not_required
@require_POST
def language_page(request: HttpRequest) -> HttpResponse:
    """Keep the language that was chosen, with the person and in this browser; then back to where it was chosen."""
    chosen = "en" if request.POST.get("language") == "en" else "zh"
    back = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    if not safe or not back.startswith("/") or not back.isprintable():  # of a route's name, or a header of its own
        back = "/"
    if request.user.is_authenticated:
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    response = HttpResponseRedirect(back)
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=_YEAR, samesite="Lax", httponly=True)
    return response
