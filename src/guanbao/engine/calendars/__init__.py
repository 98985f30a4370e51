"""Working time between two instants: for one pair in Python, for whole columns in an engine.

- `Calendar` says what a YAML file of zone, week, holidays and exceptions means, instant by instant.
- `Calendar.timeline` lays open time out over a span as `Timeline`: sorted intervals of UTC, with a digest.
- `with_elapsed`, `with_deadline`, `with_open` put a timeline to columns of an Ibis table.

Everything is in whole milliseconds of UTC. Zone data are read in Python only, so that every engine gives
the same integers. Pauses, targets and periods are for those who measure.
"""

from guanbao.engine.calendars.calendar import Calendar, CalendarDay
from guanbao.engine.calendars.columns import check_covered, span_of, with_deadline, with_elapsed, with_open
from guanbao.engine.calendars.timeline import Timeline

__all__ = [
    "Calendar",
    "CalendarDay",
    "Timeline",
    "check_covered",
    "span_of",
    "with_deadline",
    "with_elapsed",
    "with_open",
]
