"""The small, safe part of SQL that service levels and mappings may use, as Ibis expressions.

Columns, literals, comparisons, `and or not in between like is null case`, whole-number arithmetic, text joined
by `||`, and the functions below. Nothing that reads files, divides, or calls what is not listed: the text
may come from a contractor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir
import sqlglot
from ibis.common.annotations import ValidationError
from sqlglot import exp

from guanbao.engine.errors import InputError, Where

MOST_CHARACTERS = 4_000
MOST_DEPTH = 100
_INTEGERS = range(-(2**63), 2**63)
_LOST = ("position", "symmetric", "binary", "format")  # what SQL may add to a function or BETWEEN, and we do not do
# What Ibis raises for values that do not go together.
_UNFIT = (TypeError, AttributeError, ValueError, ArithmeticError, ibis.IbisError, ValidationError)

_FUNCTIONS: dict[type[exp.Expression], tuple[str, Callable[..., ir.Value]]] = {
    exp.Lower: ("lower", lambda x: x.lower()),
    exp.Upper: ("upper", lambda x: x.upper()),
    exp.Trim: ("trim", lambda x: x.strip()),
    exp.Length: ("length", lambda x: x.length()),
    exp.Coalesce: ("coalesce", ibis.coalesce),
    exp.Greatest: ("greatest", ibis.greatest),
    exp.Least: ("least", ibis.least),
    exp.Nullif: ("nullif", lambda x, y: x.nullif(y)),
    exp.SplitPart: ("split_part", lambda x, by, n: x.split(by)[n - 1]),
    exp.Replace: ("replace", lambda x, old, new: x.replace(old, new)),
    exp.StartsWith: ("starts_with", lambda x, y: x.startswith(y)),
}
_COMPARISONS: dict[type[exp.Expression], Callable[[Any, Any], Any]] = {
    exp.EQ: lambda a, b: a == b,
    exp.NEQ: lambda a, b: a != b,
    exp.LT: lambda a, b: a < b,
    exp.LTE: lambda a, b: a <= b,
    exp.GT: lambda a, b: a > b,
    exp.GTE: lambda a, b: a >= b,
}
_ARITHMETIC: dict[type[exp.Expression], Callable[[Any, Any], Any]] = {
    exp.Add: lambda a, b: a + b,
    exp.Sub: lambda a, b: a - b,
    exp.Mul: lambda a, b: a * b,
    exp.Mod: lambda a, b: a % b,
}
FUNCTIONS = tuple(sorted(name for name, _ in _FUNCTIONS.values()))


@dataclass(frozen=True)
class Scope:
    """What an expression may speak of.

    `columns` by name; `instant` turns a time written as text into milliseconds of UTC where it is compared
    with one of `times`; `where` is the place to name in errors.
    """

    columns: Mapping[str, ir.Value]
    times: frozenset[str] = frozenset()
    instant: Callable[[str], int] | None = None
    where: Where | None = None


def compile_expression(text: str, scope: Scope) -> ir.Value:
    """The Ibis expression that `text` means in `scope`.

    Raises:
        ExpressionBroken: it does not parse.
        ExpressionRefused: it uses something outside the safe part of SQL, or compares text with a number.
        ColumnUnknown: it names a column that is not there.
    """
    return _Compiler(text, scope).value(parse_expression(text, scope.where))


def parse_expression(text: str, where: Where | None = None) -> exp.Expression:
    """The syntax tree of one SQL expression."""
    if len(text) > MOST_CHARACTERS:
        raise ExpressionBroken(where, text=text[:60], reason=f"it is longer than {MOST_CHARACTERS} characters")
    try:
        if any(token.comments for token in sqlglot.tokenize(text, read="duckdb")):
            raise ExpressionBroken(where, text=text, reason="it holds a comment")
        tree = sqlglot.parse(text, read="duckdb")
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        reason = str(error).splitlines()[0].replace("\x1b[4m", "«").replace("\x1b[0m", "»")
        raise ExpressionBroken(where, text=text, reason=reason) from error
    if len(tree) != 1 or tree[0] is None:
        raise ExpressionBroken(where, text=text, reason="it is not one expression")
    return tree[0]


def columns_named(text: str, where: Where | None = None) -> set[str]:
    """The names of the columns that an expression speaks of."""
    return {column.name for column in parse_expression(text, where).find_all(exp.Column)}


class _Compiler:
    def __init__(self, text: str, scope: Scope) -> None:
        self.text, self.scope, self.depth = text, scope, 0

    def refuse(self, node: exp.Expression, reason: str) -> ExpressionRefused:
        return ExpressionRefused(self.scope.where, part=node.sql("duckdb"), text=self.text, reason=reason)

    def value(self, node: Any) -> Any:  # noqa: ANN401
        if self.depth >= MOST_DEPTH:
            raise ExpressionBroken(self.scope.where, text=self.text, reason="it is nested too deeply")
        self.depth += 1
        try:
            return self.value_of(node)
        except _UNFIT as error:
            raise self.refuse(node, "these values do not go together") from error
        finally:
            self.depth -= 1

    def value_of(self, node: Any) -> Any:  # noqa: ANN401
        kind = type(node)
        if any(node.args.get(said) for said in _LOST):
            raise self.refuse(node, "it says more than is known here")
        if kind in _COMPARISONS:
            return self.comparison(node)
        if kind in _ARITHMETIC:
            left, right = self.value(node.this), self.value(node.expression)
            self.need_numbers(node, left, right)
            return _ARITHMETIC[kind](left, right)
        if kind in _FUNCTIONS:
            return self.function(node)
        handler = getattr(self, f"on_{kind.__name__.lower()}", None)
        if handler is None:
            raise self.refuse(node, f"only plain comparisons and these functions are known: {', '.join(FUNCTIONS)}")
        return handler(node)

    def on_column(self, node: exp.Column) -> ir.Value:
        if node.table or node.name not in self.scope.columns:
            raise ColumnUnknown(self.scope.where, column=node.sql("duckdb"), known=sorted(self.scope.columns))
        return self.scope.columns[node.name]

    def on_literal(self, node: exp.Literal) -> ir.Value:
        if node.is_string:
            return ibis.literal(node.this)
        if not (node.this.isascii() and node.this.isdigit() and int(node.this) in _INTEGERS):
            raise self.refuse(node, "only whole numbers of at most 64 bits are used here")
        return ibis.literal(int(node.this), type="int64")

    def on_boolean(self, node: exp.Boolean) -> ir.Value:
        return ibis.literal(bool(node.this))

    def on_null(self, _node: exp.Null) -> ir.Value:
        return ibis.null()

    def on_paren(self, node: exp.Paren) -> ir.Value:
        return self.value(node.this)

    def on_neg(self, node: exp.Neg) -> ir.Value:
        value = self.value(node.this)
        self.need_numbers(node, value)
        return -value

    def on_not(self, node: exp.Not) -> ir.Value:
        return ~self.truth(node.this)

    def on_and(self, node: exp.And) -> ir.Value:
        return reduce(lambda a, b: a & b, map(self.truth, node.flatten(unnest=False)))  # type: ignore[no-untyped-call]

    def on_or(self, node: exp.Or) -> ir.Value:
        return reduce(lambda a, b: a | b, map(self.truth, node.flatten(unnest=False)))  # type: ignore[no-untyped-call]

    def on_is(self, node: exp.Is) -> ir.Value:
        value = self.value(node.this)
        if isinstance(node.expression, exp.Null):
            return value.isnull()
        if isinstance(node.expression, exp.Boolean) and value.type().is_boolean():
            return value.fill_null(not node.expression.this) == bool(node.expression.this)
        raise self.refuse(node, "IS is for NULL, TRUE and FALSE")

    def on_in(self, node: exp.In) -> ir.Value:
        if not node.expressions:
            raise self.refuse(node, "IN needs a list of values")
        sides = [exp.EQ(this=node.this, expression=item) for item in node.expressions]
        return reduce(lambda a, b: a | b, (self.comparison(side) for side in sides))

    def on_between(self, node: exp.Between) -> ir.Value:
        low = self.comparison(exp.GTE(this=node.this, expression=node.args["low"]))
        return low & self.comparison(exp.LTE(this=node.this, expression=node.args["high"]))

    def on_like(self, node: exp.Like) -> ir.Value:
        value, pattern = self.value(node.this), node.expression
        if not (isinstance(pattern, exp.Literal) and pattern.is_string) or "\\" in pattern.this:
            raise self.refuse(node, "LIKE needs a pattern in quotes, without backslashes")
        self.need_text(node, value)
        return value.like(pattern.this)

    def on_dpipe(self, node: exp.DPipe) -> ir.Value:
        left, right = self.value(node.this), self.value(node.expression)
        self.need_text(node, left)
        self.need_text(node, right)
        return left.concat(right)

    def on_case(self, node: exp.Case) -> ir.Value:
        branches = []
        for branch in node.args["ifs"]:
            test = exp.EQ(this=node.this, expression=branch.this) if node.this else branch.this
            branches.append((self.truth(test), self.value(branch.args["true"])))
        default = node.args.get("default")
        return ibis.cases(*branches, else_=None if default is None else self.value(default))

    def on_cast(self, node: exp.Cast) -> ir.Value:
        if node.to.this not in (exp.DataType.Type.BIGINT, exp.DataType.Type.INT):
            raise self.refuse(node, "a cast is to bigint only")
        return self.value(node.this).try_cast("int64")

    on_trycast = on_cast

    def function(self, node: exp.Expression) -> ir.Value:
        name, build = _FUNCTIONS[type(node)]
        parts = [node.this, node.args.get("expression"), node.args.get("replacement"), *node.expressions]
        if isinstance(node, exp.SplitPart):
            parts = [node.this, node.args.get("delimiter"), node.args.get("part_index")]
            if not (isinstance(parts[2], exp.Literal) and parts[2].this.strip("0")):
                raise self.refuse(node, "split_part counts its parts from 1")
        values = [self.value(part) for part in parts if isinstance(part, exp.Expression)]
        try:
            return build(*values)
        except _UNFIT as error:
            raise self.refuse(node, f"{name} does not take these values") from error

    def truth(self, node: exp.Expression) -> ir.BooleanValue:
        value = self.value(node)
        if not value.type().is_boolean():
            raise self.refuse(node, "a condition is needed here")
        return value

    def comparison(self, node: exp.Expression) -> ir.BooleanValue:
        sides = [node.this, node.expression]
        values = [self.value(side) for side in sides]
        if any(self.is_time(side) for side in sides) and self.scope.instant is not None:
            for i, side in enumerate(sides):
                if isinstance(side, exp.Literal) and side.is_string:
                    values[i] = ibis.literal(self.scope.instant(side.this), type="int64")
        kinds = {_kind(value) for value in values} - {"null"}
        if len(kinds) > 1:
            raise self.refuse(node, "compare text with text in quotes, numbers with numbers")
        if any(value.type().is_null() for value in values):
            return ibis.null("boolean")  # Ibis would ask whether the other side is NULL
        return _COMPARISONS[type(node)](*values)

    def is_time(self, node: exp.Expression) -> bool:
        return isinstance(node, exp.Column) and node.name in self.scope.times

    def need_numbers(self, node: exp.Expression, *values: ir.Value) -> None:
        if any(_kind(value) not in ("number", "null") for value in values):
            raise self.refuse(node, "arithmetic is for whole numbers")

    def need_text(self, node: exp.Expression, value: ir.Value) -> None:
        if _kind(value) not in ("text", "null"):
            raise self.refuse(node, "text is needed here")


def _kind(value: ir.Value) -> str:
    kind = value.type()
    if kind.is_null():
        return "null"
    if kind.is_string():
        return "text"
    return "truth" if kind.is_boolean() else "number"


class ExpressionBroken(InputError):
    """«{text}» is not an expression: {reason}.

    Write a condition such as priority = '1' and kind <> 'test'.
    """


class ExpressionRefused(InputError):
    """«{part}» cannot be used in «{text}»: {reason}.

    Allowed are columns, text in quotes, whole numbers, comparisons, and or not in between like is null case.
    """


class ColumnUnknown(InputError):
    """There is no column {column} here.

    Known columns: {known}.
    """
