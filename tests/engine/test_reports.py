"""What a statement's page, workbook and labelled records say, over small generated records."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from guanbao.engine.documents import parse
from guanbao.engine.measures.catalogue import Unit
from guanbao.engine.records.imports import ImportReport, Inputs, RecordSet, records_read
from guanbao.engine.records.mappings import mapping_of
from guanbao.engine.reports import html_report, words, workbook_report
from guanbao.engine.reports.charts import ticks_of
from guanbao.engine.reports.numbers import duration_text, percent_text
from guanbao.engine.statements import evidence
from guanbao.engine.statements.engines import Engine, engine_named
from guanbao.engine.statements.levels import Target, service_level_of
from guanbao.engine.statements.periods import period
from guanbao.engine.statements.statement import Computation, Outcome, statement_compute

HOSTILE = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</title></style><b>", "=1+1", "@SUM(A1)",
    "#N/A", "\u202eevil", "x" * 400, "{{ 7*7 }}", "{level}",
)  # fmt: skip
CALLS_FILE = """
name: calls
version: 1
dataset: interactions
file: {format: csv}
zone: Asia/Jerusalem
filters:
  - {drop: "outcome = 'test'", reason: "a <b>test</b> call"}
columns:
  id: id
  priority: priority
  customer: customer
  arrived_at: arrived_at
  queued_at: queued_at
  answered_at: {from: queued_at, when: "outcome = 'answered'"}
  wait_ms: {from: wait_s, unit: s}
  talk_ms: {from: talk_s, unit: s, when: "outcome = 'answered'"}
  outcome: outcome
  agent: agent
"""
TICKETS_FILE = """
name: tickets
version: 1
dataset: tickets
file: {format: csv}
zone: UTC
fold: {by: id, order: seq}
columns:
  id: id
  priority: priority
  opened_at: opened_at
  resolved_at: resolved_at
  state: state
  agent: agent
  reopenings: reopenings
  reassignments: reassignments
events: {ticket: id, seq: seq, at: at, state: state, priority: priority, agent: agent}
"""
CALLS = """
title: '<script>alert("title")</script>'
arrangement: "=WB"
contractor: "A & B <i>GmbH</i>"
calendar: {zone: Asia/Jerusalem, week: {sun-thu: ["08:00-20:00"]}}
fee: {amount: "200000.00", currency: CNY, per: month}
credit: {cap_of_fee: 10%}
terms:
  - {id: offered, title: "=cmd|'/c calc'!A1", measure: contact.offered}
  - id: sl
    measure: contact.service_level
    target: ">= 80%"
    weight: 40
    credit: [{below: 80%, of_fee: 2%}]
  - {id: ab, measure: contact.abandonment, with: {variant: queued}, target: "<= 5%", weight: 60}
  - {id: asa, measure: contact.speed_of_answer, target: "<= 30s"}
  - {id: p90, measure: contact.wait_percentile, with: {p: 90%}, target: "<= 60s"}
  - {id: fcr, measure: contact.first_contact_resolution}
  - {id: short, measure: contact.short_service, target: "<= 99%", bonus: [{at_most: 99%, amount: "5"}]}
  - {id: none, measure: contact.transfer, target: "<= 5%"}
  - {id: av, measure: availability.share, target: ">= 99.9%"}
exclusions:
  - {from: "1999-02-03T00:00", to: "1999-02-03T12:00", reason: "<u>line</u>", approved_by: "=Zhang", terms: [sl]}
  - {from: "1999-02-05T00:00", to: "1999-02-06T00:00", reason: upgrade, approved_by: Li}
"""
TICKETS = """
title: desk
arrangement: IT
calendar: {zone: UTC, week: {mon-fri: ["09:00-12:00", "13:30-18:00"]}}
terms:
  - id: resolved
    measure: ticket.resolution_in_target
    with: {targets: {"1": 4h, "2": 8h}, pauses: [waiting], retarget: each}
    target: ">= 90%"
  - {id: mttr, measure: ticket.resolution_time, with: {pauses: [waiting]}, target: "<= 2h"}
  - {id: p50, measure: ticket.resolution_percentile, with: {p: 50%, by: resolved}}
  - {id: reopened, measure: ticket.reopened, target: "<= 1%"}
  - {id: hands, measure: ticket.reassignments, target: "<= 0"}
  - {id: backlog, measure: ticket.backlog}
"""


@dataclass
class Made:
    """One example: its computation, and what it was made from."""

    computation: Computation
    records: RecordSet
    report: ImportReport
    engine: Engine

    def outcome(self, term: str) -> Outcome:
        return next(outcome for outcome in self.computation.outcomes if outcome.term.id == term)


def call_rows() -> list[list[Any]]:
    chance, rows = random.Random(7), []
    for n in range(600):
        arrived = datetime(1999, 2, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(28 * 86_400))
        outcome = chance.choices(("answered", "abandoned", "left_before_queue", "test"), (70, 20, 8, 2))[0]
        queued = outcome == "abandoned" or (outcome == "answered" and chance.random() < 0.6)
        wait = chance.randrange(200) if queued else 0
        name = HOSTILE[n % 20] if n % 20 < len(HOSTILE) else f"agent {n % 7}"
        rows.append([
            f"{name[:40]} {n}", chance.choice("12"), f"c{chance.randrange(200)}", arrived,
            arrived if queued or outcome == "answered" else "", wait, chance.randrange(300), outcome, name,
        ])  # fmt: skip
    return rows


def ticket_rows() -> list[list[Any]]:
    chance, rows = random.Random(8), []
    for n in range(150):
        opened = datetime(2016, 3, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(31 * 1440))
        at, resolved = opened, ""
        for seq, state in enumerate(("new", "waiting", "active", "resolved")[: chance.randrange(1, 5)]):
            at += timedelta(minutes=chance.randrange(3000)) if seq else timedelta()
            resolved = at if state == "resolved" else ""
            rows.append([n, chance.choice("123"), opened, resolved, state, f"a{n % 5}", seq, at, n % 9 == 0, n % 3])
    return rows


def made(folder: Path, rows: list[list[Any]], *, head: str, rules: str, level: str, when: str) -> Iterator[Made]:
    source = folder / "records.csv"
    with source.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(head.split())
        writer.writerows([int(cell) if isinstance(cell, bool) else cell for cell in row] for row in rows)
    records, report = records_read(Inputs([source], mapping_of(parse(rules))), arrangement="WB", folder=folder)
    with engine_named("duckdb") as engine:
        computation = statement_compute(service_level_of(parse(level)), records, period(when), engine=engine)
        with evidence.kept(computation) as held:
            yield Made(held, records, report, engine)


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    head = "id priority customer arrived_at queued_at wait_s talk_s outcome agent"
    folder = tmp_path_factory.mktemp("calls")
    yield from made(folder, call_rows(), head=head, rules=CALLS_FILE, level=CALLS, when="1999-02")


@pytest.fixture(scope="module")
def tickets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    head = "id priority opened_at resolved_at state agent seq at reopenings reassignments"
    folder = tmp_path_factory.mktemp("tickets")
    yield from made(folder, ticket_rows(), head=head, rules=TICKETS_FILE, level=TICKETS, when="2016-03")


@pytest.fixture(params=["calls", "tickets"])
def example(request: pytest.FixtureRequest) -> Made:
    return request.getfixturevalue(request.param)


def measured(example: Made) -> list[Outcome]:
    return [outcome for outcome in example.computation.outcomes if outcome.labelled is not None]


def figures_of(outcome: Outcome, rows: list[dict[str, Any]]) -> tuple[int, int]:
    labels = outcome.labelled.labels[outcome.index]
    counted = [row for row in rows if row["counted"]]
    if labels.p is not None:
        amounts = sorted(row["amount"] for row in counted)
        return (amounts[-(-len(amounts) * labels.p.numerator // labels.p.denominator) - 1], 1) if amounts else (0, 0)
    if labels.total:
        return len(counted), 1
    return sum(row["hit" if labels.amount is None else "amount"] for row in counted), len(counted)


# Labels


def test_labels_add_up_to_the_figures(example):
    assert measured(example)
    for outcome in measured(example):
        rows = evidence.labels_of(outcome).to_pyarrow().to_pylist()
        figures = outcome.figures
        assert figures_of(outcome, rows) == (figures.numerator, figures.denominator), outcome.term.id
        for flag in ("open", "excluded", "no_target"):
            assert sum(row[flag] for row in rows) == getattr(figures, flag), (outcome.term.id, flag)
            assert sum(row["label"] == flag for row in rows) == getattr(figures, flag), (
                outcome.term.id,
                flag,
            )
        assert evidence.counted_of(outcome) == sum(row["counted"] for row in rows)
        assert len({row["id"] for row in rows}) == len(rows)


def test_the_examples_have_every_label(calls, tickets):
    found = {
        label
        for example in (calls, tickets)
        for outcome in measured(example)
        for label in evidence.labels_of(outcome).label.to_pyarrow().to_pylist()
    }
    assert found == set(evidence.LABELS)


def test_the_hit_of_an_abandonment_is_missed(calls):
    outcome = calls.outcome("ab")
    rows = evidence.labels_of(outcome).to_pyarrow().to_pylist()
    assert {row["outcome"] for row in rows if row["label"] == "missed"} == {"abandoned"}
    assert evidence.breaches(outcome, 3).total == outcome.figures.numerator


def test_the_missed_of_a_service_level_are_its_denominator_less_its_numerator(calls):
    outcome = calls.outcome("sl")
    worst = evidence.breaches(outcome, 5)
    assert worst.total == outcome.figures.denominator - outcome.figures.numerator
    waits = [row["value"] for row in worst.rows]
    assert len(waits) == 5
    assert waits == sorted(waits, reverse=True)


def test_the_worst_of_a_mean_are_beyond_its_target(calls):
    worst = evidence.breaches(calls.outcome("asa"), 10_000)
    assert worst.total == len(worst.rows) > 0
    assert all(row["amount"] > 30_000 for row in worst.rows)


def test_each_window_loses_what_it_holds(calls):
    first, second = calls.computation.level.exclusions
    outcome = calls.outcome("sl")
    assert evidence.lost_to(outcome, first) + evidence.lost_to(outcome, second) == outcome.figures.excluded > 0


# Days


def test_days_add_up_to_the_month(example):
    drawn = [outcome for outcome in measured(example) if evidence.has_series(outcome)]
    assert drawn
    for outcome in drawn:
        days = evidence.series(outcome, example.computation)
        assert len(days) == len(example.computation.period.days())
        labels = outcome.labelled.labels[outcome.index]
        for name in ("open", "excluded", "no_target"):
            assert sum(getattr(day.figures, name) for day in days) == getattr(outcome.figures, name)
        if labels.p is None:
            assert sum(day.figures.numerator for day in days) == outcome.figures.numerator, outcome.term.id
        if labels.p is None and not labels.total:
            assert sum(day.figures.denominator for day in days) == outcome.figures.denominator, outcome.term.id


def test_a_day_is_as_a_statement_over_it(calls):
    day = 11
    alone = statement_compute(
        calls.computation.level, calls.records, period("1999-02-12/1999-02-13"), engine=calls.engine
    )
    for outcome, single in zip(calls.computation.outcomes, alone.outcomes, strict=True):
        if outcome.labelled is not None:
            assert evidence.series(outcome, calls.computation)[day].figures == single.figures, outcome.term.id


def test_a_backlog_has_no_days(tickets):
    assert evidence.series(tickets.outcome("backlog"), tickets.computation) == []


def test_a_long_period_is_cut_into_months():
    spans = evidence.buckets_of(period("2016-01-15/2016-05-10"))
    assert [str(first) for first, _end in spans] == [f"2016-{m}" for m in ("01-15", "02-01", "03-01", "04-01", "05-01")]
    assert str(spans[-1][1]) == "2016-05-10"
    assert len(evidence.buckets_of(period("2016-Q1"))) == 91


# Written labels


def test_written_labels_are_the_labels(calls, tmp_path):
    written = evidence.explain_write(calls.computation, tmp_path / "explained", lang="en")
    names = {f"{o.term.id}.{ending}" for o in measured(calls) for ending in ("parquet", "csv")} | {"README.txt"}
    assert {path.name for path in written} == names
    outcome = calls.outcome("sl")
    table = pq.read_table(tmp_path / "explained/sl.parquet")
    assert sum(table["hit"].to_pylist()) == outcome.figures.numerator
    assert table["arrived_at"].to_pylist()[0].tzinfo is not None
    with (tmp_path / "explained/sl.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert sum(int(row["hit"]) for row in rows) == outcome.figures.numerator
    assert sum(int(row["counted"]) for row in rows) == outcome.figures.denominator
    assert all(re.fullmatch(r"1999-0[123]-\d\dT\d\d:\d\d:\d\dZ", row["at"]) for row in rows)
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")]
    assert any(cell.startswith("'=") for cell in cells)
    told = (tmp_path / "explained/README.txt").read_text(encoding="utf-8")
    assert f"numerator {outcome.figures.numerator}, denominator {outcome.figures.denominator}" in told


# The page


class Page(HTMLParser):
    """The tags, attributes and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.given: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.given += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module", params=["zh", "en"])
def page(request: pytest.FixtureRequest, calls: Made) -> str:
    return html_report(calls.computation, lang=request.param, reports=[calls.report])


def test_a_page_asks_for_nothing_and_runs_nothing(page):
    told = Page(page)
    assert not {"script", "link", "img", "iframe", "object", "embed", "form", "a", "b\n"} & set(told.tags)
    assert not [name for name, _value in told.given if name.startswith("on") or name in ("src", "href", "action")]
    style = page[page.index("<style>") : page.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert not re.findall(r"(?:https?:)?//[a-z]", page)
    assert "default-src 'none'" in page


def test_what_a_contractor_writes_is_text(page):
    told = Page(page)
    assert told.tags.count("title") == 1 + told.tags.count("rect")
    assert not {"i", "u"} & set(told.tags)
    assert "<script>alert" not in page
    assert '<script>alert("title")</script>' in told.text
    assert "A & B <i>GmbH</i>" in told.text
    assert "<u>line</u>" in told.text
    assert "a <b>test</b> call" in told.text
    assert "\u202e" not in page
    assert "x" * 200 not in page


def test_a_page_of_tickets_tells_its_figures(tickets):
    told = Page(html_report(tickets.computation, lang="en")).text
    figures = tickets.outcome("resolved").figures
    assert figures.no_target
    assert f"{figures.no_target:,} have a priority without target" in told
    assert f"{figures.numerator:,}" in told
    assert tickets.computation.statement["digest"] in told


def test_a_page_shows_a_signature(tickets):
    signed = {**tickets.computation.statement, "signature": "head..tail<"}
    computation = replace(tickets.computation, statement=signed)
    assert "Ed25519 head..tail<" in Page(html_report(computation, lang="en")).text


# The workbook


@pytest.fixture(scope="module")
def book(calls: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "statement.xlsx"
    workbook_report(calls.computation, path, lang="en", reports=[calls.report])
    return path


def test_a_workbook_has_no_formula(book):
    cells = [cell for sheet in openpyxl.load_workbook(book) for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type in ("f", "e")]
    dangerous = [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith("=")]
    assert {"=Zhang", "=cmd|'/c calc'!A1"} <= {cell.value for cell in dangerous}
    assert all(cell.quotePrefix for cell in dangerous)
    assert any(cell.value == "#N/A" for cell in cells)


def test_a_workbook_lists_every_breach(book, calls):
    sheet = openpyxl.load_workbook(book)["Missed records"]
    promised = [calls.outcome(term) for term in ("sl", "ab", "asa", "p90", "short")]
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    for outcome in promised:
        assert sum(row[1] == outcome.term.id for row in rows) == evidence.breaches(outcome, 0).total
    assert len(rows) == sum(evidence.breaches(outcome, 0).total for outcome in promised)
    assert isinstance(rows[0][-1], datetime | None)


def test_a_workbook_that_is_full_says_so(calls, tmp_path):
    path = tmp_path / "short.xlsx"
    workbook_report(calls.computation, path, lang="en", most=40)
    sheet = openpyxl.load_workbook(path)["Missed records"]
    assert sheet.max_row == 40
    assert "Only 38 fit here" in sheet["A1"].value


def test_a_workbook_has_charts_and_numbers(book, calls):
    read = openpyxl.load_workbook(book)
    drawn = read["By day"]
    assert len(drawn._charts) == 5
    assert drawn.freeze_panes == "B3"
    rows = [row for row in read["Statement"].iter_rows(values_only=True) if row[0] == "Answered in time"]
    figures = calls.outcome("sl").figures
    assert rows[0][3:5] == (figures.numerator, figures.denominator)
    assert rows[0][5] == pytest.approx(figures.numerator / figures.denominator)


def test_days_are_shown_in_a_unit_that_suits_their_target(book):
    drawn = openpyxl.load_workbook(book)["By day"]
    formats = {cell.number_format for cell in drawn[3]}
    assert '#,##0.0##" s"' in formats
    titles = [cell.value for cell in drawn[1]]
    at = titles.index("Average speed of answer") + 2
    assert drawn[3][at].number_format == '#,##0.00" s"'
    day = next(row for row in drawn.iter_rows(min_row=3) if row[at].value is not None)
    assert day[at].value == pytest.approx(day[at - 2].value / day[at - 1].value)


def test_a_workbook_is_made_the_same_twice(book, calls, tmp_path):
    workbook_report(calls.computation, tmp_path / "again.xlsx", lang="en", reports=[calls.report])
    assert (tmp_path / "again.xlsx").read_bytes() == book.read_bytes()


# Words


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("1999-02", "February 1999"),
        ("1999-Q3", "Q3 1999"),
        ("1999", "year 1999"),
        ("1999-02-01/1999-02-15", "1 February 1999 to 14 February 1999"),
        ("1999-02-01/1999-02-02", "1 February 1999"),
        ("2016-01-01/2017-03-01", "January 2016 to February 2017"),
    ],
)
def test_a_period_is_said(text, english):
    assert words.period_text(period(text), "en") == english


@pytest.mark.parametrize(
    ("seconds", "english"),
    [
        ("0", "0 s"),
        ("40.774", "40.8 s"),
        ("40.96", "41.0 s"),
        ("599", "599 s"),
        ("1214", "20 min 14 s"),
        ("3599.7", "1 h"),
        ("15120", "4 h 12 min"),
        ("-30", "−30 s"),
    ],
)
def test_a_duration_is_said(seconds, english):
    assert duration_text(Fraction(seconds), "en") == english


def test_what_is_printed_never_contradicts_the_verdict():
    share = Target(">=", Fraction(4, 5), ">= 80%")
    assert words.value_text(Fraction(79_999, 100_000), Unit.SHARE, "en", against=share) == "79.999%"
    assert words.value_text(Fraction(4, 5), Unit.SHARE, "en", against=share) == "80.00%"
    hours = Target("<=", Fraction(7200), "<= 2h")
    assert words.value_text(Fraction(7201), Unit.SECONDS, "en", against=hours) == "7,201 s"
    assert words.value_text(Fraction(7200), Unit.SECONDS, "en", against=hours) == "2 h"
    wait = Target("<", Fraction(30), "< 30s")
    assert words.value_text(Fraction("29.99"), Unit.SECONDS, "en", against=wait) == "29.99 s"


def test_percent_is_exact():
    assert percent_text(Fraction(1, 3)) == "33.33%"
    assert percent_text(Fraction(12_345, 10)) == "123,450.00%"


def test_every_term_is_put_into_words(example):
    for outcome in example.computation.outcomes:
        for lang in ("zh", "en"):
            said = [words.measure_in_words(outcome.term, lang), words.measure_title(outcome.term, lang)]
            said += [words.target_text(outcome.term, lang), words.verdict_text(outcome, lang)]
            assert all(said)
            assert not [text for text in said if re.search(r"\{(within|short|under|p|days|n)\}", text)]


@pytest.mark.parametrize("unit", list(Unit))
@pytest.mark.parametrize("top", ["0.0001", "0.04", "0.51", "1", "2", "7", "99", "100", "7201", "123456789"])
def test_ticks_reach_past_every_value(unit, top):
    ticks = ticks_of([Fraction(top)], unit)
    assert ticks[0] == 0
    assert ticks[-1] >= Fraction(top) or (unit is Unit.SHARE and ticks[-1] == 1)
    assert 2 <= len(ticks) <= 7
    assert len({b - a for a, b in pairwise(ticks)}) == 1


def test_credits_are_stated_as_they_are_computed(page, calls):
    term = next(said for said in calls.computation.statement["terms"] if said["id"] == "sl")
    assert f"{Decimal(term['credit']):,f}" in Page(page).text
