"""What can be wrong with a calendar, or with a time that is held against it."""

from __future__ import annotations

from guanbao.engine.errors import InputError


class ZoneUnknown(InputError):
    """The time zone «{zone}» is not in the zone database.

    Write a name such as Asia/Shanghai, Europe/Berlin or UTC.
    """


class WeekdayTwice(InputError):
    """The hours of «{day}» are given twice: by «{first}» and by «{second}».

    Name each day of the week once.
    """


class SegmentEmpty(InputError):
    """The open hours «{segment}» start and end at the same time.

    Write 00:00-24:00 for a whole day; leave a closed day's list empty.
    """


class SegmentsOverlap(InputError):
    """The open hours «{first}» ({first_day}) and «{second}» ({second_day}) overlap.

    Let one end where the other starts, or earlier. Hours that pass midnight reach into the next day.
    """


class HolidayTwice(InputError):
    """The day {day} stands twice in the holiday list.

    A day is off or worked, and is named once.
    """


class CalendarYearUnannounced(InputError):
    """The holidays of {year} are not announced in the calendar «{calendar}» (it knows {first} to {last}).

    Wait for the announcement, or add the year to the list; a year without known holidays is not guessed.
    """


class DeadlineNever(InputError):
    """No deadline comes within {years} years of {start}: the calendar opens too rarely.

    Check the calendar's week and its exceptions.
    """


class TimeUnreadable(InputError):
    """«{text}» is not a time.

    Write it as 2026-05-04T09:30:00+08:00; without the offset it is in the calendar's zone.
    """


class TimeInexistent(InputError):
    """The time «{text}» does not exist in {zone}: the clock was put forward over it.

    Correct the time, or write it with its offset from UTC.
    """


class TimeOutsideTimeline(InputError):
    """The time {at} lies outside the span {first} to {last} for which working time was prepared.

    Prepare a span that covers every time you ask for.
    """


class TimelineTooShort(InputError):
    """The deadline lies after {last}, where the span ends for which working time was prepared.

    Prepare a span that reaches further.
    """


class TimelineTooWide(InputError):
    """The times reach from {first} to {last}, which is more than {years} years.

    One of them is wrong: look for a placeholder such as 9999-12-31.
    """
