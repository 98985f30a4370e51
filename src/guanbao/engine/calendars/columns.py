"""Working time of whole columns: Ibis expressions over int64 ms of UTC, for DuckDB and Spark alike.

Integers only, and nothing of the engine's own zone data: a timeline comes along as small lookup tables,
joined by an instant's cell. The timeline must cover every instant and deadline that it is asked for: an
engine cannot raise, and gives NULL for those outside. `span_of` finds what to cover, `check_covered` makes
sure. Give DuckDB tables whose size it knows, its own or Parquet: a bare Arrow table it takes for one row, and
hashes it instead of the lookup, at twice the time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from guanbao.engine.calendars.zones import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import ibis.expr.types as ir

    from guanbao.engine.calendars.cells import Cells
    from guanbao.engine.calendars.timeline import Timeline

# A multiple of every cell's width that lifts all instants since the year 1 above zero: engines disagree
# with Python, not with each other, on the remainder of a negative number.
_LIFT = 1_000_000 * DAY_MS


def with_elapsed(table: ir.Table, timeline: Timeline, spans: Mapping[str, tuple[str, str]]) -> ir.Table:
    """`table` with new columns of working ms, each between its two columns of instants; negative if reversed.

    NULL where an instant is NULL, or outside the timeline.
    """
    joined, places = _placed(table, timeline, [column for span in spans.values() for column in span])
    at = {column: place.position(joined) for column, place in places.items()}
    return joined.select(*table.columns, **{name: at[end] - at[start] for name, (start, end) in spans.items()})


def with_open(table: ir.Table, timeline: Timeline, instants: Mapping[str, str]) -> ir.Table:
    """`table` with new booleans: whether the instant of a column is working time.

    NULL where an instant is NULL, or outside the timeline.
    """
    joined, places = _placed(table, timeline, instants.values())
    return joined.select(*table.columns, **{name: places[column].is_open(joined) for name, column in instants.items()})


def with_deadline(table: ir.Table, timeline: Timeline, deadlines: Mapping[str, tuple[str, str | int]]) -> ir.Table:
    """`table` with new columns of instants: the deadline of each start, by a column of ms or a number of ms.

    A duration of 0 or less gives the start itself. NULL where the start or the duration is NULL, and where
    the start or the deadline is outside the timeline (see `Calendar.timeline`, parameter `beyond`).
    """
    joined, places = _placed(table, timeline, [start for start, _ in deadlines.values()])
    asked = {name: _duration(joined, duration) for name, (_, duration) in deadlines.items()}
    mark = _mark(joined)
    # The ms before the deadline is looked up: the end of a piece belongs to it, not to the next opening.
    before = {
        f"{mark}{name}": places[start].position(joined) + asked[name] - 1 for name, (start, _) in deadlines.items()
    }
    joined = joined.mutate(**before)
    cells = ibis.memtable(timeline.returns.table)
    backs = {name: _Lookup(timeline.returns, f"{mark}{name}", f"{mark}{name}_") for name in deadlines}
    for back in backs.values():
        joined = back.join(joined, cells)
    answers = {
        name: ibis.ifelse(_duration(joined, duration) <= 0, joined[start], backs[name].instant(joined))
        for name, (start, duration) in deadlines.items()
    }
    return joined.select(*table.columns, **answers)


def span_of(table: ir.Table, columns: Iterable[str]) -> tuple[int, int] | None:
    """The first and the last instant in `columns`, by one query; None if there is none."""
    names = list(columns)
    asked = {f"first_{n}": table[name].min() for n, name in enumerate(names)}
    asked |= {f"last_{n}": table[name].max() for n, name in enumerate(names)}
    answer = table.aggregate(**asked).to_pyarrow().to_pylist()[0]
    found = [at for at in answer.values() if at is not None]
    return (min(found), max(found)) if found else None


def check_covered(table: ir.Table, timeline: Timeline, columns: Iterable[str]) -> None:
    """Nothing, if the timeline covers every instant in `columns`, by one query.

    Raises:
        TimeOutsideTimeline: it does not cover the first or the last of them.
    """
    span = span_of(table, columns)
    if span is not None:
        timeline.cover(*span)


class _Lookup:
    """One use of a lookup table: whose value is looked up, and under which names the row found stands."""

    def __init__(self, cells: Cells, value: str, mark: str) -> None:
        self.cells = cells
        self.value = value
        self.mark = mark

    def join(self, table: ir.Table, cells: ir.Table) -> ir.Table:
        """`table` with the row of `value`'s cell beside each row, or NULLs where there is no such cell."""
        left = table.mutate(**{f"{self.mark}offset": (table[self.value] + _LIFT) % self.cells.width})
        right = cells.rename(lambda name: self.mark + name)
        return left.left_join(right, left[self.value] - left[f"{self.mark}offset"] == right[f"{self.mark}cell"])

    def position(self, joined: ir.Table) -> ir.IntegerValue:
        """Open ms before the instant: those before its cell and, of each piece, what lies before it."""
        total = self._base(joined)
        for offset, at, size in self._pieces(joined):
            total += ibis.least(ibis.greatest(offset - at, 0), size)
        return total

    def is_open(self, joined: ir.Table) -> ir.BooleanValue:
        """Whether the instant lies in a piece."""
        # Without pieces the base says whether there is a cell at all.
        found = self._base(joined) < 0
        for offset, at, size in self._pieces(joined):
            found |= (offset >= at) & (offset < at + size)
        return found

    def instant(self, joined: ir.Table) -> ir.IntegerValue:
        """The end of the open ms looked up: its position, the base and every leap before it."""
        total = joined[self.value] + 1 + self._base(joined)
        for offset, at, leap in self._pieces(joined):
            total += ibis.ifelse(offset >= at, leap, 0)
        return total

    def _base(self, joined: ir.Table) -> ir.IntegerValue:
        covered = joined[self.value].between(self.cells.first, self.cells.last)
        return ibis.ifelse(covered, joined[f"{self.mark}base"], ibis.null("int64"))

    def _pieces(self, joined: ir.Table) -> Iterator[tuple[ir.IntegerValue, ir.IntegerValue, ir.IntegerValue]]:
        offset = joined[f"{self.mark}offset"]
        for k in range(self.cells.pieces):
            yield offset, joined[f"{self.mark}at_{k}"], joined[f"{self.mark}size_{k}"]


def _placed(table: ir.Table, timeline: Timeline, columns: Iterable[str]) -> tuple[ir.Table, dict[str, _Lookup]]:
    """`table` joined once with the timeline's cells for each distinct column of instants."""
    mark = _mark(table)
    cells = ibis.memtable(timeline.places.table)
    places: dict[str, _Lookup] = {}
    joined = table
    for column in columns:
        if column not in places:
            places[column] = _Lookup(timeline.places, column, f"{mark}at{len(places)}_")
            joined = places[column].join(joined, cells)
    return joined, places


def _duration(table: ir.Table, duration: str | int) -> ir.IntegerValue:
    return table[duration] if isinstance(duration, str) else ibis.literal(duration, "int64")


def _mark(table: ir.Table) -> str:
    """A beginning of names that no column of `table` has."""
    mark = "_"
    while any(name.startswith(mark) for name in table.columns):
        mark += "_"
    return mark
