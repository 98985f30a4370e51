"""Wall clock and UTC: whole milliseconds since 1970, from the zone database, in integers."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from guanbao.engine.calendars.errors import TimeInexistent, TimeUnreadable, ZoneUnknown
from guanbao.engine.errors import Where

DAY_MS = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - wall time has no zone
_MS = timedelta(milliseconds=1)
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d(?P<clock>[T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?(?P<offset>Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


def zone_named(name: str, where: Where | None = None) -> ZoneInfo:
    """The zone of the database with this name.

    Raises:
        ZoneUnknown: also for names that mean another zone on another machine, such as `localtime`.
    """
    if name not in _zone_names():
        raise ZoneUnknown(where, zone=name)
    return ZoneInfo(name)


def utc_ms(moment: datetime) -> int:
    """An aware datetime as ms of UTC; what is finer than a millisecond is cut off."""
    return (moment - _EPOCH) // _MS


def local(ms: int, zone: ZoneInfo) -> datetime:
    """The instant `ms` as the zone's wall clock shows it."""
    return (_EPOCH + timedelta(milliseconds=ms)).astimezone(zone)


def reached(day: date, seconds: int, zone: ZoneInfo) -> int:
    """The first instant, in ms of UTC, at which the wall clock stands at or past `seconds` after `day` 00:00.

    So a time that a clock change skips is the first instant after the gap, and one that occurs twice is
    its first occurrence.
    """
    wall = datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)  # noqa: DTZ001 - wall time
    before, after = _offsets(wall, zone)
    if after > before:
        return _end_of_gap(wall, before, after, zone)
    return (wall - before - _NAIVE_EPOCH) // _MS


def instant(text: str, zone: ZoneInfo) -> int:
    """The ms of UTC that an ISO 8601 `text` names; without an offset it is wall time of `zone`.

    Of a time that occurs twice the first occurrence is taken; what is finer than a millisecond is cut off;
    a date alone is its first instant.

    Raises:
        TimeUnreadable: `text` is no such time.
        TimeInexistent: a clock change skips it.
    """
    form = _TIME.fullmatch(text.strip())
    try:
        moment = datetime.fromisoformat(text.strip()) if form else None
    except ValueError:
        moment = None
    if form is None or moment is None:
        raise TimeUnreadable(text=text)
    if form["clock"] is None:
        return reached(moment.date(), 0, zone)
    if moment.tzinfo is not None:
        return utc_ms(moment)
    before, after = _offsets(moment, zone)
    if after > before:
        raise TimeInexistent(text=text, zone=zone.key)
    return (moment - before - _NAIVE_EPOCH) // _MS


def _offsets(wall: datetime, zone: ZoneInfo) -> tuple[timedelta, timedelta]:
    """The offsets of UTC before and after the change that `wall` falls into: growing in a gap, else not."""
    before = wall.replace(tzinfo=zone).utcoffset()
    after = wall.replace(tzinfo=zone, fold=1).utcoffset()
    return before or timedelta(), after or timedelta()


def _end_of_gap(wall: datetime, before: timedelta, after: timedelta, zone: ZoneInfo) -> int:
    # The change is later than the wall time read with the new offset, not later than read with the old one.
    earlier = (wall - after - _NAIVE_EPOCH) // _MS
    later = (wall - before - _NAIVE_EPOCH) // _MS
    while later - earlier > 1:
        middle = (earlier + later) // 2
        if local(middle, zone).utcoffset() == before:
            earlier = middle
        else:
            later = middle
    return later
