"""Tables as files for spreadsheets, in which text stays text: the one writer through which lists leave the house."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from guanbao.engine.records.imports import guarded
from guanbao.engine.reports.cells import Sheet, book_new, save
from guanbao.engine.reports.words import data_text

TYPES: dict[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_SHEET = 1_000_000  # rows; a sheet holds 1,048,576
_WIDTH = 24


def table_write(file: Path, form: str, title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write a table of text, whole and decimal numbers, dates and times, in a form of TYPES; how many rows it has."""
    if form == "csv":
        return _csv_write(file, headings, rows)
    book, count, sheet = book_new(), 0, None
    for row in rows:
        if sheet is None or count % _SHEET == 0:
            sheet = _sheet(book, title, headings, count // _SHEET)
        sheet.add(*row)
        count += 1
    if sheet is None:
        _sheet(book, title, headings, 0)
    save(book, file)
    return count


def _sheet(book: Any, title: str, headings: Sequence[str], number: int) -> Sheet:  # noqa: ANN401 - openpyxl's own
    name = "".join(" " if c in "[]:*?/\\" else c for c in title)[:28]
    sheet = Sheet(book, f"{name} {number + 1}" if number else name, [_WIDTH] * len(headings), freeze="A2", repeat=1)
    sheet.head(headings)
    return sheet


def _csv_write(file: Path, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    count = -1
    with file.open("w", encoding="utf-8-sig", newline="") as out:  # without the mark Excel shows no Chinese
        writer = csv.writer(out)
        for row in chain([headings], rows):
            writer.writerow([_csv_cell(value) for value in row])
            count += 1
    return count


def _csv_cell(value: Any) -> str:  # noqa: ANN401
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return guarded(data_text(value)) if isinstance(value, str) else str(value)
