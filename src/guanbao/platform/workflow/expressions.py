"""Conditions and cells of decision tables: a closed language, walked here. Nothing that a model says is ever run."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

_MOST_CHARS, _MOST_NODES = 500, 100
_WORDS: Mapping[str, object] = {"true": True, "false": False, "null": None}  # as FEEL writes them
_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: lambda a, b: bool(a == b),
    ast.NotEq: lambda a, b: bool(a != b),
    ast.Lt: lambda a, b: bool(a < b),
    ast.LtE: lambda a, b: bool(a <= b),
    ast.Gt: lambda a, b: bool(a > b),
    ast.GtE: lambda a, b: bool(a >= b),
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}


def parsed(text: str) -> ast.expr:
    """The expression, if it is one of names, texts, numbers, lists, comparisons, and, or, not.

    Raises:
        SyntaxError: it is no expression. ValueError: it holds something else.
    """
    if len(text) > _MOST_CHARS:
        raise ValueError(text[:20])
    tree = ast.parse(text.strip(), mode="eval").body
    nodes = list(ast.walk(tree))
    if len(nodes) > _MOST_NODES:
        raise ValueError(text[:20])
    for node in nodes:
        _allow(node)
    return tree


def _allow(node: ast.AST) -> None:
    match node:
        case ast.Constant(value=None | bool() | int() | str()) | ast.Name() | ast.Load():
            return
        case ast.Constant(value=float()):
            return
        case ast.List() | ast.BoolOp() | ast.And() | ast.Or() | ast.Compare():
            return
        case ast.UnaryOp(op=ast.Not() | ast.USub()) | ast.Not() | ast.USub():
            return
        case _ if type(node) in _COMPARED:
            return
    raise ValueError(type(node).__name__)


def names_in(text: str) -> set[str]:
    """The names that an expression asks for. Raises as `parsed`."""
    return {node.id for node in ast.walk(parsed(text)) if isinstance(node, ast.Name)} - _WORDS.keys()


def value_of(text: str, known: Mapping[str, object]) -> object:
    """What an expression says of what is known.

    Raises:
        SyntaxError, ValueError: as `parsed`. KeyError: a name is not known. TypeError: it compares what cannot be.
    """
    return _value(parsed(text), known)


def _value(node: ast.expr, known: Mapping[str, object]) -> object:  # noqa: PLR0911 - a way out a kind of node
    match node:
        case ast.Constant(value=value):
            return Decimal(repr(value)) if isinstance(value, float) else value
        case ast.Name(id=name):
            return _WORDS[name] if name in _WORDS else known[name]
        case ast.List(elts=each):
            return [_value(one, known) for one in each]
        case ast.UnaryOp(op=ast.Not(), operand=of):
            return not _value(of, known)
        case ast.UnaryOp(operand=of):
            return -_number(_value(of, known))
        case ast.BoolOp(op=op, values=parts):
            every = (bool(_value(part, known)) for part in parts)
            return all(every) if isinstance(op, ast.And) else any(every)
        case ast.Compare(left=first, ops=ops, comparators=others):
            values = [_value(one, known) for one in (first, *others)]
            return all(_compare(op, a, b) for op, a, b in zip(ops, values, values[1:], strict=False))
    raise ValueError(type(node).__name__)


def _compare(op: ast.cmpop, left: Any, right: Any) -> bool:  # noqa: ANN401 - of any kind
    """Amounts are kept as text, exactly; beside a number they are numbers."""
    numbers = [isinstance(one, int | Decimal) and not isinstance(one, bool) for one in (left, right)]
    if any(numbers) and not all(numbers):
        left, right = (
            one if is_number else _text_number(one) for one, is_number in zip((left, right), numbers, strict=True)
        )
    return _COMPARED[type(op)](left, right)


def _text_number(value: object) -> object:
    try:
        return Decimal(value) if isinstance(value, str) else value
    except InvalidOperation:
        return value


def _number(value: object) -> int | Decimal:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return value
    raise TypeError(type(value).__name__)


class Closed:
    """What SpiffWorkflow asks for a value: conditions and cells, by the language above; scripts never."""

    environment = None

    def validate(self, expression: str) -> None:
        """That it is one. Raises as `parsed`."""
        parsed(expression)

    def evaluate(self, task: Any, expression: str, external_context: Mapping[str, object] | None = None) -> object:  # noqa: ANN401
        """Its value for a task. Raises as `value_of`."""
        return value_of(expression, {**task.data, **(external_context or {})})

    def execute(self, *_: object, **__: object) -> None:
        """Nothing. Raises NotImplementedError."""
        raise NotImplementedError

    def call_service(self, *_: object, **__: object) -> None:
        """Nothing. Raises NotImplementedError."""
        raise NotImplementedError
