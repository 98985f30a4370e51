"""When a task is due: working days of the office, by the holidays that were announced."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from guanbao.engine import documents
from guanbao.engine.calendars import Calendar
from guanbao.engine.calendars.errors import CalendarYearUnannounced

_OFFICE = 'zone: Asia/Shanghai\nweek: {mon-fri: ["09:00-18:00"]}\n'


def due(start: datetime, days: str) -> datetime | None:
    """The end of the `days`-th working day (`5wd`) after a time; nothing, where no days are said.

    Of a year whose holidays are not announced yet, weekends are taken off and nothing else.
    """
    if not days:
        return None
    at, count = int(start.timestamp() * 1000), int(days.removesuffix("wd"))
    try:
        found = _calendar(_OFFICE + "holidays: cn\n").working_deadline(at, count)
    except CalendarYearUnannounced:
        found = _calendar(_OFFICE).working_deadline(at, count)
    return datetime.fromtimestamp(found // 1000, UTC)


def ahead(start: datetime, days: str, before: str) -> datetime | None:
    """When to remind of it: `before` working days earlier, but never before it is asked."""
    if not days or not before:
        return None
    left = int(days.removesuffix("wd")) - int(before.removesuffix("wd"))
    return due(start, f"{left}wd") if left > 0 else start


@cache
def _calendar(text: str) -> Calendar:
    return Calendar.of(documents.parse(text))
