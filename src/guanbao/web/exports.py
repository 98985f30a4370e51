"""Lists as files, each entered in the ledger before anybody has it; of very many rows a job makes the file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from guanbao.engine.reports.tables import TYPES, table_write
from guanbao.platform.actors import Actor
from guanbao.platform.ledger.events import RECORDS_EXPORTED
from guanbao.platform.ledger.services import Subject, ledger_append
from guanbao.platform.paging import ordered
from guanbao.platform.tasks.files import job_file_own
from guanbao.platform.tasks.models import Job
from guanbao.platform.tasks.services import job_start
from guanbao.web.cells import typed
from guanbao.web.lists import asked_for
from guanbao.web.requests import actor_of
from guanbao.web.resource import Resource, resource_named, resource_of

JOB = "web.export"
MOST_AT_ONCE = 10_000
_PAGE = 500


class Export(NamedTuple):
    """What is exported: the resource as the actor sees it, the keys of the rows in their order, what was asked for."""

    resource: Resource
    keys: list[Any]
    asked: QueryDict

    def write(self, file: Path, form: str, *, actor: Actor, told: Callable[[int], None] = lambda _done: None) -> int:
        """Write the rows, and enter in the ledger that they leave; how many they are."""
        resource = self.resource
        fields = resource.exported or resource.columns
        headings = [resource.heading(name) for name in fields]
        rows = table_write(file, form, str(resource.title), headings, self._cells(actor, fields, told))
        filters = {name: self.asked.getlist(name) for name in (*resource.filters, "sort") if name in self.asked}
        after = {"resource": resource.name, "columns": list(fields), "filters": filters, "rows": rows, "form": form}
        after |= {"search": self.asked["q"]} if self.asked.get("q") else {}
        with transaction.atomic():
            about = Subject("web.resource", resource.name)
            ledger_append(actor=actor, event=RECORDS_EXPORTED, subject=about, after=after)
        return rows

    def _cells(self, actor: Actor, fields: tuple[str, ...], told: Callable[[int], None]) -> Iterator[list[Any]]:
        """Row by row, read by the page: no cursor stays open, and what is no longer the actor's to see is left out."""
        visible = self.resource.joined(self.resource.rows(actor=actor), fields)
        for first in range(0, len(self.keys), _PAGE):
            told(first)
            keys = self.keys[first : first + _PAGE]
            found = visible.in_bulk(keys)
            yield from ([typed(found[key], name) for name in fields] for key in keys if key in found)


def export_of(resource: Resource, actor: Actor, asked: QueryDict) -> Export:
    """Exactly the rows, in the order, that the list shows for the same address."""
    if resource.exported is None or not resource.may_view(actor):
        raise Http404
    seen = resource.seen_by(actor)
    filters, sort = asked_for(seen, (), actor, asked)
    keys = list(ordered(filters.qs, sort).values_list("pk", flat=True)) if filters.form.is_valid() else []
    return Export(seen, keys, asked)


@require_POST
def export_page(request: HttpRequest, resource: Resource) -> HttpResponse:
    """The list as a file; of very many rows a job makes it."""
    actor, form = actor_of(request), request.POST.get("form", "")
    if form not in TYPES:
        raise Http404
    export = export_of(resource, actor, request.GET)
    if len(export.keys) > MOST_AT_ONCE:
        arguments = {"resource": resource.name, "asked": request.GET.urlencode(), "form": form}
        job = job_start(actor=actor, kind=JOB, arguments=arguments, subject=str(resource.title))
        pages = resource_of(Job)
        return redirect(pages.url("detail", job.pk) if pages else "start")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "export"
        export.write(file, form, actor=actor)
        return handed(file, resource.name, form, timezone.now())


@require_GET
def fetch_page(request: HttpRequest, number: int) -> HttpResponse:
    """A file that a job made: for who asked for it, as long as they may see its rows, for a day."""
    actor = actor_of(request)
    made = job_file_own(actor=actor, kind=JOB, number=number)
    if made is None or not resource_named(made.arguments["resource"]).may_view(actor):
        raise Http404
    return handed(made.file, made.arguments["resource"], made.arguments["form"], made.at)


def handed(file: Path, name: str, form: str, at: datetime) -> HttpResponse:
    """The file, under a name of our making. In one piece: Django's ASGI would read it whole all the same."""
    named = f"{name}-{timezone.localtime(at):%Y%m%d-%H%M%S}.{form}"
    attached = content_disposition_header(as_attachment=True, filename=named)
    return HttpResponse(file.read_bytes(), content_type=TYPES[form], headers={"Content-Disposition": attached})
