"""Working time of single instants, by worked example: clock changes, holidays, nights and edges."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from guanbao.engine import documents
from guanbao.engine.calendars import Calendar, Timeline
from guanbao.engine.calendars.errors import (
    CalendarYearUnannounced,
    DeadlineNever,
    TimeInexistent,
    TimelineTooWide,
    TimeOutsideTimeline,
    TimeUnreadable,
)
from guanbao.engine.calendars.timeline import cut

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def calendar(zone: str, week: dict[str, list[str]], exceptions: dict[date, list[str]] | None = None, more: str = ""):
    said = {day.isoformat(): hours for day, hours in (exceptions or {}).items()}
    return Calendar.of(documents.parse(f"zone: {zone}\nweek: {week}\nexcept: {said}\n{more}"))


def office(more: str = "holidays: cn", zone: str = "Asia/Shanghai") -> Calendar:
    return calendar(zone, {"mon-fri": ["09:00-12:00", "13:30-18:00"]}, more=more)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("Australia/Lord_Howe", date(2025, 10, 5), 23.5),
        ("Australia/Lord_Howe", date(2025, 4, 6), 24.5),
        ("America/Santiago", date(2025, 9, 7), 23),
        ("America/Santiago", date(2025, 4, 5), 25),
        ("Pacific/Apia", date(2011, 12, 29), 24),
        ("Pacific/Apia", date(2011, 12, 30), 0),
        ("Pacific/Apia", date(2011, 12, 31), 24),
        ("Asia/Kathmandu", date(2024, 2, 29), 24),
    ],
)
def test_a_day_has_the_hours_that_its_clock_runs(zone, day, hours):
    alone = calendar(zone, {}, {day: ["00:00-24:00"]})
    start = alone.midnight(day)
    assert alone.midnight(day + timedelta(days=1)) - start == hours * HOUR
    assert alone.elapsed(start - 3 * DAY, start + 3 * DAY) == hours * HOUR


def test_a_boundary_in_a_gap_is_the_first_instant_after_it():
    early = calendar("Europe/Berlin", {"sun": ["02:30-03:30"]})
    change = early.instant("2026-03-29T03:00:00+02:00")
    assert early.timeline(change, change).intervals == ((change, change + 30 * MINUTE),)
    within = calendar("Europe/Berlin", {"sun": ["02:10-02:50"]})
    assert within.timeline(change, change).intervals == ()


def test_a_boundary_that_occurs_twice_is_its_first_occurrence():
    made = calendar("Europe/Berlin", {"sun": ["02:30-04:00"]})
    first = made.instant("2026-10-25T02:30:00+02:00")
    assert made.timeline(first, first).intervals == ((first, first + 150 * MINUTE),)
    assert made.instant("2026-10-25T02:30") == first
    shut = calendar("Europe/Berlin", {"sun": ["01:30-02:30"]})
    assert shut.elapsed(first - DAY, first + DAY) == HOUR


def test_where_midnight_is_put_back_over_itself_the_span_still_holds_every_instant():
    # At 00:01 of 1 November 2009 St John's put its clock back to 23:01 of 31 October.
    made = calendar("America/St_Johns", {"sat": ["23:30-24:00"], "sun": ["00:00-01:00"]})
    twice = made.instant("2009-11-01T00:00:30")
    assert made.local(twice + HOUR).date() == date(2009, 11, 1)
    assert made.local(twice + 40 * MINUTE).date() == date(2009, 10, 31)
    assert made.elapsed(twice - 30_000, twice + 3 * HOUR) == 2 * HOUR
    assert made.is_open(twice + 40 * MINUTE)


def test_new_year_put_back_over_itself_belongs_to_the_year_it_began():
    # At 00:01 of New Year 1944 Phoenix put its clock back to 23:01 of New Year's Eve.
    made = calendar("America/Phoenix", {"mon-sun": ["00:00-24:00"]})
    repeated = made.midnight(date(1944, 1, 1)) + 30 * MINUTE
    assert made.local(repeated).date() == date(1943, 12, 31)
    assert made.is_open(repeated)
    assert made.elapsed(repeated, repeated + 2 * DAY) == 2 * DAY
    assert made.deadline(repeated, 2 * DAY) == repeated + 2 * DAY


def test_local_mean_time_has_seconds():
    made = calendar("Asia/Shanghai", {"mon-sun": ["09:00-12:00"]})
    assert made.local(made.instant("1890-05-05T09:00")).utcoffset() == timedelta(seconds=29143)
    assert made.elapsed(made.instant("1890-05-05T08:00"), made.instant("1890-05-05T10:00")) == HOUR


def test_midnight_that_is_skipped_is_the_first_instant_after():
    made = calendar("America/Santiago", {})
    assert made.local(made.midnight(date(2025, 9, 7))).isoformat() == "2025-09-07T01:00:00-03:00"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-05-04T09:30", "2026-05-04T01:30:00+00:00"),
        ("2026-05-04 09:30:15", "2026-05-04T01:30:15+00:00"),
        ("2026-05-04T09:30:15.25", "2026-05-04T01:30:15.250000+00:00"),
        ("2026-05-04T09:30:15.1239", "2026-05-04T01:30:15.123000+00:00"),
        ("2026-05-04T09:30:00Z", "2026-05-04T09:30:00+00:00"),
        ("2026-05-04T09:30:00-0500", "2026-05-04T14:30:00+00:00"),
        ("2026-05-04", "2026-05-03T16:00:00+00:00"),
    ],
)
def test_an_instant_is_read(text, iso):
    expected = datetime.fromisoformat(iso)
    assert office().instant(text) == (expected - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-02-30",
        "2026-5-4",
        "20260504",
        "2026-W01-1",
        "2026-05-04T25:00",
        "2026-05-04T09",
        "2026-05-04+08:00",
    ],
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(TimeUnreadable):
        office().instant(text)


def test_a_time_that_the_clock_skips_is_refused():
    with pytest.raises(TimeInexistent, match="Europe/Berlin"):
        calendar("Europe/Berlin", {}).instant("2026-03-29T02:30")


def test_a_timeline_answers_only_for_its_span():
    span = office().timeline(0 + 40 * 366 * DAY, 41 * 366 * DAY)
    for at in (span.first - 1, span.last + 1):
        with pytest.raises(TimeOutsideTimeline):
            span.elapsed(at, span.first)
        with pytest.raises(TimeOutsideTimeline):
            span.is_open(at)
    assert span.elapsed(span.first, span.last) == span.total


def test_equal_open_time_has_an_equal_digest():
    plain = calendar("UTC", {"mon": ["09:00-12:00", "12:00-15:00"]})
    other = calendar("Africa/Abidjan", {"mon": ["09:00-15:00"]}, more="holidays: null")
    span = plain.timeline(0, 30 * DAY)
    assert span.digest == other.timeline(0, 30 * DAY).digest
    assert span.digest != plain.timeline(0, 31 * DAY).digest
    assert span.digest != plain.timeline(0, 30 * DAY, [(0, 9 * DAY)]).digest
    assert Timeline(0, 10, [(2, 4)]).digest == hashlib.sha256(b"0 10\n2 4\n").hexdigest()


def test_windows_may_overlap_touch_and_be_empty():
    assert cut([(0, 10), (20, 30)], [(25, 22), (5, 8), (7, 21), (29, 29)]) == [(0, 5), (21, 30)]
    assert cut([(0, 10)], [(0, 10)]) == []
    assert cut([(0, 10), (10, 20)], [(2, 3), (4, 5), (12, 13)]) == [
        (0, 2),
        (3, 4),
        (5, 10),
        (10, 12),
        (13, 20),
    ]


def test_a_span_can_reach_as_far_as_its_deadlines():
    made = office()
    friday = made.instant("2026-05-08T17:59:30")
    span = made.timeline(friday, friday, beyond=45 * HOUR)
    assert span.deadline(friday, 45 * HOUR) == made.deadline(friday, 45 * HOUR)
    windows = [(friday, friday + 14 * DAY)]
    cut_span = made.timeline(friday, friday, windows, beyond=45 * HOUR)
    assert made.local(cut_span.deadline(friday, HOUR)).isoformat() == "2026-05-25T09:59:30+08:00"
    assert cut_span.deadline(friday, 45 * HOUR) == made.deadline(friday + 14 * DAY, 45 * HOUR)


def test_a_calendar_that_never_opens_has_no_deadline():
    shut = calendar("UTC", {"mon-fri": []})
    assert shut.elapsed(0, 400 * DAY) == 0
    with pytest.raises(DeadlineNever, match="20 years"):
        shut.deadline(0, 1)
    with pytest.raises(DeadlineNever):
        shut.working_deadline(0, 1)
    with pytest.raises(DeadlineNever):
        shut.timeline(0, 1, beyond=1)


def test_a_placeholder_in_the_far_future_is_named_not_expanded():
    made = calendar("UTC", {"mon-sun": ["00:00-24:00"]})
    for last in (made.instant("9998-12-31"), 1 << 62):
        with pytest.raises(TimelineTooWide, match="200 years"):
            made.timeline(0, last)


def test_working_days_end_at_the_close_of_the_last():
    made = office()
    start = made.instant("2026-04-29T10:00")  # Wednesday; 1 to 5 May are off, Saturday 9 May is worked
    closes = [made.local(made.working_deadline(start, days)).isoformat()[:16] for days in range(1, 6)]
    assert closes == [f"2026-{day}T18:00" for day in ("04-30", "05-06", "05-07", "05-08", "05-09")]
    assert made.working_deadline(made.instant("2026-05-02T03:00"), 1) == made.instant("2026-05-06T18:00")
    with pytest.raises(ValueError, match="at least one day"):
        made.working_deadline(start, 0)


def test_the_close_of_a_night_is_on_the_next_day_and_a_day_that_never_was_does_not_count():
    nights = calendar("Pacific/Apia", {"mon-sun": ["22:00-06:00"]})
    start = nights.instant("2011-12-28T12:00")
    assert nights.working_deadline(start, 1) == nights.instant("2011-12-31T00:00")
    days = calendar("Pacific/Apia", {"mon-sun": ["09:00-17:00"]})
    assert days.working_deadline(start, 2) == days.instant("2011-12-31T17:00")


def test_a_year_that_is_not_announced_is_an_error_and_only_where_it_is_used():
    made = office()
    new_year = made.midnight(date(2027, 1, 1))
    assert made.timeline(made.midnight(date(2026, 1, 1)), new_year).last == new_year
    assert made.elapsed(new_year - DAY, new_year) == 7.5 * HOUR
    assert made.deadline(new_year - DAY, int(7.5 * HOUR)) == new_year - 6 * HOUR
    assert made.timeline(made.midnight(date(2007, 1, 1)), new_year).first == made.midnight(date(2007, 1, 1))
    for use in (
        lambda: made.elapsed(new_year - DAY, new_year + 1),
        lambda: made.timeline(new_year - DAY, new_year + 1),
        lambda: made.is_open(new_year),
        lambda: made.deadline(new_year - DAY, 8 * HOUR),
        lambda: made.working_deadline(new_year - DAY, 2),
        lambda: made.month(2027, 1),
        lambda: made.definition([2026, 2027]),
    ):
        with pytest.raises(CalendarYearUnannounced, match="2027 are not announced in the calendar «cn»"):
            use()
    before = made.midnight(date(2007, 1, 1)) - 1
    with pytest.raises(CalendarYearUnannounced, match="2006"):
        made.timeline(before, new_year)
    with pytest.raises(CalendarYearUnannounced, match="2006"):
        made.elapsed(before, new_year)


def test_a_night_before_the_first_announced_year_counts_only_where_it_reaches():
    made = calendar("Asia/Shanghai", {"mon-sun": ["22:00-06:00"]}, more="holidays: cn")
    with pytest.raises(CalendarYearUnannounced, match="2006"):
        made.is_open(made.instant("2007-01-01T05:59"))
    six = made.instant("2007-01-01T06:00")
    assert made.timeline(six, six + DAY).first == six
    assert made.elapsed(made.instant("2007-01-05T00:00"), made.instant("2007-01-05T12:00")) == 6 * HOUR
    excepted = calendar(
        "Asia/Shanghai",
        {"mon-sun": ["22:00-06:00"]},
        {date(2006, 12, 31): ["22:00-02:00"]},
        more="holidays: cn",
    )
    assert excepted.elapsed(excepted.midnight(date(2007, 1, 1)), six) == 2 * HOUR


def test_exceptions_win_over_holidays_and_nights_join_them():
    made = calendar(
        "Asia/Shanghai",
        {"mon-fri": ["09:00-18:00"], "sat": ["20:00-04:00"]},
        {date(2026, 10, 1): ["10:00-11:00"], date(2026, 5, 10): ["03:00-05:00"], date(2026, 12, 31): []},
        more="holidays: cn",
    )

    def worked(day: str) -> float:
        start = made.instant(day)
        return made.elapsed(start, start + DAY) / HOUR

    assert worked("2026-10-01") == 1  # National Day, opened by exception
    assert worked("2026-10-02") == 0  # National Day's second
    assert worked("2026-10-10") == 9  # Saturday, worked for it with Monday's hours
    assert worked("2026-05-10") == 2  # Sunday after a worked Saturday, which has no night
    assert worked("2026-12-31") == 0
    assert worked("2026-05-17") == 4  # Sunday, from Saturday's night


def test_an_overnight_segment_and_an_exception_unite():
    made = calendar("UTC", {"mon": ["20:00-06:00"]}, {date(2026, 5, 5): ["04:00-08:00", "09:00-10:00"]})
    start = made.instant("2026-05-04")
    assert made.elapsed(start, start + 3 * DAY) == 13 * HOUR
    assert len(made.timeline(start, start + 2 * DAY).intervals) == 2
    inside = calendar("UTC", {"mon": ["20:00-06:00"]}, {date(2026, 5, 5): ["04:00-05:00"]})
    assert inside.elapsed(start, start + 3 * DAY) == 10 * HOUR


def test_definition_says_what_was_resolved_and_nothing_else():
    text = 'zone: Asia/Shanghai\nweek: {mon-tue: ["13:30-18:00:30", "09:00-12:00"], sun: ["22:00-00:00"]}\n'
    made = Calendar.of(documents.parse(text + "holidays: cn\nexcept: {2026-05-04: [], 2025-01-02: []}"))
    said = made.definition([2026])
    assert said["zone"] == "Asia/Shanghai"
    assert said["week"]["tue"] == ["09:00-12:00", "13:30-18:00:30"]
    assert said["week"]["sun"] == ["22:00-24:00"]
    assert said["week"]["wed"] == []
    assert said["except"] == {"2025-01-02": [], "2026-05-04": []}
    assert "2026-10-01" in said["holidays"]["days_off"]
    assert said["holidays"]["working_days"][0] == "2026-01-04"
    assert {day[:4] for day in said["holidays"]["days_off"]} == {"2026"}
    assert made.definition([2026, 2025]) == made.definition((2025, 2026, 2026))
    assert office(more="").definition([2050])["holidays"] is None


def test_a_month_is_drawn_day_by_day():
    made = calendar("Asia/Shanghai", {"mon-fri": ["09:00-18:00"]}, {date(2026, 5, 12): []}, more="holidays: cn")
    drawn = made.month(2026, 5)
    assert len(drawn) == 31
    assert drawn[0] == (date(2026, 5, 1), (), "holiday", "劳动节")
    assert drawn[8] == (date(2026, 5, 9), ("09:00-18:00",), "shifted", "劳动节")
    assert [drawn[n].kind for n in (5, 11, 15)] == ["open", "exception", "closed"]


def test_a_file_is_read(tmp_path: Path):
    path = tmp_path / "office.yaml"
    path.write_text('zone: UTC\nweek: {mon: ["09:00-10:00"]}\n', encoding="utf-8")
    made = Calendar.read(path)
    assert made.zone.key == "UTC"
    assert isinstance(made.timeline(0, DAY), Timeline)
    assert made.elapsed(0, 7 * DAY) == HOUR
