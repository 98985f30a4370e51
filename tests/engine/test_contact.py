"""Measures of contacts on a handful of calls that can be counted by hand."""

import pytest
from tables import asked, ms, table_of

from guanbao.engine.calendars import Calendar
from guanbao.engine.documents import parse
from guanbao.engine.statements.engines import DuckDB
from guanbao.engine.statements.figures import Scene, label

ALWAYS = Calendar.of(parse('zone: UTC\nweek: {mon-sun: ["00:00-24:00"]}'))
DAY = 86_400_000


def call(n, outcome, wait_s, *, queued=True, **rest):
    at = f"2026-01-05T10:{n:02d}"
    said = {"id": str(n), "arrived_at": at, "outcome": outcome, "wait_ms": wait_s * 1000}
    return said | ({"queued_at": at} if queued else {}) | rest


CALLS = [
    call(1, "answered", 0, queued=False, talk_ms=60_000, hold_ms=5_000, wrap_ms=10_000, transferred=False),
    call(2, "answered", 20, talk_ms=5_000, transferred=True),
    call(3, "answered", 21, talk_ms=100_000),
    call(4, "abandoned", 3),
    call(5, "abandoned", 20),
    call(6, "abandoned", 90),
    call(7, "left_before_queue", 0, queued=False),
]


@pytest.fixture(scope="module")
def engine():
    made = DuckDB()
    yield made
    made.close()


def figures(measure, calls=CALLS, **arguments):
    scene = Scene(table_of("interactions", calls), ALWAYS, period=(ms("2026-01-01"), ms("2026-02-01")))
    return label(scene, [asked(measure, **arguments)]).figures()[0]


@pytest.mark.parametrize(
    ("measure", "arguments", "numerator", "denominator"),
    [
        ("contact.offered", {}, 7, 1),
        ("contact.answered", {}, 3, 1),
        ("contact.abandoned", {}, 3, 1),
        ("contact.service_level", {"variant": "answered"}, 2, 3),
        ("contact.service_level", {"variant": "offered"}, 2, 7),
        ("contact.service_level", {}, 2, 6),
        ("contact.service_level", {"variant": "offered_less_short"}, 2, 4),
        ("contact.service_level", {"variant": "offered_less_short", "short_s": 5}, 2, 5),
        ("contact.service_level", {"variant": "answered_plus_short"}, 4, 6),
        ("contact.abandonment", {}, 3, 6),
        ("contact.abandonment", {"short_s": 5}, 2, 5),
        ("contact.abandonment", {"variant": "offered"}, 4, 7),
        ("contact.abandonment", {"variant": "queued"}, 3, 5),
        ("contact.speed_of_answer", {}, 41_000, 3),
        ("contact.handling_time", {}, 180_000, 3),
        ("contact.short_service", {"under_s": 10}, 1, 3),
        ("contact.transfer", {}, 1, 2),
        ("contact.wait_percentile", {"p": "50%"}, 20_000, 1),
        ("contact.wait_percentile", {"p": "33%"}, 0, 1),
        ("contact.wait_percentile", {"p": "34%"}, 20_000, 1),
        ("contact.wait_percentile", {"p": 1}, 21_000, 1),
        ("contact.wait_percentile", {"p": "90%", "of": "abandoned"}, 90_000, 1),
    ],
)
def test_figures(measure, arguments, numerator, denominator):
    found = figures(measure, **arguments)
    assert (found.numerator, found.denominator) == (numerator, denominator)


def test_no_activity_is_a_denominator_of_zero():
    calls = [call(1, "left_before_queue", 0, queued=False)]
    for measure, arguments in (("contact.service_level", {}), ("contact.wait_percentile", {"p": "90%"})):
        assert figures(measure, calls, **arguments).denominator == 0


def test_a_period_is_half_open():
    edges = ["2025-12-31T23:59:59.999", "2026-01-01T00:00", "2026-01-31T23:59:59.999", "2026-02-01T00:00"]
    calls = [call(n, "answered", 1, arrived_at=at) for n, at in enumerate(edges)]
    assert figures("contact.offered", calls).numerator == 2


def test_first_contact_resolution_by_no_further_contact():
    def at(n, day, customer, outcome="answered"):
        return {"id": str(n), "arrived_at": ms("2026-01-01") + day * DAY, "customer": customer, "outcome": outcome}

    calls = [
        at(1, 0, "a"),  # came again on the eighth day: resolved
        at(2, 8, "a"),  # came again after exactly seven days, though nobody answered: not resolved
        at(3, 15, "a", "abandoned"),
        at(4, 0, "b"),  # never again
        at(5, 1, None),  # unknown: not counted
        at(6, 25, "c"),  # its week is not over when the records end
        at(7, 26, "c"),  # nor is this one's, and the one before stays open all the same
        at(8, 30, "d", "abandoned"),
    ]
    found = figures("contact.first_contact_resolution", calls)
    assert (found.numerator, found.denominator, found.open) == (2, 3, 2)


def test_first_contact_resolution_by_the_sources_flag():
    calls = [call(n, "answered", 1, resolved=flag) for n, flag in enumerate([True, True, False, None])]
    found = figures("contact.first_contact_resolution", calls, judge="flag")
    assert (found.numerator, found.denominator) == (2, 3)


def test_where_narrows_before_anything_else():
    calls = [call(n, "answered", 1, priority=priority) for n, priority in enumerate(["1", "2", None])]
    scene = Scene(table_of("interactions", calls), ALWAYS)
    for condition, n in {
        "priority = '2'": 1,
        "priority <> '2'": 1,
        "not priority = '2'": 1,
        "priority is null or priority in ('1', '9')": 2,
        "arrived_at >= '2026-01-05T10:01' and arrived_at < '2026-01-05T10:02:00Z'": 1,
        "1 = 1": 3,
    }.items():
        assert label(scene, [asked("contact.offered", condition)]).figures()[0].numerator == n, condition
