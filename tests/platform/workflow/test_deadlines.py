"""Due dates in working days, by China's holidays where they are announced."""

from datetime import UTC, datetime

import pytest

from guanbao.platform.calendars import OFFICE, calendar_read
from guanbao.platform.workflow.deadlines import ahead, due

CHINA = calendar_read(OFFICE)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-25T02:00", "1wd", "2026-11-26T10:00"),  # six in the evening in Shanghai
        ("2026-11-25T02:00", "3wd", "2026-11-30T10:00"),  # over a weekend
        ("2026-09-30T02:00", "1wd", "2026-10-08T10:00"),  # over the national day
        ("2026-12-30T02:00", "5wd", "2027-01-06T10:00"),  # into a year that is not announced: weekends only
    ],
)
def test_it_is_due(start, days, end):
    assert due(at(start), days, CHINA) == at(end)


def test_an_institution_that_works_otherwise_is_asked_by_its_own_calendar():
    gulf = calendar_read('zone: Asia/Dubai\nweek: {sun-thu: ["08:00-16:00"]}\n')
    assert due(at("2026-11-26T02:00"), "1wd", gulf) == at("2026-11-29T12:00"), "after Thursday comes Sunday"
    never = calendar_read("zone: Asia/Dubai\nweek: {}\n")
    assert due(at("2026-11-26T02:00"), "1wd", never) is None


def test_without_days_it_is_never_due():
    assert due(at("2026-11-25T02:00"), "", CHINA) is None
    assert ahead(at("2026-11-25T02:00"), "", "1wd", CHINA) is None


def test_of_it_is_reminded_before():
    start = at("2026-11-25T02:00")
    assert ahead(start, "5wd", "2wd", CHINA) == due(start, "3wd", CHINA)
    assert ahead(start, "1wd", "3wd", CHINA) == start
