"""The pages of background work."""

from __future__ import annotations

from typing import Any

from guanbao.platform.actors import Actor
from guanbao.platform.tasks import permissions, selectors, services
from guanbao.platform.tasks.choices import State
from guanbao.platform.tasks.models import Job, Schedule
from guanbao.platform.wording import _
from guanbao.web.resource import Panel, Resource, Verb


def progress(_actor: Actor, job: Job) -> dict[str, Any]:
    """How far a job is; its page asks again until it has ended."""
    return {"job": job}


JOBS = Resource(
    name="jobs",
    model=Job,
    title=_("Background work"),
    singular=_("Background job"),
    group=_("Operations"),
    empty=_("You have not asked for any background work yet."),
    view=permissions.JOB_VIEW,
    rows=selectors.jobs_visible,
    columns=("kind", "subject", "state", "person", "created_at", "finished_at"),
    shown=("kind", "subject", "state", "attempts", "person", "created_at", "started_at", "finished_at"),
    search=("subject",),
    filters=("state",),
    order=("-pk",),
    verbs=(
        Verb(
            "again",
            _("Run again"),
            permissions.JOB_VIEW,
            services.job_again,
            when=lambda job, _actor: job.state == State.FAILED,
            bulk=True,
        ),
    ),
    panels=(Panel("progress", _("Progress"), "operations/progress.html", progress, slot="head"),),
)
SCHEDULES = Resource(
    name="schedules",
    model=Schedule,
    title=_("Schedules"),
    singular=_("Schedule"),
    group=_("Operations"),
    empty=_("Nothing has run by itself yet: start a worker with guanbao worker."),
    view=permissions.SCHEDULE_VIEW,
    rows=selectors.schedules_visible,
    columns=("kind", "last_due", "next_due", "last_job"),
    shown=("kind", "last_due", "next_due", "last_job"),
    order=("next_due", "pk"),
)
