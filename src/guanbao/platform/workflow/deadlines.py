"""When a task is due: working days of the institution, by the holidays that were announced."""

from __future__ import annotations

from datetime import UTC, datetime

from guanbao.engine.calendars import Calendar
from guanbao.engine.calendars.errors import CalendarYearUnannounced, DeadlineNever


def due(start: datetime, days: str, calendar: Calendar) -> datetime | None:
    """The end of the `days`-th working day (`5wd`) after a time; nothing, where no days are said or none ever comes.

    Of a year whose holidays are not announced yet, what the calendar's week leaves free is taken off and nothing else.
    """
    if not days:
        return None
    at, count = int(start.timestamp() * 1000), int(days.removesuffix("wd"))
    try:
        found = calendar.working_deadline(at, count)
    except CalendarYearUnannounced:
        found = Calendar(calendar.zone, calendar.week, exceptions=calendar.exceptions).working_deadline(at, count)
    except DeadlineNever:
        return None
    return datetime.fromtimestamp(found // 1000, UTC)


def ahead(start: datetime, days: str, before: str, calendar: Calendar) -> datetime | None:
    """When to remind of it: `before` working days earlier, but never before it is asked."""
    if not days or not before:
        return None
    left = int(days.removesuffix("wd")) - int(before.removesuffix("wd"))
    return due(start, f"{left}wd", calendar) if left > 0 else start
