"""Exports of very many rows, in the background."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from time import time
from typing import Any

from django.http import QueryDict
from django.utils import translation

from guanbao.engine.language import _
from guanbao.platform.access.reach import need
from guanbao.platform.actors import Actor
from guanbao.platform.identity.models import Person
from guanbao.platform.tasks.declaring import job, schedule
from guanbao.platform.tasks.running import Running
from guanbao.platform.tasks.whens import Hourly
from guanbao.platform.wording import _ as title_
from guanbao.web.exports import JOB, KEPT, Export, export_file, export_of, export_record, table_write
from guanbao.web.importing import folder as imports_folder
from guanbao.web.resource import resource_named


@job(JOB, title=title_("Export of a list"), outcome=_("{rows} rows. The file can be fetched for a day."))
def export(job: Running, *, actor: Actor, resource: str, asked: str, form: Any) -> dict[str, Any]:  # noqa: ANN401
    """Write the rows that whoever asked may see by now."""
    language = Person.objects.filter(pk=actor.person_id or 0).values_list("language", flat=True).first()
    with translation.override("en" if language == "en" else "zh-hans"):
        declared = resource_named(resource)
        need(actor, declared.view)
        found = export_of(declared, actor, QueryDict(asked))
        file = export_file(job.number)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = file.with_suffix(".unfinished")
        rows = table_write(unfinished, form, str(declared.title), found.headings, _told(job, found))
    export_record(actor=actor, export=found, form=form, rows=rows)
    unfinished.replace(file)
    return {"rows": rows, "url": f"/exports/{job.number}"}


@schedule(Hourly(minute=40))
@job("web.exports_remove", title=title_("Remove exported files after a day"))
def exports_remove(job: Running, *, actor: Actor) -> None:  # noqa: ARG001 - as every job
    """Remove files that can no longer be fetched, and those that wait for their import no longer than an hour."""
    for folder, kept in ((export_file(0).parent, KEPT), (imports_folder(), timedelta(hours=1))):
        for file in folder.glob("*") if folder.is_dir() else ():
            if file.stat().st_mtime < time() - kept.total_seconds():
                file.unlink(missing_ok=True)


def _told(job: Running, export: Export) -> Iterator[list[Any]]:
    done = 0
    for page in export.pages():
        job.progress(done, len(export.keys), _("Writing rows"))
        yield from page
        done += len(page)
