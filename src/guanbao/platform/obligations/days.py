"""The days of duties: counted from a day by a rule, on the days on which an institution works. No database here."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

from guanbao.engine.calendars import Calendar, CalendarDay

LATEST = date(2199, 12, 31)  # a date of a record after this stands for «never»
_DAY = timedelta(days=1)
_OFFSET = re.compile(r"([1-9][0-9]{0,2})(wd|d|m) (before|after)")
_EVERY = re.compile(r"([1-9][0-9]{0,2})wd")
_STEPS = {"weekly": ("d", 7), "monthly": ("m", 1), "quarterly": ("m", 3), "half_yearly": ("m", 6), "yearly": ("m", 12)}


class Due(NamedTuple):
    """A day, and whether it hangs on holidays that are not announced."""

    day: date
    is_provisional: bool


class Owed(NamedTuple):
    """What is to be told of a duty today: the lead times whose reminder is owed, and whether it goes up."""

    leads: tuple[int, ...]
    escalates: bool


class Workdays:
    """The days on which somebody works, by their calendar; of years that are not announced by its week alone."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._bare = Calendar(calendar.zone, calendar.week, exceptions=calendar.exceptions)
        self._months: dict[tuple[int, int], list[CalendarDay]] = {}

    def is_known(self, day: date) -> bool:
        """Whether the holidays of the day's year are announced."""
        holidays = self.calendar.holidays
        return holidays is None or holidays.first <= day.year <= holidays.last

    def month(self, year: int, month: int) -> list[CalendarDay]:
        """A month's days, read once."""
        if (year, month) not in self._months:
            of = self.calendar if self.is_known(date(year, month, 1)) else self._bare
            self._months[year, month] = of.month(year, month)
        return self._months[year, month]

    def is_open(self, day: date) -> bool:
        """Whether somebody works on it."""
        return bool(self.month(day.year, day.month)[day.day - 1].segments)


@dataclass(frozen=True)
class Rule:
    """How a day is found: so far from an anchor (`20wd before`), again and again (`monthly`), rolled to a working day.

    `every` is empty, `weekly`, `monthly`, `quarterly`, `half_yearly`, `yearly` or working days as `5wd`; `offset` is
    empty or a number of days (`d`), working days (`wd`) or months (`m`), `before` or `after`.
    """

    every: str = ""
    offset: str = ""
    rolls: Literal["stays", "forward", "backward"] = "stays"

    @property
    def is_written_well(self) -> bool:
        """Whether both can be read."""
        every = not self.every or self.every in _STEPS or _EVERY.fullmatch(self.every)
        return bool(every and (not self.offset or _OFFSET.fullmatch(self.offset)))

    def nominal(self, anchor: date, number: int, working: Workdays) -> Due:
        """The anchor of an occurrence, counted from 0: of months always from the first, so that the 31st comes back."""
        if not number or not self.every:
            return Due(anchor, is_provisional=False)
        if found := _EVERY.fullmatch(self.every):
            return _worked(anchor, number * int(found[1]), _DAY, working)
        unit, step = _STEPS[self.every]
        return _stepped(anchor, number * step, unit)

    def due(self, anchor: date, number: int, working: Workdays) -> Due:
        """The day of an occurrence."""
        at, unknown = self.nominal(anchor, number, working)
        if found := _OFFSET.fullmatch(self.offset):
            way = 1 if found[3] == "after" else -1
            if found[2] == "wd":
                shifted = _worked(at, int(found[1]), way * _DAY, working)
            else:
                shifted = _stepped(at, way * int(found[1]), found[2])
            at, unknown = shifted.day, unknown or shifted.is_provisional
        rolled = _rolled(at, self.rolls, working)
        return Due(rolled.day, unknown or rolled.is_provisional)

    def first(self, anchor: date, today: date, working: Workdays) -> int:
        """The number of the first occurrence that is not over today."""
        if not self.every:
            return 0
        over, number = -1, 0  # nothing comes before what came before it: looked for by halves
        while self.due(anchor, number, working).day < today:
            over, number = number, max(1, number * 2)
        while number - over > 1:
            middle = (over + number) // 2
            if self.due(anchor, middle, working).day < today:
                over = middle
            else:
                number = middle
        return number


def owed(
    *, today: date, due_on: date, leads: Collection[int], told: Collection[int], grace_d: int, is_escalated: bool
) -> Owed:
    """What is owed today: each lead time that has come and of which nobody was told; and once, that the grace is over.

    What was missed is told together: of several lead times that have come, one notice is sent for all.
    """
    come = (lead for lead in leads if lead not in told and due_on - timedelta(days=lead) <= today)
    return Owed(tuple(sorted(come)), not is_escalated and due_on + timedelta(days=grace_d) < today)


def acts_on(
    *, due_on: date, leads: Collection[int], told: Collection[int], grace_d: int, is_escalated: bool, goes_on: bool
) -> date | None:
    """The first day on which something is to happen to a duty by itself; None, where nothing is.

    `goes_on`: the next occurrence is to be armed when its day has come.
    """
    days = [due_on - timedelta(days=lead) for lead in leads if lead not in told]
    if not is_escalated:
        days.append(due_on + timedelta(days=grace_d + 1))
    if goes_on:
        days.append(due_on)
    return min(days, default=None)


def _stepped(day: date, number: int, unit: str) -> Due:
    """So many days or months on; of a month that is too short its last day."""
    if unit == "d":
        return Due(day + number * _DAY, is_provisional=False)
    months = day.year * 12 + day.month - 1 + number
    year, month = months // 12, months % 12 + 1
    return Due(date(year, month, min(day.day, monthrange(year, month)[1])), is_provisional=False)


def _worked(day: date, number: int, way: timedelta, working: Workdays) -> Due:
    """The day that is so many working days on, or back."""
    unknown = False
    while number:
        day += way
        unknown = unknown or not working.is_known(day)
        number -= working.is_open(day)
    return Due(day, unknown)


def _rolled(day: date, rolls: str, working: Workdays) -> Due:
    """The day itself where somebody works on it, else where the rule sends it."""
    if rolls == "stays":
        return Due(day, is_provisional=False)
    way, unknown = (_DAY if rolls == "forward" else -_DAY), not working.is_known(day)
    while not working.is_open(day):
        day += way
        unknown = unknown or not working.is_known(day)
    return Due(day, unknown)
