"""Approval on the page of a record: how it stands, what comes next, and the verb that submits it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Model

from guanbao.apps.approvals.flows import COLOURS, flow_of
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.wording import _, told
from guanbao.platform.workflow.choices import State
from guanbao.platform.workflow.models import Approval, Task
from guanbao.platform.workflow.permissions import APPROVAL_START, APPROVAL_VIEW
from guanbao.platform.workflow.selectors import approvals_visible, tasks_waiting
from guanbao.platform.workflow.services.approvals import approval_start, is_running
from guanbao.web.frame import Task as Waiting
from guanbao.web.resource import Panel, Verb


def seen_by(actor: Actor) -> bool:
    """Whether approvals are an actor's to see: an institution's people's."""
    found = reach(actor, APPROVAL_VIEW)
    return not found.is_empty and (found.everywhere or found.side is Side.INSTITUTION)


def waits_for(actor: Actor) -> Iterator[Waiting]:
    """What somebody is asked to decide, for the first page."""
    if seen_by(actor):
        yield Waiting(told("Approvals to decide"), "/my-tasks/", tasks_waiting(actor=actor).count())


def _submit(*, actor: Actor, **named: Model) -> Model:
    """Submit the record; it stays in hand."""
    (row,) = named.values()
    approval_start(actor=actor, subject=row)
    return row


SUBMIT = Verb("submit", _("Submit for approval"), APPROVAL_START, _submit, when=lambda row, _actor: not is_running(row))


def _of_record(actor: Actor, row: Model) -> list[Approval]:
    label = row._meta.label_lower  # noqa: SLF001 - Django's published way to a model's name
    return list(approvals_visible(actor=actor).filter(subject_type=label, subject_id=row.pk).order_by("-pk")[:20])


def _tab(actor: Actor, row: Model) -> dict[str, Any]:
    """The latest approval in full, and those before it."""
    found = _of_record(actor, row)
    earlier = [(one, State(one.state).label, COLOURS[State(one.state)]) for one in found[1:]]
    return (flow_of(found[0]) if found else {}) | {"earlier": earlier}


def _side(actor: Actor, row: Model) -> dict[str, Any]:
    """How it stands, and the reader's own next step."""
    found = _of_record(actor, row)[:1]
    if not found:
        return {}
    latest = found[0]
    mine: Task | None = tasks_waiting(actor=actor).filter(approval=latest).first()
    return {
        "approval": latest,
        "state": State(latest.state).label,
        "colour": COLOURS[State(latest.state)],
        "mine": mine,
        "asked": latest.tasks.filter(state="open").order_by("pk"),
    }


PANELS = (
    Panel("approvals", _("Approval"), "approvals/on_record.html", _tab, may=seen_by, rank=20),
    Panel("approval", _("Approval"), "approvals/beside.html", _side, slot="side", may=seen_by, rank=20),
)
