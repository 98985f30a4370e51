"""The command as its users meet it: what it prints, what it exits with, in which language."""

import csv
import gzip
import io
import itertools
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from guanbao.cli import speech
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


NAMES = """
    guanbao measure verify demo bank init serve worker check ledger calendars records measures presets keys
    import inspect mappings mesure b duckdb spark zh en csv tsv whitespace jsonl excel parquet python pytest
"""


def english_of(text):
    """The English words of a text: no names of ours, nothing with marks in it such as a file, nothing in capitals."""
    words = [run.strip(",.:;()[]{}'\"") for run in re.findall("[!-~]+", text)]
    return [word for word in words if re.fullmatch("[A-Za-z]?[a-z]+", word) and word not in NAMES.split()]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("measure", "错误 缺少参数 'LEVELS.yaml'。"),
        ("measure operations", "错误 缺少选项 '--period'。"),
        ("measure --nothing", "错误 没有选项 --nothing。"),
        ("measure --perod 2016", "错误 没有选项 --perod。相近的选项：--period, --records。"),
        ("mesure", "错误 没有命令 'mesure'。要用的是不是 'measure', 'measures'？"),
        ("presets show operations b", "错误 多出了参数 b。"),
        ("measure operations --period", "错误 选项 '--period' 后面要有值。"),
        ("measures list --json=1", "错误 选项 '--json' 后面不带值。"),
        ("measure operations --period 2016 --cut 1.5", "错误 '--cut' 的值有误：应为整数。"),
        ("verify /nowhere.json", "错误 /nowhere.json: 这不是考核单：没有该文件或文件夹。"),
        ("calendars deadline CALENDAR 2026-05-04 1.5x", "错误 “1.5x”不是时长。 应为：时长，如 90s、15m 或 4h。"),
        ("records import tickets CALENDAR --mapping WRONG --arrangement A --store STORE", "应为：csv、tsv、whitespace"),
        ("measure LEVELS --period 2016-03", "levels.yaml:10:12: “yesterday”不是时间。"),
    ],
)
def test_what_is_wrong_is_said_in_one_language(guanbao, tmp_path, words, said):
    files = {
        "CALENDAR": CALENDAR,
        "WRONG": "name: a\nversion: 1\ndataset: tickets\nfile: {format: xml}\ncolumns: {id: id}\n",
        "LEVELS": f"{LEVEL}exclusions:\n  - {{from: yesterday, to: 2016-03-02, reason: r, approved_by: a}}\n",
    }
    for name, text in files.items():
        (tmp_path / f"{name.lower()}.yaml").write_text(text, encoding="utf-8")
    typed = [tmp_path / f"{word.lower()}.yaml" if word in files else word for word in words.split()]
    code, out, err = guanbao(*typed, lang="zh")
    assert (code, out) == (2, "")
    assert said in err
    assert english_of(err.replace("yesterday", "").replace("xml", "")) == []
    assert len(english_of(guanbao(*typed, lang="en")[2])) > 2


def test_a_help_page_is_in_one_language_whatever_the_one_before_was(guanbao):
    for words in (["--help"], ["measure", "--help"], ["records", "--help"]):
        code, chinese, _err = guanbao(*words, lang="zh")
        assert code == 0
        assert english_of(chinese) == []
        english = guanbao(*words, lang="en")[1]
        assert re.findall("[\u4e00-\u9fff]", english) == []
        for one, other in {
            "用法：": "Usage: ",
            "[选项]": "[OPTIONS]",
            "─ 选项 ─": "─ Options ─",
            "退出": "exit",
        }.items():
            assert one in chinese
            assert other in english
    chinese = guanbao("measure", "--help", lang="zh")[1]
    assert all(word in chinese for word in ("─ 参数 ─", "[必填]", "[默认：duckdb]"))


def test_a_measure_is_shown_in_one_language(guanbao):
    parameters = guanbao("measures", "show", "contact.wait_percentile", lang="zh")[1]
    assert "大于 0、不大于 1 的比例，如 90%" in parameters


@pytest.mark.parametrize(
    ("lang", "reason"), [("zh", "不是 %d/%m/%Y %H:%M 形式的时间"), ("en", "not a time of the form %d/%m/%Y %H:%M")]
)
def test_why_rows_are_rejected_is_written_in_the_language_of_the_run(guanbao, desk, tmp_path, lang, reason):
    _levels, _records, file = desk
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[7] = lines[7].replace("/2016", "/20l6")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    words = ["--mapping", "servicenow-incident-log", "--arrangement", "IT", "--store", tmp_path / "store"]
    code, _out, err = guanbao("records", "import", "tickets", file, *words, lang=lang)
    assert code == 0
    assert reason in err
    with (tmp_path / "store/quarantine/00000001.csv").open(encoding="utf-8-sig", newline="") as text:
        assert [(row["line"], row["reason"]) for row in csv.DictReader(text)] == [("8", reason)]


def test_progress_is_told_in_the_language_of_the_run(monkeypatch):
    told = io.StringIO()
    monkeypatch.setattr(speech, "err", Console(file=told, force_terminal=True))
    monkeypatch.setattr(speech, "_asked", ["zh"])
    monkeypatch.setattr(speech.time, "monotonic", itertools.count(step=2).__next__)
    with speech.working() as tell:
        tell("reading a.csv")
    assert "正在读取 a.csv" in told.getvalue()


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
