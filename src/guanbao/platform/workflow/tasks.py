"""Timers: who was asked is reminded, what is overdue goes up, what somebody left behind is put back."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from guanbao.engine.language import _
from guanbao.platform.actors import Actor
from guanbao.platform.tasks.declaring import job, schedule
from guanbao.platform.tasks.running import Running
from guanbao.platform.tasks.whens import Hourly
from guanbao.platform.wording import _ as title_
from guanbao.platform.workflow.services.timing import (
    abandoned,
    overdue,
    reminding,
    task_escalate,
    task_free,
    task_remind,
)


@schedule(Hourly(minute=10))
@job(
    "workflow.timers",
    title=title_("Remind of approvals and escalate them"),
    outcome=_("{reminded} reminders, {escalated} escalations, {freed} tasks put back."),
)
def timers(job: Running, *, actor: Actor) -> dict[str, int]:  # noqa: ARG001 - as every job
    """Look for what is due, each in a transaction of its own."""
    now = timezone.now()
    done = {"freed": 0, "reminded": 0, "escalated": 0}
    every = (
        ("freed", abandoned, task_free),
        ("reminded", reminding, task_remind),
        ("escalated", overdue, task_escalate),
    )
    for name, found, act in every:
        for pk in found(now):
            with transaction.atomic():
                done[name] += act(actor=actor, pk=pk, now=now)
    return done
