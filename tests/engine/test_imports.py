"""What an import makes of files: every row accounted for, the same records however they arrive."""

import csv
import gzip
import json
import random
from collections import Counter

import duckdb
import pytest
from mutations import MAPPING, csv_of, rows_of

from guanbao.engine import documents
from guanbao.engine.records.datasets import dataset
from guanbao.engine.records.imports import (
    ArrangementUnknown,
    Inputs,
    NothingAccepted,
    guarded,
    records_import,
    records_open,
    records_read,
)
from guanbao.engine.records.mappings import mapping, mapping_of
from guanbao.engine.records.store import CutUnknown, Store
from guanbao.engine.statements.engines import digest_of, engine_named, records_table


def balanced(counts):
    assert counts.read == counts.accepted + sum(counts.filtered.values()) + counts.rejected + counts.known
    return counts


def digests(records):
    """Of every dataset: how many records there are, and their digest."""
    with engine_named("duckdb") as engine:
        return {
            name: digest_of(engine, records_table(engine, records, name), dataset(name))
            for name in sorted(records.files)
        }


def stored(store, *, cut=None, arrangement="A"):
    return digests(records_open(store, arrangement=arrangement, cut=cut))


def rows(records, name, columns):
    """Columns of the latest visible versions, sorted."""
    with engine_named("duckdb") as engine:
        table = records_table(engine, records, name).select(*columns).to_pyarrow()
    return sorted(zip(*(column.to_pylist() for column in table.columns), strict=True), key=str)


# Real records


def figures(shared, name):
    truth = json.loads((shared / f"data/{name}/truth.json").read_text(encoding="utf-8"))
    return {query: found["result"] for query, found in truth["queries"].items()}


def queried(records, name, query):
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        con.read_parquet(records.files[name], hive_partitioning=True).create_view("t")
        return con.execute(query).fetchall()


@pytest.fixture(scope="module")
def months(shared, tmp_path_factory):
    """Six months of calls, each its own batch, and the reports of the imports."""
    store = Store(tmp_path_factory.mktemp("calls") / "store")
    files = sorted((shared / "data/anonymous_bank").glob("*.txt.gz"))
    bank = mapping("anonymous-bank")
    return store, [records_import(Inputs([file], bank), arrangement="A", store=store) for file in files]


def test_every_month_of_calls_agrees_with_the_truth(shared, months):
    store, reports = months
    truth = figures(shared, "anonymous_bank")
    assert [report.batch for report in reports] == [1, 2, 3, 4, 5, 6]
    for report, month in zip(reports, truth["rows_per_month"], strict=True):
        counts = balanced(report.counts)
        assert (counts.read, sum(counts.filtered.values())) == (month["n"], month["phantom"])
        assert counts.accepted == counts.entities == month["agent"] + month["hang"]
        assert (counts.rejected, counts.known, counts.versions, report.quarantine) == (0, 0, 0, None)
    records = records_open(store, arrangement="A")
    query = """select split_part(id, '-', 3)[3:4]::int, outcome, count(*), count(queued_at) from t group by 1, 2"""
    found = {(month, outcome): (n, queued) for month, outcome, n, queued in queried(records, "interactions", query)}
    for month in truth["by_month"]:
        m = month["m"]
        assert found[m, "answered"][0] == month["answered"]
        assert found[m, "abandoned"] == (month["abandoned_in_queue"],) * 2
        assert found[m, "left_before_queue"] == (month["hang"] - month["abandoned_in_queue"], 0)


def test_the_quirks_of_the_calls(shared, months):
    store, _ = months
    query = """select count(*) filter (outcome = 'answered' and agent is null),
            count(distinct id), count(*) filter (customer is null), count(*) filter (answered_at < arrived_at)
        from t"""
    [(no_agent, ids, unknown, early)] = queried(records_open(store, arrangement="A"), "interactions", query)
    truth = figures(shared, "anonymous_bank")
    assert no_agent == sum(month["agent_no_server"] for month in truth["quirks_by_month"])
    assert ids == sum(month["n"] - month["phantom"] for month in truth["rows_per_month"])
    assert unknown > 0
    assert early == 0


def test_months_at_once_or_one_by_one_are_the_same_records(shared, months, tmp_path):
    store, reports = months
    files = sorted((shared / "data/anonymous_bank").glob("*.txt.gz"))[1::-1]
    records, report = records_read(Inputs(files, mapping("anonymous-bank")), arrangement="A", folder=tmp_path)
    assert balanced(report.counts).accepted == reports[0].counts.accepted + reports[1].counts.accepted
    assert digests(records) == stored(store, cut=2)


def test_a_month_again_is_known(shared, months):
    store, reports = months
    file = sorted((shared / "data/anonymous_bank").glob("*.txt.gz"))[2]
    again = records_import(Inputs([file], mapping("anonymous-bank")), arrangement="A", store=store)
    assert (again.batch, balanced(again.counts).accepted) == (None, 0)
    assert again.counts.known == reports[2].counts.accepted
    assert len(store.batches()) == 6


@pytest.fixture(scope="module")
def incidents(shared, tmp_path_factory):
    """The incident log in one batch."""
    store = Store(tmp_path_factory.mktemp("incidents") / "store")
    files = list((shared / "data/uci_incident").glob("*.csv.gz"))
    report = records_import(Inputs(files, mapping("servicenow-incident-log")), arrangement="A", store=store)
    return store, report


def test_the_incident_log_agrees_with_the_truth(shared, incidents):
    store, report = incidents
    truth = figures(shared, "uci_incident")
    [totals] = truth["totals"]
    counts = balanced(report.counts)
    assert (counts.read, counts.accepted, counts.entities) == (totals["n_events"],) * 2 + (totals["n_incidents"],)
    assert (counts.rejected, counts.known, counts.filtered, counts.incomplete, counts.versions) == (0, 0, {}, 0, 0)
    records = records_open(store, arrangement="A")

    def ask(name, query):
        return Counter(dict(queried(records, name, query)))

    states = Counter({row["incident_state"]: row["n"] for row in truth["states"]})
    states["none"] = states.pop("-100", 0)
    assert ask("ticket_events", "select coalesce(state, 'none'), count(*) from t group by 1") == +states
    made = Counter({row["made_sla"]: row["n"] for row in truth["made_sla_incidents_last_event"]})
    assert ask("tickets", "select verdict, count(*) from t group by 1") == made
    by_priority = {row["priority"]: (row["n"], row["made"]) for row in truth["made_sla_by_priority_last_event"]}
    query = "select priority, (count(*), count(*) filter (verdict)) from t group by 1"
    assert {name: tuple(pair) for name, pair in queried(records, "tickets", query)} == by_priority
    query = "select max(reassignments), count(*) filter (reassignments = 0), count(*) filter (reopenings > 0) from t"
    [reassigned], [reopened] = truth["reassignment_last_event"], truth["reopen_last_event"]
    assert queried(records, "tickets", query) == [(reassigned["mx"], reassigned["zero"], reopened["reopened"])]
    [missing] = truth["resolved_at_per_incident_distinct"]
    assert queried(records, "tickets", "select count(*) from t where resolved_at is null") == [(missing["n_none"],)]


def test_the_incident_log_in_two_halves_is_the_same(shared, incidents, tmp_path):
    store, report = incidents
    [file] = (shared / "data/uci_incident").glob("*.csv.gz")
    header, *lines = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    for part, some in (("late", lines[30_000:]), ("early", lines[:30_003])):
        (tmp_path / part).write_bytes(header + b"".join(some))
    other = Store(tmp_path / "store")
    log = mapping("servicenow-incident-log")
    # The later half first; the halves overlap by three rows.
    late, early = (records_import(Inputs([tmp_path / p], log), arrangement="A", store=other) for p in ("late", "early"))
    assert balanced(late.counts).accepted + balanced(early.counts).accepted == report.counts.accepted
    assert early.counts.known == 3
    assert early.counts.versions > 0, "incidents that were opened in the early half and closed in the late one"
    assert stored(other) == stored(store)


def test_complaints_agree_with_their_file(shared, tmp_path):
    [file] = (shared / "data/cfpb").glob("*.csv.gz")
    records, report = records_read(Inputs([file], mapping("cfpb")), arrangement="A", folder=tmp_path)
    with gzip.open(file, "rt", encoding="utf-8", newline="") as text:
        said = list(csv.DictReader(text))
    assert balanced(report.counts).accepted == report.counts.entities == len(said) == 28_156
    words = {True: "Yes", False: "No", None: ""}
    found = Counter((row_id, words[timely]) for row_id, timely in rows(records, "complaints", ["id", "timely"]))
    assert found == Counter((row["Complaint ID"], row["Timely response?"]) for row in said)
    months_found = Counter(dict(queried(records, "complaints", "select month, count(*) from t group by 1")))
    assert months_found == Counter("2015-" + row["Date received"].split("/")[0].zfill(2) for row in said)


# The same records however they arrive


def put(store, folder, *contents, mapped=MAPPING, arrangement="A"):
    """One batch of some files."""
    files = []
    for number, content in enumerate(contents):
        files.append(folder / f"{len(list(folder.iterdir()))}-{number}.csv")
        files[-1].write_text(content, encoding="utf-8")
    inputs = Inputs(files, mapping_of(documents.parse(mapped)))
    report = records_import(inputs, arrangement=arrangement, store=store)
    balanced(report.counts)
    return report


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


ROWS = rows_of(7, 40)
TEXT = csv_of(ROWS)


def test_the_same_file_twice_is_known(store, tmp_path):
    first = put(store, tmp_path, TEXT)
    again = put(store, tmp_path, TEXT)
    assert (first.batch, again.batch) == (1, None)
    assert again.counts.known == first.counts.accepted
    assert (again.counts.accepted, again.counts.entities, again.counts.versions) == (0, 0, 0)
    assert again.counts.filtered == first.counts.filtered
    assert len(store.batches()) == 1


def test_rows_twice_in_one_file_are_known(store, tmp_path):
    counts = put(store, tmp_path, csv_of([*ROWS, *ROWS])).counts
    assert counts.known == counts.accepted == counts.entities
    assert counts.versions == 0


@pytest.mark.parametrize("seed", range(4))
def test_neither_order_nor_parts_nor_overlap_matter(seed, store, tmp_path):
    whole = Store(tmp_path / "whole")
    put(whole, tmp_path, TEXT)
    chance = random.Random(seed)
    mixed = chance.sample(ROWS, len(ROWS))
    cuts = sorted(chance.sample(range(1, 39), 2))
    parts = [mixed[: cuts[0] + 1], mixed[cuts[0] : cuts[1]], mixed[cuts[1] - 1 :]]
    texts = [csv_of(part) for part in chance.sample(parts, 3)]
    if seed % 2:
        put(store, tmp_path, *texts)
    else:
        for text in texts:
            put(store, tmp_path, text)
    assert stored(store) == stored(whole)


def changed(rows, number, column, value):
    return [[*row[:column], value, *row[column + 1 :]] if row is rows[number] else row for row in rows]


PLAIN = [["K1", "Karte", "a", "01.05.2021 10:00", "", "ja"], ["K2", "Konto", "b", "02.05.2021 10:00", "", "nein"]]


def test_a_correction_is_a_version_that_replaces_and_is_not_reverted(store, tmp_path):
    other = changed(PLAIN, 0, 2, "c")
    put(store, tmp_path, csv_of(PLAIN))
    old = stored(store)
    report = put(store, tmp_path, csv_of(other))
    assert (report.batch, report.counts.accepted, report.counts.known) == (2, 1, 1)
    assert (report.counts.versions, report.counts.entities) == (1, 1)
    new = stored(store)
    records = records_open(store, arrangement="A")
    assert rows(records, "complaints", ["id", "channel"]) == [("K1", "c"), ("K2", "b")]
    query = "select a.id, a.batch, b.batch from t a join t b on a.replaces = b.content"
    assert queried(records, "complaints", query) == [("K1", 2, 1)]
    # The old file once more: nothing is new, nothing goes back.
    again = put(store, tmp_path, csv_of(PLAIN))
    assert (again.batch, again.counts.known) == (None, 2)
    assert stored(store) == new != old
    # What stood after the first batch still stands there.
    assert stored(store, cut=1) == old
    assert stored(store, cut=2) == new
    with pytest.raises(CutUnknown, match="2 batches, not 3"):
        records_open(store, arrangement="A", cut=3)
    third = put(store, tmp_path, csv_of(changed(PLAIN, 0, 2, "d")))
    assert third.counts.versions == 1
    query = "select channel, batch from t where id = 'K1' and content in (select replaces from t) order by batch"
    assert queried(records_open(store, arrangement="A"), "complaints", query) == [("a", 1), ("c", 2)]


def test_a_correction_in_the_same_file_counts_from_its_line_on(store, tmp_path):
    report = put(store, tmp_path, csv_of([*PLAIN, *changed(PLAIN, 0, 2, "c")]))
    assert (report.counts.accepted, report.counts.known, report.counts.versions) == (3, 1, 1)
    records = records_open(store, arrangement="A")
    assert rows(records, "complaints", ["id", "channel"]) == [("K1", "c"), ("K2", "b")]


def test_of_two_files_the_later_one_corrects(store, tmp_path):
    # The correction stands on an earlier line of its file than what it corrects.
    filler = [[f"F{n}", *PLAIN[0][1:]] for n in range(5)]
    report = put(store, tmp_path, csv_of([*filler, *PLAIN]), csv_of(changed(PLAIN, 0, 2, "c")))
    assert report.counts.versions == 1
    assert ("K1", "c") in rows(records_open(store, arrangement="A"), "complaints", ["id", "channel"])
    apart = Store(tmp_path / "apart")
    put(apart, tmp_path, csv_of([*filler, *PLAIN]))
    put(apart, tmp_path, csv_of(changed(PLAIN, 0, 2, "c")))
    assert stored(apart) == stored(store)


def test_arrangements_do_not_see_each_other(store, tmp_path):
    put(store, tmp_path, csv_of(PLAIN))
    report = put(store, tmp_path, csv_of(changed(PLAIN, 0, 2, "c")), arrangement="B")
    assert (report.counts.accepted, report.counts.versions) == (2, 0)
    assert rows(records_open(store, arrangement="A"), "complaints", ["channel"]) == [("a",), ("b",)]
    assert rows(records_open(store, arrangement="B"), "complaints", ["channel"]) == [("b",), ("c",)]
    with pytest.raises(ArrangementUnknown, match="It holds: A, B"):
        records_open(store, arrangement="C")


def test_without_a_store_the_records_are_the_same(store, tmp_path):
    put(store, tmp_path, csv_of([*ROWS, *changed(ROWS, 0, 2, "other")]))
    (tmp_path / "all.csv").write_text(csv_of([*ROWS, *changed(ROWS, 0, 2, "other")]), encoding="utf-8")
    inputs = Inputs([tmp_path / "all.csv"], mapping_of(documents.parse(MAPPING)))
    records, _ = records_read(inputs, arrangement="A", folder=tmp_path / "out")
    assert digests(records) == stored(store)


def test_rejected_rows_are_quarantined_with_what_is_wrong(store, tmp_path):
    bad = [*PLAIN, ["=1+1", "Karte", "x", "yesterday", "", "ja"], ["K4", "Kasse", "x", "01.05.2021 10:00", "", "ja"]]
    bad.append(["K5", "Karte", "x", "01.05.2021 10:00", "30.04.2021 10:00", "ja"])
    report = put(store, tmp_path, csv_of(bad) + "K6,Karte\n")
    assert (report.counts.accepted, report.counts.rejected) == (2, 4)
    [head, *listed] = csv.reader(report.quarantine.read_text(encoding="utf-8-sig").splitlines())
    assert head == ["file", "line", "column", "value", "reason"]
    assert [row[1:] for row in listed] == [
        ["4", "received_at", "yesterday", "not a time of the form %d.%m.%Y %H:%M"],
        ["5", "product", "Kasse", "none of the values that the mapping knows: Karte, Konto, 银行卡"],
        ["6", "responded_at", "30.04.2021 10:00", "it is before received_at"],
        ["7", "", "", "the row has 2 fields, the header 6"],
    ]
    assert guarded("=1+1") == "'=1+1"


def test_a_file_of_which_no_row_fits_is_refused(store, tmp_path):
    with pytest.raises(NothingAccepted, match=r"0-0\.csv:2:received_at: .*yesterday"):
        put(store, tmp_path, csv_of([["K1", "Karte", "x", "yesterday", "", "ja"]]))
    assert store.batches() == []


# Updates that fold


LOG = "number,sys_mod_count,sys_updated_at,opened_at,incident_state,priority,assignment_group,assigned_to,"
LOG += "reassignment_count,reopen_count,knowledge,made_sla,category,resolved_at,closed_at\n"


def update(number, seq, at, state, *, priority="3", group="G1", agent="?", resolved="?"):
    made = str(state != "Closed").lower()
    start = "1/3/2016 09:00"
    return f"{number},{seq},{at},{start},{state},{priority},{group},{agent},0,0,false,{made},c,{resolved},?\n"


UPDATES = [
    update("I1", 0, "1/3/2016 09:00", "New"),
    update("I2", 0, "1/3/2016 09:00", "New", priority="2"),
    update("I1", 1, "1/3/2016 10:00", "Active", agent="R1"),
    update("I1", 1, "1/3/2016 10:00", "Active", agent="R2"),
    update("I2", 3, "1/3/2016 11:00", "Awaiting User Info", group="G2"),
    update("I1", 4, "2/3/2016 10:00", "Resolved", agent="R2", resolved="2/3/2016 10:00"),
    update("I2", 9, "3/3/2016 11:00", "Closed", priority="1", resolved="3/3/2016 10:00"),
    update("I3", 0, "3/3/2016 12:00", "New"),
]
SERVICENOW = "servicenow-incident-log"


def put_log(store, folder, *parts):
    files = []
    for part in parts:
        files.append(folder / f"log{len(list(folder.iterdir()))}.csv")
        files[-1].write_text(LOG + "".join(part), encoding="utf-8")
    report = records_import(Inputs(files, mapping(SERVICENOW)), arrangement="A", store=store)
    balanced(report.counts)
    return report


@pytest.fixture
def whole(tmp_path):
    made = Store(tmp_path / "whole")
    put_log(made, tmp_path, UPDATES)
    return made


def test_a_ticket_is_what_its_updates_say(whole):
    records = records_open(whole, arrangement="A")
    columns = ["id", "state", "priority", "group", "agent", "assigned_at", "responded_at", "verdict"]
    first = 1_456_822_800_000  # 2016-03-01 09:00 UTC
    hour = 3_600_000
    assert rows(records, "tickets", columns) == [
        ("I1", "Resolved", "3", "G1", "R2", first + hour, first + hour, True),
        ("I2", "Closed", "1", "G1", None, None, first + 2 * hour, False),
        ("I3", "New", "3", "G1", None, None, None, True),
    ]
    assert len(rows(records, "ticket_events", ["ticket", "seq", "agent"])) == len(UPDATES)


@pytest.mark.parametrize("cut", [1, 2, 4, 5, 7])
@pytest.mark.parametrize("later_first", [False, True])
def test_updates_in_two_batches_fold_as_in_one(cut, later_first, whole, store, tmp_path):
    parts = [UPDATES[:cut], UPDATES[cut:]]
    for part in reversed(parts) if later_first else parts:
        put_log(store, tmp_path, part)
    assert stored(store) == stored(whole)


def test_updates_in_two_files_fold_as_in_one(whole, store, tmp_path):
    put_log(store, tmp_path, UPDATES[4:], UPDATES[:4])
    assert stored(store) == stored(whole)


def test_updates_in_another_order_fold_the_same(whole, store, tmp_path):
    # Two updates with one number keep their order: only their lines tell them apart.
    put_log(store, tmp_path, [UPDATES[i] for i in (7, 6, 2, 5, 1, 3, 4, 0)])
    assert stored(store) == stored(whole)


def test_an_overlap_is_known(whole, store, tmp_path):
    put_log(store, tmp_path, UPDATES[:5])
    report = put_log(store, tmp_path, UPDATES[2:])
    assert (report.counts.accepted, report.counts.known) == (3, 3)
    assert (report.counts.entities, report.counts.versions) == (3, 2)
    assert stored(store) == stored(whole)


def test_the_cut_shows_a_ticket_as_it_was(store, tmp_path):
    put_log(store, tmp_path, UPDATES[:4])
    before = stored(store)
    put_log(store, tmp_path, UPDATES[4:])
    assert stored(store, cut=1) == before
    states = rows(records_open(store, arrangement="A", cut=1), "tickets", ["id", "state"])
    assert states == [("I1", "Active"), ("I2", "New")]


CALLS = [
    "10|c1|q|NONE|ENTERQUEUE||0501",
    "10|c2|q|NONE|ENTERQUEUE||0502",
    "10|c1|q|Ada|CONNECT|0",
    "70|c1|q|Ada|COMPLETEAGENT|0|60",
    "70|c2|q|NONE|ABANDON|1|1|60",
]


def put_calls(store, folder, *parts):
    files = []
    for part in parts:
        files.append(folder / f"queue_log{len(list(folder.iterdir()))}")
        files[-1].write_text("".join(f"16000000{line}\n" for line in part), encoding="utf-8")
    report = records_import(Inputs(files, mapping("asterisk-queue-log")), arrangement="A", store=store)
    balanced(report.counts)
    return report


@pytest.mark.parametrize("cut", range(1, len(CALLS)))
@pytest.mark.parametrize("overlap", [0, 1])
@pytest.mark.parametrize("batches", [1, 2])
def test_a_log_without_numbers_may_be_cut_within_a_second(cut, overlap, batches, store, tmp_path):
    whole = Store(tmp_path / "whole")
    put_calls(whole, tmp_path, CALLS)
    parts = [CALLS[:cut], CALLS[cut - overlap :]]
    if batches == 1:
        reports = [put_calls(store, tmp_path, *parts)]
    else:
        reports = [put_calls(store, tmp_path, part) for part in parts]
    assert stored(store) == stored(whole)
    assert sum(report.counts.known for report in reports) == overlap
    assert put_calls(store, tmp_path, CALLS).counts.known == len(CALLS)
    columns = ["id", "outcome", "agent", "customer", "wait_ms", "talk_ms"]
    assert rows(records_open(store, arrangement="A"), "interactions", columns) == [
        ("c1", "answered", "Ada", "0501", 0, 60_000),
        ("c2", "abandoned", None, "0502", 60_000, None),
    ]


def test_the_same_update_twice_in_a_second_is_two(store, tmp_path):
    put_calls(store, tmp_path, [*CALLS[:3], CALLS[2], *CALLS[3:]])
    assert len(rows(records_open(store, arrangement="A"), "interaction_events", ["interaction"])) == len(CALLS) + 1
    assert put_calls(store, tmp_path, CALLS).counts.known == len(CALLS)


COMPUTED = """\
name: c
version: 1
dataset: interactions
columns:
  id: id
  arrived_at: a
  answered_at: b
  wait_ms: {compute: "answered_at - arrived_at - 2000"}
  outcome: "'answered'"
"""


def test_what_is_computed_below_zero_is_rejected(store, tmp_path):
    text = "id,a,b\n1,2026-01-05 10:00:00,2026-01-05 10:00:05\n2,2026-01-05 10:00:00,2026-01-05 10:00:01\n"
    report = put(store, tmp_path, text, mapped=COMPUTED)
    assert (report.counts.accepted, report.counts.rejected) == (1, 1)
    [(_, fault)] = report.first_faults
    assert (fault.line, fault.column, fault.value) == (3, "wait_ms", "")
    assert rows(records_open(store, arrangement="A"), "interactions", ["id", "wait_ms"]) == [("1", 3000)]


def corrected(updates, number):
    return [line.replace(",G1,", ",G9,") if i == number else line for i, line in enumerate(updates)]


@pytest.mark.parametrize("together", [False, True])
def test_a_corrected_update_replaces_the_old_one_and_stays(together, store, tmp_path):
    old, new = UPDATES[:3], [UPDATES[4], *corrected(UPDATES[:3], 2)]
    if together:
        put_log(store, tmp_path, old, new)
    else:
        put_log(store, tmp_path, old)
        put_log(store, tmp_path, new)
    expected = Store(tmp_path / "expected")
    put_log(expected, tmp_path, new)
    assert stored(store) == stored(expected)
    records = records_open(store, arrangement="A")
    assert len(rows(records, "ticket_events", ["ticket", "seq"])) == 4, "each update once, as it was last said"
    again = put_log(store, tmp_path, old)
    assert (again.batch, again.counts.known) == (None, 3)
    assert stored(store) == stored(expected)


def test_files_read_without_a_store_show_each_update_once(tmp_path, store):
    old, new = UPDATES[:3], corrected(UPDATES[:3], 2)
    for name, part in (("a.csv", old), ("b.csv", new)):
        (tmp_path / name).write_text(LOG + "".join(part), encoding="utf-8")
    inputs = Inputs([tmp_path / "a.csv", tmp_path / "b.csv"], mapping(SERVICENOW))
    records, _ = records_read(inputs, arrangement="A", folder=tmp_path / "out")
    put_log(store, tmp_path, new)
    assert digests(records) == stored(store)
