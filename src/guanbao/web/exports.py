"""Lists as files, each entered in the ledger before anybody has it; of very many rows a job makes the file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from guanbao.engine.language import _
from guanbao.engine.reports.tables import TYPES, table_write
from guanbao.platform.access.acting import actor_of
from guanbao.platform.access.reach import need
from guanbao.platform.actors import Actor
from guanbao.platform.identity.selectors import in_language_of
from guanbao.platform.ledger.services import rows_exported
from guanbao.platform.paging import ordered
from guanbao.platform.tasks.declaring import job
from guanbao.platform.tasks.files import job_file_keys, job_file_own, job_file_writing
from guanbao.platform.tasks.models import Job
from guanbao.platform.tasks.running import Running
from guanbao.platform.tasks.services import job_start
from guanbao.platform.telling import typed
from guanbao.platform.wording import _ as title_
from guanbao.web.lists import asked_for
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
        said: dict[str, Any] = {"columns": list(fields), "filters": filters, "rows": rows, "form": form}
        said |= {"search": self.asked["q"]} if self.asked.get("q") else {}
        rows_exported(actor=actor, resource=resource.name, **said)
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
        asked = job_start(actor=actor, kind=JOB, arguments=arguments, subject=str(resource.title))
        pages = resource_of(Job)
        return redirect(pages.url("detail", asked.pk) if pages else "start")
    return written(resource.name, form, lambda file: export.write(file, form, actor=actor))


@job(JOB, title=title_("Export of a list"), outcome=_("{rows} rows. The file can be fetched for a day."))
def export(job: Running, *, actor: Actor, resource: str, asked: str, form: str) -> dict[str, Any]:
    """Write the rows that whoever asked may see by now."""
    with in_language_of(actor.person_id), job_file_writing(job.number) as file:
        declared = resource_named(resource)
        need(actor, declared.view)
        found = export_of(declared, actor, QueryDict(asked))

        def told(done: int) -> None:
            job.progress(done, len(found.keys), _("Writing rows"))

        job_file_keys(file, found.keys)
        rows = found.write(file, form, actor=actor, told=told)
    return {"rows": rows, "url": f"/exports/{job.number}"}


@require_GET
def fetch_page(request: HttpRequest, number: int) -> HttpResponse:
    """A file that a job made: for who asked for it, as long as they may see all of its rows, for a day."""
    actor = actor_of(request)
    made = job_file_own(actor=actor, kind=JOB, number=number)
    if made is None or not made.holds_only(resource_named(made.arguments["resource"]).rows(actor=actor)):
        raise Http404
    return _handed(made.file, made.arguments["resource"], made.arguments["form"], made.at)


def written(name: str, form: str, write: Callable[[Path], object]) -> HttpResponse:
    """A file that is written now, and kept nowhere."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "file"
        write(file)
        return _handed(file, name, form, timezone.now())


def _handed(file: Path, name: str, form: str, at: datetime) -> HttpResponse:
    """The file, under a name of our making. In one piece: Django's ASGI would read it whole all the same."""
    named = f"{name}-{timezone.localtime(at):%Y%m%d-%H%M%S}.{form}"
    attached = content_disposition_header(as_attachment=True, filename=named)
    return HttpResponse(file.read_bytes(), content_type=TYPES[form], headers={"Content-Disposition": attached})
