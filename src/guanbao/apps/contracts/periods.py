"""The days that hang on a contract's dates: ends of terms, notices, reports, payments. No database here.

Months are counted from the first day of a series, so that the 31st comes back; a month that is too short gives its last
day. A last day on which something may be done rolls back to a working day.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from guanbao.platform.obligations.days import Rule, Workdays

_MOST_RENEWALS = 10_000


def term_end(first_end: date, renewal_months: int | None, today: date) -> date:
    """The end of the term that runs on a day: the first, or that of a renewal where the contract renews itself."""
    end, number = first_end, 0
    while renewal_months and end < today and number < _MOST_RENEWALS:
        number += 1
        end = months_on(first_end, number * renewal_months)
    return end


def notice_until(ends_on: date, months: int, working: Workdays) -> date:
    """The last day on which a term can be ended by notice so many months before it ends."""
    return Rule(offset=f"{months}m before" if months else "", rolls="backward").due(ends_on, 0, working).day


def renewal_decided_by(ends_on: date, months: int, working: Workdays) -> date:
    """The day by which it is to be decided whether to go on: a month before the last day of notice."""
    return notice_until(ends_on, months + 1, working)


def breach_ends_on(warned_on: date, notice_d: int) -> date:
    """The first day on which a contract can end for breach: so many days after the written warning."""
    return warned_on + timedelta(days=notice_d)


def report_allows(reported_on: date | None, workdays: int, working: Workdays) -> date | None:
    """The first day on which a contract may be signed after a report; None, where nothing was reported."""
    return None if reported_on is None else workdays_after(reported_on, workdays, working)


def workdays_after(day: date, number: int, working: Workdays) -> date:
    """The day that is so many working days after another."""
    return Rule(offset=f"{number}wd after" if number else "").due(day, 0, working).day


def months_on(day: date, number: int) -> date:
    """So many months on; of a month that is too short its last day."""
    months = day.year * 12 + day.month - 1 + number
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
