"""Decision tables and conditions, checked: what is wrong with them, and where."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from guanbao.platform.wording import told
from guanbao.platform.workflow.diagrams import Unreadable, tree_of
from guanbao.platform.workflow.expressions import names_in

ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,79}")
_DMN = re.compile(r"\{https?://www\.omg\.org/spec/DMN/[0-9]+/(MODEL/|dmn\.xsd)\}")
_POLICIES = ("UNIQUE", "FIRST", "ANY", "COLLECT")
Fault = str


def at_line(line: int, fault: str) -> Fault:
    """A fault with its place."""
    return told("Line {line}: {fault}", line=line, fault=fault)


def expression_faults(text: str, names: Collection[str] | None) -> Iterator[Fault]:
    """What is wrong with a condition; `names` are those that it may ask for, None where nobody knows."""
    try:
        unknown = names_in(text) - set(names if names is not None else names_in(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        yield told("«{text}» is no condition: names, texts, numbers, lists, comparisons, and, or, not.", text=text[:80])
        return
    if unknown:
        yield told("«{text}» asks for {names}, which nobody knows.", text=text[:80], names=", ".join(sorted(unknown)))


def table_faults(data: bytes, decisions: dict[str, str], names: Collection[str] | None) -> Iterator[Fault]:
    """What is wrong with a table; what it decides is added to `decisions`, by its id the name of its output."""
    try:
        root = tree_of(data)
    except Unreadable as error:
        yield str(error)
        return
    prefix = _DMN.match(str(root.tag))
    if prefix is None or not root.tag.endswith("definitions"):
        yield told("It is not DMN.")
        return
    dmn = prefix[0]
    tables = root.findall(f"{dmn}decision")
    table = tables[0].find(f"{dmn}decisionTable") if len(tables) == 1 else None
    if table is None or len(tables[0]) != 1:
        yield told("A file holds one decision, and that one table.")
        return
    outputs = [one.get("name", "") for one in table.findall(f"{dmn}output")]
    key = tables[0].get("id", "")
    if len(outputs) != 1 or not outputs[0].isidentifier():
        yield told("A table has one output, with a name.")
    elif not ID.fullmatch(key) or key in decisions:
        yield told("The id «{id}» cannot be taken.", id=key[:80])
    else:
        decisions[key] = outputs[0]
        yield from _cell_faults(table, dmn, names)


def _cell_faults(table: Any, dmn: str, names: Collection[str] | None) -> Iterator[Fault]:  # noqa: ANN401 - lxml's
    if table.get("hitPolicy", "UNIQUE") not in _POLICIES or table.get("aggregation"):
        yield told("Its hit policy is UNIQUE, FIRST, ANY or COLLECT.")
    known = None if names is None else {*names, "v"}
    for cell in table.iter(f"{dmn}inputExpression", f"{dmn}inputEntry", f"{dmn}outputEntry"):
        text = (cell.findtext(f"{dmn}text") or "").strip()
        is_asked = cell.tag.endswith("inputEntry")
        if not text and not is_asked:
            yield at_line(cell.sourceline, told("The cell is empty."))
        elif text:
            begins = text[0] in "<>=!" or text.startswith(("in ", "not in "))
            asked = re.sub(r"\?", "v", f"v {text}" if begins else text) if is_asked else text
            for fault in expression_faults(asked, known):
                yield at_line(cell.sourceline, fault)
