"""Working time of single instants against an oracle that walks, near whatever happens to clocks."""

from datetime import UTC, date, datetime, timedelta

import pytest
from calendars_oracle import Oracle
from hypothesis import given, settings
from hypothesis import strategies as st

from guanbao.engine import documents
from guanbao.engine.calendars import Calendar
from guanbao.engine.calendars.errors import DeadlineNever, TimelineTooShort
from guanbao.engine.calendars.timeline import merged

MINUTE, DAY = 60_000, 86_400_000
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


def calendar(zone: str, week: dict[str, list[str]], exceptions: dict[date, list[str]] | None = None, more: str = ""):
    said = {day.isoformat(): hours for day, hours in (exceptions or {}).items()}
    return Calendar.of(documents.parse(f"zone: {zone}\nweek: {week}\nexcept: {said}\n{more}"))


@st.composite
def a_day(draw, grain_s: int, earliest: int, overnight: int):
    """Open hours of one day as cuts of its wall clock, the last possibly overnight."""
    grains = 86_400 // grain_s
    marks = draw(st.lists(st.integers(earliest // grain_s, grains), min_size=0, max_size=6, unique=True).map(sorted))
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
