"""The command as its users meet it: what it prints, what it exits with, in which language."""

import csv
import gzip
import json
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from guanbao.cli.application import build
from guanbao.cli.reference import pages
from guanbao.cli.speech import run
from guanbao.engine.measures import MEASURES

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "src/guanbao/packs/samples"
CALENDAR = """
zone: Asia/Shanghai
week: {mon-fri: ["09:00-12:00", "13:30-18:00"], sat: []}
holidays: cn
except: {2026-12-31: ["09:00-12:00"], 2026-05-04: []}
"""
LEVEL = """
title: Desk
arrangement: IT
calendar: {zone: UTC, week: {mon-fri: ["09:00-17:00"]}}
fee: {amount: "1000.00", currency: CNY, per: month}
terms:
  - {id: verdict, measure: ticket.verdict, target: ">= 90%", weight: 1, credit: [{below: 90%, of_fee: 5%}]}
  - {id: count, measure: ticket.count, target: ">= 1"}
"""


@pytest.fixture
def guanbao(capsys):
    """Run the command in this process; gives its exit code, output and errors."""

    def call(*words, lang="en"):
        code = run(build, [*map(str, words), "--lang", lang])
        told = capsys.readouterr()
        assert "Traceback" not in told.out + told.err
        return code, told.out, told.err

    return call


@pytest.fixture
def desk(tmp_path):
    """A service level and a part of the sample's incidents."""
    levels, file = tmp_path / "levels.yaml", tmp_path / "incidents.csv"
    levels.write_text(LEVEL, encoding="utf-8")
    with gzip.open(SAMPLES / "incidents_2016_03.csv.gz") as packed:
        file.write_bytes(b"".join(packed.readlines()[:501]))
    return levels, f"tickets={file}@servicenow-incident-log", file


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["elapsed", "2026-10-09T17:00", "2026-10-10T09:30"], "5400"),  # a shifted working Saturday
        (["elapsed", "2026-10-10T09:30", "2026-10-09T17:00"], "-5400"),
        (["elapsed", "2026-10-09T17:00:00.500", "2026-10-09T17:00:01"], "0.5"),
        (["elapsed", "2026-10-09T09:00:00Z", "2026-10-09T09:00:01Z"], "1"),
        (["deadline", "2026-09-30T17:00", "5400"], "2026-10-08T09:30:00+08:00"),
        (["deadline", "2026-05-03T00:00", "1"], "2026-05-06T09:00:01+08:00"),
        (["deadline", "2026-09-30T17:00", "90m"], "2026-10-08T09:30:00+08:00"),
        (["deadline", "2026-09-28T17:00", "2wd"], "2026-09-30T18:00:00+08:00"),
    ],
)
def test_calendars(guanbao, tmp_path, words, told):
    file = tmp_path / "calendar.yaml"
    file.write_text(CALENDAR, encoding="utf-8")
    assert guanbao("calendars", words[0], file, "--", *words[1:]) == (0, f"{told}\n", "")


def test_calendars_show_draws_the_month(guanbao, tmp_path):
    file = tmp_path / "calendar.yaml"
    file.write_text(CALENDAR, encoding="utf-8")
    code, out, _err = guanbao("calendars", "show", file, "2026-10", lang="zh")
    assert code == 0
    assert "国庆节" in out
    assert "13:30-18" in out
    days = json.loads(guanbao("calendars", "show", file, "2026-10", "--json")[1])
    assert [day["kind"] for day in days[:10]].count("holiday") == 7
    assert days[9] == {
        "date": "2026-10-10",
        "segments": ["09:00-12:00", "13:30-18:00"],
        "kind": "shifted",
        "name": days[9]["name"],
    }


def test_a_year_that_is_not_announced_is_an_error_with_exit_code_2(guanbao, tmp_path):
    file = tmp_path / "calendar.yaml"
    file.write_text(CALENDAR, encoding="utf-8")
    code, out, err = guanbao("calendars", "elapsed", file, "2027-03-01", "2027-03-02")
    assert (code, out) == (2, "")
    assert "2027" in err


def test_errors_name_file_line_column_and_what_would_be_right(guanbao, tmp_path):
    file = tmp_path / "levels.yaml"
    file.write_text(LEVEL.replace("ticket.verdict", "ticket.verdikt"), encoding="utf-8")
    code, _out, err = guanbao("measure", file, "--period", "2016-03")
    assert code == 2
    assert f"{file}:7:" in err.replace("\n", "")
    assert "ticket.verdict" in err
    assert "没有" in guanbao("measure", file, "--period", "2016-03", lang="zh")[2]


@pytest.mark.parametrize(
    "words",
    [
        ["measure"],
        ["measure", "nowhere.yaml", "--period", "2016-03"],
        ["measure", "operations", "--period", "2016-03"],
        ["measure", "operations", "--period", "March", "--records", "tickets=x@servicenow-incident-log"],
        ["measure", "operations", "--period", "2016-03", "--records", "tickets=x"],
        ["measure", "operations", "--period", "2016-03", "--records", "tickets=/nowhere@servicenow-incident-log"],
        ["measure", "operations", "--period", "2016-03", "--records", "tickets=x@nothing"],
        ["measure", "operations", "--period", "2016-03", "--records", "complaints=x@servicenow-incident-log"],
        ["measure", "operations", "--period", "2016-03", "--store", "/nowhere", "--engine", "duckdb"],
        ["measure", "operations", "--period", "2016-03", "--store", "/nowhere", "--engine", "abacus"],
        ["verify", "/nowhere.json", "operations"],
        ["verify", "/nowhere.json"],
        ["calendars", "elapsed", "/nowhere.yaml", "2026-01-01", "2026-01-02"],
        ["measures", "show", "contact.nothing"],
        ["presets", "show", "nothing"],
        ["records", "import", "tickets", "x", "--mapping", "cfpb", "--arrangement", "a", "--store", "/nowhere"],
        ["nothing"],
        ["measure", "--nothing"],
    ],
)
def test_wrong_input_exits_with_2_and_says_why(guanbao, words):
    for lang in ("en", "zh"):
        code, out, err = guanbao(*words, lang=lang)
        assert code == 2, err
        assert out == ""
        assert err.strip()


def test_an_unknown_language_is_wrong_input(capsys):
    assert run(build, ["measures", "list", "--lang", "fr"]) == 2
    assert "fr" in capsys.readouterr().err


def test_measure_writes_what_was_asked_for(guanbao, desk, tmp_path):
    levels, records, _file = desk
    html, xlsx, said, labels = (tmp_path / name for name in ("s.html", "s.xlsx", "s.json", "labels"))
    code, out, _err = guanbao(
        "measure", levels, "--records", records, "--period", "2016-03",
        "--json", said, "--html", html, "--xlsx", xlsx, "--explain", labels,
    )  # fmt: skip
    assert code == 0
    assert "missed" in out
    statement = json.loads(said.read_text(encoding="utf-8"))
    verdict = statement["terms"][0]
    assert verdict["met"] is False
    assert verdict["credit"] == "50.00"
    rows = pq.read_table(labels / "verdict.parquet").to_pylist()
    assert sum(row["hit"] for row in rows) == verdict["numerator"]
    assert sum(row["counted"] for row in rows) == verdict["denominator"]
    with (labels / "verdict.csv").open(encoding="utf-8-sig", newline="") as text:
        assert len(list(csv.DictReader(text))) == len(rows)
    assert "<script" not in html.read_text(encoding="utf-8").lower()
    assert openpyxl.load_workbook(xlsx).sheetnames
    code, out, _err = guanbao("measure", levels, "--records", records, "--period", "2016-03", "--json", "-")
    assert json.loads(out) == statement


def test_fail_on_miss_exits_with_1(guanbao, desk):
    levels, records, _file = desk
    assert guanbao("measure", levels, "--records", records, "--period", "2016-03", "--fail-on-miss")[0] == 1
    levels.write_text(LEVEL.replace(">= 90%", ">= 1%"), encoding="utf-8")
    assert guanbao("measure", levels, "--records", records, "--period", "2016-03", "--fail-on-miss")[0] == 0


def test_import_then_measure_from_the_store_verify_tamper_and_sign(guanbao, desk, tmp_path):
    levels, records, file = desk
    store, said = tmp_path / "store", tmp_path / "s.json"
    words = [
        "records",
        "import",
        "tickets",
        file,
        "--mapping",
        "servicenow-incident-log",
        "--arrangement",
        "IT",
        "--store",
        store,
    ]
    code, out, _err = guanbao(*words, "--json")
    counts = json.loads(out)["counts"]
    assert code == 0
    assert counts["read"] == counts["accepted"] == 500
    assert json.loads(guanbao(*words, "--json")[1])["counts"]["known"] == 500
    assert len(json.loads(guanbao("records", "inspect", store, "--json")[1])) == 1
    assert guanbao("keys", "new", tmp_path, "--name", "bank")[0] == 0
    key, public = tmp_path / "bank.key.json", tmp_path / "bank.pub.json"
    guanbao("measure", levels, "--store", store, "--period", "2016-03", "--json", said, "--sign", key)
    assert guanbao("verify", said, levels, "--store", store, "--key", public)[0] == 0
    assert guanbao("verify", said, levels, "--records", records)[0] == 0
    # A later batch does not unmake the statement: the store is read at the cut that it was made from.
    with gzip.open(SAMPLES / "incidents_2016_03.csv.gz") as packed:
        lines = packed.readlines()
    later = tmp_path / "later.csv"
    later.write_bytes(b"".join([lines[0], *lines[501:700]]))
    guanbao(*[later if word == file else word for word in words])
    assert guanbao("verify", said, levels, "--store", store)[0] == 0
    tampered = json.loads(said.read_text(encoding="utf-8"))
    tampered["credit"]["amount"] = "0.00"
    said.write_text(json.dumps(tampered), encoding="utf-8")
    code, out, _err = guanbao("verify", said, levels, "--store", store, "--key", public, "--json")
    found = json.loads(out)
    assert code == 1
    assert found["signature"] is False
    assert found["differences"][0] == {"path": "credit.amount", "stated": "0.00", "computed": "50.00"}


def test_rejected_rows_are_told_and_written(guanbao, desk, tmp_path):
    levels, records, file = desk
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[7] = lines[7].replace("/2016", "/20\u009b31ml6")  # a terminal would take the mark for the start of a command
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    rejected = tmp_path / "rejected.csv"
    code, _out, err = guanbao("measure", levels, "--records", records, "--period", "2016-03", "--quarantine", rejected)
    assert code == 0
    assert "incidents.csv:8" in err
    assert "\x9b" not in err
    with rejected.open(encoding="utf-8-sig", newline="") as text:
        assert [row["line"] for row in csv.DictReader(text)] == ["8"]


def test_lists(guanbao):
    listed = json.loads(guanbao("measures", "list", "--json")[1])
    assert {row["id"] for row in listed} == set(MEASURES)
    for lang in ("zh", "en"):
        assert "contact.service_level" in guanbao("measures", "list", lang=lang)[1]
        assert "within_s" in guanbao("measures", "show", "contact.service_level", lang=lang)[1]
        assert "anonymous-bank" in guanbao("records", "mappings", lang=lang)[1]
        assert "operations" in guanbao("presets", "list", lang=lang)[1]
    assert "MTTR" in guanbao("presets", "show", "operations")[1]


def test_the_reference_names_every_measure_and_dataset():
    text = "".join(pages().values())
    for name in MEASURES:
        assert f"`{name}`" in text


def test_as_a_program_of_its_own(tmp_path):
    """Started like any program: Chinese by locale, help without a traceback, no file left anywhere."""
    program = shutil.which("guanbao", path=str(Path(sys.executable).parent))
    env = {"LANG": "zh_CN.UTF-8", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    shown = subprocess.run([program, "--help"], capture_output=True, text=True, env=env, cwd=tmp_path, check=False)
    assert shown.returncode == 0
    assert "考核单" in shown.stdout
    wrong = subprocess.run(
        [program, "verify", "x.json"], capture_output=True, text=True, env=env, cwd=tmp_path, check=False
    )
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr
    assert list(tmp_path.iterdir()) == []
