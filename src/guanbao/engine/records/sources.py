"""A contractor's file as rows of text, each with the line it stands on.

CSV, TSV, other delimiters, white-space text, JSON lines, Excel, Parquet; plain or gzip; UTF-8 or GB18030.
A row that cannot be read becomes a `Fault`; a file that cannot be read is an error. Large delimited files
go through DuckDB's parallel reader when that provably sees the same lines; all else is read carefully here.
"""

from __future__ import annotations

import csv
import gzip
import json
import mmap
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

import duckdb
import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl.utils.exceptions import InvalidFileException

from guanbao.engine.errors import InputError, Where

LINE = "line"
_CHUNK = 1 << 20
_FAST_FROM = 2_000_000
_MOST_FIELD = 1_000_000
_ROWS_AT_ONCE = 50_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Layout:
    """How a file is laid out, as its mapping says."""

    format: str = "csv"
    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    header: tuple[str, ...] | None = None
    short_rows: bool = False
    sheet: str | None = None


class Fault(NamedTuple):
    """A row, or one value of it, that cannot be taken: the quarantine's row."""

    line: int
    column: str
    value: str
    reason: str


@dataclass
class Source:
    """A file that was read into `table` of a DuckDB connection: `line`, then its columns as text.

    A large plain file is a view that DuckDB reads as it goes, without `line`: its row n (from 0) stands on line
    `first_line` + n, provided that it turns out to have `rows` rows.
    """

    file: Path
    table: str
    header: tuple[str, ...]
    rows: int
    first_line: int | None = None
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
        fast = None if careful else _fast(con, plain, layout, file=file, table=table)
        if fast is not None:
            return fast
        reader = _text
    rows = reader(plain, layout, file)
    header = next(rows)
    if not isinstance(header, tuple):
        raise SourceEmpty(Where(file))
    names = header_names(header)
    source = Source(file, table, names, 0)
    _load(con, source, rows)
    return source


def header_names(header: Sequence[str]) -> tuple[str, ...]:
    """The names of a header: trimmed; a repeated name gets `#2`, `#3`; an empty one `column N`."""
    seen: dict[str, int] = {}
    names = []
    for i, raw in enumerate(header, 1):
        name = raw.strip() or f"column {i}"
        if name == LINE:
            name = "line#1"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return tuple(names)


def _unpack(file: Path, target: Path) -> Path:
    """The file's plain bytes on disk."""
    try:
        with file.open("rb") as raw:
            if raw.read(2) != b"\x1f\x8b":
                return file
            raw.seek(0)
            with gzip.open(raw) as packed, target.open("wb") as plain:
                while chunk := packed.read(_CHUNK):
                    plain.write(chunk)
    except EOFError as error:
        raise SourceUnreadable(Where(file), reason="the gzip file ends early; it was cut off on its way") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise SourceUnreadable(Where(file), reason=f"the gzip file is damaged ({error})") from error
    except OSError as error:
        raise SourceUnreadable(Where(file), reason=error.strerror or str(error)) from error
    return target


def _fast(con: duckdb.DuckDBPyConnection, plain: Path, layout: Layout, *, file: Path, table: str) -> Source | None:
    """The file as a view for DuckDB's reader, if it is large, plain, and every line may be one row; else None."""
    if layout.format not in ("csv", "tsv") or layout.encoding != "utf-8" or layout.short_rows:
        return None
    if plain.stat().st_size < _FAST_FROM:
        return None
    with plain.open("rb") as raw, mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ) as data:
        lines = _plain_lines(data)
        if lines is None or data[:3] == b"\xef\xbb\xbf":
            return None
        first = data[: data.find(b"\n") + 1]
    header = next(_text_rows([first], layout, file))
    names, skip = header_names(header), 0 if layout.header else 1
    relation = con.read_csv(
        str(plain),
        header=False,
        skiprows=skip,
        names=list(names),
        dtype=dict.fromkeys(names, "VARCHAR"),
        delimiter=layout.delimiter,
        quotechar=layout.quote,
        escapechar=layout.quote,
        auto_detect=False,
        null_padding=False,
        strict_mode=True,
    )
    relation.create_view(table)
    return Source(file, table, names, lines - skip, first_line=1 + skip)


def _plain_lines(data: mmap.mmap) -> int | None:
    """How many lines a file has; None if it holds control characters other than tabs and ends of lines."""
    controls = ends = returns = pairs = tabs = 0
    last = b""
    for start in range(0, len(data), _CHUNK * 16):
        chunk = data[start : start + _CHUNK * 16]
        codes = np.frombuffer(chunk, dtype=np.uint8)
        controls += int(np.count_nonzero(codes < 32)) + int(np.count_nonzero(codes == 127))
        ends, returns, tabs = (
            ends + chunk.count(b"\n"),
            returns + chunk.count(b"\r"),
            tabs + chunk.count(b"\t"),
        )
        pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
        last = chunk[-1:]
    if returns != pairs or controls != ends + returns + tabs:
        return None
    return ends + (last != b"\n")


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


# --- text -----------------------------------------------------------------------------------------------


def _text(plain: Path, layout: Layout, file: Path) -> Iterator[Any]:
    with plain.open("rb") as raw:
        start = raw.read(4)
        if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise SourceUnreadable(Where(file), reason="it is UTF-16; save it as UTF-8 or GB18030")
        raw.seek(3 if start[:3] == b"\xef\xbb\xbf" else 0)
        yield from _text_rows(raw, layout, file)


def _text_rows(raw: IO[bytes] | list[bytes], layout: Layout, file: Path) -> Iterator[Any]:
    """First the header, then `(line, values)` or a `Fault` for each row; blank lines are no rows."""
    rows = _split_rows(raw, layout) if layout.format == "whitespace" else _csv_rows(raw, layout, file)
    header = layout.header
    if header is None:
        first = next(rows, None)
        if first is None:
            raise SourceEmpty(Where(file))
        if isinstance(first, Fault) or any("\udc80" <= c <= "\udcff" for name in first[1] for c in name):
            raise HeaderUnreadable(Where(file, first[0]), encoding=layout.encoding)
        header = tuple(first[1])
    yield header
    for row in rows:
        if layout.short_rows and not isinstance(row, Fault) and len(row[1]) < len(header):
            yield row[0], row[1] + [""] * (len(header) - len(row[1]))
        else:
            yield row


def _lines(raw: IO[bytes] | list[bytes], layout: Layout) -> Iterator[str]:
    for line in raw:
        yield line.decode(layout.encoding, "surrogateescape")


def _split_rows(raw: IO[bytes] | list[bytes], layout: Layout) -> Iterator[Any]:
    for number, line in enumerate(_lines(raw, layout), 1):
        if values := line.split():
            yield number, values


def _csv_rows(raw: IO[bytes] | list[bytes], layout: Layout, file: Path) -> Iterator[Any]:
    csv.field_size_limit(_MOST_FIELD)
    plain: dict[str, Any] = {"quoting": csv.QUOTE_NONE} if not layout.quote else {"quotechar": layout.quote}
    reader = csv.reader(_lines(raw, layout), delimiter=layout.delimiter, strict=True, **plain)
    while True:
        line = reader.line_num + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                raise QuoteOpen(Where(file, line)) from error
            yield Fault(line, "", "", f"the line is not delimited text ({error})")
            continue
        if values and values != [""]:
            yield line, values


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
    try:
        book = openpyxl.load_workbook(plain.open("rb"), read_only=True, data_only=False)
        sheet = book[layout.sheet] if layout.sheet else book.worksheets[0]
        rows = sheet.iter_rows()
        first = next(rows, None)
        if first is None or all(cell.value is None for cell in first):
            raise SourceEmpty(Where(file, 1))  # noqa: TRY301 - passes through the first except
        header = tuple("" if cell.value is None else str(cell.value) for cell in first)
        while header and not header[-1]:
            header = header[:-1]
        yield header
        for number, cells in enumerate(rows, 2):
            if any(cell.value is not None for cell in cells):
                yield _excel_row(number, cells[: len(header)], header)
    except (InputError, GeneratorExit):
        raise
    except KeyError as error:
        raise SourceUnreadable(Where(file), reason=f"it has no sheet {error}") from error
    except (
        InvalidFileException,
        OSError,
        ValueError,
        TypeError,
        AttributeError,
        EOFError,
        SyntaxError,
        zlib.error,
    ) as error:
        raise SourceUnreadable(Where(file), reason=f"it is not an Excel workbook ({type(error).__name__})") from error
    except Exception as error:
        # openpyxl lets zipfile's and its XML parser's own exceptions through, which share no parent but this
        raise SourceUnreadable(Where(file), reason=f"it is not an Excel workbook ({error})") from error


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
        names = opened.schema_arrow.names
        yield tuple(names)
        number = 0
        for batch in opened.iter_batches(batch_size=_ROWS_AT_ONCE):
            columns = [_as_text(column) for column in batch.columns]
            for values in zip(*columns, strict=True):
                number += 1
                yield number, list(values)
    except (pa.ArrowException, OSError) as error:
        raise SourceUnreadable(Where(file), reason=f"it is not Parquet ({str(error).splitlines()[0]})") from error


def _as_text(column: pa.Array) -> list[str | None]:
    if pa.types.is_timestamp(column.type):
        mark = "+00:00" if column.type.tz else ""
        return [
            None if v is None else f"{v.as_py().isoformat(' ').split('+')[0]}{mark}"
            for v in column.cast(pa.timestamp("us", column.type.tz and "UTC"), safe=False)
        ]
    return [_json_text(value) for value in column.to_pylist()]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class SourceUnreadable(InputError):
    """The file cannot be read: {reason}.

    Ask for it again, or name the right --mapping for it.
    """


class SourceEmpty(InputError):
    """The file holds no header and no rows.

    Ask for it again.
    """


class HeaderUnreadable(InputError):
    """The header is not {encoding} text.

    Say the file's encoding with --encoding utf-8 or --encoding gb18030.
    """


class QuoteOpen(InputError):
    """A quotation mark that opens here is never closed, so the rest of the file cannot be told apart.

    Close it, or double it where it belongs to the text.
    """
