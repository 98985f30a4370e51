"""Working time of columns: on DuckDB and on Spark what the scalars say, row by row."""

import random
from datetime import date

import ibis
import pyarrow as pa
import pytest

from guanbao.engine import documents
from guanbao.engine.calendars import (
    Calendar,
    Timeline,
    check_covered,
    span_of,
    with_deadline,
    with_elapsed,
    with_open,
)
from guanbao.engine.calendars.errors import TimelineTooShort, TimeOutsideTimeline

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
OFFICE = 'week: {mon-fri: ["09:00-12:00", "13:30-18:00"]}'
ALWAYS = 'week: {mon-sun: ["00:00-24:00"]}'
NIGHTS = 'week: {mon-thu: ["08:00:30-12:00", "22:00-06:00"], fri: ["20:00-24:00"], sun: ["00:00-03:00"]}'
BUSY = "week: {mon-sun: [" + ", ".join(f'"{h:02}:05:01-{h:02}:55:59"' for h in range(24)) + "]}"
PLACES = [
    ("Asia/Shanghai", OFFICE + "\nholidays: cn", date(2026, 2, 10)),
    ("Europe/Berlin", ALWAYS, date(2026, 3, 20)),
    ("Europe/Berlin", NIGHTS, date(2026, 10, 20)),
    ("America/New_York", BUSY, date(2024, 3, 1)),
    ("Australia/Lord_Howe", NIGHTS, date(2025, 4, 1)),
    ("America/Santiago", ALWAYS, date(2025, 9, 1)),
    ("Asia/Jerusalem", OFFICE, date(2025, 3, 20)),
    ("Pacific/Apia", NIGHTS, date(2011, 12, 26)),
    ("UTC", OFFICE, date(1969, 12, 24)),
    ("Asia/Kathmandu", BUSY, date(2024, 2, 26)),
    ("UTC", "week: {}", date(2024, 2, 26)),
]


def made(zone: str, week: str) -> Calendar:
    return Calendar.of(documents.parse(f"zone: {zone}\n{week}"))


def rows(span: Timeline, count: int, seed: int) -> pa.Table:
    """Instants of the span, many of them at or beside a boundary, some missing; durations of all signs."""
    dice = random.Random(seed)
    edges = [span.first, span.last, *(edge for interval in span.intervals for edge in interval)]

    def instant():
        if dice.random() < 0.05:
            return None
        if dice.random() < 0.5:
            return min(max(dice.choice(edges) + dice.choice([-1, 0, 0, 1]), span.first), span.last)
        return dice.randrange(span.first, span.last + 1)

    def duration():
        return dice.choice([None, 0, 0, -5, 1, 1000, HOUR, dice.randrange(40 * HOUR), dice.randrange(400 * HOUR)])

    def column(make):
        return pa.array([make() for _ in range(count)], pa.int64())

    return pa.table({"a": column(instant), "b": column(instant), "cell": column(instant), "_d": column(duration)})


def worked(table, span: Timeline):
    table = with_elapsed(table, span, {"ab": ("a", "b"), "ba": ("b", "a"), "ac": ("a", "cell"), "aa": ("a", "a")})
    table = with_open(table, span, {"a_open": "a", "c_open": "cell"})
    return with_deadline(table, span, {"due": ("a", "_d"), "due_8h": ("b", 8 * HOUR), "at_once": ("a", 0)})


def expected(row, span: Timeline):
    a, b, c, d = row["a"], row["b"], row["cell"], row["_d"]

    def elapsed(start, end):
        return None if start is None or end is None else span.elapsed(start, end)

    def deadline(start, duration):
        try:
            return None if start is None or duration is None else span.deadline(start, duration)
        except TimelineTooShort:
            return None

    return row | {
        "ab": elapsed(a, b),
        "ba": elapsed(b, a),
        "ac": elapsed(a, c),
        "aa": elapsed(a, a),
        "a_open": None if a is None else span.is_open(a),
        "c_open": None if c is None else span.is_open(c),
        "due": deadline(a, d),
        "due_8h": deadline(b, 8 * HOUR),
        "at_once": deadline(a, 0),
    }


@pytest.mark.parametrize(("zone", "week", "around"), PLACES)
def test_columns_say_what_scalars_say(zone, week, around):
    calendar = made(zone, week)
    start = calendar.midnight(around)
    windows = [(start + 3 * DAY + 5, start + 3 * DAY + 50 * MINUTE), (start + 9 * DAY, start + 10 * DAY)]
    for without in ((), windows):
        span = calendar.timeline(start, start + 14 * DAY, without)
        given = rows(span, 700, seed=len(without))
        result = worked(ibis.memtable(given), span).to_pyarrow()
        assert result.column_names[:4] == given.column_names
        said = result.sort_by([(name, "ascending") for name in given.column_names]).to_pylist()
        asked = given.sort_by([(name, "ascending") for name in given.column_names]).to_pylist()
        assert said == [expected(row, span) for row in asked]
        assert sum(row["due"] is not None for row in said) > (100 if span.total else 0)


def test_columns_are_whole_numbers_and_keep_the_other_columns():
    span = made("UTC", OFFICE).timeline(0, 9 * DAY)
    table = ibis.memtable(pa.table({"_at0_offset": ["x"], "a": pa.array([5 * HOUR], pa.int64())}))
    result = with_deadline(with_elapsed(table, span, {"w": ("a", "a")}), span, {"due": ("a", HOUR)})
    assert result.schema() == ibis.schema({"_at0_offset": "string", "a": "int64", "w": "int64", "due": "int64"})
    assert result.to_pyarrow().to_pylist() == [{"_at0_offset": "x", "a": 5 * HOUR, "w": 0, "due": 10 * HOUR}]


def test_a_day_cut_into_many_pieces_is_looked_up_in_narrow_cells():
    calendar = made("UTC", ALWAYS)
    windows = [(n * 2000, n * 2000 + 700) for n in range(3000)]
    span = calendar.timeline(0, 2 * DAY, windows)
    assert span.places.pieces <= 4 < span.places.table.num_rows
    given = rows(span, 500, seed=3)
    said = with_elapsed(ibis.memtable(given), span, {"w": ("a", "b")}).to_pyarrow().to_pylist()
    for row in said:
        assert row["w"] == expected(row, span)["ab"]


def test_what_the_span_does_not_cover_is_null_and_is_found_beforehand():
    span = made("UTC", ALWAYS).timeline(0, DAY)
    outside = [span.first - 1, span.first - DAY, span.last + 1, span.last + DAY, -(10**15), 10**15]
    table = ibis.memtable(pa.table({"a": pa.array([*outside, None], pa.int64()), "b": pa.array([0] * 7, pa.int64())}))
    said = with_open(with_elapsed(table, span, {"w": ("a", "b")}), span, {"o": "a"}).to_pyarrow().to_pylist()
    assert [(row["w"], row["o"]) for row in said] == [(None, None)] * 7
    assert span_of(table, ["a", "b"]) == (-(10**15), 10**15)
    assert span_of(table.filter(table.a.isnull()), ["a"]) is None
    check_covered(table, span, ["b"])
    check_covered(table.filter(table.a.isnull()), span, ["a"])
    with pytest.raises(TimeOutsideTimeline):
        check_covered(table, span, ["b", "a"])


def test_lookups_are_joined_once_for_each_column_of_instants():
    span = made("UTC", OFFICE).timeline(0, 30 * DAY)
    table = ibis.table({"a": "int64", "b": "int64", "c": "int64"}, name="t")
    sql = str(ibis.to_sql(with_elapsed(table, span, {"x": ("a", "b"), "y": ("a", "c"), "z": ("c", "b")}), "duckdb"))
    assert sql.count("JOIN") == 3
    assert "DOUBLE" not in sql.upper()
    assert "/" not in sql


@pytest.mark.spark
def test_spark_says_what_duckdb_says(spark):
    engine = ibis.pyspark.connect(spark)
    for zone, week, around in PLACES[2:6]:
        calendar = made(zone, week)
        start = calendar.midnight(around)
        span = calendar.timeline(start, start + 14 * DAY)
        given = rows(span, 300, seed=7)
        order = [(name, "ascending") for name in given.column_names]
        here = worked(ibis.memtable(given), span).to_pyarrow().sort_by(order).to_pylist()
        there = engine.to_pyarrow(worked(ibis.memtable(given), span)).sort_by(order).to_pylist()
        assert there == here
