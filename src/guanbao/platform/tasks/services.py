"""Writes of tasks: asking for a job, and asking once more for one that failed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.reach import need
from guanbao.platform.actors import Actor
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.tasks import events
from guanbao.platform.tasks.choices import State
from guanbao.platform.tasks.declaring import job_named
from guanbao.platform.tasks.errors import JobUnfinished
from guanbao.platform.tasks.models import Job
from guanbao.platform.tasks.permissions import JOB_VIEW
from guanbao.platform.tasks.running import job_defer
from guanbao.platform.tasks.selectors import jobs_visible


def job_start(
    *,
    actor: Actor,
    kind: str,
    arguments: Mapping[str, Any] | None = None,
    key: str = "",
    subject: str = "",
    due_at: datetime | None = None,
) -> Job:
    """Ask for a job; it begins once the transaction around this stands, or at `due_at`.

    `arguments` are what JSON holds. Of one kind and `key` there is one job ever: asked for again, that one comes back.
    A key is ours to make, never the reader's. `subject` says to the reader what the job is about.

    Raises NotPermitted, JobUndeclared.
    """
    declared = job_named(kind)
    if declared.permission is not None:
        need(actor, declared.permission)
    now = timezone.now()
    made = {
        "subject": subject,
        "arguments": dict(arguments or {}),
        "actor_kind": actor.kind,
        "person_id": actor.person_id,
        "organisation_id": actor.organisation_id,
        "request_id": actor.request_id,
        "created_at": now,
        "due_at": due_at or now,
    }
    with transaction.atomic():
        if key:
            job, is_new = Job.objects.get_or_create(kind=kind, key=key, defaults=made)
        else:
            job, is_new = Job.objects.create(kind=kind, **made), True
        if is_new:
            job_defer(job, job.due_at)
            if actor.kind != "system":  # what runs by itself would fill the ledger with itself
                ledger_append(actor=actor, event=events.JOB_STARTED, subject=job, after={"kind": kind})
    return job


def job_again(*, actor: Actor, job: Job) -> Job:
    """Run a failed job again, with the rights that who asked for it has by then.

    Raises NotPermitted, JobUnfinished.
    """
    if not jobs_visible(actor=actor).filter(pk=job.pk).exists():
        raise NotPermitted(actor=actor.name, permission=JOB_VIEW.name)
    now = timezone.now()
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job.pk)
        if job.state != State.FAILED:
            raise JobUnfinished(number=job.pk)
        told = {"kind": job.kind, "attempts": job.attempts}
        job.state, job.attempts, job.due_at, job.finished_at = State.WAITING, 0, now, None
        job.save()
        job_defer(job, now)
        ledger_append(actor=actor, event=events.JOB_RESTARTED, subject=job, before=told, after={"kind": job.kind})
    return job
