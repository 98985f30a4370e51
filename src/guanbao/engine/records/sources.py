"""A contractor's file as rows of text, each with the line it stands on.

CSV, TSV, other delimiters, white-space text, JSON lines, Excel, Parquet; plain or gzip; UTF-8 or GB18030.
A row that cannot be read becomes a `Fault`; a file that cannot be read is an error. Large delimited files
go through DuckDB's parallel reader when that provably sees the same lines; all else is read carefully here.
"""

from __future__ import annotations

import gzip
import json
import mmap
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from guanbao.engine.errors import InputError, Where
from guanbao.engine.records.texts import (
    MOST_FIELD,
    Fault,
    HeaderUnreadable,
    Layout,
    SourceEmpty,
    SourceUnreadable,
    text,
    text_rows,
)

LINE = "line"
_CHUNK = 1 << 20
_FAST_FROM = 2_000_000
# Logs shrink ten- to fiftyfold; what shrinks more than this was made to fill a disk.
_MOST_RATIO, _ROOM = 400, 1 << 28
_ROWS_AT_ONCE = 50_000
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
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
    reader = {"xlsx": _excel, "excel": _excel, "parquet": _parquet, "jsonl": _json_lines}.get(layout.format)
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
                most = max(_ROOM, file.stat().st_size * _MOST_RATIO)
                while chunk := packed.read(_CHUNK):
                    if plain.tell() > most:
                        raise SourceUnreadable(Where(file), reason=f"it unpacks to over {_MOST_RATIO} times its size")
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
    if shape is None or len(names) == 1 or shape.delimiters != shape.lines * (len(names) - 1):
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
    return Source(file, table, names, shape.lines - skip, first_line=1 + skip)


class _Shape(NamedTuple):
    """How many lines a file has, and how many delimiters outside quotation marks."""

    lines: int
    delimiters: int


def _shape(data: mmap.mmap, layout: Layout) -> _Shape | None:
    """The shape of a file; None if it holds control characters, or quotation marks that do not just enclose fields."""
    controls = ends = returns = pairs = tabs = delimiters = marks = 0
    last, size = b"\n", len(data)
    delimiter = ord(layout.delimiter)
    for start in range(0, size, _CHUNK * 16):
        chunk = data[start : start + _CHUNK * 16]
        codes = np.frombuffer(chunk, dtype=np.uint8)
        controls += int(np.count_nonzero(codes < 32)) + int(np.count_nonzero(codes == 127))
        ends, returns, tabs = ends + chunk.count(b"\n"), returns + chunk.count(b"\r"), tabs + chunk.count(b"\t")
        pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
        quotes = np.flatnonzero(codes == ord(layout.quote)) if layout.quote else codes[:0]
        if marks % 2 == 0 and not quotes.size:
            delimiters += chunk.count(layout.delimiter.encode())
        else:
            around = np.frombuffer(last + chunk + (data[start + len(chunk) :][:1] or b"\n"), dtype=np.uint8)
            opens = (np.arange(quotes.size) + marks) % 2 == 0
            beside = np.where(opens, around[quotes], around[quotes + 2])
            if not np.isin(beside, [delimiter, 10, 13, ord(layout.quote)]).all():
                return None
            inside = np.searchsorted(quotes, np.flatnonzero(codes == delimiter)) + marks
            delimiters += int(np.count_nonzero(inside % 2 == 0))
            marks += quotes.size
        last = chunk[-1:]
    if marks % 2 or returns != pairs or controls != ends + returns + tabs:
        return None
    return _Shape(ends + (last != b"\n"), delimiters)


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


# --- JSON lines, Excel, Parquet -------------------------------------------------------------------------


def _json_lines(plain: Path, layout: Layout, file: Path) -> Iterator[Any]:
    """Two passes: the header is the union of all keys, in order of appearance."""
    names: dict[str, None] = {}
    with plain.open("rb") as raw:
        for line in raw:
            row = _json_row(line, layout)
            if isinstance(row, dict):
                names.update(dict.fromkeys(row))
    if not names:
        raise SourceEmpty(Where(file))
    yield tuple(names)
    with plain.open("rb") as raw:
        for number, line in enumerate(raw, 1):
            if not line.strip():
                continue
            row = _json_row(line, layout)
            if isinstance(row, str):
                yield Fault(number, "", line[:80].decode(layout.encoding, "backslashreplace"), row)
            elif nested := next((k for k, v in row.items() if isinstance(v, dict | list)), None):
                yield Fault(number, nested, json.dumps(row[nested])[:80], "a nested value")
            else:
                yield number, [_json_text(row.get(name)) for name in names]


def _json_row(line: bytes, layout: Layout) -> dict[str, Any] | str:
    if not line.strip():
        return {}
    try:
        row = json.loads(
            line.decode(layout.encoding).lstrip("\ufeff"), parse_float=str, parse_int=str, parse_constant=str
        )
    except (ValueError, RecursionError) as error:
        return f"the line is not JSON ({error})"
    return row if isinstance(row, dict) else "the line is not a JSON object"


def _json_text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _excel(plain: Path, layout: Layout, file: Path) -> Iterator[Any]:
    with plain.open("rb") as raw:
        try:
            book = openpyxl.load_workbook(raw, read_only=True, data_only=False)
            if layout.sheet and layout.sheet not in book.sheetnames:
                raise SourceUnreadable(Where(file), reason=f"it has no sheet «{layout.sheet}»")  # noqa: TRY301
            sheet = book[layout.sheet] if layout.sheet else book.worksheets[0]
            sheet.reset_dimensions()  # some programs write a wrong size, beyond which rows would be lost
            yield from _excel_rows(sheet, file)
        except (InputError, GeneratorExit):
            raise
        except Exception as error:
            # openpyxl lets zipfile's and its XML parser's own exceptions through, which share no parent but this
            said = f"{type(error).__name__}: {error}"
            raise SourceUnreadable(Where(file), reason=f"it is not an Excel workbook ({said})") from error


def _excel_rows(sheet: Any, file: Path) -> Iterator[Any]:  # noqa: ANN401 - openpyxl has several kinds of sheet
    rows = sheet.iter_rows()
    first = next(rows, None)
    if first is None or all(cell.value is None for cell in first):
        raise SourceEmpty(Where(file, 1))
    header = tuple("" if cell.value is None else str(cell.value) for cell in first)
    while header and not header[-1]:
        header = header[:-1]
    yield header
    for number, cells in enumerate(rows, 2):
        if any(cell.value is not None for cell in cells):
            yield _excel_row(number, cells[: len(header)], header)


def _excel_row(number: int, cells: Sequence[Any], header: tuple[str, ...]) -> Any:  # noqa: ANN401
    for name, cell in zip(header, cells, strict=False):
        if cell.data_type == "f":
            return Fault(number, name, str(cell.value), "a formula; records are values")
        if cell.data_type == "e":
            return Fault(number, name, str(cell.value), "an error value of the workbook")
    values = [_cell_text(cell.value) for cell in cells]
    return number, values + [None] * (len(header) - len(values))


def _cell_text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)


def _parquet(plain: Path, _layout: Layout, file: Path) -> Iterator[Any]:
    try:
        opened = pq.ParquetFile(plain)
        yield tuple(opened.schema_arrow.names)
        number = 0
        for batch in opened.iter_batches(batch_size=_ROWS_AT_ONCE):
            columns = [_as_text(column) for column in batch.columns]
            for values in zip(*columns, strict=True):
                number += 1
                yield number, list(values)
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise SourceUnreadable(Where(file), reason=f"it is not Parquet ({str(error)[:200]})") from error


def _as_text(column: pa.Array) -> list[str | None]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _as_text(column.dictionary_decode())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind):
        texts = column.cast(pa.large_binary()).to_pylist()
        return [None if text is None else text.decode("utf-8", "surrogateescape") for text in texts]
    if pa.types.is_timestamp(kind):
        mark, unit = "+00:00" if kind.tz else "", _PER_SECOND[kind.unit]
        counts = column.cast(pa.int64()).to_pylist()
        return [None if n is None else _clock(n * 1_000_000 // unit, mark) for n in counts]
    return [_cell_text(value) for value in column.to_pylist()]


def _clock(us: int, mark: str) -> str:
    try:
        return f"{datetime(1970, 1, 1) + timedelta(microseconds=us)}{mark}"  # noqa: DTZ001 - a wall clock
    except OverflowError:
        return f"{us} µs"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
