"""Takes every guard away in turn and sees whether a test notices: `make mutants`.

A guard is a restriction of a selector, a check of a permission, or a list of what may be written, read or asked.
One mutant at a time is imported in place of the module it comes from; nothing is written to the source.
`GUANBAO_MUTANTS=200` takes a sample of so many, by `GUANBAO_MUTANTS_SEED`; `GUANBAO_MUTANTS_ONLY=parties` some files.
"""

from __future__ import annotations

import ast
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
FOLDERS = ("apps", "platform", "web", "api")
TIME_S = 420
NEEDS = {"need", "need_object", "_need_whole", "_need_to_give", "grant_may", "_may"}


class Mutant(NamedTuple):
    """Where a guard stands, and what was taken away."""

    file: str
    line: int
    number: int
    what: str


class Remover(ast.NodeTransformer):
    """Counts the guards of a module; takes away the one of that number."""

    def __init__(self, number: int = -1) -> None:
        self.number = number
        self.found: list[tuple[int, str]] = []

    def _is_it(self, node: ast.expr | ast.stmt, what: str) -> bool:
        self.found.append((node.lineno, what))
        return len(self.found) - 1 == self.number

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """`reach(…).rows(rows, columns)` lets every row through, `.limit(columns)` too, and `need…` nobody stop."""
        self.generic_visit(node)
        match node.func:
            case ast.Attribute(attr="rows") if len(node.args) == 2 and self._is_it(node, "rows"):
                return node.args[0]
            case ast.Attribute(attr="limit") if len(node.args) == 1 and self._is_it(node, "limit"):
                return ast.parse("__import__('django.db.models', fromlist=['Q']).Q()", mode="eval").body
            case ast.Attribute(attr=("may" | "may_view") as name) if node.args and self._is_it(node, name):
                return ast.Constant(value=True)
            case ast.Attribute(attr="seen_by") if self._is_it(node, "seen_by"):
                return node.func.value
            case ast.Attribute(attr="hidden_from") if self._is_it(node, "hidden_from"):
                return ast.parse("frozenset()", mode="eval").body
            case ast.Name(id=("related_to" | "related_only") as name) if self._is_it(node, name):
                return ast.Constant(value=None)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        """A check that stands alone."""
        match node.value:
            case ast.Call(func=ast.Name(id=name)) if name in NEEDS and self._is_it(node, name):
                return ast.Pass()
        self.generic_visit(node)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """`reach(…).is_empty` is never so, `.whole` always."""
        self.generic_visit(node)
        if node.attr == "is_empty" and self._is_it(node, "is_empty"):
            return ast.Constant(value=False)
        if node.attr == "whole" and self._is_it(node, "whole"):
            return ast.Constant(value=True)
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        """What is inside is not; what is personal is not; a form or a filter made of a list takes every field."""
        self.generic_visit(node)
        if node.arg in ("inside", "personal") and self._is_it(node.value, node.arg):
            node.value = ast.parse("frozenset()", mode="eval").body
        elif node.arg == "fields" and _is_list(node.value) and self._is_it(node.value, "fields"):
            node.value = ast.Constant(value="__all__")
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """A form's own list of fields takes every field."""
        self.generic_visit(node)
        if isinstance(node.target, ast.Name) and node.target.id == "fields" and self._is_it(node, "fields"):
            node.value = ast.Constant(value="__all__")
        return node


def _is_list(node: ast.AST) -> bool:
    """Whether it is `list(…)`: what forms and filters are made of."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "list"


def mutants() -> Iterator[Mutant]:
    """Every guard."""
    for folder in FOLDERS:
        for file in sorted((SOURCE / "guanbao" / folder).rglob("*.py")):
            if "migrations" in file.parts:
                continue
            remover = Remover()
            remover.visit(ast.parse(file.read_text(encoding="utf-8")))
            for number, (line, what) in enumerate(remover.found):
                yield Mutant(str(file.relative_to(SOURCE)), line, number, what)


def mutated(file: Path, number: int) -> ast.Module:
    """A module without the guard of that number."""
    tree = Remover(number).visit(ast.parse(file.read_text(encoding="utf-8")))
    return ast.fix_missing_locations(tree)


def judges(mutant: Mutant) -> list[list[str]]:
    """Which tests judge it: those that mirror its file first, then the matrix."""
    parts = Path(mutant.file).parts[1:]
    near = {
        "apps": [f"tests/apps/{parts[1]}"],
        "platform": [f"tests/platform/{parts[1]}"] if (ROOT / f"tests/platform/{parts[1]}").is_dir() else [],
        "web": ["tests/apps/parties", "tests/apps/operations", "tests/apps/people"],
        "api": ["tests/api/test_reading.py", "tests/api/test_writing.py"],
    }[parts[0]]
    rest = ["tests/platform/access", "tests/apps/people"] if parts[0] == "platform" else []
    near = [path for path in (*near, *rest) if (ROOT / path).exists()]
    return [near, ["tests/matrix/test_world.py", "tests/matrix/test_matrix.py"]]


def caught(mutant: Mutant) -> str:
    """By which tests a mutant is caught; nothing where it survives."""
    environment = os.environ | {"GUANBAO_MUTANT": f"{mutant.file}:{mutant.number}", "PYTHONDONTWRITEBYTECODE": "1"}
    for tests in judges(mutant):
        if not tests:
            continue
        asked = [sys.executable, "-m", "pytest", "-x", "-q", "--show-capture=no", "--tb=no", "-p", "mutant_importing",
                 "--deselect=tests/apps/service_levels/test_browser.py", *tests]  # fmt: skip
        environment["PYTHONPATH"] = str(Path(__file__).parent)
        try:
            done = subprocess.run(asked, cwd=ROOT, env=environment, capture_output=True, timeout=TIME_S, check=False)
        except subprocess.TimeoutExpired:
            return ""  # nobody has noticed
        if done.returncode not in (0, 5):
            return tests[0]
    return ""


def main() -> None:
    """Judge them, two at a time; the survivors by file and line."""
    every = [each for each in mutants() if os.environ.get("GUANBAO_MUTANTS_ONLY", "") in each.file]
    most, seed = int(os.environ.get("GUANBAO_MUTANTS", "0")), int(os.environ.get("GUANBAO_MUTANTS_SEED", "1"))
    chosen = random.Random(seed).sample(every, most) if 0 < most < len(every) else every
    print(f"{len(chosen)} of {len(every)} mutants, seed {seed}", flush=True)
    begun, survivors, done = time.monotonic(), [], 0
    with ThreadPoolExecutor(int(os.environ.get("WORKERS", "2"))) as pool:
        for mutant, by in zip(chosen, pool.map(caught, chosen), strict=True):
            done += 1
            print(f"{done:4} {mutant.file}:{mutant.line} {mutant.what}: {by or 'SURVIVES'}", flush=True)
            if not by:
                survivors.append(mutant)
    share = 1 - len(survivors) / len(chosen)
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} caught ({share:.1%}) in {time.monotonic() - begun:.0f} s")
    for mutant in survivors:
        print(f"survives: {mutant.file}:{mutant.line} without its {mutant.what}")
    sys.exit(share < 0.95)


if __name__ == "__main__":
    main()
