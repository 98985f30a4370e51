"""Open hours as they are written: `"09:00-12:00"` on a day of the week or on an exceptional date."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from guanbao.engine.calendars.errors import SegmentEmpty, SegmentsOverlap, WeekdayTwice
from guanbao.engine.documents import Document, Step, ValueWrong

DAY_S = 86_400
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, order=True)
class Segment:
    """Open hours `[start_s, end_s)` in wall seconds after midnight; overnight `end_s` passes 86,400."""

    start_s: int
    end_s: int

    @classmethod
    def parse(cls, text: str) -> Segment:
        """The hours that `text` says; an end at or before the start is on the next day."""
        start, _, end = text.partition("-")
        start_s, end_s = _seconds(start), _seconds(end)
        return cls(start_s, end_s if end_s >= start_s else end_s + DAY_S)

    def __str__(self) -> str:
        end_s = self.end_s if self.end_s <= DAY_S else self.end_s - DAY_S
        return f"{_text(self.start_s)}-{_text(end_s)}"


Hours = tuple[Segment, ...]


def hours_read(document: Document, *path: Step) -> Hours:
    """The open hours of one day at `path`, sorted.

    Raises:
        SegmentEmpty, SegmentsOverlap: with line and column.
    """
    found: list[tuple[Segment, Step]] = []
    texts = document.part(*path).data
    for index, text in enumerate(texts):
        segment = Segment.parse(text)
        if segment.start_s == segment.end_s:
            raise SegmentEmpty(document.where(*path, index), segment=text)
        found.append((segment, index))
    for (one, _), (two, place) in pairwise(sorted(found)):
        if two.start_s < one.end_s:
            day = path[-1]
            at = document.where(*path, place)
            raise SegmentsOverlap(at, first=one, first_day=day, second=two, second_day=day)
    return tuple(sorted(segment for segment, _ in found))


def week_read(document: Document) -> tuple[Hours, ...]:
    """The open hours of the seven days from Monday on; a day that is not named is closed.

    Raises:
        ValueWrong, WeekdayTwice, SegmentEmpty, SegmentsOverlap: with line and column.
    """
    week: list[Hours] = [()] * 7
    named: dict[int, str] = {}
    for key in document.data["week"]:
        hours = hours_read(document, "week", key)
        for day in days_named(document, key):
            if day in named:
                at = document.where("week", key)
                raise WeekdayTwice(at, day=WEEKDAYS[day], first=named[day], second=key)
            named[day] = key
            week[day] = hours
    for day, hours in enumerate(week):
        following = (day + 1) % 7
        if hours and week[following] and hours[-1].end_s - DAY_S > week[following][0].start_s:
            raise SegmentsOverlap(
                document.where("week", named[day]),
                first=hours[-1],
                first_day=WEEKDAYS[day],
                second=week[following][0],
                second_day=WEEKDAYS[following],
            )
    return tuple(week)


def days_named(document: Document, key: str) -> list[int]:
    """The days that a key of `week` names, Monday being 0: `sat-mon` is 5, 6, 0."""
    first, dash, last = key.partition("-")
    if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
        expected = f"a day ({', '.join(WEEKDAYS)}) or a range of days such as mon-fri"
        raise ValueWrong(document.where("week", key), key="week", value=key, expected=expected)
    start = WEEKDAYS.index(first)
    count = (WEEKDAYS.index(last) - start) % 7 + 1 if dash else 1
    return [(start + step) % 7 for step in range(count)]


def _seconds(clock: str) -> int:
    hours, minutes, seconds = ([int(part) for part in clock.split(":")] + [0])[:3]
    return hours * 3600 + minutes * 60 + seconds


def _text(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    text = f"{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{second:02}" if second else text
