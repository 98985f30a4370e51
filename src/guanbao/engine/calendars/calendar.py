"""A working calendar: a zone, a week, holidays and exceptions, and the open time that follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from guanbao.engine import documents
from guanbao.engine.calendars import zones
from guanbao.engine.calendars.errors import DeadlineNever, TimelineTooShort, TimelineTooWide
from guanbao.engine.calendars.holidays import Holidays, china, holidays_of
from guanbao.engine.calendars.segments import DAY_S, WEEKDAYS, Hours, days_named, hours_read, week_read
from guanbao.engine.calendars.timeline import Interval, Timeline, cut, merged, shown
from guanbao.engine.calendars.zones import DAY_MS
from guanbao.engine.documents import Document, KeyUnknown, ValueWrong
from guanbao.engine.errors import Where

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path
    from zoneinfo import ZoneInfo

Kind = Literal["open", "closed", "holiday", "shifted", "exception"]
SEARCH_YEARS = 20
_WIDEST_YEARS = 200
_ONE_DAY = timedelta(days=1)
# Years 2 to 9998: a day's hours and the zone's offset stay inside what a datetime can hold.
_EARLIEST, _LATEST = -62_104_060_800_000, 253_370_764_800_000


class CalendarDay(NamedTuple):
    """A day as it is drawn: its open hours as text, what makes them so, and the holiday's name if any."""

    date: date
    segments: tuple[str, ...]
    kind: Kind
    name: str


@dataclass(frozen=True)
class _Settled:
    """What a date comes to once week, holidays and exceptions are weighed."""

    hours: Hours
    kind: Kind
    name: str = ""


class Calendar:
    """Working time of a zone's wall clock; every instant and duration is in whole ms, instants of UTC."""

    def __init__(
        self,
        zone: ZoneInfo,
        week: tuple[Hours, ...],
        *,
        exceptions: dict[date, Hours] | None = None,
        holidays: Holidays | None = None,
        where_holidays: Where | None = None,
    ) -> None:
        self.zone = zone
        self.week = week
        self.exceptions = exceptions or {}
        self.holidays = holidays
        self._where_holidays = where_holidays or Where()
        every = (*week, *self.exceptions.values())
        self._overnight_s = max([0, *(hours[-1].end_s - DAY_S for hours in every if hours)])
        self._chunks: dict[date, Timeline] = {}

    @classmethod
    def read(cls, path: Path) -> Calendar:
        """The calendar in a YAML file.

        Raises:
            InputError: the file or a value in it is wrong, with line and column.
        """
        return cls.of(documents.read(path))

    @classmethod
    def of(cls, document: Document) -> Calendar:
        """The calendar that a document holds; a holiday list is looked for beside the document's file.

        Raises:
            InputError: a value is wrong, with line and column.
        """
        _check_keys(document)
        documents.check(document, "calendar")
        zone = zones.zone_named(document.data["zone"], document.where("zone"))
        exceptions = {
            date.fromisoformat(day): hours_read(document, "except", day) for day in document.data.get("except") or {}
        }
        return cls(
            zone,
            week_read(document),
            exceptions=exceptions,
            holidays=_holidays(document),
            where_holidays=document.where("holidays"),
        )

    def midnight(self, day: date) -> int:
        """The first instant of `day` in the zone; where a clock change skips midnight, the first after it."""
        return zones.reached(day, 0, self.zone)

    def instant(self, text: str) -> int:
        """The instant that an ISO 8601 `text` names; without an offset it is wall time of the zone.

        Of a time that occurs twice the first occurrence is taken; what is finer than a ms is cut off.

        Raises:
            TimeUnreadable: `text` is no such time.
            TimeInexistent: a clock change skips it.
        """
        return zones.instant(text, self.zone)

    def local(self, ms: int) -> datetime:
        """An instant as the zone's wall clock shows it."""
        return zones.local(ms, self.zone)

    def elapsed(self, start: int, end: int) -> int:
        """Working ms in `[start, end)`; negative if `end` is before `start`.

        Raises:
            CalendarYearUnannounced: a year in between has no known holidays.
        """
        if end < start:
            return -self.elapsed(end, start)
        worked = 0
        for chunk in self._chunks_from(start):
            worked += chunk.elapsed(max(start, chunk.first), min(end, chunk.last))
            if end <= chunk.last:
                break
        return worked

    def deadline(self, start: int, duration: int) -> int:
        """The earliest instant from `start` on with `duration` working ms since; `start` for 0 or less.

        Raises:
            CalendarYearUnannounced: the deadline may lie in a year without known holidays.
            DeadlineNever: it does not come within 20 years.
        """
        if duration <= 0:
            return start
        left = duration
        for chunk in self._chunks_from(start):
            begin = max(start, chunk.first)
            within = chunk.elapsed(begin, chunk.last)
            if left <= within:
                return chunk.deadline(begin, left)
            left -= within
            if chunk.last - start > SEARCH_YEARS * 366 * DAY_MS + duration:
                break
        raise DeadlineNever(years=SEARCH_YEARS, start=shown(start))

    def working_deadline(self, start: int, days: int) -> int:
        """The close of the open day number `days` after the local day of `start`; `days` is at least 1.

        Raises:
            CalendarYearUnannounced: it may lie in a year without known holidays.
            DeadlineNever: it does not come within 20 years.
        """
        if days < 1:
            msg = f"a deadline in working days needs at least one day, not {days}"
            raise ValueError(msg)
        day = self.local(start).date()
        left = days
        for _ in range(SEARCH_YEARS * 366 + 7 * days):
            day += _ONE_DAY
            opened = self._opened(day)
            left -= bool(opened)
            if not left:
                return opened[-1][1]
        raise DeadlineNever(years=SEARCH_YEARS, start=shown(start))

    def is_open(self, at: int) -> bool:
        """Whether the instant is working time.

        Raises:
            CalendarYearUnannounced: its year has no known holidays.
        """
        return next(self._chunks_from(at)).is_open(at)

    def timeline(self, first: int, last: int, without: Sequence[Interval] = (), *, beyond: int = 0) -> Timeline:
        """The open time over the whole UTC days around `[first, last]`.

        Clocks stop inside the windows `without`. The span reaches so far past `last` that `beyond` working
        ms lie after it, so that deadlines of that duration fall inside. At the edge of the announced years
        the span ends there, not with the UTC day.

        Raises:
            CalendarYearUnannounced: a year in `[first, last]` has no known holidays.
            DeadlineNever: `beyond` does not come within 20 years.
            TimelineTooWide: the span is over 200 years.
        """
        furthest = self._with_reserve(last, without, beyond)
        if not _EARLIEST <= first <= furthest <= _LATEST or furthest - first > _WIDEST_YEARS * 366 * DAY_MS:
            raise TimelineTooWide(first=shown(first), last=shown(furthest), years=_WIDEST_YEARS)
        start, end = first - first % DAY_MS, furthest - furthest % DAY_MS + DAY_MS
        if self.holidays is not None:
            known = zones.reached(date(self.holidays.first, 1, 1), self._overnight_s, self.zone)
            start = max(start, known) if known <= first else start
            unknown = self.midnight(date(self.holidays.last + 1, 1, 1))
            end = min(end, unknown) if furthest <= unknown else end
        return Timeline(start, end, cut(self._expanded(start, end), without))

    def definition(self, years: Iterable[int]) -> dict[str, Any]:
        """What the calendar says, ready for canonical JSON, with the holidays of `years`; no names, no paths.

        Raises:
            CalendarYearUnannounced: one of `years` has no known holidays.
        """
        resolved: dict[str, Any] = {
            "zone": self.zone.key,
            "week": {
                name: [str(segment) for segment in hours] for name, hours in zip(WEEKDAYS, self.week, strict=True)
            },
            "except": {
                day.isoformat(): [str(segment) for segment in hours] for day, hours in sorted(self.exceptions.items())
            },
            "holidays": None,
        }
        if self.holidays is not None:
            asked = set(years)
            for year in sorted(asked):
                self.holidays.announced(year, self._where_holidays)
            resolved["holidays"] = {
                "days_off": sorted(day.isoformat() for day in self.holidays.days_off if day.year in asked),
                "working_days": sorted(day.isoformat() for day in self.holidays.working_days if day.year in asked),
            }
        return resolved

    def month(self, year: int, month: int) -> list[CalendarDay]:
        """The days of a month as they are drawn.

        Raises:
            CalendarYearUnannounced: the year has no known holidays.
        """
        day = date(year, month, 1)
        drawn = []
        while day.month == month:
            settled = self._settled(day)
            segments = tuple(str(segment) for segment in settled.hours)
            drawn.append(CalendarDay(day, segments, settled.kind, settled.name))
            day += _ONE_DAY
        return drawn

    def _settled(self, day: date) -> _Settled:
        if day in self.exceptions:
            return _Settled(self.exceptions[day], "exception")
        hours = self.week[day.weekday()]
        if self.holidays is not None:
            self.holidays.announced(day.year, self._where_holidays)
            if name := self.holidays.days_off.get(day):
                return _Settled((), "holiday", name)
            if name := self.holidays.working_days.get(day):
                return _Settled(self.week[0], "shifted", name)
        return _Settled(hours, "open" if hours else "closed")

    def _opened(self, day: date) -> list[Interval]:
        """The open intervals that begin on `day`; a clock change may leave nothing of one."""
        reached = (
            (zones.reached(day, segment.start_s, self.zone), zones.reached(day, segment.end_s, self.zone))
            for segment in self._settled(day).hours
        )
        return [(start, end) for start, end in reached if start < end]

    def _expanded(self, first: int, last: int) -> list[Interval]:
        """The open intervals of `[first, last)`, cut at its ends."""
        day = self._day_of(first)
        opened: list[Interval] = []
        # The day before matters only if its night may reach in: else its year need not be announced.
        before = day - _ONE_DAY
        if before in self.exceptions or zones.reached(day, self._overnight_s, self.zone) > first:
            opened += self._opened(before)
        while self.midnight(day) < last:
            opened += self._opened(day)
            day += _ONE_DAY
        return merged((max(start, first), min(end, last)) for start, end in opened)

    def _chunks_from(self, at: int) -> Iterator[Timeline]:
        """Timelines that follow each other from the one that holds `at`, laid out once and kept.

        The first of January stands alone: a night that reaches into it belongs to another year, which
        need not be announced to judge the rest.
        """
        day = self._day_of(at)
        while True:
            if (day.month, day.day) == (1, 1):
                start, end = day, date(day.year, 1, 2)
            else:
                start, end = date(day.year, 1, 2), date(day.year + 1, 1, 1)
            if start not in self._chunks:
                first, last = self.midnight(start), self.midnight(end)
                self._chunks[start] = Timeline(first, last, self._expanded(first, last))
            yield self._chunks[start]
            day = end

    def _day_of(self, at: int) -> date:
        """The date between whose midnight and the next one `at` lies.

        Where the clock is put back over midnight that is not the date which the clock shows.
        """
        day = self.local(at).date()
        while self.midnight(day + _ONE_DAY) <= at:
            day += _ONE_DAY
        return day

    def _with_reserve(self, last: int, without: Sequence[Interval], beyond: int) -> int:
        furthest = self.deadline(last, beyond)
        if not beyond or not without:
            return furthest
        while True:
            span = Timeline(last, furthest, cut(self._expanded(last, furthest), without))
            try:
                return span.deadline(last, beyond)
            except TimelineTooShort:
                furthest = self.deadline(furthest, beyond - span.total)


def _check_keys(document: Document) -> None:
    """Say precisely what the schema could only say of the mapping around it."""
    data = document.data
    if not isinstance(data, dict):
        return
    if "days_off" in data:  # a holiday list has the same schema
        known = ("zone", "week", "holidays", "except")
        raise KeyUnknown(document.where("days_off"), key="days_off", known=known)
    if isinstance(data.get("week"), dict):
        for key in data["week"]:
            days_named(document, key)
    if isinstance(data.get("except"), dict):
        for key in data["except"]:
            _check_date(document, key)


def _check_date(document: Document, key: str) -> None:
    try:
        if date.fromisoformat(key).isoformat() == key:
            return
    except ValueError:
        pass
    raise ValueWrong(document.where("except", key), key="except", value=key, expected="a date such as 2026-05-04")


def _holidays(document: Document) -> Holidays | None:
    named = document.data.get("holidays")
    if named is None:
        return None
    if named == "cn":
        return china()
    return holidays_of(documents.read(document.folder / named), title=named)
