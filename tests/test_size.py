"""The frameworks of pages and endpoints stay small: what they are is copied by every app."""

import ast
import io
import tokenize
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src/guanbao"
PYTHON, TEMPLATES = 1_500, 600


def code_lines(file):
    """How many lines hold code: no blank ones, no comments, no docstrings."""
    text = file.read_text(encoding="utf-8")
    skip = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in skip:
            lines |= set(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines -= set(range(node.lineno, node.end_lineno + 1))
    return len(lines)


def python_files():
    return [f for name in ("web", "api") for f in (SOURCE / name).rglob("*.py") if "migrations" not in f.parts]


def test_web_and_api_are_small():
    assert sum(map(code_lines, python_files())) < PYTHON


def test_their_templates_are_small():
    files = [*(SOURCE / "web/templates").rglob("*.html"), *(SOURCE / "api").rglob("*.html")]
    assert sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files) < TEMPLATES
