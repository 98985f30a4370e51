"""A file's rows, whatever its form: the same values, the same lines, and nothing lost in between."""

import gzip
import io
import random
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import HEADER, MAPPING, csv_of, excel_of, jsonl_of, parquet_of, rows_of

from guanbao.engine import documents
from guanbao.engine.errors import InputError
from guanbao.engine.records import sources, texts
from guanbao.engine.records.conform import RowsUncertain, conform, parts_of
from guanbao.engine.records.imports import Inputs, records_read
from guanbao.engine.records.mappings import mapping_of
from guanbao.engine.records.sources import header_names, source_read
from guanbao.engine.records.texts import HeaderUnreadable, Layout, QuoteOpen, SourceEmpty, SourceUnreadable
from guanbao.engine.statements.engines import digest_of, engine_named, records_table

COUNTER = iter(range(1_000_000))


def read(content, folder, layout=None, *, name="f.csv", careful=False):
    """The rows `(line, values…)`, the faults and the count of a file."""
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    con = duckdb.connect()
    try:
        table = f"t{next(COUNTER)}"
        source = source_read(con, file, layout or Layout(), table=table, scratch=folder, careful=careful)
        return source.header, con.table(table).fetchall(), [tuple(f) for f in source.faults], source.rows
    finally:
        con.close()


# The same records in every form


def content_of(file, folder, mapping=MAPPING, encoding=None):
    inputs = Inputs([file], mapping_of(documents.parse(mapping)), encoding)
    folder.mkdir()
    records, report = records_read(inputs, arrangement="A", folder=folder)
    with engine_named("duckdb") as engine:
        table = records_table(engine, records, "complaints")
        return report.counts, digest_of(engine, table, inputs.mapping.dataset)


FLAT = [[v.replace("\n", " ") for v in row] for row in rows_of(5, 60)]
BLANKLESS = [["_".join(v.split()) or "-" for v in row] for row in FLAT]
FORMS = {
    "csv": ("f.csv", csv_of(FLAT).encode(), "csv"),
    "csv with a mark": ("f.csv", csv_of(FLAT).encode("utf-8-sig"), "csv"),
    "csv, gzip": ("f.csv.gz", gzip.compress(csv_of(FLAT).encode()), "csv"),
    "csv, CRLF": ("f.csv", csv_of(FLAT, end="\r\n").encode(), "csv"),
    "csv, no last end of line": ("f.csv", csv_of(FLAT).rstrip("\n").encode(), "csv"),
    "csv, blank lines": ("f.csv", csv_of(FLAT, end="\n\n").encode(), "csv"),
    "csv, GB18030": ("f.csv", csv_of(FLAT).encode("gb18030"), "csv, encoding: gb18030"),
    "csv, GB18030, gzip": ("f.csv.gz", gzip.compress(csv_of(FLAT).encode("gb18030")), "csv, encoding: gb18030"),
    "tsv": ("f.tsv", csv_of(FLAT, delimiter="\t").encode(), "tsv"),
    "semicolons": ("f.txt", csv_of(FLAT, delimiter=";").encode(), "csv, delimiter: ;"),
    "json lines": ("f.jsonl", jsonl_of(FLAT).encode(), "jsonl"),
    "json lines by name": ("f.ndjson.gz", gzip.compress(jsonl_of(FLAT).encode()), "csv"),
    "json lines, GB18030": ("f.jsonl", jsonl_of(FLAT).encode("gb18030"), "jsonl, encoding: gb18030"),
    "excel": ("f.xlsx", excel_of(FLAT), "csv"),
    "excel, named": ("f.bin", excel_of(FLAT), "excel"),
    "parquet": ("f.parquet", parquet_of(FLAT), "csv"),
}


@pytest.fixture(scope="module")
def plainly(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    (folder / "f.csv").write_text(csv_of(FLAT), encoding="utf-8")
    return content_of(folder / "f.csv", folder / "out")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("fast", [False, True])
def test_the_form_does_not_matter(form, fast, plainly, tmp_path, monkeypatch):
    name, content, layout = FORMS[form]
    if fast:
        monkeypatch.setattr(sources, "_FAST_FROM", 1)
    (tmp_path / name).write_bytes(content)
    mapping = MAPPING.replace("format: csv", f"format: {layout}")
    assert content_of(tmp_path / name, tmp_path / "out", mapping) == plainly
    assert plainly[0].accepted == plainly[0].entities > 40


def test_white_space_is_a_delimiter_as_any(tmp_path):
    (tmp_path / "f.csv").write_text(csv_of(BLANKLESS), encoding="utf-8")
    lines = [HEADER, *BLANKLESS]
    text = "".join("  " * (n % 2) + ("\t" if n % 3 else "   ").join(row) + " \n" for n, row in enumerate(lines))
    (tmp_path / "f.txt").write_text(text, encoding="utf-8")
    stamped = MAPPING.replace("%Y %H", "%Y_%H")
    found = content_of(tmp_path / "f.txt", tmp_path / "a", stamped.replace("format: csv", "format: whitespace"))
    assert found == content_of(tmp_path / "f.csv", tmp_path / "b", stamped)
    assert found[0].rejected == 0


def test_the_encoding_can_be_said_for_one_import(plainly, tmp_path):
    (tmp_path / "f.csv").write_bytes(csv_of(FLAT).encode("gb18030"))
    assert content_of(tmp_path / "f.csv", tmp_path / "out", encoding="gb18030") == plainly


# DuckDB's reader against the careful one

TYPED = """\
name: t
version: 1
dataset: complaints
columns:
  id: {from: a, optional: true, missing: ["7"]}
  received_at: {from: b, format: [epoch_s, iso]}
  product: {from: c, optional: true}
"""


def typed(content, folder, *, careful):
    """What an import sees of a file: its typed rows with their lines, its faults, its count; or the error."""
    file = folder / "f.csv"
    file.write_bytes(content)
    mapping = mapping_of(documents.parse(TYPED))
    parts = parts_of(mapping, None)
    table = f"t{next(COUNTER)}"
    con = duckdb.connect(config={"threads": 2})
    try:
        source = source_read(con, file, Layout(), table=table, scratch=folder, careful=careful)
        fast = source.first_line is not None
        assert not (careful and fast)
        view = conform(con, source, mapping, parts)
        rows = con.execute(f"select * from {view} order by line").fetchall()
        return fast, (source.header, rows, [tuple(f) for f in source.faults], source.rows)
    except RowsUncertain:
        return None, None
    except InputError as error:
        return False, (type(error), str(error))
    finally:
        con.close()


ODD_PIECES = [
    "\n",
    "\r\n",
    "\n\n",
    '"',
    '""',
    ",",
    ",,",
    " ",
    "x",
    "7",
    "银",
    "\t",
    "'",
    "\\",
    '"a"',
    '"a\nb"',
    '"a""b"',
    ' "a"',
    '"a" ',
]
RARE_BYTES = [
    b"\0",
    b"\r",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xc3",
    b"\xef\xbb\xbf",
    b"\x85",
    b"\xe2\x80\xa8",
    b"\x1a",
    b"\x7f",
    b"\x1f",
]


def odd_file(seed):
    """A table of numbered rows into which a few oddities are put."""
    chance = random.Random(seed)
    width = chance.choice([2, 3, 3, 3, 4])
    header = ["a", "b", "c", "d"][:width]
    lines = [",".join(header)]
    for number in range(chance.choice([0, 1, 5, 12])):
        extra = [chance.choice(["x", '"y"', '"y,z"', "", " z ", '"银ö"', '""']) for _ in range(width - 2)]
        lines.append(",".join([str(number), str(1_600_000_000 + number), *extra]))
    end = chance.choice(["\n", "\n", "\r\n"])
    raw = bytearray((end.join(lines) + chance.choice(["", end, end])).encode())
    for _ in range(chance.choice([0, 1, 1, 2, 4])):
        piece = chance.choice(ODD_PIECES).encode() if chance.random() < 0.8 else chance.choice(RARE_BYTES)
        at = chance.randrange(len(raw) + 1)
        raw[at : at + chance.choice([0, 0, 1])] = piece
    return bytes(raw)


def same_both_ways(content, folder):
    fast, found = typed(content, folder, careful=False)
    if fast is None:
        return False  # it was not sure, and the import reads again carefully
    carefully = typed(content, folder, careful=True)[1]
    assert found == carefully or (len(found), len(carefully)) == (2, 2), content  # each its own error
    return fast


def test_the_fast_reader_sees_what_the_careful_one_sees(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "_FAST_FROM", 1)
    outcomes = [same_both_ways(odd_file(seed), tmp_path) for seed in range(120)]
    assert sum(outcomes) > 30, "the fast reader takes a good part of them"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(st.sampled_from([*ODD_PIECES, "1", "2", "3"]), max_size=25))
def test_any_text_is_read_the_same_both_ways(pieces, tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "_FAST_FROM", 1)
    same_both_ways(("a,b,c\n1,2,3\n" + "".join(pieces) + "\n4,5,6\n").encode(), tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"\na,b\n1,5\n",
        b'a,b,"c\nd"\n1,5,x\n',
        b"a,b",
        b"a,b\n",
        b"a\n1\n\n2\n",
        b"b\n5\n\n6\n",
        b"A,b,a\nx,5,1\n",
        b"line,a,b,Line\n0,1,5,0\n",
        b"a,b,c,c#2,c\n1,5,x,y,z\n",
        b"a,b,c\n1,5," + b"x" * 1_000_001 + b"\n2,6,y\n",
        b"a,b,c\n1,5," + "银".encode() * 400_000 + b"\n2,6,y\n",
        b"a,b,c\n1,5,x" + "银".encode() * 900_000 + b"\n2,6,y\n",
        b'a,b,c\n1,5,"x"y\n2,6,z\n',
        b'a,b,c\n1,5,"x" \n2,6, "z"\n',
        b"a,b,c\n1,5,x\n2,6\n3,7,y,z\n",
        b"a,b,c\n1,5,x,\n2,6,y\n",
        b'a,b,c\n1,5,"x",""\n2,6,y\n',
        b'a,b,c\n1,5,"x,y"\n2,6\n',
        b'a,b,c\n1,5," z" "y"\n2,6, "z"\n',
        b'a,b,c\n1,5,x"\n2,6,"y\n',
    ],
    ids=range(20),
)
def test_known_traps_are_read_the_same_both_ways(content, tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "_FAST_FROM", 1)
    monkeypatch.setattr(sources, "_CACHED", 3)  # what is told apart must not hang on where a piece ends
    same_both_ways(content, tmp_path)


@pytest.mark.parametrize(
    "name", ["calls[1].csv", "calls*.csv", "calls?.csv", "calls.csv.gz", "calls.zst", "it's 银.csv"]
)
def test_a_name_is_no_pattern(name, tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "_FAST_FROM", 1)
    for other in ("calls1.csv", "callsX.csv"):
        (tmp_path / other).write_text("a,b\n8,8\n9,9\n", encoding="utf-8")
    header, rows, faults, count = read("a,b\n1,2\n", tmp_path, name=name)
    assert (header, [row[-2:] for row in rows], faults, count) == (("a", "b"), [("1", "2")], [], 1)


def test_a_large_file_keeps_its_lines(tmp_path):
    rows = [f"N{n},{1_600_000_000 + n},{'x' * 40}" for n in range(40_000)]
    rows[31_000] = "N31000,yesterday,y"
    rows[39_999] = "N39999,,y"
    content = ("a,b,c\n" + "\n".join(rows) + "\n").encode()
    assert len(content) > sources._FAST_FROM
    fast, found = typed(content, tmp_path, careful=False)
    assert fast
    assert found == typed(content, tmp_path, careful=True)[1]
    bad = [(line, fault.replace("\x1f", " ")) for line, _, fault, *_ in found[1] if fault]
    assert bad == [
        (31_002, "e_received_at not a time of the form epoch_s | iso"),
        (40_001, "e_received_at it is missing"),
    ]


# Delimited text


@pytest.mark.parametrize(
    ("text", "rows", "faults"),
    [
        ('a,b\n1,"x\ny"\n2,z\n', [(2, "1", "x\ny"), (4, "2", "z")], []),
        ('a,b\n1,"x""y"\n2, z \n', [(2, "1", 'x"y'), (3, "2", " z ")], []),
        ('a,b\n1,x"y\n', [(2, "1", 'x"y')], []),
        ("a,b\n\n1,x\n\n\n2,y", [(3, "1", "x"), (6, "2", "y")], []),
        ("a,b\n1\n2,x,y\n3,z\n", [(4, "3", "z")], [2, 3]),
        ('a,b\n1,"x"y\n2,z\n', [(3, "2", "z")], [2]),
        ("a,b\n1,\x00\n2,z\n", [(3, "2", "z")], [2]),
        # A stray quotation mark harms its own line only.
        ('a,b\n1,"x\n2,"y"\n3,z\n', [(3, "2", "y"), (4, "3", "z")], [2]),
        ('a,b\n1,"x\n2,y\n3,"z"\n4,w\n', [(3, "2", "y"), (4, "3", "z"), (5, "4", "w")], [2]),
        ('a,b\n1,"x\n2,y\n3,z",5\n4,w\n', [(3, "2", "y"), (5, "4", "w")], [2, 4]),
        ('a,b\n1,"x\n2,"y\n3,z\n4,"w"\n', [(4, "3", "z"), (5, "4", "w")], [2, 3]),
    ],
)
def test_each_line_is_a_row_or_a_fault(text, rows, faults, tmp_path):
    _, found, bad, count = read(text, tmp_path)
    assert (found, [line for line, *_ in bad]) == (rows, faults)
    assert count == len(rows) + len(faults)


@pytest.mark.parametrize("text", ['a,b\n1,x\n2,"y\n3,z\n', 'a,b\n1,x\n2,"' + "y\n" * 600_000 + '3,"z"\n'])
def test_an_open_quote_is_said_with_its_line(text, tmp_path):
    with pytest.raises(QuoteOpen, match=r"f\.csv:3: "):
        read(text, tmp_path)


def test_bytes_of_another_encoding_are_faults_with_their_column(tmp_path):
    content = "a,b\n1,银\n".encode() + "2,行\n".encode("gb18030") + b"3,z\n"
    _, rows, [fault], _ = read(content, tmp_path)
    assert rows == [(2, "1", "银"), (4, "3", "z")]
    assert fault[:2] == (3, "b")
    with pytest.raises(HeaderUnreadable, match=r"f\.csv:1: "):
        read("银,b\n1,2\n".encode("gb18030"), tmp_path)


def test_a_header_with_control_characters_is_none(tmp_path):
    for raw in (b"a,b\0c\n1,2\n", b"a,b\x1b[31m\n1,2\n"):
        with pytest.raises(HeaderUnreadable):
            read(raw, tmp_path)
    for key in ("\\u0000", "\\ud800"):
        with pytest.raises(HeaderUnreadable):
            read(f'{{"a{key}": 1}}\n', tmp_path, Layout(format="jsonl"), name="f.jsonl")


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (["a", " b ", "", "a"], ("a", "b", "column 3", "a#2")),
        (["a", "A", "a"], ("a", "A#2", "a#3")),
        (["a", "a", "a#2"], ("a", "a#2", "a#2#2")),
        (["line", "LINE", "line#1"], ("line#1", "LINE#2", "line#1#2")),
        (["", "column 1"], ("column 1", "column 1#2")),
        (["线", "线"], ("线", "线#2")),
    ],
)
def test_header_names(header, names):
    assert header_names(header) == names


@given(st.lists(st.sampled_from(["a", "A", "a#2", "line", "Line#1", "", "column 1", "b"]), min_size=1, max_size=9))
def test_header_names_differ_in_any_case(header):
    names = header_names(header)
    assert len({name.lower() for name in names} | {"line"}) == len(names) + 1


@pytest.mark.parametrize("content", [b"", b"\n\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_an_empty_file_is_refused(content, tmp_path):
    with pytest.raises(SourceEmpty):
        read(content, tmp_path)


def test_a_header_alone_is_no_rows(tmp_path):
    assert read(b"a,b\n", tmp_path) == (("a", "b"), [], [], 0)


def test_utf_16_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(SourceUnreadable, match="UTF-16; save it as UTF-8"):
        read("a,b\n1,2\n".encode("utf-16"), tmp_path)


def test_short_rows_and_a_header_of_the_mapping(tmp_path):
    layout = Layout(delimiter="|", quote="", header=("a", "b", "c"), short_rows=True)
    _, rows, faults, count = read('1|"x\n2|y|z\n3|y|z|w\n', tmp_path, layout)
    assert rows == [(1, "1", '"x', ""), (2, "2", "y", "z")]
    assert ([line for line, *_ in faults], count) == ([3], 3)


# gzip


def test_gzip_at_any_length(tmp_path):
    packed = gzip.compress(b"a,b\n1,2\n" * 3, mtime=0)
    for size in range(2, len(packed)):
        with pytest.raises(SourceUnreadable, match="gzip"):
            read(packed[:size], tmp_path, name="f.csv.gz")
    for tail in (b"", b"\0" * 20, gzip.compress(b"3,4\n")):
        assert read(packed + tail, tmp_path, name="f.csv.gz")[0] == ("a", "b")
    with pytest.raises(SourceUnreadable, match="damaged"):
        read(packed + b"rubbish", tmp_path, name="f.csv.gz")
    for at in range(len(packed) - 8, len(packed)):
        with pytest.raises(SourceUnreadable, match="gzip"):
            read(packed[:at] + bytes([packed[at] ^ 1]) + packed[at + 1 :], tmp_path, name="f.csv.gz")


# JSON lines


def test_json_that_says_a_thing_twice_is_a_fault(tmp_path):
    lines = '{"id": 1, "b": 2}\n{"id": 2, "b": 3, "id": 4}\n{"id": 5}\n'
    _, found, faults, count = read(lines, tmp_path, Layout(format="jsonl"), name="f.jsonl")
    assert found == [(1, "1", "2"), (3, "5", None)]
    [(line, _, _, reason)] = faults
    assert (line, count) == (2, 3)
    assert "«id» stands twice" in reason


def test_json_lines(tmp_path):
    lines = [
        '{"a": 1, "b": "x"}',
        "",
        '{"c": true, "a": 1.50}',
        '{"a": null, "b": 12345678901234567890123}',
        '{"a": {"n": 1}}',
        '{"a": [1]}',
        "[1]",
        '{"a": ',
        '{"a": "\\ud800"}',
        '{"a": "\\u0007"}',
        '{"a": 1e400, "b": NaN}',
    ]
    header, rows, faults, count = read("\n".join(lines), tmp_path, Layout(format="jsonl"), name="f.jsonl")
    assert header == ("a", "b", "c")
    assert rows == [
        (1, "1", "x", None),
        (3, "1.50", None, "true"),
        (4, None, "12345678901234567890123", None),
        (11, "1e400", "NaN", None),
    ]
    assert [(line, column) for line, column, *_ in faults] == [
        (5, "a"),
        (6, "a"),
        (7, ""),
        (8, ""),
        (9, "a"),
        (10, "a"),
    ]
    assert count == 10


# Excel


def sheet_of(rows):
    book = openpyxl.Workbook()
    book.active.title = "one"
    for row in rows:
        book.active.append(row)
    book.create_sheet("two").append(["x"])
    out = io.BytesIO()
    book.save(out)
    book.close()
    return out.getvalue()


def excel(content, folder, **layout):
    return read(content, folder, Layout(format="excel", **layout), name="f.xlsx")


def test_excel_values(tmp_path):
    at = datetime(2021, 5, 1, 10, 30)  # noqa: DTZ001
    rows = [["a", "b", "c", None], [1, "x", at], [None] * 3, [2.0, True, date(2021, 5, 1)], ["007", 1.5, None, None]]
    header, found, faults, count = excel(sheet_of(rows), tmp_path)
    assert header == ("a", "b", "c")
    assert found == [
        (2, "1", "x", "2021-05-01 10:30:00"),
        (4, "2", "true", "2021-05-01 00:00:00"),
        (5, "007", "1.5", None),
    ]
    assert (faults, count) == ([], 3)


def test_excel_formulas_and_errors_are_faults(tmp_path):
    _, found, faults, count = excel(sheet_of([["a", "b"], ["=1+1", 2], [3, "#DIV/0!"], [5, 6]]), tmp_path)
    assert found == [(4, "5", "6")]
    assert [(line, column, value) for line, column, value, _ in faults] == [(2, "a", "=1+1"), (3, "b", "#DIV/0!")]
    assert count == 3


def test_excel_cells_beyond_the_header_are_no_loss(tmp_path):
    _, found, faults, count = excel(sheet_of([["a", "b"], [1, 2, None, ""], [3, 4, 5], [6, 7, None, "=1"]]), tmp_path)
    assert found == [(2, "1", "2")]
    assert [fault[0] for fault in faults] == [3, 4]
    assert "3 fields, the header 2" in faults[0][3]
    assert count == 3


def test_a_workbook_that_unpacks_beyond_reason_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(texts, "_ROOM", 1 << 20)
    out = io.BytesIO(sheet_of([["a"], [1]]))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/padding.xml", b" " * (8 << 20))
    with pytest.raises(SourceUnreadable, match="400 times"):
        excel(out.getvalue(), tmp_path)


def test_excel_whose_size_is_said_wrongly_loses_no_row(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sheet_of([["a", "b"], [1, 2], [3, 4]]))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'<dimension ref="A1:B3"', b'<dimension ref="A1"'))
    assert excel(out.getvalue(), tmp_path)[1] == [(2, "1", "2"), (3, "3", "4")]


def test_excel_sheets_by_name(tmp_path):
    assert excel(sheet_of([["a"], [1]]), tmp_path, sheet="two")[0] == ("x",)
    with pytest.raises(SourceUnreadable, match="no sheet «three»"):
        excel(sheet_of([["a"], [1]]), tmp_path, sheet="three")


def test_what_is_no_excel(tmp_path):
    whole = sheet_of([["a"], [1]])
    for raw in (b"", b"a,b\n1,2\n", whole[:400], whole[:-30]):
        with pytest.raises(SourceUnreadable, match="Excel"):
            excel(raw, tmp_path)


# Parquet


def parquet(columns, folder):
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return read(out.getvalue(), folder, Layout(format="parquet"), name="f.parquet")[1:]


def test_parquet_values(tmp_path):
    at = datetime(2021, 5, 1, 10, 30, 0, 250_000, tzinfo=UTC)
    rows, faults, count = parquet(
        {
            "text": pa.array(["x", None]),
            "raw": pa.array([b"\xe9\x93\xb6", None]),
            "whole": pa.array([7, None]),
            "float": pa.array([2.0, 1.5]),
            "flag": pa.array([True, None]),
            "wall": pa.array([at.replace(tzinfo=None), None], pa.timestamp("ns")),
            "instant": pa.array([at, None], pa.timestamp("ms", "Asia/Shanghai")),
            "day": pa.array([at.date(), None]),
            "coded": pa.array(["p", "p"]).dictionary_encode(),
        },
        tmp_path,
    )
    wall = "2021-05-01 10:30:00.250000"
    assert rows[0] == (1, "x", "银", "7", "2", "true", wall, wall + "+00:00", "2021-05-01", "p")
    assert rows[1] == (2, None, None, None, "1.5", None, None, None, None, "p")
    assert (faults, count) == ([], 2)


@pytest.mark.parametrize("unit", ["ms", "us"])
def test_parquet_times_beyond_any_calendar_are_no_times(unit, tmp_path):
    [(_, first), (_, second)], _, _ = parquet({"at": pa.array([2**62, 0], pa.timestamp(unit))}, tmp_path)
    assert first.endswith(" µs")
    assert second == "1970-01-01 00:00:00"


def test_parquet_texts_that_are_no_utf_8_are_faults(tmp_path):
    broken = pa.array([b"\xff", b"ok"], pa.binary()).view(pa.string())
    rows, [fault], count = parquet({"a": broken}, tmp_path)
    assert (rows, fault[:2], count) == ([(2, "ok")], (1, "a"), 2)


def test_what_is_no_parquet(tmp_path):
    whole = parquet_of(rows_of(1))
    for raw in (b"", b"PAR1", whole[:50], whole[:-5], b"PAR1" + b"\0" * 90 + b"PAR1"):
        with pytest.raises(SourceUnreadable, match="Parquet"):
            read(raw, tmp_path, Layout(format="parquet"), name="f.parquet")


def test_what_is_no_file(tmp_path):
    con = duckdb.connect()
    for path in (tmp_path, tmp_path / "none.csv", Path("/dev/null/x")):
        with pytest.raises(SourceUnreadable):
            source_read(con, path, Layout(), table="t", scratch=tmp_path)
    con.close()
