"""What comes of time: reminders, escalation of what is overdue, and tasks of people who may no longer decide."""

from __future__ import annotations

from datetime import datetime

from guanbao.platform.actors import Actor
from guanbao.platform.workflow import events
from guanbao.platform.workflow.choices import State, TaskState, Why
from guanbao.platform.workflow.hearing import News, tell
from guanbao.platform.workflow.mandates import as_person, mandates
from guanbao.platform.workflow.models import Task
from guanbao.platform.workflow.services.approvals import hold
from guanbao.platform.workflow.services.ending import copy_to, of_task

_OPEN = {"state": TaskState.OPEN, "approval__state": State.RUNNING}


def reminding(now: datetime) -> list[int]:
    """The tasks of which somebody must be reminded."""
    rows = Task.objects.filter(remind_at__lte=now, reminded_at=None, **_OPEN)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def overdue(now: datetime) -> list[int]:
    """The tasks that are overdue, and of which nobody above was told."""
    rows = Task.objects.filter(due_at__lte=now, escalated_at=None, **_OPEN)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def task_remind(*, actor: Actor, pk: int, now: datetime) -> bool:
    """Remind of a task once; whether it was still asked. Within a transaction."""
    task = _held(pk)
    if task.state != TaskState.OPEN or task.reminded_at is not None:
        return False
    task.reminded_at = now
    task.save(update_fields=["reminded_at"])
    tell(News("reminded", task.approval_id, task.pk, role=task.role, person_id=task.claimed_by_id))
    of_task(actor, task, events.TASK_REMINDED, due_at=task.due_at)
    return True


def task_escalate(*, actor: Actor, pk: int, now: datetime) -> bool:
    """Tell the role above of a task that is overdue, once, and let others of the role take it. Within a transaction."""
    task = _held(pk)
    if task.state != TaskState.OPEN or task.escalated_at is not None:
        return False
    task.escalated_at, task.claimed_by, task.delegated_by = now, None, None
    task.save(update_fields=["escalated_at", "claimed_by", "delegated_by"])
    if task.escalate_to:
        copy_to(task.approval, [task.escalate_to], Why.ESCALATED)
    tell(News("escalated", task.approval_id, task.pk, role=task.escalate_to or task.role))
    of_task(actor, task, events.TASK_ESCALATED, role=task.escalate_to or task.role, due_at=task.due_at)
    return True


def abandoned(_now: datetime) -> list[int]:
    """The tasks that somebody took, or was handed, who may not decide them now: who left, or lost the role."""
    rows = Task.objects.exclude(claimed_by=None).filter(**_OPEN).select_related("approval").order_by("pk")
    return [task.pk for task in rows if _is_abandoned(task)]


def task_free(*, actor: Actor, pk: int, now: datetime) -> bool:  # noqa: ARG001 - as the others
    """Let others of the role take what somebody may no longer decide. Within a transaction."""
    task = _held(pk)
    if task.state != TaskState.OPEN or not _is_abandoned(task):
        return False
    task.claimed_by = task.delegated_by = None
    task.save(update_fields=["claimed_by", "delegated_by"])
    tell(News("asked", task.approval_id, task.pk, role=task.role))
    of_task(actor, task, events.TASK_RELEASED)
    return True


def _is_abandoned(task: Task) -> bool:
    if task.claimed_by_id is None:
        return False
    return not any(mandates(as_person(task.claimed_by_id, task.organisation_id), task, task.approval))


def _held(pk: int) -> Task:
    held = hold(Task.objects.values_list("approval", flat=True).get(pk=pk))
    task = Task.objects.select_for_update(of=("self",)).get(pk=pk)
    task.approval = held.approval
    return task
