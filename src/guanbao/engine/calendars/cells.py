"""Lookup tables with which an engine does in integers, row by row, what a timeline does by bisection.

Time is divided into cells of equal width: a day where few intervals begin in it, less where many do. A row
holds what a cell begins with and its few pieces, one set of columns per piece, so that one join and a sum
over the pieces give the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from guanbao.engine.calendars.zones import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MOST_PIECES = 4
_MOST_ROWS = 400_000
_FACTORS_OF_A_DAY = (2,) * 10 + (3,) * 3 + (5,) * 5
Row = tuple[int, int, list[tuple[int, int]]]


@dataclass(frozen=True)
class Cells:
    """A table `cell, base, at_0, size_0, at_1, …`: for each cell its start, its base and its pieces.

    `at_k` is a piece's offset in its cell. Cells with fewer than `pieces` pieces have empty ones at the end.
    What is not from `first` to `last`, both included, has no answer, though a cell may reach further.
    """

    first: int
    last: int
    table: pa.Table
    width: int
    pieces: int


def places_of(first: int, last: int, intervals: Sequence[tuple[int, int]]) -> Cells:
    """Cells of UTC over `[first, last]`: `base` is the open ms before a cell, a piece is open time in it."""

    def rows(width: int) -> list[Row]:
        found: list[Row] = []
        worked, index = 0, 0
        for cell in range(first - first % width, last + 1, width):
            base, pieces = worked, []
            while index < len(intervals) and intervals[index][0] < cell + width:
                start, end = max(intervals[index][0], cell), min(intervals[index][1], cell + width)
                pieces.append((start - cell, end - start))
                worked += end - start
                if intervals[index][1] > cell + width:
                    break
                index += 1
            found.append((cell, base, pieces))
        return found

    return _fitted(first, last, rows)


def returns_of(intervals: Sequence[tuple[int, int]]) -> Cells:
    """Cells of open time: `base` is what to add to a position to get its instant, a piece is a later leap."""

    def rows(width: int) -> list[Row]:
        found: list[Row] = []
        worked = cell = 0
        base = before = 0
        pieces: list[tuple[int, int]] = []
        for start, end in intervals:
            while worked >= cell + width:
                found.append((cell, base, pieces))
                cell, base, pieces = cell + width, before, []
            if worked == cell:
                base = start - worked
            else:
                pieces.append((worked - cell, start - worked - before))
            before = start - worked
            worked += end - start
        while cell < worked:
            found.append((cell, base, pieces))
            cell, base, pieces = cell + width, before, []
        return found

    return _fitted(0, sum(end - start for start, end in intervals) - 1, rows)


def _fitted(first: int, last: int, rows_at: Callable[[int], list[Row]]) -> Cells:
    """The rows at the greatest width at which no cell has many pieces, or at which the table is full."""
    width = DAY_MS
    rows = rows_at(width)
    for factor in _FACTORS_OF_A_DAY:
        if _most_pieces(rows) <= _MOST_PIECES or factor * len(rows) > _MOST_ROWS:
            break
        width //= factor
        rows = rows_at(width)
    return Cells(first, last, _table(rows), width, _most_pieces(rows))


def _most_pieces(rows: list[Row]) -> int:
    return max((len(pieces) for _, _, pieces in rows), default=0)


def _table(rows: list[Row]) -> pa.Table:
    columns = {"cell": [cell for cell, _, _ in rows], "base": [base for _, base, _ in rows]}
    for k in range(_most_pieces(rows)):
        # An empty piece stands where no offset reaches it.
        kth = [pieces[k] if k < len(pieces) else (DAY_MS, 0) for _, _, pieces in rows]
        columns[f"at_{k}"] = [at for at, _ in kth]
        columns[f"size_{k}"] = [size for _, size in kth]
    return pa.table({name: pa.array(values, pa.int64()) for name, values in columns.items()})
