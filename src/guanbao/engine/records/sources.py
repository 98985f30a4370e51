"""A contractor's file as rows of text, each with the line it stands on.

CSV, TSV, other delimiters, white-space text, JSON lines, Excel, Parquet; plain or gzip; UTF-8 or GB18030.
A row that cannot be read becomes a `Fault`; a file that cannot be read is an error. Large delimited files
go through DuckDB's parallel reader when that provably sees the same lines; all else is read carefully here.
"""

from __future__ import annotations

import gzip
import mmap
import re
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pyarrow as pa

from guanbao.engine.errors import InputError, Where
from guanbao.engine.records.structured import excel, json_lines, parquet
from guanbao.engine.records.texts import (
    MOST_FIELD,
    MOST_RATIO,
    Fault,
    HeaderUnreadable,
    Layout,
    SourceEmpty,
    SourceUnreadable,
    most_unpacked,
    text,
    text_rows,
)

LINE = "line"
_CHUNK = 1 << 20
_CACHED = 1 << 17  # bytes that a processor keeps near while it looks at them several times
_FAST_FROM = 2_000_000
_ROWS_AT_ONCE = 20_000
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass
class Source:
    """A file that was read into `table` of a DuckDB connection: `line`, then its columns as text.

    A large plain file is a view that DuckDB reads as it goes, without `line`: its row n (from 0) stands on line
    `first_line` + n, provided that it turns out to have `rows` rows. A `tidy` one has no blanks around its values,
    and nothing empty but NULL.
    """

    file: Path
    table: str
    header: tuple[str, ...]
    rows: int
    first_line: int | None = None
    tidy: bool = False
    faults: list[Fault] = field(default_factory=list)


def source_read(
    con: duckdb.DuckDBPyConnection,
    file: Path,
    layout: Layout,
    *,
    table: str,
    scratch: Path,
    careful: bool = False,
) -> Source:
    """Read `file` into `table`; `careful` keeps large files from DuckDB's reader.

    `rows` counts every data row, readable or not; the unreadable are in `faults` and not in the table.

    Raises:
        SourceUnreadable, SourceEmpty, HeaderUnreadable, QuoteOpen: the file as a whole is not usable.
    """
    plain = _unpack(file, scratch / f"{table}.plain")
    reader = {"excel": excel, "parquet": parquet, "jsonl": json_lines}.get(layout.format)
    if reader is None:
        fast = None if careful else _fast(con, plain, layout, file=file, table=table, scratch=scratch)
        if fast is not None:
            return fast
        reader = text
    rows = reader(plain, layout, file)
    header = next(rows)
    if not isinstance(header, tuple):
        raise SourceEmpty(Where(file))
    names = header_names(header)
    if any(_CONTROL.search(name) or _SURROGATE.search(name) for name in names):
        raise HeaderUnreadable(Where(file, 1), encoding=layout.encoding)
    source = Source(file, table, names, 0)
    _load(con, source, rows)
    return source


def header_names(header: Sequence[str]) -> tuple[str, ...]:
    """The names of a header: trimmed; a repeated name, in whatever case, gets `#2`, `#3`; an empty one `column N`."""
    taken, names = {LINE}, []
    for i, raw in enumerate(header, 1):
        plain = name = raw.strip() or f"column {i}"
        numbers = count(1 if plain.lower() == LINE else 2)
        while name.lower() in taken:
            name = f"{plain}#{next(numbers)}"
        taken.add(name.lower())
        names.append(name)
    return tuple(names)


def _unpack(file: Path, target: Path) -> Path:
    """The file's plain bytes on disk."""
    try:
        with file.open("rb") as raw:
            if raw.read(2) != b"\x1f\x8b":
                return file
            raw.seek(0)
            with gzip.open(raw) as packed, target.open("wb") as plain:
                most = most_unpacked(file.stat().st_size)
                while chunk := packed.read(_CHUNK):
                    if plain.tell() > most:
                        raise SourceUnreadable(Where(file), reason=f"it unpacks to over {MOST_RATIO} times its size")
                    plain.write(chunk)
    except EOFError as error:
        raise SourceUnreadable(Where(file), reason="the gzip file ends early; it was cut off on its way") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise SourceUnreadable(Where(file), reason=f"the gzip file is damaged ({error})") from error
    except OSError as error:
        raise SourceUnreadable(Where(file), reason=error.strerror or str(error)) from error
    return target


def _fast(
    con: duckdb.DuckDBPyConnection, plain: Path, layout: Layout, *, file: Path, table: str, scratch: Path
) -> Source | None:
    """The file as a view for DuckDB's reader, if it is large and provably has one row of the right width a line."""
    if layout.format not in ("csv", "tsv") or layout.encoding != "utf-8" or layout.short_rows:
        return None
    if plain.stat().st_size < _FAST_FROM:
        return None
    with plain.open("rb") as raw, mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ) as data:
        shape = None if data[:3] == b"\xef\xbb\xbf" else _shape(data, layout)
        first = data[: data.find(b"\n") + 1]
    try:
        header = next(text_rows([first], layout, file))
    except InputError:  # of this one line: it may be blank, or the header may go on
        return None
    names, skip = header_names(header), 0 if layout.header else 1
    if shape is None or len(names) == 1 or shape.delimiters != shape.ends * (len(names) - 1):
        return None
    link = scratch / f"{table}.link"  # DuckDB would take a file's own name for a pattern
    link.symlink_to(plain.resolve())
    relation = con.read_csv(
        str(link),
        header=False,
        skiprows=skip,
        names=list(names),
        dtype=dict.fromkeys(names, "VARCHAR"),
        delimiter=layout.delimiter,
        quotechar=layout.quote,
        escapechar=layout.quote,
        compression="none",
        auto_detect=False,
        null_padding=False,
        strict_mode=True,
        max_line_size=MOST_FIELD,
    )
    relation.create_view(table)
    return Source(file, table, names, shape.ends - skip, first_line=1 + skip, tidy=shape.tidy)


class _Shape(NamedTuple):
    """What part of a file holds: how many line ends, delimiters outside quotation marks, quotation marks; if tidy.

    To know once that no value begins or ends with a blank is cheaper than to trim every value.
    """

    ends: int
    delimiters: int
    marks: int
    tidy: bool


def _shape(data: mmap.mmap, layout: Layout) -> _Shape | None:
    """The shape of a file; None if it holds control characters, or quotation marks that do not just enclose fields."""
    look = partial(_look, np.frombuffer(data, dtype=np.uint8), ord(layout.delimiter), ord(layout.quote or "\0"))
    size = len(data)
    middle = size // 2 // _CACHED * _CACHED
    with ThreadPoolExecutor(2) as threads:  # NumPy works in both at once
        first, second = threads.map(look, (range(0, middle, _CACHED), range(middle, size, _CACHED)))
    if first and first.marks % 2:  # the middle is inside a value
        second = look(range(middle, size, _CACHED), 1)
    if first is None or second is None or (first.marks + second.marks) % 2:
        return None
    ends = first.ends + second.ends + (data[-1:] != b"\n")
    tidy = first.tidy and second.tidy and b" " not in (data[:1], data[-1:])
    return _Shape(ends, first.delimiters + second.delimiters, first.marks + second.marks, tidy)


def _look(codes: np.ndarray, delimiter: int, quote: int, starts: range, marks_before: int = 0) -> _Shape | None:
    """The shape of the chunks of a file that begin at `starts`, with so many quotation marks before them."""
    ends = delimiters = 0
    size, marks, tidy = codes.size, marks_before, True

    def beside(places: np.ndarray, step: int) -> np.ndarray:
        """The bytes before or after those at `places`; a file begins and ends as if with a line's end."""
        at = places + step
        return np.where((at < 0) | (at >= size), np.uint8(10), codes[np.clip(at, 0, size - 1)])

    for start in starts:
        seen = codes[start : start + _CACHED + 1]  # and the next one's first byte, to see every two neighbours
        chunk, feeds, stops, marked = seen[:_CACHED], seen == 10, seen == delimiter, seen == quote
        controls, new = np.count_nonzero(chunk < 32), np.count_nonzero(feeds[:_CACHED])
        if controls != new:
            returns = np.flatnonzero(chunk == 13) + start
            if (beside(returns, 1) != 10).any() or controls != new + returns.size + np.count_nonzero(chunk == 9):
                return None
        if (chunk == 127).any():
            return None
        ends += int(new)
        if tidy:
            blank, edge = seen == 32, feeds | stops | marked | (seen == 13)
            tidy = not ((blank[1:] & edge[:-1]).any() or (blank[:-1] & edge[1:]).any())
        quotes = np.flatnonzero(marked[:_CACHED])
        if marks % 2 == 0 and not quotes.size:
            delimiters += int(np.count_nonzero(stops[:_CACHED]))
            continue
        opens = (np.arange(quotes.size) + marks) % 2 == 0
        outer = np.where(opens, beside(quotes + start, -1), beside(quotes + start, 1))
        if not np.isin(outer, [delimiter, 10, 13, quote]).all():
            return None
        inside = np.searchsorted(quotes, np.flatnonzero(stops[:_CACHED])) + marks
        delimiters += int(np.count_nonzero(inside % 2 == 0))
        marks += quotes.size
    return _Shape(ends, delimiters, marks - marks_before, tidy)


def _load(con: duckdb.DuckDBPyConnection, source: Source, rows: Iterator[Any]) -> None:
    names = source.header
    columns = ", ".join(f"{_quoted(name)} varchar" for name in names)
    con.execute(f"create table {source.table} ({LINE} bigint, {columns})")
    schema = pa.schema([(LINE, pa.int64()), *((f"c{i}", pa.string()) for i in range(len(names)))])
    kept: list[list[Any]] = []

    def flush() -> None:
        arrays: list[Any] = list(zip(*kept, strict=True)) or [[] for _ in schema]
        batch = pa.table([pa.array(a, f.type) for a, f in zip(arrays, schema, strict=True)], schema=schema)
        con.register("arriving", batch)
        con.execute(f"insert into {source.table} select * from arriving")
        con.unregister("arriving")
        kept.clear()

    for row in rows:
        source.rows += 1
        if isinstance(row, Fault):
            source.faults.append(row)
            continue
        line, values = row
        fault = _fault_in(line, values, names)
        if fault is not None:
            source.faults.append(fault)
            continue
        kept.append([line, *values])
        if len(kept) >= _ROWS_AT_ONCE:
            flush()
    flush()


def _fault_in(line: int, values: Sequence[str | None], names: tuple[str, ...]) -> Fault | None:
    if len(values) != len(names):
        return Fault(line, "", "", f"the row has {len(values)} fields, the header {len(names)}")
    whole = "".join(value for value in values if value)
    if whole.isascii() and whole.isprintable():
        return None
    for name, value in zip(names, values, strict=True):
        if value is None:
            continue
        if any("\udc80" <= c <= "\udcff" for c in value):
            shown = value.encode("utf-8", "backslashreplace").decode()
            return Fault(line, name, shown, "bytes that are not in the file's encoding")
        if _CONTROL.search(value):
            return Fault(line, name, value, "a control character")
        if not value.isprintable() and any("\ud800" <= c <= "\udfff" for c in value):
            return Fault(line, name, ascii(value), "half of a surrogate pair")
    return None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
