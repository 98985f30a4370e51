"""Working time of single instants: against the walking oracle, by worked example, and at the edges."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from calendars_oracle import Oracle
from hypothesis import given, settings
from hypothesis import strategies as st

from guanbao.engine import documents
from guanbao.engine.calendars import Calendar, Timeline
from guanbao.engine.calendars.errors import (
    CalendarYearUnannounced,
    DeadlineNever,
    TimeInexistent,
    TimelineTooShort,
    TimelineTooWide,
    TimeOutsideTimeline,
    TimeUnreadable,
)
from guanbao.engine.calendars.timeline import cut, merged

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
# Zones with a day near which something happens: a change of the clock, a day that never was, a leap day.
PLACES = [
    ("Asia/Shanghai", date(2026, 2, 14)),
    ("Asia/Shanghai", date(1991, 9, 15)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2024, 3, 10)),
    ("America/New_York", date(2024, 11, 3)),
    ("Australia/Lord_Howe", date(2025, 4, 6)),
    ("Australia/Lord_Howe", date(2025, 10, 5)),
    ("America/Santiago", date(2025, 4, 6)),
    ("America/Santiago", date(2025, 9, 7)),
    ("Asia/Jerusalem", date(2025, 3, 28)),
    ("Asia/Jerusalem", date(2025, 10, 26)),
    ("America/St_Johns", date(2009, 11, 1)),
    ("America/Havana", date(2024, 11, 3)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Asia/Kathmandu", date(2024, 2, 29)),
    ("UTC", date(2000, 2, 29)),
    ("UTC", date(1969, 12, 31)),
]


def calendar(
    zone: str, week: dict[str, list[str]], exceptions: dict[date, list[str]] | None = None, more: str = ""
):
    said = {day.isoformat(): hours for day, hours in (exceptions or {}).items()}
    return Calendar.of(documents.parse(f"zone: {zone}\nweek: {week}\nexcept: {said}\n{more}"))


def office(more: str = "holidays: cn", zone: str = "Asia/Shanghai") -> Calendar:
    return calendar(zone, {"mon-fri": ["09:00-12:00", "13:30-18:00"]}, more=more)


@st.composite
def a_day(draw, grain_s: int, earliest: int, overnight: int):
    """Open hours of one day as cuts of its wall clock, the last possibly overnight."""
    grains = 86_400 // grain_s
    marks = draw(
        st.lists(st.integers(earliest // grain_s, grains), min_size=0, max_size=6, unique=True).map(sorted)
    )
    marks = marks[: len(marks) // 2 * 2]
    hours = [(marks[i] * grain_s, marks[i + 1] * grain_s) for i in range(0, len(marks), 2)]
    if hours and overnight and draw(st.booleans()):
        start = hours[-1][0]
        hours[-1] = (start, 86_400 + min(start, draw(st.integers(1, overnight // grain_s)) * grain_s))
    return [(start, end) for start, end in hours if end - start != 86_400 or start == 0]


def written(hours: list[tuple[int, int]]) -> list[str]:
    def text(at: int) -> str:
        return f"{at // 3600:02}:{at // 60 % 60:02}" + (f":{at % 60:02}" if at % 60 else "")

    return [f"{text(start)}-{text(end if end <= 86_400 else end - 86_400)}" for start, end in hours]


@st.composite
def situations(draw, grain_s: int = 300, spread: timedelta = timedelta(days=2)):
    """A calendar with its oracle, and an instant from which times in ms may be drawn."""
    zone, around = draw(st.sampled_from(PLACES))
    # Days of the plain week start after 02:00 unless nights end by midnight, so that nights never collide.
    night = draw(st.sampled_from([0, 2 * 3600]))
    week = {n: written(draw(a_day(grain_s, night, night))) for n in range(7)}
    exceptions = {
        around + timedelta(days=offset): written(draw(a_day(grain_s, 0, 6 * 3600)))
        for offset in draw(st.lists(st.integers(-2, 3), max_size=2, unique=True))
    }
    middle = round(datetime(around.year, around.month, around.day, tzinfo=UTC).timestamp() * 1000)
    reach = round(spread.total_seconds() * 1000)
    times = st.one_of(
        st.integers(middle - reach, middle + reach),
        st.integers((middle - reach) // 300_000, (middle + reach) // 300_000).map(lambda n: n * 300_000),
    )
    made = calendar(zone, {DAYS[n]: hours for n, hours in week.items()}, exceptions)
    return made, Oracle(zone, week, exceptions), draw(times), draw(times)


plenty = settings(max_examples=120)
few = settings(max_examples=12)


@plenty
@given(situations())
def test_elapsed_is_what_walking_counts(situation):
    made, oracle, a, b = situation
    expected = oracle.elapsed(a, b)
    assert made.elapsed(a, b) == expected
    assert made.elapsed(b, a) == -expected
    assert made.timeline(min(a, b), max(a, b)).elapsed(a, b) == expected


@plenty
@given(
    situations(),
    st.one_of(st.just(0), st.integers(-5, DAY), st.integers(1, 96).map(lambda n: n * 15 * MINUTE)),
)
def test_a_deadline_is_the_first_instant_with_enough_behind_it(situation, duration):
    made, oracle, a, _ = situation
    expected = oracle.deadline(a, duration, give_up=a + 4 * DAY)
    span = made.timeline(a, a + 5 * DAY)
    if expected is None:
        with pytest.raises((TimelineTooShort, DeadlineNever)):
            made.timeline(a, a + 2 * DAY).deadline(a, duration)
    else:
        assert made.deadline(a, duration) == expected
        assert span.deadline(a, duration) == expected
        assert made.timeline(a, a, beyond=duration).deadline(a, duration) == expected


@plenty
@given(situations())
def test_open_is_what_walking_sees(situation):
    made, oracle, a, b = situation
    for at in (a, b, b - b % 300_000, b - b % 300_000 - 1):
        assert made.is_open(at) == oracle.is_open(at)
        assert made.timeline(at, at).is_open(at) == oracle.is_open(at)


@few
@given(situations(grain_s=1, spread=timedelta(hours=4)))
def test_elapsed_is_exact_to_the_second_and_millisecond(situation):
    made, oracle, a, b = situation
    assert made.elapsed(a, b) == oracle.elapsed(a, b, step_s=1)


@plenty
@given(situations(), st.lists(st.tuples(st.integers(-300, 300), st.integers(0, 200)), max_size=4))
def test_windows_stop_the_clock(situation, windows):
    made, oracle, a, b = situation
    a, b = min(a, b), max(a, b)
    cuts = [(a + start * 10 * MINUTE, a + (start + length) * 10 * MINUTE) for start, length in windows]
    span = made.timeline(a, b, cuts)
    expected = oracle.elapsed(a, b)
    inside = merged((max(a, start), min(b, end)) for start, end in cuts)
    expected -= sum(oracle.elapsed(start, end) for start, end in inside)
    assert span.elapsed(a, b) == expected
    assert not any(span.is_open(at) for start, end in inside for at in (start, end - 1))


@plenty
@given(situations())
def test_a_timeline_is_sorted_disjoint_and_inside_its_bounds(situation):
    made, _, a, b = situation
    span = made.timeline(min(a, b), max(a, b))
    edges = [edge for interval in span.intervals for edge in interval]
    assert edges == sorted(set(edges))
    assert all(span.first <= edge <= span.last for edge in edges)
    assert span.first % DAY == span.last % DAY == 0
    assert span.first <= min(a, b) < max(a, b) + 1 <= span.last


@pytest.mark.parametrize(("zone", "around"), PLACES)
def test_whole_days_leave_no_hole_whatever_the_clock_does(zone, around):
    always = calendar(zone, {"mon-sun": ["00:00-24:00"]})
    middle = always.midnight(around)
    span = always.timeline(middle - 3 * DAY, middle + 3 * DAY)
    assert span.intervals == ((span.first, span.last),)


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
    assert office().instant(text) == (expected - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
        milliseconds=1
    )


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
    made = calendar(
        "Asia/Shanghai", {"mon-fri": ["09:00-18:00"]}, {date(2026, 5, 12): []}, more="holidays: cn"
    )
    drawn = made.month(2026, 5)
    assert len(drawn) == 31
    assert drawn[0] == (date(2026, 5, 1), (), "holiday", "劳动节")
    assert drawn[8] == (date(2026, 5, 9), ("09:00-18:00",), "shifted", "劳动节")
    assert [drawn[n].kind for n in (5, 11, 15)] == ["open", "exception", "closed"]


# Faults that users of other systems reported, by where they did.


def test_zammad_3180_around_the_clock_loses_no_minute_at_midnight():
    always = calendar("Europe/Berlin", {"mon-sun": ["00:00-24:00"]})
    start = always.instant("2026-03-01T23:30")
    assert always.deadline(start, 60 * MINUTE) == always.instant("2026-03-02T00:30")
    assert always.elapsed(start, start + 400 * DAY) == 400 * DAY
    assert all(always.is_open(always.midnight(date(2026, 3, 1) + timedelta(days=n)) - 1) for n in range(60))


def test_glpi_687_out_of_hours_a_deadline_waits_for_the_opening_and_is_not_at_once():
    made = office()
    evening = made.instant("2026-05-08T20:15")  # Friday; Saturday the 9th is worked
    assert made.deadline(evening, 15 * MINUTE) == made.instant("2026-05-09T09:15")
    assert made.deadline(made.instant("2026-05-16T11:00"), HOUR) == made.instant("2026-05-18T10:00")
    assert made.elapsed(evening, evening + HOUR) == 0


def test_glpi_10594_days_over_a_pause_and_a_weekend_are_whole():
    made = office(more="")
    thursday = made.instant("2026-06-11T10:00")
    paused = [(made.instant("2026-06-12T10:00"), made.instant("2026-06-15T10:00"))]
    span = made.timeline(thursday, thursday + 30 * DAY, paused)
    assert span.deadline(thursday, 15 * HOUR) == made.instant("2026-06-16T10:00")
    assert made.working_deadline(thursday, 2) == made.instant("2026-06-15T18:00")


def test_glpi_12167_a_deadline_in_the_second_segment_counts_the_first():
    made = office(more="")
    assert made.deadline(made.instant("2026-06-10T11:00"), 2 * HOUR) == made.instant("2026-06-10T14:30")
    assert made.deadline(made.instant("2026-06-10T12:15"), 30 * MINUTE) == made.instant("2026-06-10T14:00")


def test_glpi_15429_with_several_segments_no_deadline_falls_on_midnight_or_in_a_break():
    made = calendar("Europe/Berlin", {"mon-fri": ["08:00-10:00", "10:30-12:00", "13:00-17:30"]})
    monday = made.instant("2026-06-08T08:00")
    for minutes in range(1, 3 * 480, 7):
        due = made.deadline(monday, minutes * MINUTE)
        assert made.is_open(due - 1)
        assert made.local(due).hour >= 8
        assert made.elapsed(monday, due) == minutes * MINUTE


def test_chatwoot_14009_split_shifts_stop_the_clock_between_them():
    made = calendar("America/New_York", {"mon-sat": ["09:00-13:00", "15:00-20:00"]})
    assert made.elapsed(made.instant("2026-06-10T12:00"), made.instant("2026-06-10T16:00")) == 2 * HOUR


def test_frappe_helpdesk_2212_the_lunch_pause_is_not_working_time():
    made = office(more="")
    noon = made.instant("2026-06-10T12:00")
    assert made.deadline(noon - HOUR, HOUR) == noon
    assert made.deadline(noon - HOUR, HOUR + 1) == noon + 90 * MINUTE + 1
    assert not made.is_open(noon)
    assert made.is_open(noon + 90 * MINUTE)


def test_osticket_1168_business_hours_and_holidays_together():
    made = office()
    # The Spring Festival of 2026 is 15 to 23 February; the 14th and the 28th, Saturdays, are worked.
    start = made.instant("2026-02-14T17:00")
    assert made.deadline(start, 2 * HOUR) == made.instant("2026-02-24T10:00")
    assert made.elapsed(start, made.instant("2026-03-01")) == int((1 + 5 * 7.5) * HOUR)


def test_oneuptime_1599_an_outage_counts_inside_service_hours_only():
    made = calendar("UTC", {"mon-fri": ["08:00-18:00"]})
    outage = made.instant("2026-06-12T17:00"), made.instant("2026-06-15T08:30")
    assert made.elapsed(*outage) == int(1.5 * HOUR)


def test_a_file_is_read(tmp_path: Path):
    path = tmp_path / "office.yaml"
    path.write_text('zone: UTC\nweek: {mon: ["09:00-10:00"]}\n', encoding="utf-8")
    made = Calendar.read(path)
    assert made.zone.key == "UTC"
    assert isinstance(made.timeline(0, DAY), Timeline)
    assert made.elapsed(0, 7 * DAY) == HOUR
