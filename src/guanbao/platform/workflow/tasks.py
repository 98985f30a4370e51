"""Timers: who was asked is reminded, and what is overdue goes up."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from guanbao.engine.language import _
from guanbao.platform.actors import Actor
from guanbao.platform.tasks.declaring import job, schedule
from guanbao.platform.tasks.running import Running
from guanbao.platform.tasks.whens import Hourly
from guanbao.platform.wording import _ as title_
from guanbao.platform.workflow.services.timing import overdue, reminding, task_escalate, task_remind


@schedule(Hourly(minute=10))
@job(
    "workflow.timers",
    title=title_("Remind of approvals and escalate them"),
    outcome=_("{reminded} reminders, {escalated} escalations."),
)
def timers(job: Running, *, actor: Actor) -> dict[str, int]:  # noqa: ARG001 - as every job
    """Look for what is due, each in a transaction of its own."""
    now = timezone.now()
    done = {"reminded": 0, "escalated": 0}
    for name, found, act in (("reminded", reminding, task_remind), ("escalated", overdue, task_escalate)):
        for pk in found(now):
            with transaction.atomic():
                done[name] += act(actor=actor, pk=pk, now=now)
    return done
