"""Exports of very many rows, in the background."""

from __future__ import annotations

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
from guanbao.platform.tasks.files import KEPT, job_file, job_file_writing
from guanbao.platform.tasks.running import Running
from guanbao.platform.tasks.whens import Hourly
from guanbao.platform.wording import _ as title_
from guanbao.web.exports import JOB, export_of
from guanbao.web.importing import folder as imports_folder
from guanbao.web.resource import resource_named


@job(JOB, title=title_("Export of a list"), outcome=_("{rows} rows. The file can be fetched for a day."))
def export(job: Running, *, actor: Actor, resource: str, asked: str, form: str) -> dict[str, Any]:
    """Write the rows that whoever asked may see by now."""
    language = Person.objects.filter(pk=actor.person_id or 0).values_list("language", flat=True).first()
    with translation.override("en" if language == "en" else "zh-hans"), job_file_writing(job.number) as file:
        declared = resource_named(resource)
        need(actor, declared.view)
        found = export_of(declared, actor, QueryDict(asked))

        def told(done: int) -> None:
            job.progress(done, len(found.keys), _("Writing rows"))

        rows = found.write(file, form, actor=actor, told=told)
    return {"rows": rows, "url": f"/exports/{job.number}"}


@schedule(Hourly(minute=40))
@job("web.exports_remove", title=title_("Remove exported files after a day"))
def exports_remove(job: Running, *, actor: Actor) -> None:  # noqa: ARG001 - as every job
    """Remove files that can no longer be fetched, and those that wait for their import no longer than an hour."""
    for folder, kept in ((job_file(0).parent, KEPT), (imports_folder(), timedelta(hours=1))):
        for file in folder.glob("*") if folder.is_dir() else ():
            if file.stat().st_mtime < time() - kept.total_seconds():
                file.unlink(missing_ok=True)
