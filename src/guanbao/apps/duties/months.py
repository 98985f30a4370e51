"""A month of duties, day by day, with what is not armed yet but will recur."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet

from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.obligations.calendars import today_of, workdays_of
from guanbao.platform.obligations.choices import State
from guanbao.platform.obligations.days import LATEST, Workdays
from guanbao.platform.obligations.models import Duty
from guanbao.platform.obligations.permissions import DUTY_VIEW

_AHEAD = 12  # months
_MOST_SERIES, _MOST_STEPS = 300, 120


class Chip(NamedTuple):
    """A duty on its day: how it looks, and its address; what is only foreseen leads to what it follows."""

    duty: Duty
    colour: str
    url: str
    is_foreseen: bool = False


class Day(NamedTuple):
    """A day of the month, or one beside it."""

    day: date
    inside: bool
    works: bool
    name: str
    is_known: bool
    is_today: bool
    chips: list[Chip]


class Ahead(NamedTuple):
    """A month to come, with how much of what is armed falls into it."""

    first: date
    number: int
    share: int


def own_today(actor: Actor) -> date:
    """Which day it is for an actor."""
    return today_of(_calendar_of(actor))


def month_of(actor: Actor, first: date, rows: QuerySet[Duty]) -> list[list[Day]]:
    """The weeks of a month; `rows` are the duties to show."""
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    begins, ends = weeks[0][0], weeks[-1][-1]
    today, working = own_today(actor), workdays_of(_calendar_of(actor))
    chips: dict[date, list[Chip]] = {}
    for duty in rows.filter(due_on__range=(begins, ends)).exclude(state=State.LAPSED).order_by("due_on", "pk"):
        chips.setdefault(duty.due_on, []).append(Chip(duty, colour_of(duty, today), f"/duties/{duty.pk}/"))
    if ends > today:
        for day, chip in _foreseen(rows, begins, ends):
            chips.setdefault(day, []).append(chip)
    return [[_day(day, first, today, working, chips.get(day, [])) for day in week] for week in weeks]


def ahead(actor: Actor, rows: QuerySet[Duty]) -> list[Ahead]:
    """The months to come: how much is open in each, what is overdue in this one."""
    today = own_today(actor)
    firsts = [_months_on(today.replace(day=1), n) for n in range(_AHEAD)]
    found: Counter[date] = Counter()
    open_ = rows.filter(state=State.OPEN, due_on__lt=_months_on(firsts[-1], 1))
    for day in open_.order_by().values_list("due_on", flat=True):
        found[max(day.replace(day=1), firsts[0])] += 1
    most = max(found.values(), default=1)
    return [Ahead(first, found[first], round(100 * found[first] / most)) for first in firsts]


def colour_of(duty: Duty, today: date) -> str:
    """Colour only where something is good, bad or soon."""
    if duty.state == State.DONE:
        return "green"
    if duty.state != State.OPEN:
        return "secondary"
    if duty.due_on < today:
        return "red"
    return "orange" if duty.due_on <= today + timedelta(days=max(duty.leads, default=0)) else "blue"


def _day(day: date, first: date, today: date, working: Workdays, chips: list[Chip]) -> Day:
    drawn = working.month(day.year, day.month)[day.day - 1]
    inside = (day.year, day.month) == (first.year, first.month)
    return Day(day, inside, bool(drawn.segments), drawn.name, working.is_known(day), day == today, chips)


def _foreseen(rows: QuerySet[Duty], begins: date, ends: date) -> Iterator[tuple[date, Chip]]:
    """What will follow the last of each series by then."""
    later = Duty.objects.filter(series=OuterRef("series"), number__gt=OuterRef("number"))
    lasts = rows.filter(~Exists(later), state=State.OPEN, due_on__lte=ends).exclude(every="")
    for last in lasts.order_by("due_on", "pk")[:_MOST_SERIES]:
        working = workdays_of(last.institution_id)
        for number in range(last.number + 1, last.number + _MOST_STEPS):
            if last.rule.nominal(last.anchor_on, number, working).day > min(last.until_on or LATEST, LATEST):
                break
            day = last.rule.due(last.anchor_on, number, working).day
            if day > ends:
                break
            if day >= begins:
                yield day, Chip(last, "secondary", f"/duties/{last.pk}/", is_foreseen=True)


def _calendar_of(actor: Actor) -> int:
    """Whose working days a reader is shown: their institution's; a contractor's people, of several, China's."""
    found = reach(actor, DUTY_VIEW)
    return actor.organisation_id or 0 if found.side is Side.INSTITUTION else 0


def _months_on(first: date, number: int) -> date:
    months = first.year * 12 + first.month - 1 + number
    return date(months // 12, months % 12 + 1, 1)
