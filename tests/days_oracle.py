"""The days of duties, counted plainly: from the pack's own text, by walking, with nothing of what is tested."""

from datetime import date, timedelta
from pathlib import Path

import yaml

PACK = Path(__file__).parents[1] / "src/guanbao/packs/calendars/cn.yaml"
_DATA = yaml.safe_load(PACK.read_text(encoding="utf-8"))
FIRST, LAST = _DATA["announced"]["first"], _DATA["announced"]["last"]
OFF = {f"{year}-{day}" for year, rows in _DATA["days_off"].items() for row in rows for day in row["days"]}
SHIFTED = {f"{year}-{day}" for year, rows in _DATA["working_days"].items() for row in rows for day in row["days"]}
LENGTHS = {1: 31, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}
MONTHS = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}


def works(day):
    """Whether China works on a day; of a year that is not announced, on every weekday."""
    if FIRST <= day.year <= LAST:
        if day.isoformat() in SHIFTED:
            return True
        if day.isoformat() in OFF:
            return False
    return day.isoweekday() < 6


def announced(day):
    return FIRST <= day.year <= LAST


def leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def months_on(day, number):
    year, month = day.year, day.month
    for _ in range(abs(number)):
        month += 1 if number > 0 else -1
        if month == 13:
            year, month = year + 1, 1
        if month == 0:
            year, month = year - 1, 12
    longest = (29 if leap(year) else 28) if month == 2 else LENGTHS[month]
    return date(year, month, min(day.day, longest))


def worked(day, number, seen):
    """So many working days on, or back where it is negative; the days that were looked at go into `seen`."""
    step = timedelta(days=1 if number > 0 else -1)
    for _ in range(abs(number)):
        while True:
            day += step
            seen.append(day)
            if works(day):
                break
    return day


def due(anchor, number, every, offset, rolls):
    """The day of an occurrence, and whether it hangs on what is not announced."""
    seen, day = [], anchor
    if every == "weekly":
        day = anchor + timedelta(days=7 * number)
    elif every in MONTHS:
        day = months_on(anchor, MONTHS[every] * number)
    elif every:
        day = worked(anchor, int(every[:-2]) * number, seen)
    if offset:
        size, way = offset.split()
        sign = -1 if way == "before" else 1
        if size.endswith("wd"):
            day = worked(day, sign * int(size[:-2]), seen)
        elif size.endswith("m"):
            day = months_on(day, sign * int(size[:-1]))
        else:
            day += timedelta(days=sign * int(size[:-1]))
    if rolls != "stays":
        seen.append(day)
        while not works(day):
            day += timedelta(days=1 if rolls == "forward" else -1)
            seen.append(day)
    return day, not all(map(announced, seen))
