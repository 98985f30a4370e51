"""What is kept is not kept for ever."""

from __future__ import annotations

from time import time

from guanbao.platform.actors import Actor
from guanbao.platform.keeping.waiting import KEPT as WAITING
from guanbao.platform.keeping.waiting import waiting_folder
from guanbao.platform.tasks.declaring import job, schedule
from guanbao.platform.tasks.files import KEPT, job_file
from guanbao.platform.tasks.running import Running
from guanbao.platform.tasks.whens import Hourly
from guanbao.platform.wording import _


@schedule(Hourly(minute=40))
@job("web.exports_remove", title=_("Remove exported files after a day"))
def files_remove(job: Running, *, actor: Actor) -> None:  # noqa: ARG001 - as every job
    """Remove files that can no longer be fetched, and those that wait for their import no longer than an hour."""
    for folder, kept in ((job_file(0).parent, KEPT), (waiting_folder(), WAITING)):
        for file in folder.glob("*") if folder.is_dir() else ():
            if file.stat().st_mtime < time() - kept.total_seconds():
                file.unlink(missing_ok=True)
