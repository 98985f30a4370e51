"""What keeps an installation tidy."""

from __future__ import annotations

from datetime import time, timedelta

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from guanbao.engine.language import _
from guanbao.platform.actors import Actor
from guanbao.platform.tasks.choices import State
from guanbao.platform.tasks.declaring import job, schedule
from guanbao.platform.tasks.models import Job
from guanbao.platform.tasks.running import Running
from guanbao.platform.tasks.whens import Daily
from guanbao.platform.wording import _ as title_

_KEPT = timedelta(days=90)


@schedule(Daily(at=time(3, 30)))
@job(
    "operations.tidy",
    title=title_("Remove traces of work long done"),
    outcome=_("{tasks} tasks and {jobs} jobs removed."),
)
def tidy(job: Running, *, actor: Actor) -> dict[str, int]:  # noqa: ARG001 - as every job
    """Remove what the backend kept of its tasks, and jobs that ran by themselves and were done, after 90 days."""
    before = timezone.now() - _KEPT
    job.progress(0, 2, _("Removing old tasks"))
    tasks, _kinds = DBTaskResult.objects.filter(enqueued_at__lt=before).exclude(status="READY").delete()
    old = Job.objects.filter(actor_kind="system", state=State.DONE, finished_at__lt=before)
    jobs, _kinds = old.delete()
    return {"tasks": tasks, "jobs": jobs}
