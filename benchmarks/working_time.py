"""Working time of many intervals, from timestamps to seconds, against the packages that do one at a time.

Ours is the whole way: the calendar parsed from YAML, open time laid out, the timestamps of an Arrow table
turned to ms, a table of DuckDB, an Arrow table of seconds. The peers, `businesstimedelta` and
`business-duration`, get datetimes ready in memory and are timed on a sample. `business-duration` knows one
stretch of hours a day only: it is given 09:00-18:00 without the break, and compared with ours under the same.

    python benchmarks/working_time.py [--rows N] [--sample N] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import random
import time
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path

import business_duration
import businesstimedelta
import chinese_calendar
import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pytz

from guanbao.engine import documents
from guanbao.engine.calendars import Calendar, span_of, with_elapsed

REQUIRED = 500
MEAN_DAYS = 5
ZONE = "Asia/Shanghai"
SPLIT = '["09:00-12:00", "13:30-18:00"]'
PLAIN = '["09:00-18:00"]'
FIRST, LAST = datetime(2024, 1, 1), datetime(2026, 11, 1)  # noqa: DTZ001 - wall time of ZONE


def main() -> None:
    """Time all three and print what they took for the same rows."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--rows", type=int, default=4_000_000)
    options.add_argument("--sample", type=int, default=1000)
    options.add_argument("--json", type=Path)
    asked = options.parse_args()

    closed = days_closed()
    table = intervals(asked.rows)
    runs_s, _ = timed(lambda: worked_seconds(table, written(SPLIT, closed)), times=3)
    ours_s = min(runs_s)
    sample = table.slice(0, asked.sample)
    split, plain = (worked_seconds(sample, written(hours, closed)) for hours in (SPLIT, PLAIN))
    asked_of_peers = sample.to_pydict()
    pairs = list(zip(asked_of_peers["opened_at"], asked_of_peers["resolved_at"], strict=True))
    peers = {
        "businesstimedelta": peer(by_businesstimedelta(closed), pairs, split, asked.rows),
        "business-duration": peer(by_business_duration(closed), pairs, plain, asked.rows),
    }
    if peers["businesstimedelta"]["equal"] != len(pairs):
        raise SystemExit("businesstimedelta comes to other seconds")
    ratio = min(found["all_rows_s"] for found in peers.values()) / ours_s
    report = {
        "benchmark": "working_time",
        "rows": asked.rows,
        "ours_s": round(ours_s, 3),
        "ours_first_s": round(runs_s[0], 3),
        "peers": peers,
        "ratio": round(ratio),
        "required": REQUIRED,
    }
    print(f"{asked.rows:,} intervals of {MEAN_DAYS} days on average, {len(closed)} days closed, {ZONE}")
    print(f"{'':<20}{'seconds':>12}{'rows a second':>16}   equal to ours")
    print(f"{'guanbao on DuckDB':<20}{ours_s:>12.2f}{asked.rows / ours_s:>16,.0f}")
    for name, found in peers.items():
        rate, equal = asked.rows / found["all_rows_s"], f"{found['equal']} of {len(pairs)}"
        print(f"{name:<20}{found['all_rows_s']:>12,.0f}{rate:>16,.0f}   {equal}, timed on these")
    print(f"{ratio:,.0f} times the faster peer; required: {REQUIRED}")
    print(f"Ours is the best of {len(runs_s)} runs; the first, which still loads pandas, took {runs_s[0]:.2f} s")
    if asked.json:
        asked.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def intervals(rows: int) -> pa.Table:
    """Random intervals as zoned timestamps of whole seconds, the same at every run."""
    dice = random.Random(20260504)
    zone = pytz.timezone(ZONE)
    start = int(zone.localize(FIRST).timestamp())
    width = int((LAST - FIRST).total_seconds())
    opened = [start + dice.randrange(width) for _ in range(rows)]
    lasted = [min(int(dice.expovariate(1 / (MEAN_DAYS * 86_400))), 40 * 86_400) for _ in range(rows)]
    kind = pa.timestamp("s", tz=ZONE)
    return pa.table(
        {
            "opened_at": pa.array(opened, pa.int64()).cast(kind),
            "resolved_at": pa.array([a + b for a, b in zip(opened, lasted, strict=True)], pa.int64()).cast(kind),
        }
    )


def days_closed() -> list[date]:
    """China's public holidays of the years used; shifted working days are left out, no peer knows them."""
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(3 * 366)]
    known = [day for day in days if day.year <= LAST.year and chinese_calendar.is_holiday(day)]
    # One peer searches day by day for the next holiday and fails where none follows.
    return [*(day for day in known if day.weekday() < 5), date(2027, 1, 1)]


def written(hours: str, closed: list[date]) -> str:
    """The calendar as its YAML."""
    days = "".join(f"  {day}: []\n" for day in closed)
    return f"zone: {ZONE}\nweek: {{mon-fri: {hours}}}\nexcept:\n{days}"


def worked_seconds(table: pa.Table, text: str) -> pa.Table:
    """From timestamps to seconds."""
    calendar = Calendar.of(documents.parse(text))
    in_ms = pa.table(
        {name: table[name].cast(pa.timestamp("ms", tz=ZONE)).cast(pa.int64()) for name in ("opened_at", "resolved_at")}
    )
    # Of a table DuckDB knows the size, and joins it well; an Arrow table it takes for one row.
    engine = ibis.duckdb.connect()
    engine.raw_sql("SET preserve_insertion_order = false")
    given = engine.create_table("given", in_ms)
    first, last = span_of(given, in_ms.column_names) or (0, 0)
    timeline = calendar.timeline(first, last)
    result = with_elapsed(given, timeline, {"worked_ms": ("opened_at", "resolved_at")}).to_pyarrow()
    seconds = pc.divide(result["worked_ms"], 1000)
    return result.drop_columns("worked_ms").append_column("worked_s", seconds)


def by_businesstimedelta(closed: list[date]):
    """A function from two datetimes to seconds."""
    zone = pytz.timezone(ZONE)
    rules = businesstimedelta.Rules(
        [
            businesstimedelta.WorkDayRule(clock(9), clock(18), [0, 1, 2, 3, 4], tz=zone),
            businesstimedelta.LunchTimeRule(clock(12), clock(13, 30), [0, 1, 2, 3, 4], tz=zone),
            businesstimedelta.HolidayRule(set(closed), tz=zone),
        ]
    )
    return lambda start, end: int(rules.difference(start, end).timedelta.total_seconds())


def by_business_duration(closed: list[date]):
    """A function from two datetimes to seconds, without the break."""
    days = set(closed)

    def seconds(start: datetime, end: datetime) -> float:
        wall_start, wall_end = start.replace(tzinfo=None), end.replace(tzinfo=None)
        return business_duration.businessDuration(
            wall_start, wall_end, clock(9), clock(18), holidaylist=days, unit="sec"
        )

    return seconds


def peer(seconds_of, pairs: list[tuple[datetime, datetime]], ours: pa.Table, rows: int) -> dict[str, float]:
    """How long the peer takes for all rows, going by the sample, and in how many of it we agree."""
    at = {
        (start, end): worked
        for start, end, worked in zip(
            *(ours[name].to_pylist() for name in ("opened_at", "resolved_at", "worked_s")), strict=True
        )
    }
    (taken,), found = timed(lambda: [seconds_of(start, end) for start, end in pairs], times=1)
    keys = [(round(start.timestamp()) * 1000, round(end.timestamp()) * 1000) for start, end in pairs]
    equal = sum(at[key] == seconds for key, seconds in zip(keys, found, strict=True))
    return {"sample": len(pairs), "all_rows_s": round(taken / len(pairs) * rows, 1), "equal": equal}


def timed(work, *, times: int):
    """The time of each run, and the last result."""
    taken, result = [], None
    for _ in range(times):
        start = time.perf_counter()
        result = work()
        taken.append(time.perf_counter() - start)
    return taken, result


if __name__ == "__main__":
    main()
