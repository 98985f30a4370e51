"""Lists as files: the one writer, through which every table leaves the house, and its entry in the ledger."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from guanbao.engine.records.imports import guarded
from guanbao.engine.reports.cells import Sheet, book_new, save
from guanbao.engine.reports.words import data_text
from guanbao.platform.actors import Actor
from guanbao.platform.ledger.services import Subject, ledger_append
from guanbao.platform.tasks.choices import State
from guanbao.platform.tasks.models import Job
from guanbao.platform.tasks.services import job_start
from guanbao.web.cells import typed
from guanbao.web.events import RECORDS_EXPORTED
from guanbao.web.lists import asked_for
from guanbao.web.paging import ordered
from guanbao.web.requests import actor_of
from guanbao.web.resource import Resource, resource_named, resource_of

Form = Literal["csv", "xlsx"]
JOB = "web.export"
MOST_AT_ONCE = 10_000
KEPT = timedelta(days=1)
_PAGE = 500
_SHEET = 1_000_000  # rows; a sheet holds 1,048,576
_WIDTH = 24
_TYPES: dict[Form, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Export(NamedTuple):
    """What is exported: the resource as the actor sees it, its fields, and the keys of the rows in their order."""

    resource: Resource
    fields: tuple[str, ...]
    keys: list[Any]
    rows: Any
    filters: dict[str, list[str]]
    search: str

    def pages(self) -> Iterator[list[list[Any]]]:
        """The cells, page by page: no cursor stays open, and what is no longer the actor's to see is left out."""
        for first in range(0, len(self.keys), _PAGE):
            keys = self.keys[first : first + _PAGE]
            found = {row.pk: row for row in self.rows.filter(pk__in=keys)}
            yield [[typed(found[key], name) for name in self.fields] for key in keys if key in found]

    @property
    def headings(self) -> list[str]:
        """What the columns are called."""
        return [self.resource.heading(name) for name in self.fields]


def export_of(resource: Resource, actor: Actor, asked: QueryDict) -> Export:
    """Exactly the rows, in the order, that the list shows for the same address."""
    if resource.exported is None or not resource.may_view(actor):
        raise Http404
    seen = resource.seen_by(actor)
    filters, sort = asked_for(seen, (), actor, asked)
    given = {name: asked.getlist(name) for name in (*seen.filters, "sort") if name in asked}
    fields = seen.exported or seen.columns
    keys = list(ordered(filters.qs, seen, sort).values_list("pk", flat=True)) if filters.form.is_valid() else []
    return Export(seen, fields, keys, seen.joined(seen.rows(actor=actor), fields), given, asked.get("q", ""))


def export_record(*, actor: Actor, export: Export, form: Form, rows: int) -> None:
    """Enter in the ledger that rows leave, before they do."""
    after = {
        "resource": export.resource.name,
        "columns": list(export.fields),
        "filters": export.filters,
        "rows": rows,
        "form": form,
    }
    about = Subject("web.resource", export.resource.name)
    with transaction.atomic():
        told = after | ({"search": export.search} if export.search else {})
        ledger_append(actor=actor, event=RECORDS_EXPORTED, subject=about, after=told)


def table_write(file: Path, form: Form, title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write a table for spreadsheets, in which text stays text; how many rows it has. The only place that does."""
    if form == "csv":
        return _csv_write(file, headings, rows)
    book, count, sheet = book_new(), 0, None
    for row in rows:
        if sheet is None or count % _SHEET == 0:
            sheet = _sheet(book, title, headings, count // _SHEET)
        sheet.add(*row)
        count += 1
    if sheet is None:
        _sheet(book, title, headings, 0)
    save(book, file)
    return count


@require_POST
def export_page(request: HttpRequest, resource: Resource) -> HttpResponse:
    """The list as a file; of very many rows a job makes it."""
    actor = actor_of(request)
    form = _form(request.POST.get("form"))
    export = export_of(resource, actor, request.GET)
    if len(export.keys) > MOST_AT_ONCE:
        arguments = {"resource": resource.name, "asked": request.GET.urlencode(), "form": form}
        job = job_start(actor=actor, kind=JOB, arguments=arguments, subject=str(resource.title))
        pages = resource_of(Job)
        return redirect(pages.url("detail", job.pk) if pages else "start")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "export"
        rows = table_write(file, form, str(resource.title), export.headings, (r for p in export.pages() for r in p))
        export_record(actor=actor, export=export, form=form, rows=rows)
        return handed(file, resource.name, form, timezone.now())


@require_GET
def fetch_page(request: HttpRequest, number: int) -> HttpResponse:
    """A file that a job made: for who asked for it, as long as they may see its rows, for a day."""
    actor = actor_of(request)
    own = Job.objects.filter(kind=JOB, person=actor.person_id or 0, organisation=actor.organisation_id or 0)
    job = own.filter(pk=number, state=State.DONE, finished_at__gt=timezone.now() - KEPT).first()
    if job is None or job.finished_at is None or not resource_named(job.arguments["resource"]).may_view(actor):
        raise Http404
    form = _form(job.arguments["form"])
    file = export_file(number)
    if not file.is_file():
        raise Http404
    return handed(file, job.arguments["resource"], form, job.finished_at)


def export_file(number: int) -> Path:
    """Where the file of a job lies."""
    folder: Path = settings.HOME / "files" / "exports"
    return folder / str(number)


def handed(file: Path, name: str, form: Form, at: datetime) -> HttpResponse:
    """The file, under a name of our making. In one piece: Django's ASGI would read it whole all the same."""
    response = HttpResponse(file.read_bytes(), content_type=_TYPES[form])
    stamp = timezone.localtime(at).strftime("%Y%m%d-%H%M%S")
    response.headers["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{name}-{stamp}.{form}"
    )
    return response


def _form(asked: str | None) -> Form:
    if asked not in ("csv", "xlsx"):
        raise Http404
    return "csv" if asked == "csv" else "xlsx"


def _sheet(book: Any, title: str, headings: Sequence[str], number: int) -> Sheet:  # noqa: ANN401 - openpyxl's own
    name = "".join(" " if c in "[]:*?/\\" else c for c in title)[:28]
    sheet = Sheet(book, f"{name} {number + 1}" if number else name, [_WIDTH] * len(headings), freeze="A2", repeat=1)
    sheet.head(headings)
    return sheet


def _csv_write(file: Path, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    count = -1
    with file.open("w", encoding="utf-8-sig", newline="") as out:  # without the mark Excel shows no Chinese
        writer = csv.writer(out)
        for row in _with(headings, rows):
            writer.writerow([_csv_cell(value) for value in row])
            count += 1
    return count


def _with(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    yield headings
    yield from rows


def _csv_cell(value: Any) -> str:  # noqa: ANN401
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return guarded(data_text(value)) if isinstance(value, str) else str(value)
