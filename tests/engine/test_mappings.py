"""A mapping's file: what is wrong is said with its place; what is right makes canonical values."""

import json

import duckdb
import pytest

from guanbao.engine import documents
from guanbao.engine.documents import KeyMissing, KeyUnknown, ValueWrong, YamlBroken
from guanbao.engine.errors import InputError
from guanbao.engine.expressions import ColumnUnknown, ExpressionBroken, ExpressionRefused
from guanbao.engine.records.conform import ConditionNeeded, SourceColumnMissing
from guanbao.engine.records.datasets import DATASETS, DatasetUnknown
from guanbao.engine.records.imports import Inputs, NothingAccepted, records_read
from guanbao.engine.records.mappings import FoldRefused, MappingUnknown, TargetUnknown, mapping, mapping_of, shipped

HEAD = "name: t\nversion: 1\ndataset: complaints\n"
COLUMNS = "columns:\n  id: id\n  received_at: at\n"
GOOD = HEAD + COLUMNS


FOLDED = """\
name: t
version: 1
dataset: tickets
fold: {by: no, order: n}
columns: {id: no, opened_at: a}
events:
  ticket: no
  seq: n
  at: b
"""


def read(text, folder, rules, *, head=HEAD, name="complaints", file="f.csv"):
    """The canonical rows that a mapping makes of a text, as dictionaries without what is empty; and its report."""
    (folder / file).write_text(text, encoding="utf-8")
    found = mapping_of(documents.parse(head + rules))
    records, report = records_read(Inputs([folder / file], found), arrangement="A", folder=folder / "out")
    columns = ", ".join(
        f'epoch_ms("{c.name}") as "{c.name}"' if c.type == "time" else f'"{c.name}"' for c in DATASETS[name].columns
    )
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        ran = con.execute(f"select {columns} from read_parquet(?) order by line", [records.files[name]])
        names = [about[0] for about in ran.description]
        rows = [{k: v for k, v in zip(names, row, strict=True) if v is not None} for row in ran.fetchall()]
    return rows, report


@pytest.mark.parametrize("name", shipped())
def test_what_is_shipped_holds(name):
    found = mapping(name)
    assert found.name == name
    assert found.title
    assert found.source
    assert len(found.digest) == 64


def test_the_schema_is_json():
    schema = documents.schema("mapping")
    assert json.loads(json.dumps(schema)) == schema
    assert set(schema["$defs"]["column"]["anyOf"][1]["properties"]) >= {"from", "compute", "format", "values", "take"}


def test_a_mapping_that_folds_is_sound():
    assert mapping_of(documents.parse(FOLDED)).folds


def test_an_unknown_mapping_names_those_that_are_known(tmp_path):
    with pytest.raises(MappingUnknown, match=r"anonymous-bank, .*YAML file"):
        mapping("nothing")
    with pytest.raises(documents.FileUnreadable, match=r"nothing\.yaml"):
        mapping(str(tmp_path / "nothing.yaml"))


def test_a_mapping_is_read_from_a_file(tmp_path):
    (tmp_path / "mine.yaml").write_text(GOOD, encoding="utf-8")
    assert mapping(str(tmp_path / "mine.yaml")).name == "t"
    (tmp_path / "mine").write_text(GOOD, encoding="utf-8")
    assert mapping(str(tmp_path / "mine")).digest == mapping_of(documents.parse(GOOD)).digest


@pytest.mark.parametrize(
    ("text", "fault", "place", "said"),
    [
        (GOOD.replace("complaints", "complains"), DatasetUnknown, "", "complains"),
        (GOOD.replace("complaints", "ticket_events"), ValueWrong, "3:10", "tickets, with a fold"),
        (GOOD.replace("  id: id\n", ""), KeyMissing, "5:3", "«id»"),
        (GOOD + "  nothing: id\n", TargetUnknown, "7:12", "«nothing»"),
        (GOOD + "  product: {from: a, compute: b}\n", ValueWrong, "7:12", "either from or compute"),
        (GOOD + "  product: {take: first}\n", ValueWrong, "7:12", "either from or compute"),
        (GOOD + "  product: {from: a, form: b}\n", KeyUnknown, "7:28", "«form»"),
        (GOOD + "  sent_at: {from: a, near: responded_at}\n", ValueWrong, "7:28", "received_at"),
        (GOOD + "  sent_at: {from: a, at_least: nothing}\n", ValueWrong, "7:32", "received_at"),
        (GOOD + "  sent_at: {from: a, format: '%Q'}\n", ValueWrong, "7:30", "%d/%m/%Y"),
        (GOOD + "  sent_at: {from: a, format: ''}\n", ValueWrong, "7:22", "iso"),
        (GOOD + "  sent_at: {from: a, format: [iso, '%']}\n", ValueWrong, "7:30", "«%»"),
        (GOOD + "  sent_at: {from: a, format: day}\n", ValueWrong, "7:30", "«day»"),
        (GOOD + "  product: {from: a, values: {}}\n", ValueWrong, "7:30", "at least one"),
        (GOOD + "  product: {from: a, values: {1: 2}}\n", ValueWrong, "7:34", "product"),
        (GOOD.replace("  id: id", "  product: id\n  id: {compute: product}"), ValueWrong, "6:7", "from"),
        (GOOD + "zone: Mars/Phobos\n", InputError, "7:7", "Mars/Phobos"),
        (GOOD + "fold: {by: id}\n", FoldRefused, "7:7", "complaints"),
        (GOOD + "events: {complaint: id}\n", KeyMissing, "7:9", "«fold»"),
        (FOLDED.replace("by: no", "by: other"), ValueWrong, "4:7", "no, as columns.id says"),
        (FOLDED.replace("ticket: no", "ticket: other"), ValueWrong, "4:7", "other, as events.ticket says"),
        (FOLDED.replace(", order: n", ""), ValueWrong, "4:7", "n, as events.seq says"),
        (FOLDED.replace("  seq: n\n", ""), ValueWrong, "4:7", "nothing, as events.seq says"),
        (GOOD + "file: {delimiter: '::'}\n", ValueWrong, "7:19", "one character"),
        (GOOD + "file: {delimiter: '\"'}\n", ValueWrong, "7:7", "delimiter"),
        (GOOD + "file: {delimiter: 银}\n", ValueWrong, "7:19", "ASCII"),
        (GOOD + "file: {quote: '\x7f'}\n", YamlBroken, "7:16", "U+007F"),
        (GOOD + 'file: {quote: "\\n"}\n', ValueWrong, "7:15", "printable"),
        (GOOD + "file: {encoding: latin-1}\n", ValueWrong, "7:18", "gb18030"),
        (GOOD + "missing: [1]\n", ValueWrong, "7:11", "missing.0"),
        (GOOD + "filters: [{drop: id}]\n", KeyMissing, "7:11", "reason"),
        (GOOD.replace("version: 1", "version: 99999999999999999999"), ValueWrong, "2:10", "53 bits"),
        (GOOD + 'title: "\\ud800"\n', YamlBroken, "7:8", "escape"),
        (GOOD + "  id: again\n", documents.KeyTwice, "7:3", "«id»"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, fault, place, said):
    with pytest.raises(fault) as caught:
        mapping_of(documents.parse(text))
    assert said in str(caught.value)
    assert str(caught.value.where) == place


@pytest.mark.parametrize(
    ("rules", "fault", "place", "said"),
    [
        ("  product: nothing\n", SourceColumnMissing, "f.csv:1", "«nothing»"),
        ("  product: {from: p, when: \"nothing = 'x'\"}\n", SourceColumnMissing, "f.csv:1", "«nothing»"),
        ("  product: ID\n", SourceColumnMissing, "f.csv:1", "«ID»"),
        ("  product: {from: p, when: p}\n", ConditionNeeded, "7:12", "«p»"),
        ('  product: "p ||"\n', ExpressionBroken, "7:12", "p ||"),
        ('  product: "read_text(p)"\n', ExpressionRefused, "7:12", "read_text"),
        ('  product: "p = 1"\n', ExpressionRefused, "7:12", "text in quotes"),
        ("  product: {compute: nothing}\n", ColumnUnknown, "7:12", "received_at"),
        ("  product: {compute: p}\n", ColumnUnknown, "7:12", "Known columns: id, received_at"),
        ("  timely: {compute: id}\n", ValueWrong, "7:11", "true or false"),
        ("  sent_at: {compute: id}\n", ValueWrong, "7:12", "milliseconds"),
        ("  sent_at: {compute: received_at * 9000000000}\n", ValueWrong, "", "64 bits"),
        ("filters: [{drop: p, reason: x}]\n", ConditionNeeded, "7:18", "«p»"),
        ("filters: [{drop: \"nothing = ''\", reason: x}]\n", SourceColumnMissing, "f.csv:1", "«nothing»"),
    ],
)
def test_what_does_not_fit_the_file_is_said_with_its_place(rules, fault, place, said, tmp_path):
    with pytest.raises(fault) as caught:
        read("id,at,p\n1,2020-01-01,x\n", tmp_path, COLUMNS + rules)
    assert said in str(caught.value)
    assert str(caught.value.where).removeprefix(f"{tmp_path}/") == place


def test_aliases_repeated_columns_and_what_is_missing(tmp_path):
    rules = 'aliases: {number: [nr, "no#2"]}\nmissing: ["-", "n/a"]\n' + COLUMNS.replace("id: id", "id: number")
    rules += "  product: {from: p, missing: [none]}\n  channel: {from: nowhere, optional: true}\n"
    text = "no,no,at,p\nx, 7 ,2020-01-01,-\nx,8,2020-01-01,none\nx,-,2020-01-01,a\nx,9,2020-01-01, n/a \n"
    rows, report = read(text, tmp_path, rules)
    at = 1_577_836_800_000
    assert rows == [{"id": n, "received_at": at} for n in "789"]
    assert [(fault.line, fault.column, fault.reason) for _, fault in report.first_faults] == [
        (4, "id", "it is missing")
    ]


def test_filters_are_counted_by_their_reason_and_come_first(tmp_path):
    rules = COLUMNS + "filters:\n  - {drop: \"p = 'x'\", reason: one}\n  - {drop: \"p in ('x', 'y')\", reason: two}\n"
    _, report = read("id,at,p\n1,2020-01-01,x\n2,never,y\n3,never,\n4,2020-01-01,z\n", tmp_path, rules)
    counts = report.counts
    assert (counts.read, counts.accepted, counts.filtered, counts.rejected) == (4, 1, {"one": 1, "two": 1}, 1)


HOUR = 3_600_000
BERLIN_GAP = 1_616_893_200_000  # 2021-03-28 01:00 UTC
BERLIN_TWICE = 1_635_638_400_000  # 2021-10-31 00:00 UTC: 02:00 the first time


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("iso", "2021-03-28 01:59:59", BERLIN_GAP - 1_000),
        ("iso", "2021-03-28 02:00:00", "a time that Europe/Berlin skips"),
        ("iso", "2021-03-28 02:59:59.999", "a time that Europe/Berlin skips"),
        ("iso", "2021-03-28 03:00", BERLIN_GAP),
        ("iso", "2021-10-31 01:59:59", BERLIN_TWICE - 1_000),
        ("iso", "2021-10-31 02:00:00", BERLIN_TWICE),
        ("iso", "2021-10-31 02:30:00", BERLIN_TWICE + HOUR // 2),
        ("iso", "2021-10-31 03:00:00", BERLIN_TWICE + 2 * HOUR),
        ("iso", "2021-10-31T02:30:00+01:00", BERLIN_TWICE + HOUR * 3 // 2),
        ("iso", "2021-03-28T02:30:00Z", BERLIN_GAP + HOUR * 3 // 2),
        ("iso", "2021-03-28T02:30:00 +0100", BERLIN_GAP + HOUR // 2),
        ("iso", "2021-07-01", 1_625_090_400_000),
        ("iso", "2021-07-01 00:00:00.0019", 1_625_090_400_001),
        ("iso", "2021-7-1 0:00", 1_625_090_400_000),
        ("iso", "2021-02-29", "not a time of the form iso"),
        ("iso", "2021-07-01 24:00", 1_625_176_800_000),
        ("iso", "2021-07-01 24:01", "not a time of the form iso"),
        ("iso", "2021-03-28T02:30:00.5+0100", BERLIN_GAP + HOUR // 2 + 500),
        ("iso", "2021-03-28 02:30:00 -05:30", BERLIN_GAP + HOUR * 7),
        ("iso", "2021-03-28 02:30+01", BERLIN_GAP + HOUR // 2),
        ("iso", "2021-03-28T2:30 Z", BERLIN_GAP + HOUR * 3 // 2),
        ("epoch_s", "9" * 14, "not a time of the form epoch_s"),
        ("iso", "yesterday", "not a time of the form iso"),
        ("iso", "infinity", "not a time of the form iso"),
        ("iso", "1899-12-31", "not a plausible year"),
        ("iso", "2200-01-02", "not a plausible year"),
        ("'%d.%m.%y %H:%M'", "1.7.21 2:00", 1_625_097_600_000),
        ("'%d.%m.%y %H:%M'", "28.3.21 2:30", "a time that Europe/Berlin skips"),
        ("'%d.%m.%y %H:%M'", "31.4.21 2:30", "not a time of the form"),
        ("'%Y-%m-%d %H:%M %z'", "2021-07-01 00:00 +08:00", 1_625_068_800_000),
        ("epoch_s", "1625090400", 1_625_090_400_000),
        ("epoch_s", "1625090400.1239", 1_625_090_400_124),
        ("epoch_ms", "1625090400123", 1_625_090_400_123),
        ("epoch_s", "-5", "not a time of the form epoch_s"),
        ("epoch_s", "99999999999", "not a plausible year"),
        ("[epoch_s, iso]", "2021-07-01", 1_625_090_400_000),
    ],
)
def test_times(form, text, expected, tmp_path):
    rules = f"columns:\n  id: id\n  received_at: {{from: at, format: {form}}}\n"
    content, head = f"id,at\n1,{text}\n", HEAD + "zone: Europe/Berlin\n"
    if isinstance(expected, int):
        [row], _ = read(content, tmp_path, rules, head=head)
        assert row == {"id": "1", "received_at": expected}
    else:
        with pytest.raises(NothingAccepted) as caught:
            read(content, tmp_path, rules, head=head)
        assert expected in str(caught.value)


CALLS = HEAD.replace("complaints", "interactions") + "columns:\n  id: id\n  arrived_at: at\n"


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ("wait_ms: {from: x, unit: ms}", "7", 7),
        ("wait_ms: {from: x, unit: s}", "7.5", 7_500),
        ("wait_ms: {from: x, unit: s}", "0.0015", 2),
        ("wait_ms: {from: x, unit: m}", "1.5", 90_000),
        ("wait_ms: {from: x, unit: h}", "99999", 99_999 * HOUR),
        ("wait_ms: {from: x, unit: h}", "99999999999", "not a number of h from 0 on"),
        ("wait_ms: {from: x, unit: s}", "99999999.999999999", 100_000_000_000),
        ("wait_ms: {from: x, unit: s}", "999999999", "not a number of s from 0 on"),
        ("wait_ms: {from: x, unit: m}", "9999999.9", 599_999_994_000),
        ("wait_ms: {from: x, unit: s}", "-1", "not a number of s from 0 on"),
        ("wait_ms: {from: x, unit: s}", "1e3", "not a number of s from 0 on"),
        ("wait_ms: {from: x, unit: s}", "1,5", "not a number of s from 0 on"),
        ("wait_ms: {from: x, unit: s}", "9" * 40, "not a number of s from 0 on"),
        ("transferred: x", "TRUE", True),
        ("transferred: x", "是", True),
        ("transferred: x", "0", False),
        ("transferred: x", "maybe", "neither true nor false"),
        ("channel: {from: x, values: {A: phone}}", "A", "phone"),
        ("channel: {from: x, values: {A: phone}}", "a", "none of the values that the mapping knows: A"),
        ("queued_at: x", "2019-12-31", "it is before arrived_at"),
        ("queued_at: {from: x, at_least: arrived_at}", "2019-12-31", 1_577_836_800_000),
        ("queued_at: {from: x, near: arrived_at}", "2019-12-31 11:00", 1_577_876_400_000),
        ("queued_at: {from: x, near: arrived_at}", "2019-12-31 13:00", "it is before arrived_at"),
        ("talk_ms: {compute: \"case when kind = 'x' then 5 end\"}", "y", None),
    ],
)
def test_values(rule, text, expected, tmp_path):
    column = rule.split(":")[0]
    rules = f"  kind: {{from: x, optional: true}}\n  outcome: \"'answered'\"\n  {rule}\n"
    content = f'id,at,x\n0,2020-01-01,\n1,2020-01-01,"{text}"\n'
    rows, report = read(content, tmp_path, rules, head=CALLS, name="interactions")
    if isinstance(expected, str) and not rows[1:]:
        assert [(f.line, f.column, f.reason) for _, f in report.first_faults] == [(3, column, expected)]
    else:
        assert rows[1].get(column) == expected


def test_what_an_outcome_may_be(tmp_path):
    rules = "  outcome: x\n"
    content = "id,at,x\n0,2020-01-01,answered\n1,2020-01-01,lost\n2,2020-01-01,\n"
    _, report = read(content, tmp_path, rules, head=CALLS, name="interactions")
    reasons = [(f.line, f.reason) for _, f in report.first_faults]
    assert reasons == [(3, "none of answered, abandoned, left_before_queue"), (4, "it is missing")]


QUEUE_LOG = """\
1000|a|sales|NONE|ENTERQUEUE||5551|1
1000|b|sales|NONE|ENTERQUEUE||unknown|2
1000|NONE|sales|Agent/1|PAUSE
1005|a|sales|Agent/1|RINGNOANSWER|1000
1012|a|sales|Agent/1|CONNECT|12|x|3
1020|b|sales|NONE|ABANDON|1|2|20
1090|a|sales|Agent/1|COMPLETECALLER|12|78|1
1100|c|sales|NONE|ENTERQUEUE||5552|1
"""


def test_a_log_folds_into_contacts(tmp_path):
    (tmp_path / "queue_log").write_text(QUEUE_LOG, encoding="utf-8")
    inputs = Inputs([tmp_path / "queue_log"], mapping("asterisk-queue-log"))
    records, report = records_read(inputs, arrangement="A", folder=tmp_path / "out")
    counts = report.counts
    assert (counts.read, counts.accepted, sum(counts.filtered.values()), counts.rejected) == (8, 6, 2, 0)
    assert (counts.entities, counts.incomplete) == (2, 1)
    query = """select id, customer, epoch_ms(arrived_at), epoch_ms(answered_at), epoch_ms(ended_at), wait_ms, talk_ms,
        outcome, agent, transferred from read_parquet(?) order by id"""
    with duckdb.connect() as con:
        found = con.execute(query, [records.files["interactions"]]).fetchall()
    assert found == [
        ("a", "5551", 1_000_000, 1_012_000, 1_090_000, 12_000, 78_000, "answered", "Agent/1", False),
        ("b", None, 1_000_000, None, 1_020_000, 20_000, None, "abandoned", None, None),
    ]
