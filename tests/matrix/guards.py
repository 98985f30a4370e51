"""Finds every guard of the source, and puts a switch at each: `guard_is_off(key)` chooses the code without it."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).resolve().parents[2] / "src"
FOLDERS = ("apps", "platform", "web", "api")
NEEDS = {"need", "need_object", "_need_whole", "_need_to_give", "grant_may", "_may"}
TEXT = "f.get_internal_type() in ('CharField', 'TextField') and "


class Guard(NamedTuple):
    """Where a guard stands, what it is, and whether it is asked when the code runs rather than when it is imported."""

    file: str
    line: int
    number: int
    what: str
    is_lazy: bool
    code: str

    @property
    def key(self) -> str:
        """What the switch is called."""
        return f"{self.file}:{self.number}"

    @property
    def place(self) -> str:
        """Where it stands, whatever is written above it."""
        return f"{self.file}: {self.code}"


class Switcher(ast.NodeTransformer):
    """Finds the guards of a module, and puts a switch at each."""

    def __init__(self, file: str, lines: list[str]) -> None:
        self.file, self.lines, self.depth = file, lines, 0
        self.found: list[Guard] = []
        self.reaches = any("reach import" in line or "class Reach" in line for line in lines)

    def _switched(self, node: ast.expr, what: str, without: ast.expr) -> ast.expr:
        code = self.lines[node.lineno - 1].strip()
        guard = Guard(self.file, node.lineno, len(self.found), what, self.depth > 0, code)
        self.found.append(guard)
        asked = _expr(f"__import__('mutant_importing').guard_is_off({guard.key!r})")
        return ast.copy_location(ast.IfExp(test=asked, body=without, orelse=node), node)

    def _deeper(self, node: ast.AST) -> ast.AST:
        self.depth += 1
        self.generic_visit(node)
        self.depth -= 1
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """What stands in a function is asked when it runs."""
        return self._deeper(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        """And in a lambda."""
        return self._deeper(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """`reach(…).rows(rows, columns)` lets every row through, `.limit(columns)` too, and `need…` nobody stop."""
        self.generic_visit(node)
        match node.func:
            case ast.Attribute(attr="rows") if len(node.args) == 2:
                return self._switched(node, "rows", node.args[0])
            case ast.Attribute(attr="limit") if len(node.args) == 1:
                return self._switched(node, "limit", _expr("__import__('django.db.models', fromlist=['Q']).Q()"))
            case ast.Attribute(attr=("may" | "may_view") as name) if node.args:
                return self._switched(node, name, _expr("True"))
            case ast.Attribute(attr="seen_by"):
                return self._switched(node, "seen_by", node.func.value)
            case ast.Attribute(attr="hidden_from"):
                return self._switched(node, "hidden_from", _expr("frozenset()"))
            case ast.Name(id=("related_to" | "related_only") as name):
                return self._switched(node, name, _expr("None"))
            case ast.Name(id="Resource"):
                self._lists(node)
        return node

    def _lists(self, node: ast.Call) -> None:
        """A resource may be filtered by every field, searched by every text, and answers with every field."""
        model = next(ast.unparse(said.value) for said in node.keywords if said.arg == "model")
        for said in node.keywords:
            if said.arg in ("filters", "search", "answers"):
                which = TEXT if said.arg == "search" else ""
                every = f"tuple(f.name for f in {model}._meta.concrete_fields if {which}f.name != 'id')"
                said.value = self._switched(said.value, said.arg, _expr(every))

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        """A check that stands alone."""
        self.generic_visit(node)
        match node.value:
            case ast.Call(func=ast.Name(id=name)) if name in NEEDS:
                node.value = self._switched(node.value, name, _expr("None"))
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """`reach(…).is_empty` is never so, `.whole` always."""
        self.generic_visit(node)
        if node.attr in ("is_empty", "whole") and self.reaches:
            return self._switched(node, node.attr, _expr(str(node.attr == "whole")))
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        """What is inside is not; what is personal is not; a form or a filter made of a list takes every field."""
        self.generic_visit(node)
        if node.arg in ("inside", "personal"):
            node.value = self._switched(node.value, node.arg, _expr("frozenset()"))
        elif node.arg == "fields" and ast.unparse(node.value).startswith("list("):
            node.value = self._switched(node.value, "fields", _expr("'__all__'"))
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """A form's own list of fields takes every field."""
        self.generic_visit(node)
        is_list = ast.unparse(node.target) == "fields" and "ClassVar" in ast.unparse(node.annotation)
        if is_list and node.value is not None:
            node.value = self._switched(node.value, "fields", _expr("'__all__'"))
        return node


def _expr(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@functools.cache
def switched(file: str) -> tuple[ast.Module, list[Guard]]:
    """A module of the source with its switches, and its guards."""
    text = (SOURCE / file).read_text(encoding="utf-8")
    switcher = Switcher(file, text.splitlines())
    tree = switcher.visit(ast.parse(text))
    return ast.fix_missing_locations(tree), switcher.found


def guards() -> Iterator[Guard]:
    """Every guard."""
    for folder in FOLDERS:
        for path in sorted((SOURCE / "guanbao" / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from switched(str(path.relative_to(SOURCE)))[1]
