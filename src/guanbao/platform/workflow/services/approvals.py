"""Submitting a record, withdrawing it, and whom a run asks next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.reach import need_object
from guanbao.platform.actors import Actor
from guanbao.platform.calendars import calendar_of
from guanbao.platform.workflow import events
from guanbao.platform.workflow.attaching import Attachment, attachment_of, digest_of
from guanbao.platform.workflow.choices import State, TaskState
from guanbao.platform.workflow.deadlines import ahead, due
from guanbao.platform.workflow.diagrams import Node
from guanbao.platform.workflow.errors import ApprovalEnded, ApprovalRunning
from guanbao.platform.workflow.hearing import News, tell
from guanbao.platform.workflow.mandates import somebody
from guanbao.platform.workflow.models import Approval, Task
from guanbao.platform.workflow.permissions import APPROVAL_START
from guanbao.platform.workflow.running import Run
from guanbao.platform.workflow.services.ending import about, end
from guanbao.platform.workflow.services.versions import version_current


class Held(NamedTuple):
    """A record and its approval, both held until the transaction ends."""

    attached: Attachment
    subject: Any
    approval: Approval


def approval_start(*, actor: Actor, subject: Model) -> Approval:
    """Submit a record, as it is now, to be decided by the model that its app attached.

    Raises NotPermitted, NotAttached, ModelUnknown, ApprovalRunning.
    """
    attached = attachment_of(subject._meta.label_lower)  # noqa: SLF001 - Django's published way to a model's name
    need_object(actor, APPROVAL_START, subject, attached.columns)
    somebody(actor)  # or nobody would be kept from deciding
    try:
        with transaction.atomic():
            held = _subject(attached, subject.pk)
            if is_running(held):
                raise ApprovalRunning(label=str(held))
            return _begin(actor, attached, held)
    except IntegrityError as error:  # somebody was faster: the database holds one that is running
        raise ApprovalRunning(label=str(subject)) from error


def _begin(actor: Actor, attached: Attachment, subject: Any) -> Approval:  # noqa: ANN401 - a model
    organisation_id = attached.organisation_id(subject)
    version = version_current(organisation_id=organisation_id, name=attached.name)
    content = attached.content(subject)
    run = Run.begin(version.bpmn, version.tables, content)
    approval = Approval(
        organisation_id=organisation_id,
        version=version,
        subject_type=attached.label,
        subject_id=subject.pk,
        label=str(subject)[:300],
        maker_id=somebody(actor),
        digest=digest_of(content),
        content=content,
        run=run.keep(),
        started_at=timezone.now(),
    )
    approval.save()
    ask(approval, run)
    about(actor, approval, events.APPROVAL_STARTED)
    return approval


def approval_withdraw(*, actor: Actor, approval: Approval) -> Approval:
    """Take back what one submitted oneself. Raises NotPermitted, ApprovalEnded."""
    with transaction.atomic():
        approval = hold(approval.pk).approval
        if approval.maker_id != actor.person_id or approval.organisation_id != actor.organisation_id:
            raise NotPermitted(actor=actor.name, permission=APPROVAL_START.name)
        need_running(approval)
        end(actor, approval, State.WITHDRAWN, events.APPROVAL_WITHDRAWN)
    return approval


def hold(pk: int) -> Held:
    """A record and its approval, locked in this order."""
    found = Approval.objects.only("subject_type", "subject_id").get(pk=pk)
    attached = attachment_of(found.subject_type)
    subject = _subject(attached, found.subject_id)
    approval = Approval.objects.select_for_update(of=("self",)).select_related("version").get(pk=pk)
    return Held(attached, subject, approval)


def _subject(attached: Attachment, pk: int) -> Any:  # noqa: ANN401 - a model
    return attached.model._default_manager.select_for_update(of=("self",)).get(pk=pk)  # noqa: SLF001 - any model's


def is_running(subject: Model) -> bool:
    """Whether a record is being decided."""
    label = subject._meta.label_lower  # noqa: SLF001 - Django's published way to a model's name
    return Approval.objects.filter(subject_type=label, subject_id=subject.pk, state=State.RUNNING).exists()


def is_approved(subject: Model) -> bool:
    """Whether a record was approved, as it now is: one that was changed since is not."""
    return bool(approved_among([subject]))


def approved_among(subjects: Iterable[Model]) -> set[int]:
    """The keys of those of one kind of records that were approved, as they now are; by one query."""
    rows = list(subjects)
    if not rows:
        return set()
    label = rows[0]._meta.label_lower  # noqa: SLF001 - Django's published way to a model's name
    of = Approval.objects.filter(subject_type=label, subject_id__in=[row.pk for row in rows], state=State.APPROVED)
    return set(of.values_list("subject_id", flat=True))


def need_running(approval: Approval) -> None:
    """That it is. Raises ApprovalEnded."""
    if approval.state != State.RUNNING:
        raise ApprovalEnded(state=str(State(approval.state).label))


def ask(approval: Approval, run: Run) -> None:
    """Have a task for each seat of the levels that the run asks, where there is none open yet."""
    nodes = approval.version.diagram.nodes
    open_ = set(approval.tasks.filter(state=TaskState.OPEN).values_list("level", flat=True))
    now = timezone.now()
    made = [
        _task(approval, nodes[level], seat, now)
        for level in run.asked()
        if level not in open_
        for seat in range(1, nodes[level].seats + 1)
    ]
    for task in Task.objects.bulk_create(made):
        tell(News("asked", approval.pk, task.pk, role=task.role))


def _task(approval: Approval, node: Node, seat: int, now: datetime) -> Task:
    days, calendar = node.said.get("due", ""), calendar_of(approval.organisation_id)
    return Task(
        organisation_id=approval.organisation_id,
        approval=approval,
        level=node.id,
        title=(node.name or node.id)[:200],
        title_en=node.said.get("en", "")[:200],
        seat=seat,
        round=approval.round,
        role=node.role,
        created_at=now,
        due_at=due(now, days, calendar),
        remind_at=ahead(now, days, node.said.get("remind", ""), calendar),
        escalate_to=node.said.get("escalate", ""),
    )
