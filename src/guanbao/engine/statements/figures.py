"""Terms become integers: one table of labels per frame, one aggregate over it.

For term `i` the table holds `t<i>_counted`, `t<i>_hit`, `t<i>_amount`, `t<i>_open`, `t<i>_excluded`,
`t<i>_no_target` (0 or 1; `amount` an integer) and `t<i>_value`. Their sums are the term's figures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, reduce
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
from ibis import _
from ibis.common.deferred import Deferred

from guanbao.engine.calendars import Calendar
from guanbao.engine.errors import Where
from guanbao.engine.expressions import Scope, compile_expression
from guanbao.engine.measures.catalogue import Labels, Measure, Unit
from guanbao.engine.measures.frames import FRAMES, Frame
from guanbao.engine.records.counts import Prepared
from guanbao.engine.records.datasets import Dataset, dataset

FLAGS = ("counted", "hit", "open", "excluded", "no_target")
NO = ibis.literal(False)  # noqa: FBT003


@ibis.udf.agg.builtin(name="count_if", signature=(("boolean",), "int64"))
def _count_if(condition: Any) -> Any: ...  # noqa: ANN401


@dataclass(frozen=True)
class Asked:
    """What is asked of one measure: its arguments, a condition, and the windows and keys of records left out."""

    measure: Measure
    arguments: dict[str, Any]
    condition: str | None = None
    dropped: tuple[tuple[int, int], ...] = ()
    left_out: tuple[str, ...] = ()
    where: Where | None = None


class Figures(NamedTuple):
    """Integers of one term: a duration's numerator is in ms. `denominator` 0 means no activity."""

    numerator: int
    denominator: int
    open: int = 0
    excluded: int = 0
    no_target: int = 0

    def value(self, unit: Unit) -> Fraction | None:
        """The exact quotient, durations in seconds; None without activity."""
        if self.denominator == 0:
            return None
        exact = Fraction(self.numerator, self.denominator)
        return exact / 1000 if unit is Unit.SECONDS else exact


@dataclass(frozen=True)
class Scene:
    """Given records and the circumstances they are judged in; see `Frame`."""

    source: ir.Table
    calendar: Calendar
    events: ir.Table | None = None
    period: tuple[int, int] | None = None
    cut: int | None = None
    still: tuple[tuple[int, int], ...] = ()
    prepared: Sequence[Prepared] = ()
    keep: Callable[[ir.Table], ir.Table] = lambda table: table


@dataclass(frozen=True)
class Labelled:
    """The labels of several terms over one table, and which of them are percentiles or totals.

    `conditions` holds each flag of each term, NULL meaning no, None every record; `amounts` and `values` hold
    what goes with them.
    """

    bare: ir.Table
    conditions: dict[str, Any]
    amounts: dict[str, Any]
    values: dict[str, Any]
    labels: tuple[Labels, ...]
    asked: tuple[Asked, ...]
    spanned: tuple[int, int] | None

    @cached_property
    def table(self) -> ir.Table:
        """The records with every label as a column."""
        flags = {name: 1 if condition is None else _flag(condition) for name, condition in self.conditions.items()}
        for i in range(len(self.labels)):
            flags.setdefault(f"t{i}_hit", flags[f"t{i}_counted"])
        amounts = {
            name: ibis.cases((self.conditions[_counted(name)], amount), else_=0)
            for name, amount in self.amounts.items()
        }
        return self.bare.mutate(**flags, **amounts, **self.values)

    def figures(self) -> list[Figures]:
        """The figures of every term, in one aggregate; percentiles take one query more each."""
        return next(figures for _key, figures in self.figures_by(()))

    def figures_by(self, by: Sequence[str]) -> list[tuple[tuple[Any, ...], list[Figures]]]:
        """As `figures`, for each group of equal values in the columns `by`, in their order."""
        # Not aggregates with FILTER: DuckDB filters each of those on its own, at several times the cost.
        sums = {
            name: _.count() if condition is None else _count_if(condition)
            for name, condition in self.conditions.items()
        }
        for name, amount in self.amounts.items():
            sums[name] = ibis.cases((self.conditions[_counted(name)], amount), else_=ibis.null("int64")).sum()
        grouped = self.bare.group_by(*by).aggregate(**sums).order_by(*by) if by else self.bare.aggregate(**sums)
        rows = grouped.to_pyarrow().to_pylist()
        return [(tuple(row[name] for name in by), self._of_row(row, by)) for row in rows]

    def _of_row(self, row: dict[str, Any], by: Sequence[str]) -> list[Figures]:
        made = []
        for i, labels in enumerate(self.labels):
            counted = row[f"t{i}_counted"] or 0
            rest = [row.get(f"t{i}_{flag}") or 0 for flag in ("open", "excluded", "no_target")]
            if labels.p is not None:
                mine = {name: row[name] for name in by}
                made.append(Figures(*self._percentile(i, labels.p, counted, mine), *rest))
            elif labels.total:
                made.append(Figures(counted, 1, *rest))
            else:
                reached = "hit" if labels.amount is None else "amount"
                made.append(Figures(int(row.get(f"t{i}_{reached}") or 0), counted, *rest))
        return made

    def _percentile(self, i: int, p: Fraction, count: int, group: dict[str, Any]) -> tuple[int, int]:
        """The smallest value whose cumulative share is at least p, over 1; 0 over 0 if there is none."""
        if not count:
            return 0, 0
        rank = math.ceil(p * count)
        mine = self.table.filter(_[f"t{i}_counted"] == 1, *(_[name] == value for name, value in group.items()))
        tallies = mine.group_by(value=_[f"t{i}_amount"]).aggregate(n=_.count()).order_by("value")
        seen = tallies.mutate(reached=_.n.sum().over(ibis.window(order_by="value", following=0)))
        first = seen.filter(_.reached >= rank).aggregate(value=_.value.min())
        return int(first.to_pyarrow().to_pylist()[0]["value"]), 1


def label(scene: Scene, asked: Sequence[Asked], *, narrow: bool = True) -> Labelled:
    """Label the records of a scene for each of `asked`, which share its dataset.

    With `narrow`, records that belong to no term's period are left out.
    """
    kind = dataset(asked[0].measure.dataset)
    frame = FRAMES[kind.name](
        source=scene.source,
        calendar=scene.calendar,
        period=scene.period,
        cut=scene.cut,
        events=scene.events,
        still=scene.still,
        prepared=scene.prepared,
        keep=scene.keep,
    )
    made = [(one, one.measure.labels(frame, one.arguments)) for one in asked]
    belongs = [_belongs(frame, one, labels) for one, labels in made]
    relevant = reduce(lambda a, b: a | b, [b for b in belongs if b is not None]) if narrow and scene.period else None
    table = frame.table(relevant)
    conditions: dict[str, Any] = {}
    amounts: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for i, (one, labels) in enumerate(made):
        ours = _all(belongs[i], _condition(one, table, kind.names, kind.times, scene.calendar))
        out = _left_out(one, kind)
        live = ours if out is None else _all(ours, ~out)
        counted = _all(live, labels.counted)
        conditions[f"t{i}_counted"] = counted
        if labels.hit is not None:
            conditions[f"t{i}_hit"] = _all(counted, labels.hit)
        for name, flag in (("open", labels.open), ("no_target", labels.no_target)):
            if flag is not None:
                conditions[f"t{i}_{name}"] = _all(live, flag)
        if out is not None:
            conditions[f"t{i}_excluded"] = _all(ours, out)
        if labels.amount is not None:
            amounts[f"t{i}_amount"] = labels.amount
        if labels.value is not None:
            values[f"t{i}_value"] = labels.value
    every = tuple(labels for _one, labels in made)
    return Labelled(table, conditions, amounts, values, every, tuple(asked), frame.spanned)


def _all(*conditions: Any) -> Any:  # noqa: ANN401 - deferred or None, which asks nothing
    asked = [condition for condition in conditions if condition is not None]
    return reduce(lambda a, b: a & b, asked) if asked else None


def _counted(amount: str) -> str:
    return amount.replace("amount", "counted")


def _flag(condition: Any) -> Any:  # noqa: ANN401 - deferred
    return condition.fill_null(False).ifelse(1, 0)  # noqa: FBT003


def _anchor(one: Asked) -> str:
    kind = dataset(one.measure.dataset)
    return kind.anchors[one.arguments["by"]] if one.measure.anchors else kind.anchor


def _belongs(frame: Frame, one: Asked, labels: Labels) -> Deferred | None:
    """Membership of the period; None where every record belongs."""
    if labels.belongs is not None:
        return labels.belongs
    kind = dataset(one.measure.dataset)
    anchor = _[_anchor(one)]
    if frame.period is None:
        return None if any(c.required and c.name == _anchor(one) for c in kind.columns) else anchor.notnull()
    return (anchor >= frame.period[0]) & (anchor < frame.period[1])


def _left_out(one: Asked, kind: Dataset) -> Any:  # noqa: ANN401 - deferred, or None where nothing is
    out = _inside(_[_anchor(one)], one.dropped) if one.dropped else None
    if not one.left_out:
        return out
    named = _[kind.key[0]].isin(one.left_out)
    return named if out is None else out | named


def _inside(at: Deferred, windows: tuple[tuple[int, int], ...]) -> Any:  # noqa: ANN401
    return reduce(lambda a, b: a | b, ((at >= start) & (at < end) for start, end in windows), NO)


def _condition(one: Asked, table: ir.Table, names: Sequence[str], times: frozenset[str], calendar: Calendar) -> Any:  # noqa: ANN401
    if one.condition is None:
        return None
    scope = Scope({name: table[name] for name in names}, times=times, instant=calendar.instant, where=one.where)
    condition = compile_expression(f"({one.condition}) and true", scope)
    return condition.fill_null(False) & table[names[0]].notnull()  # noqa: FBT003 - bound to the rows, even `1 = 1`
