"""Ten million tickets measured by working time, against a blind query that knows no calendar.

Three measures (responded in target, resolved in target, mean time to resolve) per arrangement, priority and
month, with working time prepared at import and without, as ratios to the blind query over the same table in the
same run. A second run has pauses and changes of priority; it is printed, nothing is asked of it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path

import ibis
from ibis import _

from guanbao.engine.calendars import Calendar
from guanbao.engine.calendars.columns import with_elapsed
from guanbao.engine.documents import parse
from guanbao.engine.measures import measure_named
from guanbao.engine.records.counts import Prepared
from guanbao.engine.records.datasets import TICKETS
from guanbao.engine.statements.engines import DuckDB
from guanbao.engine.statements.figures import Asked, Scene, label

BLIND = """
select arrangement, priority, date_trunc('month', opened_at) m, count(*),
  sum((epoch_ms(responded_at)-epoch_ms(opened_at)<=900000)::int),
  sum((epoch_ms(resolved_at)-epoch_ms(opened_at)<=14400000)::int),
  sum(epoch_ms(resolved_at)-epoch_ms(opened_at)) from tickets group by all"""
CALENDAR = """
zone: Asia/Shanghai
week: {mon-fri: ["09:00-12:00", "13:30-18:00"], sat: ["09:00-12:00"]}
holidays: cn
"""
TARGETS = {"1": 4 * 3_600_000, "2": 8 * 3_600_000, "3": 24 * 3_600_000, "4": 45 * 3_600_000}
BY = ["arrangement", "priority", "month"]
REQUIRED = {"prepared": 1.2, "unprepared": 5}


def generate(engine: DuckDB, rows: int) -> None:
    """A table of tickets opened through 2025, responded within the hour or two, resolved within some days."""
    engine.backend.con.execute(f"""
        create table tickets as
        select 'T' || i as id, 'incident' as kind, (1 + hash(i) % 4)::varchar as priority,
            make_timestamp(1735689600000000 + (hash(i * 7) % (360::ubigint * 86400000))::bigint * 1000) as opened_at,
            'IT-' || lpad((i % 50)::varchar, 2, '0') as arrangement
        from range({rows}) t(i)""")
    engine.backend.con.execute("""
        create or replace table tickets as
        select *, opened_at + to_milliseconds((hash(id || 'r') % 7200000)::bigint) as responded_at,
            opened_at + to_milliseconds((hash(id || 's') % (4 * 86400000))::bigint) as resolved_at,
            strftime(opened_at, '%Y-%m') as month
        from tickets""")


def canonical(engine: DuckDB) -> ibis.Table:
    """The generated table as measures see it: times in ms, absent columns empty."""
    table = engine.backend.table("tickets")
    types = {"text": "string", "flag": "boolean"}
    absent = {c.name: ibis.null(types.get(c.type, "int64")) for c in TICKETS.columns if c.name not in table.columns}
    times = {name: engine.ms(table[name]) for name in ("opened_at", "responded_at", "resolved_at")}
    return table.mutate(**absent | times)


def prepare(engine: DuckDB, calendar: Calendar) -> Prepared:
    """What an import with --calendar does: working times as columns of the table itself."""
    table = canonical(engine)
    ends = table.aggregate(a=_.opened_at.min(), b=ibis.greatest(_.resolved_at.max(), _.responded_at.max()))
    span = ends.to_pyarrow().to_pylist()[0]
    timeline = calendar.timeline(span["a"], span["b"])
    clocks = TICKETS.clocks or {}
    worked = with_elapsed(table, timeline, clocks).select("id", *clocks)
    engine.backend.create_table("worked", worked)
    engine.backend.con.execute("create or replace table tickets as from tickets join worked using (id)")
    engine.backend.con.execute("drop table worked")
    return Prepared(timeline.digest, span["a"], span["b"])


def events(engine: DuckDB) -> ibis.Table:
    """Three updates of every ticket: opened, waiting for the user, working again, one in ten with a new priority."""
    engine.backend.con.execute("""
        create table updates as
        select id as ticket, n as seq, case n when 0 then epoch_ms(opened_at)
                when 1 then epoch_ms(responded_at) else epoch_ms(responded_at) + 3600000 end as "at",
            case n when 0 then 'New' when 1 then 'Awaiting User Info' else 'Active' end as state,
            case when n < 2 and hash(id) % 10 = 0 then '4' else priority end as priority, 0 as repeat
        from tickets, range(3) r(n)""")
    return engine.backend.table("updates")


def asked(*, pauses: tuple[str, ...] = (), retarget: str = "final") -> list[Asked]:
    """The three measures."""
    common = {"pauses": pauses, "by": "opened", "from": "opened"}
    response = {**common, "targets": {"*": 900_000}, "retarget": retarget}
    resolution = {**common, "targets": TARGETS, "retarget": retarget}
    return [
        Asked(measure_named("ticket.response_in_target"), response),
        Asked(measure_named("ticket.resolution_in_target"), resolution),
        Asked(measure_named("ticket.resolution_time"), common),
    ]


def best(run: object, times: int) -> float:
    """The median seconds of some runs."""
    taken = []
    for _i in range(times):
        start = time.perf_counter()
        run()  # type: ignore[operator]
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--paused-rows", type=int, default=1_000_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    calendar = Calendar.of(parse(CALENDAR))
    engine = DuckDB()
    generate(engine, options.rows)
    prepared = prepare(engine, calendar)

    def blind() -> None:
        engine.backend.con.execute(BLIND).to_arrow_table()

    def measured(with_prepared: Prepared | None) -> list:
        scene = Scene(canonical(engine), calendar, prepared=(with_prepared,) if with_prepared else ())
        return label(scene, asked()).figures_by(BY)

    if measured(prepared) != measured(None):
        message = "prepared and unprepared figures differ"
        raise RuntimeError(message)
    result = {
        "benchmark": "tickets",
        "rows": options.rows,
        "groups": len(measured(prepared)),
        "required": REQUIRED,
    }
    result["blind_s"] = best(blind, 5)
    result["prepared_s"] = best(lambda: measured(prepared), 5)
    result["unprepared_s"] = best(lambda: measured(None), 3)
    result["ratio"] = {
        "prepared": round(result["prepared_s"] / result["blind_s"], 2),
        "unprepared": round(result["unprepared_s"] / result["blind_s"], 2),
    }
    engine.backend.con.execute(f"create or replace table tickets as select * from tickets limit {options.paused_rows}")
    updates = events(engine)
    result["paused_rows"] = options.paused_rows
    result["paused_blind_s"] = best(blind, 3)
    for retarget in ("final", "each"):

        def paused(retarget: str = retarget) -> None:
            scene = Scene(canonical(engine), calendar, events=updates, keep=engine.keep)
            label(scene, asked(pauses=("Awaiting User Info",), retarget=retarget)).figures_by(BY)
            engine.close()

        result[f"paused_{retarget}_s"] = best(paused, 1)
        result["ratio"][f"paused_{retarget}"] = round(result[f"paused_{retarget}_s"] / result["paused_blind_s"], 2)
    print(json.dumps(result, indent=2))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
