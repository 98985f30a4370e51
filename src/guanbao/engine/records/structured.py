"""Files with a structure of their own: JSON lines, Excel, Parquet, as rows of text with their numbers."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from guanbao.engine.errors import InputError, Where
from guanbao.engine.records.texts import MOST_RATIO, Fault, Layout, SourceEmpty, SourceUnreadable, most_unpacked

_ROWS_AT_ONCE = 50_000
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def json_lines(plain: Path, layout: Layout, file: Path) -> Iterator[Any]:
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
            line.decode(layout.encoding).lstrip("\ufeff"),
            object_pairs_hook=_unrepeated,
            parse_float=str,
            parse_int=str,
            parse_constant=str,
        )
    except (ValueError, RecursionError) as error:
        return f"the line is not JSON ({error})"
    return row if isinstance(row, dict) else "the line is not a JSON object"


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _value in pairs]
        raise ValueError(f"the key «{next(key for key in keys if keys.count(key) > 1)}» stands twice")
    return made


def _json_text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def excel(plain: Path, layout: Layout, file: Path) -> Iterator[Any]:
    """The rows of one sheet; a formula or an error value is a `Fault`, for records are values."""
    with plain.open("rb") as raw:
        try:
            with zipfile.ZipFile(raw) as packed:
                if sum(member.file_size for member in packed.infolist()) > most_unpacked(file.stat().st_size):
                    reason = f"it unpacks to over {MOST_RATIO} times its size"
                    raise SourceUnreadable(Where(file), reason=reason)  # noqa: TRY301
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
            yield _excel_row(number, cells, header)


def _excel_row(number: int, cells: Sequence[Any], header: tuple[str, ...]) -> Any:  # noqa: ANN401
    for name, cell in zip(header, cells, strict=False):
        if cell.data_type == "f":
            return Fault(number, name, str(cell.value), "a formula; records are values")
        if cell.data_type == "e":
            return Fault(number, name, str(cell.value), "an error value of the workbook")
    values = [_cell_text(cell.value) for cell in cells]
    while len(values) > len(header) and values[-1] is None:
        values.pop()
    return number, values + [None] * (len(header) - len(values))


def _cell_text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)


def parquet(plain: Path, _layout: Layout, file: Path) -> Iterator[Any]:
    """The rows of a Parquet file; instants with a zone carry `+00:00`."""
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
