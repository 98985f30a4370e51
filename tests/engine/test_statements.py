"""Statements: what a file may say, what is owed, and that the same inputs give the same bytes."""

import gzip
import json
import random
from pathlib import Path

import pytest

from guanbao.engine.calendars import Calendar
from guanbao.engine.documents import KeyMissing, KeyTwice, KeyUnknown, ValueWrong, parse, read
from guanbao.engine.errors import InputError
from guanbao.engine.expressions import ColumnUnknown, ExpressionRefused
from guanbao.engine.measures.catalogue import MeasureUnknown, ParameterMissing, ParameterUnknown, ParameterWrong
from guanbao.engine.records.imports import Inputs, records_import, records_open, records_read
from guanbao.engine.records.mappings import mapping, mapping_of
from guanbao.engine.records.store import Store
from guanbao.engine.reports import html_report
from guanbao.engine.statements.engines import DuckDB
from guanbao.engine.statements.evidence import lost_to
from guanbao.engine.statements.levels import service_level_of
from guanbao.engine.statements.periods import PeriodUnreadable, period
from guanbao.engine.statements.presets import preset, shipped
from guanbao.engine.statements.signing import KeyExists, KeyUnusable, keys_new, signature_holds, statement_sign
from guanbao.engine.statements.statement import RecordsMissing, statement_compute, statement_digest
from guanbao.engine.statements.verify import StatementUnreadable, statement_read, statement_verify

SAMPLES = Path(__file__).parents[2] / "src/guanbao/packs/samples"
LEVEL = """
title: Desk
arrangement: IT-1
calendar: {zone: UTC, week: {mon-fri: ["09:00-12:00", "13:30-18:00"]}}
fee: {amount: "1000.00", currency: CNY, per: month}
terms:
  - {id: p1, measure: ticket.resolution_in_target, with: {targets: 4h}, target: ">= 95%", weight: 40,
     credit: [{below: 95%, of_fee: 6%}, {below: 50%, amount: 70.125}]}
  - {id: mttr, measure: ticket.resolution_time, target: "<= 4h", weight: 60, credit: [{above: 4h, of_fee: 6%}]}
  - {id: all, measure: ticket.count}
  - {id: none, measure: ticket.count, where: "priority = 'x'"}
credit: {cap_of_fee: 10%}
"""
MAPPING = """
name: desk
version: 1
dataset: tickets
columns: {id: id, priority: priority, opened_at: opened, resolved_at: resolved}
"""
ROWS = [
    ("1", "1", "2026-01-05 09:00", "2026-01-05 10:00"),
    ("2", "1", "2026-01-05 09:00", "2026-01-06 18:00"),
    ("3", "2", "2026-01-12 09:00", "2026-01-12 11:00"),
    ("4", "2", "2026-01-30 17:00", ""),
]


def level(text=LEVEL, **changes):
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    return service_level_of(parse(text))


@pytest.fixture(scope="module")
def engine():
    made = DuckDB()
    yield made
    made.close()


def written(folder, rows=ROWS, name="desk.csv"):
    file = folder / name
    file.write_text("\n".join(["id,priority,opened,resolved", *map(",".join, rows)]) + "\n", encoding="utf-8")
    return file


def given(folder, rows=ROWS, calendar=None):
    inputs = Inputs([written(folder, rows)], mapping_of(parse(MAPPING)))
    return records_read(inputs, arrangement="IT-1", folder=folder, calendar=calendar)[0]


def test_a_statement_by_hand(engine, tmp_path):
    said = statement_compute(level(), given(tmp_path), period("2026-01"), engine=engine).statement
    p1, mttr, count, nothing = said["terms"]
    assert (p1["numerator"], p1["denominator"], p1["open"], p1["value"]) == (2, 3, 1, "0.666666666667")
    assert (p1["met"], p1["credit"], p1["attainment"]) == (False, "60.00", "0.701754385965")
    assert (mttr["numerator"], mttr["denominator"], mttr["value"]) == (18 * 3_600_000, 3, "21600")
    assert (mttr["met"], mttr["credit"], mttr["attainment"]) == (False, "60.00", "0.666666666667")
    assert (count["value"], count["met"], count["target"], count["credit"]) == ("4", None, None, None)
    assert nothing["value"] == "0"
    assert said["credit"] == {"amount": "100.00", "currency": "CNY", "capped": True}
    assert said["score"] == "68.07"  # 40 × 2/3 ÷ 95 % + 60 × 2/3
    assert said["period"] == {"from": "2026-01-01", "to": "2026-02-01"}
    assert said["records"]["tickets"]["rows"] == 4
    assert said["digest"] == statement_digest(said)


def test_no_activity_has_no_value_no_credit_and_no_score(engine, tmp_path):
    said = statement_compute(level(), given(tmp_path), period("2026-03"), engine=engine).statement
    p1 = said["terms"][0]
    assert (p1["denominator"], p1["value"], p1["met"], p1["credit"], p1["attainment"]) == (0, None, None, None, None)
    assert said["score"] is None
    assert said["credit"]["amount"] == "0.00"


def test_a_period_that_is_not_whole_months_carries_no_money(engine, tmp_path):
    said = statement_compute(level(), given(tmp_path), period("2026-01-01/2026-01-15"), engine=engine).statement
    assert said["credit"]["amount"] is None
    assert said["terms"][0]["credit"] is None
    quarter = statement_compute(level(), given(tmp_path), period("2026-Q1"), engine=engine).statement
    assert quarter["terms"][0]["credit"] == "180.00"


def test_exclusions(engine, tmp_path):
    more = """
exclusions:
  - {from: 2026-01-05T00:00, to: 2026-01-06T00:00, reason: line down, approved_by: risk, effect: EFFECT, terms: [p1]}
"""
    dropped = level(LEVEL + more.replace("EFFECT", "drop"))
    said = statement_compute(dropped, given(tmp_path), period("2026-01"), engine=engine).statement["terms"]
    assert (said[0]["numerator"], said[0]["denominator"], said[0]["excluded"]) == (1, 1, 2)
    assert (said[1]["denominator"], said[1]["excluded"]) == (3, 0)
    paused = level(LEVEL + more.replace("EFFECT", "pause"))
    said = statement_compute(paused, given(tmp_path), period("2026-01"), engine=engine).statement["terms"]
    assert (said[0]["numerator"], said[0]["denominator"], said[0]["excluded"]) == (2, 3, 0)
    assert said[1]["numerator"] == 18 * 3_600_000


def test_a_dataset_without_updates_makes_a_statement(engine, tmp_path):
    said = {"title": "Complaints", "arrangement": "TS-1", "calendar": "{zone: UTC, week: {mon-sun: ['00:00-24:00']}}"}
    text = "\n".join(f"{key}: {value}" for key, value in said.items())
    text += "\nterms: [{id: timely, measure: complaint.timely, target: '>= 98%'}]"
    file = tmp_path / "complaints.jsonl"
    rows = [
        f'{{"id": "{n}", "received_at": "2026-01-0{n}", "timely": {"true" if n > 1 else "false"}}}' for n in range(1, 6)
    ]
    file.write_text("\n".join(rows), encoding="utf-8")
    folder = tmp_path / "read"
    folder.mkdir()
    records, _ = records_read(Inputs([file], mapping("complaints-jsonl")), arrangement="TS-1", folder=folder)
    said = statement_compute(service_level_of(parse(text)), records, period("2026-01"), engine=engine).statement[
        "terms"
    ]
    assert (said[0]["numerator"], said[0]["denominator"], said[0]["met"]) == (4, 5, False)


def test_single_records_are_left_out_by_their_keys(engine, tmp_path):
    more = "exclusions: [{records: ['2', 'nobody'], reason: our line, approved_by: risk, terms: [p1]}]"
    computed = statement_compute(level(LEVEL + more), given(tmp_path), period("2026-01"), engine=engine)
    said = computed.statement["terms"]
    assert (said[0]["numerator"], said[0]["denominator"], said[0]["excluded"]) == (2, 2, 1)
    assert (said[1]["denominator"], said[1]["excluded"]) == (3, 0)
    assert lost_to(computed.outcomes[0], computed.level.exclusions[0]) == 1
    page = html_report(computed, lang="en")
    assert "2 named records" in page
    for wrong in (
        "{records: ['2'], from: 2026-01-05T00:00, reason: r, approved_by: a}",
        "{records: ['2'], effect: pause, reason: r, approved_by: a}",
        "{records: [], reason: r, approved_by: a}",
        "{from: 2026-01-05T00:00, reason: r, approved_by: a}",
        "{reason: r, approved_by: a}",
    ):
        with pytest.raises(InputError):
            level(f"{LEVEL}exclusions: [{wrong}]")


def test_as_of_hides_what_came_later(engine, tmp_path):
    records, at = given(tmp_path), level().calendar.instant("2026-01-05T12:00")
    said = statement_compute(level(), records, period("2026-01"), engine=engine, as_of=at).statement
    assert (said["terms"][0]["numerator"], said["terms"][0]["denominator"], said["terms"][0]["open"]) == (1, 1, 1)
    assert said["terms"][2]["value"] == "2"
    assert said["as_of"] == "2026-01-05T12:00:00Z"


def test_prepared_working_time_gives_the_same_bytes_and_another_calendar_falls_back(engine, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "c").mkdir()
    plain = statement_compute(level(), given(tmp_path / "a"), period("2026-01"), engine=engine).statement
    prepared = given(tmp_path / "b", calendar=level().calendar)
    assert prepared.prepared["tickets"]
    assert statement_compute(level(), prepared, period("2026-01"), engine=engine).statement == plain
    other = given(tmp_path / "c", calendar=Calendar.of(parse('zone: UTC\nweek: {mon: ["00:00-01:00"]}')))
    assert statement_compute(level(), other, period("2026-01"), engine=engine).statement == plain


def test_order_packing_and_batching_of_files_do_not_matter(engine, tmp_path):
    """The incidents of the sample in one file, and shuffled over three batches with tickets split between them."""
    servicenow = mapping("servicenow-incident-log")
    terms = """
title: t
arrangement: IT
calendar: {zone: UTC, week: {mon-fri: ["09:00-17:00"]}}
terms:
  - id: a
    measure: ticket.resolution_in_target
    with: {targets: {"3": 8h}, pauses: [Awaiting User Info]}
  - {id: b, measure: ticket.verdict}
"""
    with gzip.open(SAMPLES / "incidents_2016_03.csv.gz") as packed:
        header, *rows = packed.read().splitlines()
    rows = rows[:3000]
    # Updates that share a number are told apart by their line, so they must stay in their order.
    keys = [tuple(row.split(b",")[i] for i in (0, 5)) for row in rows]
    rows = [row for row, key in zip(rows, keys, strict=True) if keys.count(key) == 1]
    whole = tmp_path / "whole.csv"
    whole.write_bytes(b"\n".join([header, *rows]) + b"\n")
    one = records_read(Inputs([whole], servicenow), arrangement="IT", folder=tmp_path)[0]
    random.Random(7).shuffle(rows)
    store = Store(tmp_path / "store")
    for n in range(3):
        part = tmp_path / f"part{n}.csv"
        part.write_bytes(b"\n".join([header, *rows[n::3]]) + b"\n")
        records_import(Inputs([part], servicenow), arrangement="IT", store=store)
    many = records_open(store, arrangement="IT")
    first = statement_compute(level(terms), one, period("2016-03"), engine=engine).statement
    assert statement_compute(level(terms), many, period("2016-03"), engine=engine).statement == first


def test_verify_names_what_differs(engine, tmp_path):
    records = given(tmp_path)
    said = json.loads(json.dumps(statement_compute(level(), records, period("2026-01"), engine=engine).statement))
    assert statement_verify(said, level(), records, engine=engine) == []
    said["terms"][0]["numerator"] = 3
    said["credit"]["amount"] = "10.00"
    found = statement_verify(said, level(), records, engine=engine)
    assert [(d.path, d.stated, d.computed) for d in found] == [
        ("terms[p1].numerator", 3, 2),
        ("credit.amount", "10.00", "100.00"),
    ]
    said["terms"][0]["numerator"] = True
    assert statement_verify(said, level(), records, engine=engine)[0].stated is True
    (tmp_path / "other").mkdir()
    others = given(tmp_path / "other", [*ROWS, ("5", "1", "2026-01-07 09:00", "")])
    paths = {d.path for d in statement_verify(said, level(), others, engine=engine)}
    assert {"records.tickets.digest", "terms[all].value", "digest"} <= paths


def test_a_changed_definition_changes_its_digest_and_only_that(engine, tmp_path):
    records = given(tmp_path)
    first = statement_compute(level(), records, period("2026-01"), engine=engine).statement
    other = statement_compute(
        level(w=("weight: 40", "weight: 41")), records, period("2026-01"), engine=engine
    ).statement
    assert first["records"] == other["records"]
    assert first["definitions_digest"] != other["definitions_digest"]


def test_signatures(engine, tmp_path):
    private, public = keys_new(tmp_path, "bank")
    assert private.stat().st_mode & 0o077 == 0
    with pytest.raises(KeyExists):
        keys_new(tmp_path, "bank")
    said = statement_compute(level(), given(tmp_path), period("2026-01"), engine=engine).statement
    signed = statement_sign(said, private)
    assert signature_holds(signed, public)
    assert statement_verify(signed, level(), given(tmp_path), engine=engine) == []
    for changed in (
        {**signed, "title": "x"},
        {**signed, "signature": signed["signature"][:-2]},
        {**signed, "signature": 1},
        said,
    ):
        assert not signature_holds(changed, public)
    _other_private, other = keys_new(tmp_path, "other")
    assert not signature_holds(signed, other)
    head = signed["signature"].split(".")[0]
    none = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
    assert not signature_holds({**signed, "signature": signed["signature"].replace(head, none)}, public)
    with pytest.raises(KeyUnusable):
        statement_sign(said, public)
    with pytest.raises(KeyUnusable):
        signature_holds(said, tmp_path / "desk.csv")


@pytest.mark.parametrize(
    ("old", "new", "error", "line"),
    [
        ("weight: 40", "wieght: 40", KeyUnknown, 7),
        ("title: Desk\n", "", KeyMissing, 2),
        ("ticket.count}", "ticket.counts}", MeasureUnknown, 10),
        ("targets: 4h", "targetz: 4h", ParameterUnknown, 7),
        (", with: {targets: 4h}", "", ParameterMissing, 7),
        ("targets: 4h", "targets: 4 hours", ParameterWrong, 7),
        ("targets: 4h", "targets: {}", ParameterWrong, 7),
        ('">= 95%"', '"95%"', ValueWrong, 7),
        ('">= 95%"', '">= 95 percent"', ValueWrong, 7),
        ("below: 95%", "above: 95%", ValueWrong, 8),
        ("below: 95%, of_fee: 6%", "below: 95%", ValueWrong, 8),
        ("id: all", "id: p1", KeyTwice, 10),
        ('"1000.00"', '"1,000.00"', ValueWrong, 5),
        ("per: month", "per: week", ValueWrong, 5),
        ("zone: UTC", "zone: Mars/Olympus", InputError, 4),
        ("weight: 60", "weight: -1", ValueWrong, 9),
        ("fee: {", "fees: {", KeyUnknown, 5),
    ],
)
def test_what_is_wrong_in_a_service_level_is_named_with_its_line(old, new, error, line):
    with pytest.raises(error) as caught:
        level(change=(old, new))
    assert caught.value.where.line == line


@pytest.mark.parametrize(
    ("condition", "error"),
    [("prio = '1'", ColumnUnknown), ("priority = 1", ExpressionRefused), ("priority", ExpressionRefused),
     ("id in (select 1)", InputError), ("read_text('/etc/passwd') = 'x'", ExpressionRefused)],
)  # fmt: skip
def test_what_is_wrong_in_a_condition_is_named_with_its_line(engine, tmp_path, condition, error):
    changed = level(change=("priority = 'x'", condition))
    with pytest.raises(error) as caught:
        statement_compute(changed, given(tmp_path), period("2026-01"), engine=engine)
    assert caught.value.where.line == 11


def test_a_term_without_its_records_says_which_are_missing(engine, tmp_path):
    changed = level(change=("ticket.count}", "contact.offered}"))
    with pytest.raises(RecordsMissing, match="interactions"):
        statement_compute(changed, given(tmp_path), period("2026-01"), engine=engine)


@pytest.mark.parametrize(
    ("text", "first", "end", "months"),
    [
        ("1999-02", "1999-02-01", "1999-03-01", 1),
        ("1999-12", "1999-12-01", "2000-01-01", 1),
        ("1999-Q4", "1999-10-01", "2000-01-01", 3),
        ("1999", "1999-01-01", "2000-01-01", 12),
        ("1999-02-01/1999-02-15", "1999-02-01", "1999-02-15", None),
        ("1999-02-01/1999-04-01", "1999-02-01", "1999-04-01", 2),
    ],
)
def test_periods(text, first, end, months):
    found = period(text)
    assert (found.first.isoformat(), found.end.isoformat(), found.months) == (first, end, months)


@pytest.mark.parametrize(
    "text", ["", "1999-13", "1999-2", "1999-Q5", "99", "1999-02-15/1999-02-15", "1999-02-30/1999-03-01"]
)
def test_periods_that_are_none(text):
    with pytest.raises(PeriodUnreadable):
        period(text)


@pytest.mark.parametrize("name", shipped())
def test_presets_are_valid_and_name_their_source(name):
    assert service_level_of(preset(name)).terms
    assert preset(name).data["source"]


def test_the_operations_preset_says_that_availability_waits():
    term = next(term for term in service_level_of(preset("operations")).terms if term.id == "availability")
    assert term.waits_for == "outages"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "nonsense",
        '{"period": 1, "records": {}}',
        '{"period": {}, "records": {}, "x": 1.5}',
        "[" * 100_000,
    ],
)
def test_what_is_no_statement_is_refused(tmp_path, text):
    file = tmp_path / "s.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(StatementUnreadable):
        statement_read(file)


def test_the_golden_statement_of_the_sample(engine, tmp_path):
    """The bytes of the shipped sample's statement: a change here is a change of meaning and needs a reason."""
    golden = Path(__file__).parents[1] / "golden/calls_1999_02.json"
    inputs = Inputs([SAMPLES / "calls_1999_02.txt.gz"], mapping("anonymous-bank"))
    records = records_read(inputs, arrangement="WB-1999-001", folder=tmp_path)[0]
    ours = service_level_of(read(golden.with_suffix(".yaml")))
    said = statement_compute(ours, records, period("1999-02"), engine=engine).statement
    assert said == json.loads(golden.read_text(encoding="utf-8"))
