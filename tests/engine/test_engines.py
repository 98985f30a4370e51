"""DuckDB and Spark give the same bytes."""

import json
from pathlib import Path

import ibis
import pytest

from guanbao.engine.documents import parse
from guanbao.engine.records.imports import Inputs, records_import, records_open, records_read
from guanbao.engine.records.mappings import mapping
from guanbao.engine.records.store import Store
from guanbao.engine.statements.engines import EngineUnknown, Spark, engine_named
from guanbao.engine.statements.levels import service_level_of
from guanbao.engine.statements.periods import period
from guanbao.engine.statements.statement import statement_compute

SAMPLES = Path(__file__).parents[2] / "src/guanbao/packs/samples"
CALLS = """
title: 客服
arrangement: WB
calendar: {zone: Asia/Jerusalem, week: {sun-thu: ["07:00-24:00"], fri: ["07:00-14:00"], sat: ["20:00-24:00"]}}
fee: {amount: "200000.00", currency: CNY, per: month}
terms:
  - {id: offered, measure: contact.offered, where: "kind like 'P%' and arrived_at >= '1999-02-03T09:00'"}
  - {id: level, measure: contact.service_level, target: ">= 80%", weight: 1, credit: [{below: 80%, of_fee: 2.345%}]}
  - {id: queued, measure: contact.abandonment, with: {variant: queued}, target: "<= 5%", weight: 2}
  - {id: speed, measure: contact.speed_of_answer}
  - {id: p90, measure: contact.wait_percentile, with: {p: 90%}}
  - {id: first, measure: contact.first_contact_resolution}
exclusions:
  - {from: 1999-02-03T09:00, to: 1999-02-03T11:00, reason: line failure, approved_by: risk}
"""
DESK = """
title: desk
arrangement: IT
calendar: {zone: Europe/Berlin, week: {mon-fri: ["09:00-12:00", "13:30-18:00"], sat: ["22:00-06:00"]}}
terms:
  - id: final
    measure: ticket.resolution_in_target
    with: {targets: {"1": 4h, "2": 8h, "3": 45h}, pauses: [Awaiting User Info, Awaiting Vendor]}
    target: ">= 95%"
  - id: each
    measure: ticket.resolution_in_target
    with: {targets: {"1": 4h, "2": 8h, "3": 45h}, pauses: [Awaiting User Info], retarget: each, from: assigned}
    where: "priority <> '4'"
  - {id: response, measure: ticket.response_time, with: {pauses: [Awaiting User Info]}}
  - {id: p50, measure: ticket.resolution_percentile, with: {p: 50%}}
  - {id: verdict, measure: ticket.verdict, with: {by: closed}}
  - {id: backlog, measure: ticket.backlog}
exclusions:
  - {from: 2016-03-10T09:00, to: 2016-03-11T09:00, reason: failure, approved_by: risk, effect: pause, terms: [final]}
"""


def statements(engine, calls, desk):
    """Both statements, and the tickets' as it was known in the middle of the month, as canonical text."""
    ours, theirs = service_level_of(parse(CALLS)), service_level_of(parse(DESK))
    made = [
        statement_compute(ours, calls, period("1999-02"), engine=engine),
        statement_compute(theirs, desk, period("2016-03"), engine=engine),
        statement_compute(theirs, desk, period("2016-03"), engine=engine, as_of=1_458_000_000_000),
    ]
    return [json.dumps(one.statement, ensure_ascii=False, indent=1) for one in made]


@pytest.mark.spark
def test_spark_and_duckdb_give_the_same_bytes(spark, tmp_path):
    calls = Inputs([SAMPLES / "calls_1999_02.txt.gz"], mapping("anonymous-bank"))
    store = Store(tmp_path / "store")
    records_import(calls, arrangement="WB", store=store)
    incidents = Inputs([SAMPLES / "incidents_2016_03.csv.gz"], mapping("servicenow-incident-log"))
    desk = records_read(incidents, arrangement="IT", folder=tmp_path)[0]
    with engine_named("duckdb") as duckdb:
        expected = statements(duckdb, records_open(store, arrangement="WB"), desk)
    backend = spark if hasattr(spark, "raw_sql") else ibis.pyspark.connect(spark)
    engine = Spark(backend)
    found = statements(engine, records_open(store, arrangement="WB"), desk)
    engine.close()
    assert found == expected


def test_an_unknown_engine_is_named():
    with pytest.raises(EngineUnknown), engine_named("abacus"):
        pass
