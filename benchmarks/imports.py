"""An import with mapping, validation, digest and working time, against DuckDB's bare CSV-to-Parquet copy."""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import duckdb

from guanbao.engine.calendars import Calendar
from guanbao.engine.documents import parse
from guanbao.engine.records.imports import Inputs, records_import
from guanbao.engine.records.mappings import mapping_of
from guanbao.engine.records.store import Store

CALENDAR = """
zone: Asia/Shanghai
week: {mon-fri: ["09:00-12:00", "13:30-18:00"]}
holidays: cn
"""
MAPPING = """
name: bench
version: 1
dataset: tickets
zone: Asia/Shanghai
columns:
  id: number
  kind: kind
  priority: priority
  opened_at: {from: opened, format: "%Y-%m-%d %H:%M:%S"}
  responded_at: {from: responded, format: "%Y-%m-%d %H:%M:%S"}
  resolved_at: {from: resolved, format: "%Y-%m-%d %H:%M:%S"}
  state: state
  group: grp
  agent: agent
  reassignments: hops
  knowledge: kb
"""
REQUIRED = 4


def generate(path: Path, rows: int) -> None:
    """A CSV file of tickets as a service desk would export it."""
    duckdb.execute(f"""
        copy (select 'INC' || lpad(i::varchar, 9, '0') as number, 'incident' as kind,
            (1 + hash(i) % 4)::varchar as priority,
            strftime(o, '%Y-%m-%d %H:%M:%S') as opened,
            strftime(o + to_seconds((hash(i * 3) % 7200)::bigint), '%Y-%m-%d %H:%M:%S') as responded,
            strftime(o + to_seconds((hash(i * 5) % 345600)::bigint + 7200), '%Y-%m-%d %H:%M:%S') as resolved,
            'Closed' as state, 'group ' || (hash(i * 11) % 40) as grp, 'agent ' || (hash(i * 13) % 400) as agent,
            (hash(i * 17) % 5)::varchar as hops, case when hash(i * 19) % 3 = 0 then 'true' else 'false' end as kb
        from (select i, timestamp '2025-01-02' + to_seconds((hash(i * 7) % 28000000)::bigint) as o
            from range({rows}) t(i))
        ) to '{path}' (header)""")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    calendar, mapping = Calendar.of(parse(CALENDAR)), mapping_of(parse(MAPPING))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tickets.csv"
        generate(file, options.rows)
        copies, imports = [], []
        for n in range(3):
            start = time.perf_counter()
            duckdb.connect().execute(f"copy (from read_csv('{file}')) to '{folder}/{n}.parquet'")
            copies.append(time.perf_counter() - start)
            start = time.perf_counter()
            report = records_import(
                Inputs([file], mapping),
                arrangement="IT",
                store=Store(Path(folder) / f"store{n}"),
                calendar=calendar,
            )
            imports.append(time.perf_counter() - start)
            if report.counts.accepted != options.rows:
                message = f"accepted {report.counts.accepted}"
                raise RuntimeError(message)
        ours, copy = statistics.median(imports), statistics.median(copies)
        result = {
            "benchmark": "imports",
            "rows": options.rows,
            "megabytes": file.stat().st_size // 1_000_000,
            "copy_s": copy,
            "import_s": ours,
            "ratio": round(ours / copy, 2),
            "required": REQUIRED,
        }
    print(json.dumps(result, indent=2))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
