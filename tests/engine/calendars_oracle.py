"""Working time by walking: the wall clock is read at every step of UTC, and nothing is clever.

Written from the specification alone. `week` and `exceptions` hold texts such as "09:00-12:00"; steps must
divide every boundary of open hours and every clock change of the span walked.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LEAD = timedelta(hours=3)  # longer than any clock here is put back


class Oracle:
    def __init__(self, zone: str, week: dict[int, list[str]], exceptions: dict[date, list[str]] | None = None):
        self.zone = ZoneInfo(zone)
        self.week = week
        self.exceptions = exceptions or {}

    def hours(self, day: date):
        texts = self.exceptions[day] if day in self.exceptions else self.week.get(day.weekday(), [])
        for text in texts:
            opens, closes = (clock(part) for part in text.split("-"))
            if closes <= opens:
                closes += timedelta(days=1)
            midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a wall clock has no zone
            yield midnight + opens, midnight + closes

    def walk(self, first_ms: int, last_ms: int, step_s: int = 300):
        """Yield (start ms, end ms, open?) for every step of `[first_ms, last_ms)`.

        A boundary is passed when the wall clock stands at or past it for the first time, so the farthest
        the clock ever stood is what counts, also after it was put back.
        """
        start = datetime.fromtimestamp(first_ms // 1000 // step_s * step_s, UTC)
        at = start - LEAD
        farthest = datetime.min  # noqa: DTZ901 - a wall clock has no zone
        known: dict[date, list[tuple[datetime, datetime]]] = {}
        while True:
            farthest = max(farthest, at.astimezone(self.zone).replace(tzinfo=None))
            ms = round(at.timestamp() * 1000)
            if ms >= last_ms:
                return
            if at >= start:
                today = farthest.date()
                if today not in known:
                    known[today] = [*self.hours(today - timedelta(days=1)), *self.hours(today)]
                yield (
                    ms,
                    ms + step_s * 1000,
                    any(opens <= farthest < closes for opens, closes in known[today]),
                )
            at += timedelta(seconds=step_s)

    def elapsed(self, a: int, b: int, step_s: int = 300) -> int:
        if b < a:
            return -self.elapsed(b, a, step_s)
        total = 0
        for start, end, is_open in self.walk(a, b, step_s):
            if is_open:
                total += max(0, min(end, b) - max(start, a))
        return total

    def deadline(self, a: int, duration: int, give_up: int, step_s: int = 300) -> int | None:
        if duration <= 0:
            return a
        left = duration
        for start, end, is_open in self.walk(a, give_up, step_s):
            if is_open:
                begin = max(start, a)
                if left <= end - begin:
                    return begin + left
                left -= end - begin
        return None

    def is_open(self, a: int, step_s: int = 300) -> bool:
        return any(is_open for start, end, is_open in self.walk(a, a + 1, step_s) if start <= a < end)


def clock(text: str) -> timedelta:
    parts = [int(part) for part in text.split(":")]
    return timedelta(hours=parts[0], minutes=parts[1], seconds=parts[2] if len(parts) > 2 else 0)
