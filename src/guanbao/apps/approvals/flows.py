"""An approval as its readers see it: the diagram with the way it took, and in words who decided what."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models import Model
from django.utils.safestring import SafeString

from guanbao.platform.access.roles import role_title
from guanbao.platform.workflow.attaching import attachment_of
from guanbao.platform.workflow.choices import AGAINST, State, TaskState, Verdict
from guanbao.platform.workflow.diagrams import Diagram, diagram_in
from guanbao.platform.workflow.drawing import drawn
from guanbao.platform.workflow.models import Approval, Decision, ModelVersion, Task
from guanbao.platform.workflow.running import Run
from guanbao.platform.workflow.shipped import models_shipped
from guanbao.web.resource import resource_of

COLOURS = {
    State.RUNNING: "blue",
    State.APPROVED: "green",
    State.REJECTED: "red",
    State.WITHDRAWN: "secondary",
    State.VOID: "orange",
}
_MARKS = {Verdict.APPROVE: "green", Verdict.RESERVE: "yellow", Verdict.RETURN: "orange"}


class Line(NamedTuple):
    """Somebody who decided, or who is asked."""

    level: str
    role: str
    task: Task
    decision: Decision | None
    colour: str


def flow_of(approval: Approval) -> dict[str, Any]:
    """What the templates of a flow are given: the diagram, lines of what was decided and of what is asked."""
    diagram = approval.version.diagram
    tasks = list(
        Task.objects.filter(approval=approval)
        .exclude(state=TaskState.DROPPED)
        .select_related("decision__person", "decision__for_person", "claimed_by")
        .order_by("pk")
    )
    decided = sorted((one for one in tasks if one.state == TaskState.DONE), key=lambda one: one.decision.at)
    open_ = [one for one in tasks if one.state == TaskState.OPEN]
    return {
        "approval": approval,
        "state": State(approval.state).label,
        "colour": COLOURS[State(approval.state)],
        "svg": _svg(approval, diagram, tasks),
        "lines": [_line(diagram, one) for one in decided],
        "asked": [_line(diagram, one) for one in open_],
        "ahead": [node.title for node in diagram.nodes.values() if node.role and node.kind == "userTask"],
    }


def model_drawn(version: ModelVersion) -> SafeString:
    """A model's diagram, of no approval."""
    return drawn(version.diagram, states={}, steps=())


def shipped_drawn(name: str) -> SafeString:
    """The diagram of a model as it came with the product."""
    return drawn(diagram_in(models_shipped()[name][0]), states={}, steps=(), key=name)


def record_of(approval: Approval, actor: Any) -> tuple[str, str]:  # noqa: ANN401 - an actor
    """What the record is called, and its address; as it was called then and no address, where it is out of reach."""
    attached = attachment_of(approval.subject_type)
    row: Model | None = attached.rows(actor=actor).filter(pk=approval.subject_id).first()
    resource = resource_of(attached.model)
    return (approval.label, "") if row is None or resource is None else (str(row), resource.url("detail", row.pk))


def _svg(approval: Approval, diagram: Diagram, tasks: list[Task]) -> SafeString:
    run = Run.restore(Approval.objects.values_list("run", flat=True).get(pk=approval.pk))
    passed, steps = run.passed(), run.steps()
    asked = {one.level for one in tasks if one.state == TaskState.OPEN}
    against = {one.level for one in tasks if one.state == TaskState.DONE and _counts(one) in AGAINST}
    states = {node: "now" if node in asked else "done" if node in passed else "ahead" for node in diagram.nodes}
    states |= dict.fromkeys(against - passed, "refused")
    split = {node for node in diagram.nodes if sum(flow.source == node for flow in diagram.flows) > 1}
    on = passed | asked | against
    ways = {(flow.source, flow.target) for flow in diagram.flows if flow.source in passed and flow.target in on}
    return drawn(diagram, states=states, steps={way for way in ways if way[0] not in split or way in steps})


def _counts(task: Task) -> str:
    return task.decision.verdict if task.decision.in_force else ""


def _line(diagram: Diagram, task: Task) -> Line:
    decision = task.decision if task.state == TaskState.DONE else None
    colour = _MARKS.get(Verdict(decision.verdict), "red") if decision else "blue"
    return Line(diagram.nodes[task.level].title, role_title(task.role), task, decision, colour)
