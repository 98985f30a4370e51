"""How an approval ends, and the events of what happens to it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from guanbao.platform.actors import Actor
from guanbao.platform.ledger.events import EventType
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.workflow.choices import State, TaskState, Why
from guanbao.platform.workflow.hearing import News, tell
from guanbao.platform.workflow.models import Approval, Copy, Task


def end(actor: Actor, approval: Approval, state: State, event: EventType) -> None:
    """End it: nobody is asked any more, and whom its model names is given a copy."""
    was = approval.state
    approval.state, approval.ended_at = state, timezone.now()
    approval.save(update_fields=["state", "ended_at", "run", "round"])
    Task.objects.filter(approval=approval, state=TaskState.OPEN).update(state=TaskState.DROPPED)
    why = Why.VOIDED if state == State.VOID else Why.ENDED
    copy_to(approval, approval.version.diagram.copies, why)
    tell(News("voided" if state == State.VOID else "ended", approval.pk, person_id=approval.maker_id))
    about(actor, approval, event, before={"state": was})


def copy_to(approval: Approval, roles: Iterable[str], why: Why) -> None:
    """Give roles a copy, each once for each reason."""
    rows = [
        Copy(organisation_id=approval.organisation_id, approval=approval, role=role, why=why, at=timezone.now())
        for role in roles
    ]
    Copy.objects.bulk_create(rows, ignore_conflicts=True)


def about(actor: Actor, approval: Approval, event: EventType, *, before: dict[str, object] | None = None) -> None:
    """Tell the ledger of an approval."""
    after = {
        "model": approval.version.name,
        "version": approval.version.number,
        "digest": approval.digest,
        "state": str(approval.state),
        "round": approval.round,
    }
    ledger_append(actor=actor, event=event, subject=approval, before=before, after=after, scopes=scopes_of(approval))


def of_task(actor: Actor, task: Task, event: EventType, **said: object) -> None:
    """Tell the ledger of a task."""
    after = {"level": task.level, "role": task.role, "seat": task.seat} | said
    ledger_append(actor=actor, event=event, subject=task, after=after, scopes=scopes_of(task.approval))


def scopes_of(approval: Approval) -> dict[str, int]:
    """Whose it is, for the ledger."""
    return {"institution": approval.organisation_id}
