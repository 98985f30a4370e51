"""China's holidays: the pack agrees with the notices as collected, and with another collection."""

import csv
from datetime import date, timedelta

import chinese_calendar
import pytest

from guanbao.engine import documents
from guanbao.engine.calendars import Calendar

YEARS = range(2007, 2027)


@pytest.fixture(scope="module")
def office() -> Calendar:
    return Calendar.of(documents.parse('zone: Asia/Shanghai\nweek: {mon-fri: ["09:00-18:00"]}\nholidays: cn'))


def test_the_pack_has_the_days_of_the_collected_notices(shared, office):
    with (shared / "data/cn_holidays/cn_calendar_adjustments_2007_2026.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    off = {date.fromisoformat(row["date"]): row["name"] for row in rows if row["is_off_day"] == "true"}
    worked = {date.fromisoformat(row["date"]): row["name"] for row in rows if row["is_off_day"] == "false"}
    assert len(off) + len(worked) == len(rows) > 600
    assert office.holidays.days_off == off
    assert office.holidays.working_days == worked


@pytest.mark.parametrize("year", YEARS)
def test_the_days_worked_are_those_of_another_collection(office, year):
    for month in range(1, 13):
        for day in office.month(year, month):
            assert bool(day.segments) == chinese_calendar.is_workday(day.date), day.date


def test_every_year_announced_is_there_and_no_other(office):
    said = office.definition(YEARS)["holidays"]
    assert {day[:4] for day in said["days_off"]} == {str(year) for year in YEARS}
    assert (office.holidays.first, office.holidays.last) == (2007, 2026)


def test_open_days_of_a_year_add_up(office):
    start, end = office.midnight(date(2026, 1, 1)), office.midnight(date(2027, 1, 1))
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert office.elapsed(start, end) == 9 * 3_600_000 * sum(chinese_calendar.is_workday(day) for day in days)
