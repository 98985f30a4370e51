"""The diagram with the way it took, as SVG: attributes and classes only, for nothing inline may style a page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from html import escape
from textwrap import wrap
from unicodedata import east_asian_width

from django.utils.safestring import SafeString, mark_safe

from guanbao.platform.wording import told
from guanbao.platform.workflow.diagrams import LEVEL, Box, Diagram, Flow, Node, role_called

_LINE, _WIDE = 16, 14  # pixels
_MARKS = {"exclusiveGateway": "×", "parallelGateway": "+", "inclusiveGateway": "○"}


def drawn(
    diagram: Diagram, *, states: Mapping[str, str], steps: Collection[tuple[str, str]], key: str = "model"
) -> SafeString:
    """The diagram; `states` name what became of a node, `steps` are ways that were taken."""
    boxes = [box for _, box, _ in diagram.lanes if box] + [node.box for node in diagram.nodes.values() if node.box]
    if not boxes:
        return mark_safe("")
    left, top = min(box.x for box in boxes) - 12, min(box.y for box in boxes) - 12
    right, low = max(box.x + box.w for box in boxes) + 12, max(box.y + box.h for box in boxes) + 12
    title = escape(diagram.title)
    said = escape(told("The ways and levels of «{name}»; what became of each is told below.", name=diagram.title))
    arrow = 'viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"'
    size = f'viewBox="{left} {top} {right - left} {low - top}" width="{right - left}" height="{low - top}"'
    parts = [
        f'<svg class="flow" xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{key}-t {key}-d" {size}>',
        f'<title id="{key}-t">{title}</title><desc id="{key}-d">{said}</desc><defs>',
        f'<marker id="{key}-a" {arrow}><path class="tip" d="M0 0L10 5L0 10z"/></marker>',
        f'<marker id="{key}-b" {arrow}><path class="tip taken" d="M0 0L10 5L0 10z"/></marker></defs>',
    ]
    for n, (role, box, _) in enumerate(diagram.lanes):
        if box:
            parts.append(_lane(role_called(role), box, n))
    taken = [flow for flow in diagram.flows if (flow.source, flow.target) in steps]
    parts += [_flow(flow, f"{key}-a", "") for flow in diagram.flows if flow not in taken]
    parts += [_flow(flow, f"{key}-b", " taken") for flow in taken]
    parts += [_node(node, node.box, states.get(node.id, "ahead")) for node in diagram.nodes.values() if node.box]
    # Every text in it was escaped where it was put in.
    return mark_safe("".join([*parts, "</svg>"]))  # noqa: S308


def _lane(role: str, box: Box, n: int) -> str:
    text = _text(role, box.x + 58, box.y + box.h // 2, 96, "lane-name")
    kind = " even" if n % 2 else ""
    return f'<rect class="lane{kind}" x="{box.x}" y="{box.y}" width="{box.w}" height="{box.h}"/>{text}'


def _flow(flow: Flow, arrow: str, kind: str) -> str:
    points = " ".join(f"{x},{y}" for x, y in flow.points)
    return f'<polyline class="way{kind}" points="{points}" marker-end="url(#{arrow})"/>'


def _node(node: Node, box: Box, state: str) -> str:
    x, y = box.x + box.w // 2, box.y + box.h // 2
    kind = f"node {state}"
    if node.kind in ("startEvent", "endEvent"):
        heavy = " end" if node.kind == "endEvent" else ""
        name = _text(node.title, x, box.y + box.h + 12, 80, "event-name") if node.name else ""
        return f'<circle class="{kind}{heavy}" cx="{x}" cy="{y}" r="{min(box.w, box.h) // 2}"/>{name}'
    if node.kind in _MARKS:
        corners = f"{x},{box.y} {box.x + box.w},{y} {x},{box.y + box.h} {box.x},{y}"
        mark = f'<text class="mark" x="{x}" y="{y + 6}" text-anchor="middle">{_MARKS[node.kind]}</text>'
        return f'<polygon class="{kind}" points="{corners}"/>{mark}'
    rules = "" if node.kind == LEVEL else " rules"
    rect = f'<rect class="{kind}{rules}" x="{box.x}" y="{box.y}" width="{box.w}" height="{box.h}" rx="6"/>'
    return rect + _text(node.title, x, y, box.w - 8, f"name {state}")


def _text(text: str, x: int, y: int, width: int, kind: str) -> str:
    """Text around a point, in as many lines as it takes."""
    lines = _lines(text, width)
    first = y + 4 - _LINE * (len(lines) - 1) // 2
    spans = "".join(f'<tspan x="{x}" y="{first + n * _LINE}">{escape(line)}</tspan>' for n, line in enumerate(lines))
    return f'<text class="{kind}" text-anchor="middle">{spans}</text>'


def _lines(text: str, width: int) -> list[str]:
    wide = any(east_asian_width(char) in "WF" for char in text)
    most = max(width // (_WIDE if wide else 8), 4)
    return wrap(text, most, max_lines=4, placeholder="…") or [""]
