"""Periods: `1999-02`, `1999-Q1`, `1999`, or `1999-02-01/1999-02-15` with the end excluded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from guanbao.engine.calendars import Calendar
from guanbao.engine.errors import InputError

_FORM = re.compile(r"(\d{4})(?:-(\d{2})|-Q([1-4]))?")
_DAY = r"(\d{4}-\d{2}-\d{2})"
_RANGE = re.compile(f"{_DAY}/{_DAY}")


@dataclass(frozen=True)
class Period:
    """Days from `first` to before `end`, at midnights of the calendar's zone."""

    first: date
    end: date

    @property
    def months(self) -> int | None:
        """How many calendar months it is, or None if it is not whole months."""
        if self.first.day != 1 or self.end.day != 1:
            return None
        return (self.end.year - self.first.year) * 12 + self.end.month - self.first.month

    def instants(self, calendar: Calendar) -> tuple[int, int]:
        """Its ends in ms of UTC."""
        return calendar.midnight(self.first), calendar.midnight(self.end)

    def days(self) -> list[date]:
        """Its days."""
        return [self.first + timedelta(days=n) for n in range((self.end - self.first).days)]


def period(text: str) -> Period:
    """The period that `text` names.

    Raises:
        PeriodUnreadable.
    """
    try:
        if found := _RANGE.fullmatch(text):
            first, end = date.fromisoformat(found[1]), date.fromisoformat(found[2])
        elif found := _FORM.fullmatch(text):
            year, month, quarter = int(found[1]), found[2], found[3]
            start = int(month) if month else (int(quarter) * 3 - 2 if quarter else 1)
            length = 1 if month else (3 if quarter else 12)
            first = date(year, start, 1)
            end = date(year + (start + length > 12), (start + length - 1) % 12 + 1, 1)
        else:
            raise PeriodUnreadable(period=text)
    except ValueError as error:
        raise PeriodUnreadable(period=text) from error
    if end <= first:
        raise PeriodUnreadable(period=text)
    return Period(first, end)


class PeriodUnreadable(InputError):
    """«{period}» is not a period.

    Write 1999-02, 1999-Q1, 1999, or 1999-02-01/1999-02-15 (the last day not included).
    """
