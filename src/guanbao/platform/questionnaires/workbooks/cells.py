"""Sheets of a workbook that comes in: read within limits, each fault with its sheet, line and column."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from guanbao.engine.errors import InputError
from guanbao.engine.language import say_value
from guanbao.engine.records.structured import excel
from guanbao.engine.records.texts import Fault, Layout, SourceEmpty
from guanbao.platform.questionnaires.errors import WorkbookUnreadable
from guanbao.platform.wording import reader_language

MOST_ROWS = 5_000
_MOST_UNPACKED = 100_000_000
_MOST_MEMBERS = 1_000


class Rejected(NamedTuple):
    """A row that is not taken: where it stands, and why."""

    sheet: str
    line: int
    column: str
    reason: str


class Row(NamedTuple):
    """A row that can be read: its line, and its texts by the names of its columns."""

    line: int
    cells: dict[str, str]

    def get(self, name: str) -> str:
        """The text of a cell, trimmed; nothing where there is none."""
        return self.cells.get(name, "").strip()


def rows_of(file: Path, sheet: str, columns: Mapping[str, str]) -> tuple[list[Row], list[Rejected]]:
    """The rows of a sheet by the names of `columns`, which are found by their titles; and what could not be read.

    Raises WorkbookUnreadable.
    """
    _need_small(file)
    rows: list[Row] = []
    rejected: list[Rejected] = []
    try:
        found = excel(file, Layout("excel", sheet=sheet), file)
        header = next(found)
        names = _names(header, columns, sheet)
        for each in found:
            if len(rows) + len(rejected) >= MOST_ROWS:
                raise WorkbookUnreadable(reason=f"it has more than {MOST_ROWS} rows")
            if isinstance(each, Fault):
                reason = say_value(each.reason, reader_language())
                rejected.append(Rejected(sheet, each.line, each.column, reason))
                continue
            line, values = each
            cells = {name: values[at] or "" for at, name in names.items()}
            if any(value.strip() for value in cells.values()):
                rows.append(Row(line, cells))
    except SourceEmpty:
        raise WorkbookUnreadable(reason=f"the sheet «{sheet}» is empty") from None
    except (InputError, StopIteration, zipfile.BadZipFile, OSError) as error:
        raise WorkbookUnreadable(reason=f"it is no Excel workbook with the sheet «{sheet}»") from error
    return rows, rejected


def _need_small(file: Path) -> None:
    """That it is a workbook of sensible size once it is unpacked. Raises WorkbookUnreadable."""
    try:
        with zipfile.ZipFile(file) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise WorkbookUnreadable(reason="it is not an Excel workbook") from error
    if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > _MOST_UNPACKED:
        raise WorkbookUnreadable(reason="it unpacks to more than any questionnaire needs")


def _names(header: tuple[str, ...], columns: Mapping[str, str], sheet: str) -> dict[int, str]:
    """Which column each title is of. Raises WorkbookUnreadable: one is missing, or stands twice."""
    known = {title.casefold(): name for title, name in columns.items()}
    found = {
        at: known[title.strip().casefold()] for at, title in enumerate(header) if title.strip().casefold() in known
    }
    if len(set(found.values())) < len(found):
        raise WorkbookUnreadable(reason=f"a column stands twice in the sheet «{sheet}»")
    return found


def lettered(place: int) -> str:
    """The letters of a column, counted from 0."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
