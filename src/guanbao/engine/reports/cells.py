"""Cells of a workbook: text that stays text, exact numbers with their formats, sheets that print well."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES, Cell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from guanbao.engine.calendars import Calendar
from guanbao.engine.reports.words import data_text

SHARE, SECONDS, HUNDREDTHS, WHOLE, MONEY = "0.00%", "#,##0.0##", "#,##0.00", "#,##0", "#,##0.00"
_FONT = "Calibri"  # that of every cell without a style
_A4 = 9
_LONGEST = 32_000
_FIRST_YEAR = 1900  # what a spreadsheet can show as a date
_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_RED, _GREEN, _SOFT = "C0302A", "22863A", "66728A"
_RULE = Side(style="thin", color="C9D0DA")
STYLES: dict[str, dict[str, Any]] = {
    "title": {"font": Font(name=_FONT, bold=True, size=16)},
    "heading": {"font": Font(name=_FONT, bold=True, size=12)},
    "head": {
        "font": Font(name=_FONT, color=_SOFT),
        "border": Border(bottom=_RULE),
        "alignment": Alignment(wrap_text=True, vertical="top"),
    },
    "head of numbers": {
        "font": Font(name=_FONT, color=_SOFT),
        "border": Border(bottom=_RULE),
        "alignment": Alignment(wrap_text=True, vertical="top", horizontal="right"),
    },
    "soft": {"font": Font(name=_FONT, color=_SOFT)},
    "strong": {"font": Font(name=_FONT, bold=True)},
    "wrapped": {"alignment": Alignment(wrap_text=True, vertical="top")},
    "bad": {"font": Font(name=_FONT, bold=True, color=_RED)},
    "good": {"font": Font(name=_FONT, color=_GREEN)},
}


class Sheet:
    """One sheet that is written from top to bottom and never read back."""

    def __init__(
        self, book: Workbook, title: str, widths: Sequence[int], *, freeze: str | None = None, repeat: int = 0
    ) -> None:
        self.sheet: Any = book.create_sheet(title)
        for i, width in enumerate(widths, start=1):
            self.sheet.column_dimensions[get_column_letter(i)].width = width
        self.sheet.freeze_panes = freeze
        self.sheet.page_setup.orientation = "landscape"
        self.sheet.page_setup.paperSize = _A4
        self.sheet.page_setup.fitToHeight = 0
        self.sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        self.sheet.oddFooter.center.text = "&P / &N"
        if repeat:
            self.sheet.print_title_rows = f"{repeat}:{repeat}"
        self.rows = 0

    def add(self, *values: Any, style: str | None = None) -> None:  # noqa: ANN401 - text, numbers, dates or cells
        """One row; text is written as text."""
        self.sheet.append([self.cell(value, style=style) if style else self._plain(value) for value in values])
        self.rows += 1

    def head(self, titles: Sequence[str], *, numbers: Sequence[int] = ()) -> None:
        """A row of headings; those over `numbers`, counted from 0, stand to the right as these do."""
        self.add(*(self.cell(t, style="head of numbers" if i in numbers else "head") for i, t in enumerate(titles)))

    def cell(self, value: Any, *, style: str | None = None, form: str | None = None) -> Any:  # noqa: ANN401
        """A cell with a style or a number format."""
        plain = self._plain(value)
        made = plain if isinstance(plain, Cell) else WriteOnlyCell(self.sheet, plain)
        for name, part in STYLES.get(style or "", {}).items():
            setattr(made, name, part)
        if form is not None:
            made.number_format = form
        return made

    def _plain(self, value: Any) -> Any:  # noqa: ANN401
        if not isinstance(value, str):
            return value
        text = data_text(value, most=_LONGEST)
        if text[:1] != "=" and text not in ERROR_CODES:
            return text
        made: Any = WriteOnlyCell(self.sheet, text)
        made.data_type = "s"
        made.quotePrefix = True
        return made


def book_new() -> Workbook:
    """An empty workbook to be written once."""
    book = Workbook(write_only=True)
    for name in ("heading", "head"):
        book.add_named_style(NamedStyle(name=f"guanbao {name}"))
    return book


def local_time(ms: int | None, calendar: Calendar) -> datetime | str | None:
    """An instant as the calendar's wall clock shows it; text where a spreadsheet knows no such date."""
    if ms is None:
        return None
    at = calendar.local(ms).replace(tzinfo=None)
    return at if at.year >= _FIRST_YEAR else at.isoformat(sep=" ")


def with_unit(form: str, unit: str) -> str:
    """A number format with a unit after it."""
    return f'{form}" {unit.strip()}"'


def seconds(ms: int | None) -> Decimal | None:
    """Milliseconds as exact seconds."""
    return None if ms is None else Decimal(ms).scaleb(-3)


def save(book: Workbook, path: Path) -> None:
    """Write the workbook without the time of its making, so that the same statement gives the same bytes."""
    raw = path.with_name(f"{path.name}.part")
    book.save(raw)
    try:
        with zipfile.ZipFile(raw) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                entry = zipfile.ZipInfo(name, _EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                with source.open(name) as old, target.open(entry, "w", force_zip64=True) as new:
                    if name == "docProps/core.xml":
                        new.write(_MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z", old.read()))
                    else:
                        shutil.copyfileobj(old, new, 1 << 20)
    finally:
        raw.unlink()


def joined(texts: Iterable[str]) -> str:
    """Several short texts in one cell."""
    return " · ".join(texts)
