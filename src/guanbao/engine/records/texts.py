"""Text as rows: CSV, TSV, other delimiters, white space. Every row with the line it begins on.

A row that cannot be read becomes a `Fault`; a file that cannot be read is an error.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

from guanbao.engine.errors import InputError, Where

MOST_FIELD = 1_000_000
# Logs shrink ten- to fiftyfold; what shrinks more than this was made to fill a disk.
MOST_RATIO = 400
_ROOM = 1 << 28


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


def most_unpacked(packed: int) -> int:
    """How many bytes an archive of `packed` bytes may unpack to."""
    return max(_ROOM, packed * MOST_RATIO)


def text(plain: Path, layout: Layout, file: Path) -> Iterator[Any]:
    """The rows of a text file: first the header, then `(line, values)` or a `Fault` for each row."""
    with plain.open("rb") as raw:
        start = raw.read(4)
        if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise SourceUnreadable(Where(file), reason="it is UTF-16; save it as UTF-8 or GB18030")
        raw.seek(3 if start[:3] == b"\xef\xbb\xbf" else 0)
        yield from text_rows(raw, layout, file)


def text_rows(raw: IO[bytes] | list[bytes], layout: Layout, file: Path) -> Iterator[Any]:
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


def _decoded(raw: IO[bytes] | list[bytes], layout: Layout) -> Iterator[str]:
    for line in raw:
        yield line.decode(layout.encoding, "surrogateescape")


def _split_rows(raw: IO[bytes] | list[bytes], layout: Layout) -> Iterator[Any]:
    for number, line in enumerate(_decoded(raw, layout), 1):
        if values := line.split():
            yield number, values


def _csv_rows(raw: IO[bytes] | list[bytes], layout: Layout, file: Path) -> Iterator[Any]:
    """Rows with the line they begin on. What a stray quotation mark drew into a row that is none is read again."""
    csv.field_size_limit(MOST_FIELD)
    plain: dict[str, Any] = {"quoting": csv.QUOTE_NONE} if not layout.quote else {"quotechar": layout.quote}
    lines = _Lines(_decoded(raw, layout))
    reader = csv.reader(lines, delimiter=layout.delimiter, strict=True, **plain)
    width = len(layout.header or ())
    while True:
        line = lines.number + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end of data" in str(error) or ("field limit" in str(error) and lines.several):
                raise QuoteOpen(Where(file, line)) from error
            yield Fault(line, "", "", f"the line is not delimited text ({error})")
            lines.again()
            continue
        width = width or len(values)
        fits = len(values) == width or (layout.short_rows and len(values) < width)
        if lines.several and not fits:
            yield Fault(line, "", "", f"a quotation mark opens here that makes {len(values)} fields of {width}")
            lines.again()
            continue
        lines.taken()
        if values and values != [""]:
            yield line, values


class _Lines(Iterator[str]):
    """The lines of a text, of which a row's second and later ones can be read again."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines, self.number = lines, 0
        self.held: list[str] = []
        self.waiting: list[str] = []

    def __next__(self) -> str:
        line = self.waiting.pop() if self.waiting else next(self.lines)
        self.held.append(line)
        self.number += 1
        return line

    @property
    def several(self) -> bool:
        """The row so far spans several lines."""
        return len(self.held) > 1

    def taken(self) -> None:
        """The row stands."""
        self.held.clear()

    def again(self) -> None:
        """The row is none: what follows its first line is read again."""
        self.number -= len(self.held) - 1
        self.waiting += reversed(self.held[1:])
        self.held.clear()


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
