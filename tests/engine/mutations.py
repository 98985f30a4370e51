"""Valid files, and the ways in which they come damaged. Each class of damage is a function of a file and a seed.

Each class reaches from harm that hardly matters to harm that ruins the file, so that none is refused as a whole.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

HEADER = ["id", "product", "channel", "received", "answered", "timely"]
MAPPING = """\
name: complaints-of-a-bank
version: 1
title: Complaints as a bank's desk writes them
dataset: complaints
file: {format: csv}
zone: Europe/Berlin
missing: ["-", "n/a"]
filters:
  - {drop: "product = 'test'", reason: "a test"}
columns:
  id: id
  product: {from: product, values: {"Karte": "card", "Konto": "account", "银行卡": "card"}}
  channel: {from: channel, optional: true}
  received_at: {from: received, format: "%d.%m.%Y %H:%M"}
  responded_at: {from: answered, format: ["%d.%m.%Y %H:%M", iso]}
  timely: {from: timely, values: {"ja": "true", "nein": "false"}}
"""
PRODUCTS = ["Karte", "Konto", "银行卡", "Karte", "Konto", "test"]
CHANNELS = ["Telefon", "Brief, eilig", 'das "Amt"', "zwei\nZeilen", "网点", "", "-"]


def rows_of(seed: int, count: int = 24) -> list[list[str]]:
    """Complaints that are all valid; their identifiers are their numbers."""
    chance = random.Random(seed)
    rows = []
    for number in range(count):
        at = datetime(2021, 4, 1, 9, 0, tzinfo=UTC) + timedelta(minutes=chance.randrange(200_000))
        end = at + timedelta(minutes=chance.randrange(20_000))
        rows.append(
            [
                f"C{number:05d}",
                chance.choice(PRODUCTS),
                chance.choice(CHANNELS),
                f"{at:%d.%m.%Y %H:%M}",
                "" if chance.random() < 0.2 else f"{end:%d.%m.%Y %H:%M}",
                chance.choice(["ja", "nein", "n/a"]),
            ]
        )
    return rows


def cell(value: str, delimiter: str = ",") -> str:
    """A field of a CSV file, quoted where it must be."""
    risky = any(c in value for c in (delimiter, '"', "\n", "\r"))
    return '"' + value.replace('"', '""') + '"' if risky else value


def csv_of(rows: list[list[str]], header: list[str] = HEADER, delimiter: str = ",", end: str = "\n") -> str:
    """Rows as the text of a CSV file."""
    return "".join(delimiter.join(cell(v, delimiter) for v in row) + end for row in [header, *rows])


def jsonl_of(rows: list[list[str]], header: list[str] = HEADER) -> str:
    """Rows as JSON lines."""
    return "".join(json.dumps(dict(zip(header, row, strict=True)), ensure_ascii=False) + "\n" for row in rows)


def excel_of(rows: list[list[object]], header: list[str] = HEADER) -> bytes:
    """Rows as a workbook."""
    book = openpyxl.Workbook()
    for row in [header, *rows]:
        book.active.append([None if value == "" else value for value in row])
    out = io.BytesIO()
    book.save(out)
    book.close()
    return out.getvalue()


def parquet_of(rows: list[list[str]], header: list[str] = HEADER) -> bytes:
    """Rows as a Parquet file of text columns."""
    columns = {name: pa.array([row[i] or None for row in rows], pa.string()) for i, name in enumerate(header)}
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, row_group_size=8)
    return out.getvalue()


@dataclass(frozen=True)
class Case:
    """A damaged file with its name, the mapping to read it with, and the encoding that is claimed."""

    name: str
    content: bytes
    mapping: str = MAPPING
    encoding: str | None = None

    def write(self, folder: Path) -> Path:
        """The file in `folder`."""
        path = folder / self.name
        path.write_bytes(self.content)
        return path


def cut_gzip(chance: random.Random) -> Case:
    """A gzip file that lost its tail, or a plain file that did; some lose only what pads the archive."""
    text = csv_of(rows_of(chance.randrange(99))).encode()
    packed = gzip.compress(text, mtime=0)
    match chance.randrange(4):
        case 0:
            return Case("f.csv.gz", packed[: chance.randrange(len(packed))])
        case 1:
            return Case("f.csv.gz", packed + b"\0" * chance.randrange(9))
        case 2:
            half = chance.randrange(len(text))
            return Case("f.csv.gz", gzip.compress(text[:half], mtime=0) + gzip.compress(text[half:], mtime=0))
        case _:
            return Case("f.csv", text[: chance.randrange(len(text))])


def flipped_bytes(chance: random.Random) -> Case:
    """A few bits turned over, in plain text or inside gzip."""
    raw = bytearray(csv_of(rows_of(chance.randrange(99))).encode())
    packed = chance.random() < 0.2
    if packed:
        raw = bytearray(gzip.compress(bytes(raw), mtime=0))
    for _ in range(chance.choice([1, 1, 2, 5, 20])):
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return Case("f.csv.gz" if packed else "f.csv", bytes(raw))


def cut_lines(chance: random.Random) -> Case:
    """Lines cut short, joined, blank, doubled."""
    lines = csv_of(rows_of(chance.randrange(99))).splitlines(keepends=True)
    for _ in range(chance.choice([1, 2, 6])):
        at = chance.randrange(len(lines))
        line = lines[at]
        ways = [line[: chance.randrange(len(line))] + "\n", line.rstrip("\n"), line * 2, "\n" + line, line + " \n"]
        lines[at] = chance.choice(ways)
    return Case("f.csv", "".join(lines).encode())


def columns_moved(chance: random.Random) -> Case:
    """Columns dropped, doubled, put elsewhere, in the header and the rows or in one of the two."""
    rows = [HEADER, *rows_of(chance.randrange(99))]
    order = list(range(len(HEADER)))
    match chance.randrange(4):
        case 0:
            chance.shuffle(order)
        case 1:
            order.insert(chance.randrange(7), chance.randrange(6))
        case 2:
            order.pop(chance.randrange(6))
        case _:
            order += [0, 1, 2]
    there = range(len(rows)) if chance.random() < 0.7 else [0] if chance.random() < 0.5 else range(1, len(rows))
    rows = [[row[i] for i in order] if at in there else row for at, row in enumerate(rows)]
    return Case("f.csv", csv_of(rows[1:], rows[0]).encode())


def header_names(chance: random.Random) -> Case:
    """Names in another case, with blanks, repeated, empty, of other scripts, with control characters."""
    header = list(HEADER)
    for _ in range(chance.choice([1, 2])):
        at = chance.randrange(6)
        name = header[at]
        odd = ["", "#", "line", "LINE", "ID", "id#2", "a\0b", "x\x1b", "\ufeff" + name, "'; drop", '"q"', "银" * 90]
        header[at] = chance.choice([f" {name} ", f"{name} ", name.upper(), name + "\t", *odd])
    extra = chance.sample(["ID", "Line", "id", "", "id#2", "line", "x" * 9_000, "Ä", "ä"], chance.randrange(4))
    rows = [[*row, *extra] for row in rows_of(chance.randrange(99))]
    return Case("f.csv", csv_of(rows, [*(HEADER if chance.random() < 0.6 else header), *extra]).encode())


def mixed_encodings(chance: random.Random) -> Case:
    """Each line in an encoding of its own; some files in one that was not claimed."""
    lines = csv_of(rows_of(chance.randrange(99))).splitlines(keepends=True)
    claimed = chance.choice([None, None, "gb18030"])
    match chance.randrange(4):
        case 0:
            whole = chance.choice(["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
            return Case("f.csv", "".join(lines).encode(whole), encoding=claimed)
        case 1:
            lines[chance.randrange(len(lines))] = "C9\udcff,Karte,\udc80,01.05.2021 10:00,,ja\n"
            return Case("f.csv", "".join(lines).encode("utf-8", "surrogateescape"), encoding=claimed)
        case _:
            raw = [line.encode(chance.choice(["utf-8", "utf-8", "gb18030"])) for line in lines]
            return Case("f.csv", b"".join(raw), encoding=claimed)


def formulas(chance: random.Random) -> Case:
    """Cells that a spreadsheet would run, as text in CSV and as formulas in Excel."""
    rows = rows_of(chance.randrange(99))
    for row in chance.sample(rows, chance.choice([1, 3, 9])):
        row[chance.randrange(6)] = chance.choice(
            ["=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "=HYPERLINK(1)", "\t=1", "=1/0", "#N/A", "#DIV/0!"]
        )
    if chance.random() < 0.5:
        return Case("f.csv", csv_of(rows).encode())
    clean = [[re.sub(r"[\x00-\x08\x0b-\x1f]", "", value) for value in row] for row in rows]
    return Case("f.xlsx", excel_of(clean))


def reversed_times(chance: random.Random) -> Case:
    """Answers before their complaints, times that clocks skip or repeat, dates that no calendar has."""
    odd = ["28.03.2021 02:30", "31.10.2021 02:30", "31.04.2021 10:00", "29.02.2021 10:00", "01.13.2021 10:00"]
    odd += ["01.01.0001 00:00", "31.12.9999 23:59", "01.05.21 10:00", "01.05.2021 24:00", "01.05.2021 10:60", "heute"]
    odd += [
        "2021-05-01T10:00:00+25:00",
        "2021-05-01 10:00:00.1234567891",
        "2021-05-01T10:00Z",
        "1e99",
        "٠١.٠٥.٢٠٢١ 10:00",
    ]
    rows = rows_of(chance.randrange(99))
    for row in chance.sample(rows, chance.choice([1, 4, 12])):
        if chance.random() < 0.4:
            row[3], row[4] = row[4] or row[3], row[3]
        else:
            row[chance.choice([3, 4])] = chance.choice(odd)
    return Case("f.csv", csv_of(rows).encode())


NUMBERS_MAPPING = """\
name: calls
version: 1
dataset: interactions
file: {format: csv}
columns:
  id: id
  arrived_at: {from: at, format: [epoch_s, iso]}
  wait_ms: {from: wait, unit: UNIT}
  talk_ms: {from: talk, unit: ms}
  ended_at: {compute: "arrived_at + wait_ms + talk_ms"}
  resolved: {from: resolved}
  outcome: {from: outcome, values: {"a": "answered", "b": "abandoned"}}
"""


def absurd_numbers(chance: random.Random) -> Case:
    """Numbers beyond any measure, below zero, in words, in other digits."""
    odd = ["-1", "1e400", "NaN", "inf", "9" * 30, "99999999999", "0x10", "1,5", "1.5", "1.9999999", "1_0", "١٢", "１２"]
    odd += [
        "-0",
        "+5",
        "0.0000000001",
        "9" * 4_500,
        "zwölf",
        "1 2",
        "00000000000000000000001",
        ".5",
        "5.",
        "2147483648",
    ]
    rows = []
    for number in range(20):
        row = [f"K{number}", str(1_600_000_000 + number), str(number), str(number * 1000), "1", chance.choice("ab")]
        if chance.random() < 0.3:
            row[chance.choice([1, 2, 3, 4])] = chance.choice(odd)
        rows.append(row)
    text = csv_of(rows, ["id", "at", "wait", "talk", "resolved", "outcome"])
    return Case("f.csv", text.encode(), NUMBERS_MAPPING.replace("UNIT", chance.choice(["ms", "s", "m", "h"])))


def huge_fields(chance: random.Random) -> Case:
    """Fields of thousands to a million of characters, rows of thousands of fields, stray quotation marks."""
    rows = rows_of(chance.randrange(99), 8)
    big = chance.choice([3_000, 70_000, 1_000_001]) if chance.random() < 0.5 else 10
    at = chance.randrange(8)
    match chance.randrange(4):
        case 0:
            rows[at][2] = chance.choice(["x", "银", '"', "\n", " "]) * big
        case 1:
            rows[at] += ["x"] * (big // 10)
        case 2:
            rows[at][0] = "C" * big
        case _:
            lines = csv_of(rows).splitlines(keepends=True)
            spot = chance.randrange(1, len(lines))
            lines[spot] = lines[spot].replace(",", ',"', 1)
            return Case("f.csv", "".join(lines).encode())
    return Case("f.csv", csv_of(rows).encode())


def broken_json(chance: random.Random) -> Case:
    """JSON lines cut, nested, with other keys, with values of other types, with keys that no column can have."""
    lines = jsonl_of(rows_of(chance.randrange(99))).splitlines(keepends=True)
    deep = '{"id": ' + "[" * chance.choice([3, 900, 9_000]) + "\n"
    odd = ["{}\n", "[]\n", "null\n", "7\n", "\n", '{"id": NaN}\n', '{"id": {"a": 1}}\n', deep, '{"id": "\\ud800"}\n']
    odd += ['{"id": 1e999, "received": "01.05.2021 10:00"}\n', '{"id": true}\n', '{"ID": "x"}\n', "\ufeff{}\n"]
    odd += ['{"id": "A", "id": "B"}\n', '{"id": "' + "9" * 5_000 + '"}\n', '{"id": ' + "9" * 5_000 + "}\n", "'{}'\n"]
    worse = ['{"a\\u0000b": 1}\n', '{"\\ud800": 1}\n', '{"line": 1, "LINE": 2}\n']
    for _ in range(chance.choice([1, 2, 6])):
        at = chance.randrange(len(lines))
        cut = lines[at][: chance.randrange(len(lines[at]))] + "\n"
        lines[at] = chance.choice([cut, lines[at].strip() + lines[at], *odd, *odd, *worse])
    return Case("f.jsonl", "".join(lines).encode())


def damaged_excel(chance: random.Random) -> Case:
    """A workbook with bytes changed, its tail lost, a part missing or of another content, or odd cells."""
    rows = rows_of(chance.randrange(99))
    kind = chance.randrange(6)
    if kind == 0:
        odd = [7, 1.5, True, datetime(2021, 5, 1, 10), timedelta(hours=3), "", 1e300, -(2**60), "x" * 30_000]  # noqa: DTZ001
        mixed: list[list[object]] = [list(row) for row in rows]
        for row in chance.sample(mixed, 5):
            row[chance.randrange(6)] = chance.choice(odd)
        return Case("f.xlsx", excel_of(mixed))
    raw = bytearray(excel_of([list(row) for row in rows]))
    if kind == 1:
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    elif kind == 2:
        raw = raw[: chance.randrange(len(raw))]
    elif kind == 3:
        raw += bytes(chance.randrange(256) for _ in range(chance.choice([1, 40])))
    else:
        raw = bytearray(repacked(bytes(raw), chance))
    return Case("f.xlsx", bytes(raw))


def repacked(raw: bytes, chance: random.Random) -> bytes:
    """A workbook with one of its parts lost, cut, or with a sheet that lies about its size."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        victim = chance.choice(old.namelist())
        for name in old.namelist():
            content = old.read(name)
            if name == victim:
                way = chance.randrange(4)
                if way == 0:
                    continue
                if way == 1:
                    content = content[: chance.randrange(len(content))]
                if way == 2:
                    content = content.replace(b"<", b"&", 1)
            content = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', content)
            new.writestr(name, content)
    return out.getvalue()


def damaged_parquet(chance: random.Random) -> Case:
    """A Parquet file with bytes changed or lost, or with columns of other types."""
    rows = rows_of(chance.randrange(99))
    if chance.random() < 0.5:
        raw = bytearray(parquet_of(rows))
        if chance.random() < 0.3:
            raw = raw[: chance.randrange(len(raw))]
        for _ in range(chance.choice([1, 2])):
            raw[chance.randrange(len(raw) or 1) : 0] = b""
            if raw:
                raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        return Case("f.parquet", bytes(raw))
    odd = chance.choice(
        [
            pa.array(
                [None, *([2**62] * 23)],
                pa.timestamp(chance.choice(["ms", "us", "ns"]), tz=chance.choice([None, "UTC"])),
            ),
            pa.array([None, *([2**31 - 1] * 23)], pa.date32()),
            pa.array([b"\xff\xfe"] * 24, pa.binary()),
            pa.array([[1], None] * 12),
            pa.array([{"a": 1}] * 24),
            pa.array([1.5, float("nan"), 3.0] * 8),
            pa.array(["Karte", "Konto"] * 12).dictionary_encode(),
            pa.array([True, None] * 12),
        ]
    )
    table = pq.read_table(io.BytesIO(parquet_of(rows)))
    at = chance.choice([1, 2, 2, 2, 3, 4, 5])
    table = table.set_column(at, chance.choice([HEADER[at], HEADER[at], "LINE", "iD"]), odd)
    out = io.BytesIO()
    pq.write_table(table, out)
    return Case("f.parquet", out.getvalue())


def wrong_form(chance: random.Random) -> Case:
    """A file under the name, or in the layout, of another form."""
    rows = rows_of(chance.randrange(99))
    text = csv_of(rows).encode()
    match chance.randrange(6):
        case 0:
            content = chance.choice([b"", b"\n\n", b"\0" * 500, b"%PDF-1.7", b"<html>", b"id", b"\x1f\x8b"])
            return Case("f.csv", content + text if chance.random() < 0.5 else content)
        case 1:
            return Case(chance.choice(["f.xlsx", "f.parquet", "f.jsonl"]), text)
        case 2:
            return Case("f.csv", chance.choice([excel_of, parquet_of])(rows))
        case 3:
            return Case("f.csv", csv_of(rows, delimiter=chance.choice("\t;|")).encode())
        case 4:
            return Case(chance.choice(["F.XLSX", "f.xlsm"]), excel_of([list(row) for row in rows]))
        case _:
            return Case(chance.choice(["f.csv.gz", "f", "f.txt", "银 行[1]*.csv"]), text)


def damaged_mapping(chance: random.Random) -> Case:
    """A mapping with characters lost or changed, lines moved, values exchanged."""
    mapping = MAPPING
    match chance.randrange(4):
        case 0:
            at = chance.randrange(len(mapping))
            mapping = mapping[:at] + chance.choice("'\"{}[]:,#&*!|%\t\n\0x0") + mapping[at + chance.randrange(2) :]
        case 1:
            lines = mapping.splitlines(keepends=True)
            lines.insert(chance.randrange(len(lines)), lines.pop(chance.randrange(len(lines))))
            mapping = "".join(lines)
        case 2:
            old = chance.choice(
                [
                    "id: id",
                    "format: csv",
                    "Europe/Berlin",
                    '"%d.%m.%Y %H:%M"',
                    "optional: true",
                    "version: 1",
                    '"Karte"',
                ]
            )
            new = [
                "id: \"id || '!'\"",
                "format: tsv",
                "Mars/Phobos",
                '"%Q"',
                "take: min",
                "version: 99999999999999999999",
            ]
            new += [
                "'id: lower(id)'",
                "format: csv, delimiter: '\"'",
                "UTC",
                "iso",
                'missing: ["x"]',
                '""',
                "near: received_at",
            ]
            mapping = mapping.replace(old, chance.choice(new), 1)
        case _:
            extra = ["sent_at: received", "sent_at: {compute: 'received_at + 1'}", "disputed: {compute: 'id'}"]
            extra += ["sent_at: {compute: 'received_at * 9000000000'}", "disputed: {compute: \"product = 'card'\"}"]
            extra += [
                "disputed: \"nullif(timely, 'x')\"",
                "nothing: id",
                "sent_at: {from: nothing, optional: true}",
                "id: id",
            ]
            mapping += f"  {chance.choice(extra)}\n"
    return Case("f.csv", csv_of(rows_of(chance.randrange(99))).encode(), mapping)


def odd_text(chance: random.Random) -> Case:
    """Quotation marks, ends of lines, control and other rare characters strewn over a file."""
    text = list(csv_of(rows_of(chance.randrange(99)), end=chance.choice(["\n", "\r\n"])))
    odd = [
        '"',
        "'",
        "\r",
        "\n",
        "\0",
        "\x1f",
        "\x7f",
        "\x85",
        "\u2028",
        "\ufeff",
        "\u202e",
        "\U0010ffff",
        "\\",
        ",",
        "\t",
    ]
    for _ in range(chance.choice([1, 2, 8])):
        text.insert(chance.randrange(len(text)), chance.choice(odd))
    return Case("f.csv", "".join(text).encode())


CLASSES: dict[str, Callable[[random.Random], Case]] = {
    "text or gzip cut short": cut_gzip,
    "bytes flipped": flipped_bytes,
    "lines cut, joined, doubled": cut_lines,
    "columns dropped, doubled, moved": columns_moved,
    "odd header names": header_names,
    "mixed encodings": mixed_encodings,
    "formulas": formulas,
    "reversed or impossible times": reversed_times,
    "absurd numbers": absurd_numbers,
    "huge fields, stray quotes": huge_fields,
    "broken or nested JSON": broken_json,
    "odd or damaged Excel": damaged_excel,
    "odd or damaged Parquet": damaged_parquet,
    "another form than named": wrong_form,
    "damaged mapping": damaged_mapping,
    "odd characters": odd_text,
}


def case_of(name: str, number: int) -> Case:
    """The case of that number of a class: the same every time."""
    return CLASSES[name](random.Random(f"{name} {number}"))
