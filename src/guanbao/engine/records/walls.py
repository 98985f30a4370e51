"""A zone's wall clock: from what a clock showed to milliseconds of UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

HALF_DAY = 43_200_000


@dataclass(frozen=True)
class WallClock:
    """A zone between two wall-clock times: from each wall time on, its offset; and the gaps that do not exist."""

    offsets: tuple[tuple[int, int], ...]  # newest first: (from this wall ms on, offset ms)
    gaps: tuple[tuple[int, int], ...]


def zone_rules(zone: ZoneInfo, first_wall_ms: int, last_wall_ms: int) -> WallClock:
    """The rules that turn wall-clock milliseconds between the two into UTC: first occurrence, gaps apart."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)

    def offset(utc_s: int) -> int:
        at = (epoch + timedelta(seconds=utc_s)).astimezone(zone).utcoffset() or timedelta()
        return int(at.total_seconds())

    start, end = first_wall_ms // 1000 - 172_800, last_wall_ms // 1000 + 172_800
    offsets, gaps = [(start * 1000 - 2 * HALF_DAY, offset(start) * 1000)], []
    before = offset(start)
    for day in range(start, end, 86_400):
        low = day
        while (now := offset(day + 86_400)) != before:
            high = day + 86_400
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if offset(middle) != before else (middle, high)
            after = offset(high)
            if after > before:
                gaps.append(((high + before) * 1000, (high + after) * 1000))
            offsets.append(((high + max(before, after)) * 1000, after * 1000))
            before, low = after, high
            if after == now:
                break
    return WallClock(tuple(reversed(offsets)), tuple(gaps))
