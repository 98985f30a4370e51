"""A model as it is drawn: its levels, lanes and ways, read from BPMN without running anything of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lxml import etree

from guanbao.platform.access.roles import role_title
from guanbao.platform.wording import reader_language, told

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC, DI = "{http://www.omg.org/spec/DD/20100524/DC}", "{http://www.omg.org/spec/DD/20100524/DI}"
OURS = "{urn:guanbao:workflow}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
MOST_BYTES = 500_000
LEVEL = "userTask"
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway")
KINDS = ("startEvent", "endEvent", LEVEL, "businessRuleTask", *GATEWAYS)


class Unreadable(ValueError):
    """A file that is no XML as we take it; where and why."""


@dataclass(frozen=True)
class Box:
    """Where something is drawn."""

    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True)
class Node:
    """An event, a level, a table or a gateway. `said` holds its attributes of ours, by name."""

    id: str
    kind: str
    name: str
    role: str
    line: int
    box: Box | None
    decision: str = ""
    default: str = ""
    said: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What it is called, in the reader's language where the model says it in both."""
        english = self.said.get("en", "")
        return english if english and reader_language() == "en" else self.name or self.id

    @property
    def is_countersign(self) -> bool:
        """Whether its people say what they think, rather than decide about going on."""
        return self.said.get("kind") == "countersign"

    @property
    def seats(self) -> int:
        """How many people are asked."""
        return int(self.said.get("seats", "1"))

    @property
    def quorum(self) -> int:
        """How many of them must be for it."""
        return int(self.said.get("quorum", str(self.seats)))


@dataclass(frozen=True)
class Flow:
    """A way from one node to another."""

    id: str
    source: str
    target: str
    condition: str
    line: int
    points: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Diagram:
    """A model."""

    id: str
    name: str
    english: str
    copies: tuple[str, ...]
    nodes: dict[str, Node]
    flows: tuple[Flow, ...]
    lanes: tuple[tuple[str, Box | None, int], ...]
    pool: Box | None

    @property
    def title(self) -> str:
        """What it is called."""
        return self.english if self.english and reader_language() == "en" else self.name

    def after(self, node: str) -> set[str]:
        """Every node that can be reached from one."""
        found: set[str] = set()
        open_ = [node]
        while open_:
            at = open_.pop()
            following = {flow.target for flow in self.flows if flow.source == at} - found
            found |= following
            open_ += following
        return found


def tree_of(data: bytes) -> Any:  # noqa: ANN401 - lxml has no types
    """A file's root. No entity is expanded, nothing is fetched, and a document type is refused.

    Raises:
        Unreadable.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable(told("It is larger than {n} bytes.", n=MOST_BYTES))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(told("It is not UTF-8.")) from error
    if "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
        raise Unreadable(told("It has a document type; a model needs none."))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(told("It is no XML: {reason}", reason=str(error)[:200])) from error


def process_of(root: Any) -> Any:  # noqa: ANN401 - lxml's
    """The one process of a model. Raises Unreadable."""
    if root.tag != f"{BPMN}definitions":
        raise Unreadable(told("It is not BPMN 2.0: it does not begin with definitions."))
    found = root.findall(f"{BPMN}process")
    if len(found) != 1:
        raise Unreadable(told("It holds {n} processes; a model is one.", n=len(found)))
    return found[0]


def diagram_of(root: Any) -> Diagram:  # noqa: ANN401 - lxml's
    """What is drawn. Raises Unreadable."""
    process = process_of(root)
    boxes = {shape.get("bpmnElement"): _box(shape) for shape in root.iter(f"{BPMNDI}BPMNShape")}
    edges = {edge.get("bpmnElement"): _points(edge) for edge in root.iter(f"{BPMNDI}BPMNEdge")}
    lanes = list(process.iter(f"{BPMN}lane"))
    roles = {
        (ref.text or "").strip(): lane.get("name", "") for lane in lanes for ref in lane.iter(f"{BPMN}flowNodeRef")
    }
    nodes = {
        one.get("id", ""): Node(
            one.get("id", ""),
            kind,
            one.get("name", ""),
            roles.get(one.get("id", ""), ""),
            one.sourceline,
            boxes.get(one.get("id")),
            one.get(f"{CAMUNDA}decisionRef", ""),
            one.get("default", ""),
            {name.removeprefix(OURS): value for name, value in one.attrib.items() if name.startswith(OURS)},
        )
        for kind in KINDS
        for one in process.iter(f"{BPMN}{kind}")
    }
    flows = tuple(
        Flow(
            one.get("id", ""),
            one.get("sourceRef", ""),
            one.get("targetRef", ""),
            (one.findtext(f"{BPMN}conditionExpression") or "").strip(),
            one.sourceline,
            edges.get(one.get("id"), ()),
        )
        for one in process.iter(f"{BPMN}sequenceFlow")
    )
    pools = [boxes.get(one.get("id")) for one in root.iter(f"{BPMN}participant")]
    return Diagram(
        process.get("id", ""),
        process.get("name", "") or process.get("id", ""),
        process.get(f"{OURS}en", ""),
        tuple(process.get(f"{OURS}copies", "").split()),
        nodes,
        flows,
        tuple((lane.get("name", ""), boxes.get(lane.get("id")), lane.sourceline) for lane in lanes),
        next((box for box in pools if box), None),
    )


@lru_cache(maxsize=200)
def diagram_in(text: str) -> Diagram:
    """What is drawn in a model that was checked: read once."""
    return diagram_of(tree_of(text.encode()))


def role_called(code: str) -> str:
    """What a lane's role is called."""
    return role_title(code)


def _box(shape: Any) -> Box | None:  # noqa: ANN401 - lxml's
    bounds = shape.find(f"{DC}Bounds")
    if bounds is None:
        return None
    try:
        x, y, w, h = (_whole(bounds.get(name, "")) for name in ("x", "y", "width", "height"))
    except ValueError:
        return None
    return Box(x, y, w, h) if w > 0 and h > 0 else None


def _points(edge: Any) -> tuple[tuple[int, int], ...]:  # noqa: ANN401 - lxml's
    try:
        return tuple((_whole(p.get("x", "")), _whole(p.get("y", ""))) for p in edge.iter(f"{DI}waypoint"))
    except ValueError:
        return ()


def _whole(text: str) -> int:
    """A coordinate. Raises ValueError: it is none, or so far away that nobody would see it."""
    value = round(float(text[:30]))
    if not -20_000 <= value <= 20_000:
        raise ValueError(text[:30])
    return value
