"""Due dates in working days, by China's holidays where they are announced."""

from datetime import UTC, datetime

import pytest

from guanbao.platform.workflow.deadlines import ahead, due


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
    assert due(at(start), days) == at(end)


def test_without_days_it_is_never_due():
    assert due(at("2026-11-25T02:00"), "") is None
    assert ahead(at("2026-11-25T02:00"), "", "1wd") is None


def test_of_it_is_reminded_before():
    start = at("2026-11-25T02:00")
    assert ahead(start, "5wd", "2wd") == due(start, "3wd")
    assert ahead(start, "1wd", "3wd") == start
