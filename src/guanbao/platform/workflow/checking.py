"""Whether a model can be taken: everything that is wrong with it at once, with where and what."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from guanbao.platform.wording import told
from guanbao.platform.workflow.diagrams import (
    BPMN,
    GATEWAYS,
    KINDS,
    LEVEL,
    Diagram,
    Flow,
    Node,
    Unreadable,
    diagram_of,
    process_of,
    tree_of,
)
from guanbao.platform.workflow.running import spec_of
from guanbao.platform.workflow.tables import ID, Fault, at_line, expression_faults, table_faults

_INSIDE = {*KINDS, "laneSet", "lane", "flowNodeRef", "sequenceFlow", "conditionExpression", "incoming", "outgoing"}
_INSIDE |= {"documentation", "textAnnotation", "text", "association", "process"}
_AROUND = {"definitions", "process", "collaboration", "participant", "documentation", "textAnnotation", "text"}
_AROUND |= {"association"}
_DAYS = re.compile(r"[1-9][0-9]{0,2}wd")
_TAKEN = {"Start", "End", "Root"}
_SAID = {"en", "kind", "due", "remind", "escalate", "seats", "quorum"}
_MOST_NODES, _MOST_SEATS = 200, 20


def model_faults(
    bpmn: bytes, tables: list[bytes], *, roles: Collection[str], names: Collection[str] | None
) -> dict[str, list[Fault]]:
    """What is wrong with a model's file and with its tables; nothing, where it can be taken.

    `roles` are what lanes may be, `names` the facts that conditions and tables may ask for; None where nobody knows.
    """
    decisions: dict[str, str] = {}
    of_tables: list[Fault] = []
    for n, table in enumerate(tables, 1):
        found = table_faults(table, decisions, names)
        of_tables += [told("Table {n}: {fault}", n=n, fault=fault) for fault in found]
    known = None if names is None else {*names, *decisions.values()}
    try:
        root = tree_of(bpmn)
        process_of(root)
        of_model = list(_element_faults(root)) or list(_diagram_faults(diagram_of(root), roles, decisions, known))
    except Unreadable as error:
        of_model = [str(error)]
    if not of_model and not of_tables:
        of_model = list(_run_faults(bpmn, tables))
    return {name: faults for name, faults in (("bpmn", of_model), ("tables", of_tables)) if faults}


def _element_faults(root: Any) -> Iterator[Fault]:  # noqa: ANN401 - lxml's
    """Elements that a model may not have: no scripts, no calls, no timers, no messages."""
    process = process_of(root)
    within = set(process.iter())
    for element in root.iter():
        if not isinstance(element.tag, str) or not element.tag.startswith(BPMN):
            continue
        name = element.tag.removeprefix(BPMN)
        if name not in (_INSIDE if element in within else _AROUND):
            yield at_line(
                element.sourceline, told("«{name}» is not taken here: {kinds}.", name=name, kinds=", ".join(KINDS))
            )
    ids = [element.get("id", "") for element in process.iter() if isinstance(element.tag, str)]
    for element in process:
        found = element.get("id", "")
        if element.tag.removeprefix(BPMN) in (*KINDS, "sequenceFlow"):
            if not ID.fullmatch(found) or found in _TAKEN:
                yield at_line(element.sourceline, told("The id «{id}» cannot be taken.", id=found[:80]))
            elif ids.count(found) > 1:
                yield at_line(element.sourceline, told("The id «{id}» stands twice.", id=found))


def _diagram_faults(
    diagram: Diagram, roles: Collection[str], decisions: dict[str, str], names: Collection[str] | None
) -> Iterator[Fault]:
    if not ID.fullmatch(diagram.id):
        yield told("The process has no id that can be taken.")
    if len(diagram.nodes) > _MOST_NODES:
        yield told("There are {n} nodes; the most are {most}.", n=len(diagram.nodes), most=_MOST_NODES)
        return
    yield from _lane_faults(diagram, roles)
    for node in diagram.nodes.values():
        for fault in _node_faults(diagram, node, roles, decisions):
            yield at_line(node.line, told("«{node}»: {fault}", node=node.name or node.id, fault=fault))
    yield from _flow_faults(diagram, names)
    yield from _way_faults(diagram)


def _lane_faults(diagram: Diagram, roles: Collection[str]) -> Iterator[Fault]:
    for role, _box, line in diagram.lanes:
        if role not in roles:
            yield at_line(line, told("The lane «{lane}» is no role of the institution.", lane=role))
    for role in diagram.copies:
        if role not in roles:
            yield told("Copies go to «{role}», which is no role of the institution.", role=role)


def _flow_faults(diagram: Diagram, names: Collection[str] | None) -> Iterator[Fault]:
    for flow in diagram.flows:
        for end in (flow.source, flow.target):
            if end not in diagram.nodes:
                yield at_line(flow.line, told("The way «{id}» leads to nothing.", id=flow.id))
        if len(flow.points) < 2:
            yield at_line(flow.line, told("The way «{id}» is not drawn.", id=flow.id))
        if flow.condition:
            for fault in expression_faults(flow.condition, names):
                yield at_line(flow.line, fault)


def _node_faults(diagram: Diagram, node: Node, roles: Collection[str], decisions: dict[str, str]) -> Iterator[Fault]:
    if node.box is None:
        yield told("It is not drawn.")
    if unknown := node.said.keys() - _SAID:
        yield told("It says {names}, which nobody knows.", names=", ".join(sorted(unknown)))
    if node.kind == LEVEL:
        yield from _level_faults(node, roles)
    if node.kind == "businessRuleTask" and node.decision not in decisions:
        yield told("Its table «{name}» is not among those given.", name=node.decision or "–")
    yield from _leaving_faults(node, [flow for flow in diagram.flows if flow.source == node.id])


def _level_faults(node: Node, roles: Collection[str]) -> Iterator[Fault]:
    if node.role not in roles:
        yield told("It stands in no lane, or in one that is no role.")
    for name in ("due", "remind"):
        if node.said.get(name) and not _DAYS.fullmatch(node.said[name]):
            yield told("«{name}» is a number of working days such as 5wd.", name=name)
    if node.said.get("escalate") and node.said["escalate"] not in roles:
        yield told("It escalates to «{role}», which is no role of the institution.", role=node.said["escalate"])
    counts = [node.said.get("seats", "1"), node.said.get("quorum", node.said.get("seats", "1"))]
    if not all(one.isascii() and one.isdigit() and 1 <= int(one[:3]) <= _MOST_SEATS for one in counts):
        yield told("Seats and quorum are numbers from 1 to {most}.", most=_MOST_SEATS)
    elif int(counts[1]) > int(counts[0]):
        yield told("The quorum is larger than the number of seats.")


def _leaving_faults(node: Node, outgoing: list[Flow]) -> Iterator[Fault]:
    if node.kind in ("exclusiveGateway", "inclusiveGateway") and len(outgoing) > 1:
        open_ = [flow for flow in outgoing if not flow.condition and flow.id != node.default]
        if open_:
            yield told("The way «{id}» has no condition and is not the default.", id=open_[0].id)
        if node.kind == "exclusiveGateway" and not node.default:
            yield told("It has no default way.")
    if node.kind not in GATEWAYS and len(outgoing) > 1:
        yield told("Several ways leave it; only a gateway divides.")
    if node.kind == "endEvent" and outgoing:
        yield told("A way leaves the end.")


def _way_faults(diagram: Diagram) -> Iterator[Fault]:
    """Circles, dead ends, and ways on which nobody decides."""
    starts = [node.id for node in diagram.nodes.values() if node.kind == "startEvent"]
    ends = {node.id for node in diagram.nodes.values() if node.kind == "endEvent"}
    if len(starts) != 1 or not ends:
        yield told("A model has one start and an end.")
        return
    reached = {starts[0]} | diagram.after(starts[0])
    for node in diagram.nodes.values():
        after = diagram.after(node.id)
        if node.id in after:
            yield at_line(
                node.line, told("«{node}» leads back to itself; people return things, models do not.", node=node.id)
            )
        elif node.id not in reached:
            yield at_line(node.line, told("«{node}» is never reached.", node=node.id))
        elif node.id not in ends and not after & ends:
            yield at_line(node.line, told("«{node}» leads to no end.", node=node.id))
    # Without the levels, is an end still reached?
    open_, seen = [starts[0]], set()
    while open_:
        at = open_.pop()
        if at in ends:
            yield told("A way leads to the end on which nobody decides.")
            return
        seen.add(at)
        open_ += [
            flow.target
            for flow in diagram.flows
            if flow.source == at and flow.target not in seen and flow.target in diagram.nodes
            and diagram.nodes[flow.target].kind != LEVEL
        ]  # fmt: skip


def _run_faults(bpmn: bytes, tables: list[bytes]) -> Iterator[Fault]:
    try:
        spec_of(bpmn.decode("utf-8-sig"), [table.decode("utf-8-sig") for table in tables])
    except Exception as error:  # noqa: BLE001 - whatever the engine makes of a file, its sender is told
        yield told("The engine does not take it: {reason}", reason=str(error)[:300])
