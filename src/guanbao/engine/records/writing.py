"""Final rows become Parquet files, parted by arrangement and month."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import duckdb


class Written(NamedTuple):
    """A Parquet file that was written: where, how many rows and bytes, and of which partition."""

    path: Path
    rows: int
    size: int
    partition: dict[str, str]


def parquet_write(
    con: duckdb.DuckDBPyConnection, view: str, target: Path, *, name: str, arrangement: str | None
) -> list[Written]:
    """Write the rows of a final view to `target/arrangement=…/month=…/<name>-….parquet`.

    Without `arrangement`, to the file `target`.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    how, source, fixed = "", view, {}
    if arrangement is not None:
        # DuckDB parts the rows by month only: the arrangement is one for all, and to compare it each time costs.
        target, fixed = target / f"arrangement={quote(arrangement, safe='')}", {"arrangement": arrangement}
        target.mkdir(parents=True, exist_ok=True)
        source = f"(select * exclude (arrangement) from {view})"
        how = f", partition_by (month), filename_pattern '{name}-{{uuid}}', overwrite_or_ignore true"
        # A thread sets down 524,288 rows at a time. What of a month makes less than half a row group then, DuckDB
        # keeps for the end and one thread: so that a year's months need not, row groups are half as large as usual.
        how += ", row_group_size 61440"
    con.execute("set preserve_insertion_order = false")
    # Keys, times and digests are all different: to look for repetition among them takes a third of the whole time.
    how += ", return_stats true, dictionary_size_limit 1000, parquet_version v2"
    copied = con.execute(f"copy (from {source}) to {quoted(str(target))} (format parquet{how})")
    return [
        Written(Path(path), rows, size, fixed | dict(keys or {}))
        for path, rows, size, _footer, _columns, keys in copied.fetchall()
    ]


def quoted(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"
