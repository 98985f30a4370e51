"""Open time laid out on UTC: what clocks run on."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

import pyarrow as pa

from guanbao.engine.calendars.cells import Cells, places_of, returns_of
from guanbao.engine.calendars.errors import TimelineTooShort, TimeOutsideTimeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Interval = tuple[int, int]


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The union of half-open intervals, sorted and disjoint; empty ones are left out."""
    union: list[Interval] = []
    for start, end in sorted(interval for interval in intervals if interval[0] < interval[1]):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], end))
        else:
            union.append((start, end))
    return union


def cut(intervals: Sequence[Interval], windows: Iterable[Interval]) -> list[Interval]:
    """What `windows` leave of sorted, disjoint `intervals`."""
    left: list[Interval] = []
    holes = merged(windows)
    at = 0
    for start, end in intervals:
        begin = start
        while at < len(holes) and holes[at][1] <= begin:
            at += 1
        look = at
        while look < len(holes) and holes[look][0] < end:
            if begin < holes[look][0]:
                left.append((begin, holes[look][0]))
            begin = max(begin, holes[look][1])
            look += 1
        if begin < end:
            left.append((begin, end))
    return left


def shown(ms: int) -> str:
    """An instant for an error's text; one outside the years 1 to 9999 as its ms."""
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)).isoformat()
    except OverflowError:
        return f"{ms} ms"


class Timeline:
    """The open time between two instants: sorted, disjoint, half-open intervals, all in ms of UTC."""

    def __init__(self, first: int, last: int, intervals: Iterable[Interval]) -> None:
        self.first = first
        self.last = last
        self.intervals = tuple(intervals)
        self._starts = [start for start, _ in self.intervals]
        self._worked = [0, *accumulate(end - start for start, end in self.intervals)]

    @property
    def total(self) -> int:
        """All open ms of the span."""
        return self._worked[-1]

    def position(self, at: int) -> int:
        """Open ms between the span's start and `at`.

        Raises:
            TimeOutsideTimeline: `at` is before `first` or after `last`.
        """
        self.cover(at)
        index = bisect_right(self._starts, at) - 1
        if index < 0:
            return 0
        start, end = self.intervals[index]
        return self._worked[index] + min(at, end) - start

    def elapsed(self, start: int, end: int) -> int:
        """Open ms in `[start, end)`; negative if `end` is before `start`.

        Raises:
            TimeOutsideTimeline: one of them is before `first` or after `last`.
        """
        return self.position(end) - self.position(start)

    def deadline(self, start: int, duration: int) -> int:
        """The earliest instant from `start` on with `duration` open ms since; for 0 or less `start` itself.

        Raises:
            TimeOutsideTimeline: `start` is before `first` or after `last`.
            TimelineTooShort: the deadline is after `last`.
        """
        position = self.position(start) + duration
        if duration <= 0:
            return start
        if position > self.total:
            raise TimelineTooShort(last=shown(self.last))
        index = bisect_left(self._worked, position) - 1
        return self.intervals[index][0] + position - self._worked[index]

    def is_open(self, at: int) -> bool:
        """Whether the instant lies in an open interval.

        Raises:
            TimeOutsideTimeline: `at` is before `first` or after `last`.
        """
        self.cover(at)
        index = bisect_right(self._starts, at) - 1
        return index >= 0 and at < self.intervals[index][1]

    def cover(self, *instants: int) -> None:
        """Nothing, if the span holds every one of `instants`, its two ends included.

        Raises:
            TimeOutsideTimeline: it does not hold one.
        """
        for at in instants:
            if not self.first <= at <= self.last:
                raise TimeOutsideTimeline(at=shown(at), first=shown(self.first), last=shown(self.last))

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hex, of a line `first last` and a line `start end` for each interval."""
        lines = "".join(f"{start} {end}\n" for start, end in ((self.first, self.last), *self.intervals))
        return hashlib.sha256(lines.encode("ascii")).hexdigest()

    @cached_property
    def places(self) -> Cells:
        """From an instant to its position, as a table for an engine."""
        return places_of(self.first, self.last, self.intervals)

    @cached_property
    def returns(self) -> Cells:
        """From a position to its instant, as a table for an engine."""
        return returns_of(self.intervals)

    def table(self) -> pa.Table:
        """The intervals as an Arrow table `start_ms, end_ms`."""
        return pa.table(
            {
                "start_ms": pa.array([start for start, _ in self.intervals], pa.int64()),
                "end_ms": pa.array([end for _, end in self.intervals], pa.int64()),
            }
        )
