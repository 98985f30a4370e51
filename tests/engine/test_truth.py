"""Every figure of the independent truth files that a measure covers, equal to the last record."""

import csv
import datetime as dt
import gzip
import json
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import ibis
import pytest

from guanbao.engine.calendars import Calendar
from guanbao.engine.documents import parse
from guanbao.engine.measures import measure_named
from guanbao.engine.records.imports import Inputs, records_read
from guanbao.engine.records.mappings import mapping
from guanbao.engine.statements.engines import DuckDB, records_table
from guanbao.engine.statements.figures import Asked, Scene, label

ALWAYS = 'zone: {zone}\nweek: {{mon-sun: ["00:00-24:00"]}}\n'


def asked(measure, condition=None, **arguments):
    found = measure_named(measure)
    return Asked(found, found.arguments(arguments, lambda _name: None), condition)


def agrees(stated, figures, *, scale=1, places=4):
    """A rounded figure of the truth is our exact quotient, rounded; a tie may go either way."""
    if stated is None or stated != stated:  # noqa: PLR0124 - the truth writes NaN where nothing was asked for
        return figures.denominator == 0
    exact = Fraction(figures.numerator, figures.denominator) * scale
    value = Decimal(exact.numerator) / Decimal(exact.denominator)
    unit = Decimal(1).scaleb(-places)
    near = {value.quantize(unit, rounding=mode) for mode in (ROUND_HALF_UP, ROUND_HALF_EVEN)}
    return Decimal(str(stated)) in near


@pytest.fixture(scope="module")
def calls(shared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("calls")
    files = sorted((shared / "data/anonymous_bank").glob("*.txt.gz"))
    records, report = records_read(Inputs(files, mapping("anonymous-bank")), arrangement="WB", folder=folder)
    assert report.counts.rejected == 0
    engine = DuckDB()
    calendar = Calendar.of(parse(ALWAYS.format(zone="Asia/Jerusalem")))
    table = records_table(engine, records, "interactions")
    # The source's own day is the local day of arrival.
    shifted = engine.keep(table.mutate(day_ms=_local_day(table, calendar)))
    truth = json.loads((shared / "data/anonymous_bank/truth.json").read_text(encoding="utf-8"))
    yield Scene(shifted, calendar), {name: query["result"] for name, query in truth["queries"].items()}
    engine.close()


def _local_day(table, calendar):
    """Days of 1999 by their midnights, so that grouping needs no zone data of an engine."""

    first = dt.date(1998, 12, 31)
    ends = [(first + dt.timedelta(days=n), calendar.midnight(first + dt.timedelta(days=n + 1))) for n in range(184)]
    return ibis.cases(*((table.arrived_at < end, ibis.literal(day.isoformat())) for day, end in ends))


CALL_FIGURES = {
    "offered_ex_phantom": (asked("contact.offered"), None),
    "answered": (asked("contact.answered"), None),
    "abandoned_in_queue": (asked("contact.abandoned"), None),
    "hang_pct": (asked("contact.abandonment", variant="offered"), 100),
    "abandon_pct_of_agent_requests": (asked("contact.abandonment"), 100),
    "mean_wait_answered": (asked("contact.speed_of_answer"), Fraction(1, 1000)),
    "mean_wait_abandoned": (asked("contact.offered"), "skip"),
    "mean_service_answered": (asked("contact.handling_time"), Fraction(1, 1000)),
    "sl20_pct_of_answered": (asked("contact.service_level", within_s=20, variant="answered"), 100),
    "sl30_pct_of_answered": (asked("contact.service_level", within_s=30, variant="answered"), 100),
    "sl20_pct_of_offered": (asked("contact.service_level", within_s=20, variant="offered"), 100),
    "sl20_pct_of_agent_requests": (asked("contact.service_level", within_s=20), 100),
    "sl30_pct_of_agent_requests": (asked("contact.service_level", within_s=30), 100),
}


def compare(rows, key_of, groups, names):
    """How many figures agree; every row of the truth must have its group, and every group its row."""
    by_key = dict(groups)
    assert {key_of(row) for row in rows} == set(by_key)
    compared = 0
    for row in rows:
        for name, figures in zip(names, by_key[key_of(row)], strict=True):
            scale = CALL_FIGURES[name][1]
            if scale is None:
                assert row[name] == figures.numerator, (row, name)
            else:
                assert agrees(row[name], figures, scale=scale), (row, name, figures)
            compared += 1
    return compared


NAMES = [name for name, (_asked, scale) in CALL_FIGURES.items() if scale != "skip"]


def test_calls_by_month(calls):
    scene, truth = calls
    table = scene.source.mutate(local_month=scene.source.day_ms.substr(0, 7))
    labelled = label(Scene(table, scene.calendar), [CALL_FIGURES[name][0] for name in NAMES])
    groups = [((int(key[0][5:7]),), figures) for key, figures in labelled.figures_by(["local_month"])]
    assert compare(truth["by_month"], lambda row: (row["m"],), groups, NAMES) == 6 * len(NAMES)


def test_calls_by_day(calls):
    scene, truth = calls
    labelled = label(scene, [CALL_FIGURES[name][0] for name in NAMES])
    groups = labelled.figures_by(["day_ms"])
    assert compare(truth["by_day"], lambda row: (row["d"],), groups, NAMES) == 179 * len(NAMES)


def test_calls_by_month_and_type_and_priority(calls):
    scene, truth = calls
    table = scene.source.mutate(m=scene.source.day_ms.substr(5, 2).cast("int64"))
    wanted = {
        "offered": asked("contact.offered"),
        "answered": asked("contact.answered"),
        "mean_wait": asked("contact.speed_of_answer"),
        "mean_service": asked("contact.handling_time"),
        "sl20": asked("contact.service_level", within_s=20, variant="answered"),
    }
    scales = {"mean_wait": Fraction(1, 1000), "mean_service": Fraction(1, 1000), "sl20": 100}
    labelled = label(Scene(table, scene.calendar), list(wanted.values()))
    for query, column, key in (("by_month_and_type", "kind", "typ"), ("by_month_priority", "priority", "priority")):
        groups = dict(labelled.figures_by(["m", column]))
        assert len(groups) == len(truth[query])
        for row in truth[query]:
            for name, figures in zip(wanted, groups[row["m"], row[key]], strict=True):
                if name in scales and name in row:
                    assert agrees(row[name], figures, scale=scales[name]), (row, name)
                elif name in row:
                    assert row[name] == figures.numerator, (row, name)


def test_median_wait_is_the_discrete_percentile(calls):
    """Where the truth's median is a whole second it is the middle value; halves lie between two."""
    scene, truth = calls
    labelled = label(scene, [asked("contact.wait_percentile", p="50%")])
    found = {key[0]: figures[0] for key, figures in labelled.figures_by(["day_ms"])}
    for row in truth["by_day"]:
        if row["answered"] % 2:
            assert row["median_wait_answered"] * 1000 == found[row["d"]].numerator


def test_service_by_agent(calls):
    scene, truth = calls
    labelled = label(scene, [asked("contact.handling_time")])
    found = {key[0]: figures[0] for key, figures in labelled.figures_by(["agent"])}
    for row in truth["by_server"]:
        server = None if row["server"] == "NO_SERVER" else row["server"]
        assert row["n"] == found[server].denominator
        assert agrees(row["mean_s"], found[server], scale=Fraction(1, 1000))


def test_short_service(calls):
    scene, truth = calls
    table = scene.source.mutate(m=scene.source.day_ms.substr(5, 2).cast("int64"))
    labelled = label(Scene(table, scene.calendar), [asked("contact.short_service", under_s=10)])
    found = {key[0]: figures[0] for key, figures in labelled.figures_by(["m"])}
    assert {row["m"]: row["agent_service_lt10s"] for row in truth["quirks_by_month"]} == {
        month: figures.numerator for month, figures in found.items()
    }


@pytest.fixture(scope="module")
def incidents(shared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("incidents")
    file = shared / "data/uci_incident/incident_event_log_2016_03.csv.gz"
    records, report = records_read(Inputs([file], mapping("servicenow-incident-log")), arrangement="IT", folder=folder)
    assert report.counts.accepted == 59354
    assert report.counts.entities == 9202
    engine = DuckDB()
    tables = records_table(engine, records, "tickets"), records_table(engine, records, "ticket_events")
    truth = json.loads((shared / "data/uci_incident/truth.json").read_text(encoding="utf-8"))
    clock = json.loads((shared / "data/uci_incident/clock_truth.json").read_text(encoding="utf-8"))
    yield engine, tables, {name: query["result"] for name, query in truth["queries"].items()}, clock
    engine.close()


def test_incidents(incidents):
    engine, (tickets, events), truth, _clock = incidents
    always = Calendar.of(parse(ALWAYS.format(zone="UTC")))
    scene = Scene(tickets, always, keep=engine.keep)
    wanted = [
        asked("ticket.count"),
        asked("ticket.verdict"),
        asked("ticket.reassignments"),
        asked("ticket.reopened"),
        asked("ticket.resolution_time"),
    ]
    count, verdict, reassignments, reopened, resolution = label(scene, wanted).figures()
    assert count.numerator == truth["totals"][0]["n_incidents"]
    made = {row["made_sla"]: row for row in truth["made_sla_incidents_last_event"]}
    assert (verdict.numerator, verdict.denominator) == (made[True]["n"], made[True]["n"] + made[False]["n"])
    assert agrees(made[True]["pct"], verdict, scale=100)
    assert agrees(truth["reassignment_last_event"][0]["mean"], reassignments)
    assert reopened.numerator == truth["reopen_last_event"][0]["reopened"]
    assert agrees(truth["reopen_last_event"][0]["pct"], reopened, scale=100)
    hours = truth["resolve_hours_opened_to_resolved"][0]
    assert resolution.denominator == hours["n"]
    assert agrees(hours["mean_h"], resolution, scale=Fraction(1, 3_600_000))
    by_priority = dict(
        label(scene, [asked("ticket.verdict"), asked("ticket.resolution_time")]).figures_by(["priority"])
    )
    for row in truth["made_sla_by_priority_last_event"]:
        figures = by_priority[row["priority"],][0]
        assert (row["made"], row["n"]) == (figures.numerator, figures.denominator)
    for row in truth["resolve_hours_by_priority"]:
        figures = by_priority[row["priority"],][1]
        assert row["n"] == figures.denominator
        assert agrees(row["mean_h"], figures, scale=Fraction(1, 3_600_000))
    groups = dict(label(scene, [asked("ticket.verdict")]).figures_by(["group"]))
    for row in truth["by_group_top10"]:
        figures = groups[None if row["assignment_group"] == "?" else row["assignment_group"],][0]
        assert row["n"] == figures.denominator
        assert agrees(row["pct"], figures, scale=100)
    for row in truth["opened_by_month"]:
        year, month = map(int, row["m"].split("-"))

        period = always.midnight(dt.date(year, month, 1)), always.midnight(dt.date(year, month + 1, 1))
        ours = label(
            Scene(tickets, always, period=period, cut=always.midnight(dt.date(2017, 3, 1)), keep=engine.keep), wanted
        ).figures()
        assert (ours[0].numerator, ours[1].numerator) == (row["n"], row["made"])
        assert agrees(row["mean_resolve_h"], ours[4], scale=Fraction(1, 3_600_000))
    states = events.group_by("state").aggregate(n=events.count()).to_pyarrow().to_pylist()
    assert {row["state"]: row["n"] for row in states} == {row["incident_state"]: row["n"] for row in truth["states"]}


@pytest.mark.parametrize("kind", ["plain", "with_pauses"])
def test_incident_clocks(incidents, kind):
    engine, (tickets, events), _truth, clock = incidents
    calendar = Calendar.of(parse(json.dumps(clock["calendar"])))

    end = calendar.midnight(dt.date(2017, 3, 1))
    scene = Scene(tickets, calendar, events=events, period=(0, end), cut=end, keep=engine.keep)
    pauses = clock["pauses"] if kind == "with_pauses" else []
    common = {"targets": clock["targets"], "pauses": pauses, "retarget": clock["retarget"]}
    labelled = label(
        scene, [asked("ticket.resolution_in_target", **common), asked("ticket.resolution_time", pauses=pauses)]
    )
    in_target, worked = labelled.figures()
    stated = clock["result"][kind]
    assert (in_target.numerator, in_target.denominator) == (stated["made"], stated["judged"])
    assert in_target.open == stated["open"]
    assert worked.numerator == stated["sum_worked_s_resolved"] * 1000
    found = {
        key[0]: [figures[0].numerator, figures[0].denominator] for key, figures in labelled.figures_by(["priority"])
    }
    assert found == stated["by_priority"]


def test_complaints(shared, tmp_path):
    """No truth file: counted here from the raw file by the standard library alone."""

    file = shared / "data/cfpb/cfpb_2015q1_nocompany.csv.gz"
    records, report = records_read(Inputs([file], mapping("cfpb")), arrangement="C", folder=tmp_path)
    with gzip.open(file, "rt", encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert report.counts.accepted == len(rows) == 28156
    engine = DuckDB()
    calendar = Calendar.of(parse(ALWAYS.format(zone="America/New_York")))
    table = records_table(engine, records, "complaints")
    count, timely = label(Scene(table, calendar), [asked("complaint.count"), asked("complaint.timely")]).figures()
    assert count.numerator == len(rows)
    assert (timely.numerator, timely.denominator) == (sum(row["Timely response?"] == "Yes" for row in rows), len(rows))

    for month in (1, 2, 3):
        period = calendar.midnight(dt.date(2015, month, 1)), calendar.midnight(dt.date(2015, month + 1, 1))
        ours = label(Scene(table, calendar, period=period, cut=period[1]), [asked("complaint.timely")]).figures()[0]
        mine = [row for row in rows if row["Date received"].startswith(f"{month}/")]
        assert (ours.numerator, ours.denominator) == (sum(r["Timely response?"] == "Yes" for r in mine), len(mine))
