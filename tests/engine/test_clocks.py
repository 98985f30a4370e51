"""Clocks of tickets: pauses, changes of priority, tickets without an end; and the faults that other systems had."""

import itertools
import random
from fractions import Fraction
from math import lcm

import pytest
from tables import asked, ms, table_of

from guanbao.engine.calendars import Calendar
from guanbao.engine.documents import parse
from guanbao.engine.measures.clocks import TargetsIncommensurable
from guanbao.engine.statements.engines import DuckDB
from guanbao.engine.statements.figures import Scene, label

OFFICE = Calendar.of(parse('zone: UTC\nweek: {mon-fri: ["09:00-12:00", "13:30-18:00"]}'))
ALWAYS = Calendar.of(parse('zone: UTC\nweek: {mon-sun: ["00:00-24:00"]}'))
HOUR = 3_600_000
WAIT = "Awaiting User Info"


@pytest.fixture(scope="module")
def engine():
    made = DuckDB()
    yield made
    made.close()


def scene(engine, tickets, events=None, *, calendar=OFFICE, period=("2026-01-01", "2026-02-01"), **rest):
    ends = tuple(ms(day) for day in period)
    rest.setdefault("cut", ends[1])
    updates = None if events is None else table_of("ticket_events", events)
    return Scene(table_of("tickets", tickets), calendar, events=updates, period=ends, keep=engine.keep, **rest)


def one(engine, term, tickets, events=None, **rest):
    return label(scene(engine, tickets, events, **rest), [term]).figures()[0]


def in_target(**arguments):
    return asked("ticket.resolution_in_target", **arguments)


def worked(engine, tickets, events=None, *, calendar=OFFICE, **arguments):
    """The one ticket's worked ms."""
    return one(engine, asked("ticket.resolution_time", **arguments), tickets, events, calendar=calendar).numerator


def test_in_target_is_worked_time_up_to_and_including_the_target(engine):
    ticket = {"id": "1", "priority": "1", "opened_at": "2026-01-05T11:00", "resolved_at": "2026-01-05T14:30"}
    assert worked(engine, [ticket]) == 2 * HOUR
    assert one(engine, in_target(targets="2h"), [ticket]).numerator == 1
    late = ticket | {"resolved_at": "2026-01-05T14:30:00.001"}
    assert one(engine, in_target(targets="2h"), [late]).numerator == 0


def test_a_ticket_without_end_is_missed_once_its_clock_is_past_the_target_and_open_before(engine):
    running = {"id": "1", "priority": "1", "opened_at": "2026-01-30T17:00"}
    figures = one(engine, in_target(targets="4h"), [running])
    assert (figures.numerator, figures.denominator, figures.open) == (0, 0, 1)
    figures = one(engine, in_target(targets="30m"), [running])
    assert (figures.numerator, figures.denominator, figures.open) == (0, 1, 0)


def test_a_ticket_resolved_after_the_period_is_judged_by_what_the_records_know(engine):
    ticket = {"id": "1", "priority": "1", "opened_at": "2026-01-30T17:00", "resolved_at": "2026-02-02T10:00"}
    assert one(engine, in_target(targets="2h"), [ticket]).numerator == 1
    figures = one(engine, in_target(targets="2h"), [ticket | {"resolved_at": "2026-02-02T10:01"}])
    assert (figures.numerator, figures.denominator) == (0, 1)


def test_a_priority_without_target_is_not_judged_and_is_counted_apart(engine):
    tickets = [
        {"id": str(n), "priority": priority, "opened_at": "2026-01-05T09:00", "resolved_at": "2026-01-05T09:30"}
        for n, priority in enumerate(["1", "2", None])
    ]
    figures = one(engine, in_target(targets={"1": "1h"}), tickets)
    assert (figures.numerator, figures.denominator, figures.no_target) == (1, 1, 2)


@pytest.mark.parametrize(("by", "n"), [("opened", 2), ("resolved", 1), ("closed", 0)])
def test_by_names_the_anchor(engine, by, n):
    tickets = [
        {
            "id": "1",
            "opened_at": "2026-01-05T09:00",
            "resolved_at": "2026-01-06T09:00",
            "closed_at": "2026-02-06T09:00",
        },
        {"id": "2", "opened_at": "2026-01-31T09:00", "resolved_at": "2026-02-06T09:00"},
    ]
    assert one(engine, asked("ticket.count", by=by), tickets).numerator == n


def test_a_backlog_is_taken_at_the_periods_end(engine):
    tickets = [
        {"id": "opened long ago", "opened_at": "2025-06-05T09:00"},
        {"id": "resolved later", "opened_at": "2026-01-05T09:00", "resolved_at": "2026-02-01T00:00"},
        {"id": "resolved", "opened_at": "2026-01-05T09:00", "resolved_at": "2026-01-31T23:59"},
        {"id": "closed", "opened_at": "2026-01-05T09:00", "closed_at": "2026-01-31T23:59"},
        {"id": "not yet opened", "opened_at": "2026-02-01T00:00"},
    ]
    assert one(engine, asked("ticket.backlog"), tickets).numerator == 2


def updates(*rows, ticket="1"):
    return [
        {"ticket": ticket, "seq": n, "at": at, "state": state, "priority": priority}
        for n, (at, state, priority) in enumerate(rows)
    ]


def test_glpi_6902_and_15605_pending_time_survives_a_change_of_target(engine):
    """Three hours of waiting before the priority rises must still be taken off after it."""
    ticket = {"id": "1", "priority": "1", "opened_at": "2026-01-05T09:00", "resolved_at": "2026-01-05T16:00"}
    events = updates(
        ("2026-01-05T09:00", "New", "4"), ("2026-01-05T09:30", WAIT, "4"), ("2026-01-05T15:00", "Active", "1")
    )
    assert worked(engine, [ticket], events, pauses=[WAIT]) == HOUR // 2 + HOUR
    term = in_target(targets={"1": "90m", "4": "8h"}, pauses=[WAIT])
    assert one(engine, term, [ticket], events).numerator == 1
    term = in_target(targets={"1": "89m", "4": "8h"}, pauses=[WAIT])
    assert one(engine, term, [ticket], events).numerator == 0


def test_glpi_10594_a_pending_weekend_takes_nothing_off_a_clock_that_stood_anyway(engine):
    ticket = {"id": "1", "priority": "1", "opened_at": "2026-01-02T17:00", "resolved_at": "2026-01-05T10:00"}
    events = updates(
        ("2026-01-02T17:00", "New", "1"), ("2026-01-02T17:30", WAIT, "1"), ("2026-01-05T09:30", "Active", "1")
    )
    assert worked(engine, [ticket], events) == 2 * HOUR
    assert worked(engine, [ticket], events, pauses=[WAIT]) == HOUR


def test_glpi_1911_a_hand_over_may_start_the_clock_at_the_assignment(engine):
    ticket = {
        "id": "1", "priority": "1", "opened_at": "2026-01-05T09:00",
        "assigned_at": "2026-01-05T11:00", "resolved_at": "2026-01-05T14:00",
    }  # fmt: skip
    assert worked(engine, [ticket]) == 3 * HOUR + HOUR // 2
    assert worked(engine, [ticket], **{"from": "assigned"}) == HOUR + HOUR // 2
    never = ticket | {"assigned_at": None}
    assert worked(engine, [never], **{"from": "assigned"}) == 3 * HOUR + HOUR // 2


def test_zammad_5177_a_later_update_does_not_move_the_first_response(engine):
    ticket = {"id": "1", "priority": "1", "opened_at": "2026-01-05T09:00", "responded_at": "2026-01-05T09:10"}
    events = updates(("2026-01-05T09:10", "Active", "1"), ("2026-01-20T09:10", "Active", "1"))
    figures = one(engine, asked("ticket.response_in_target", targets="15m"), [ticket], events)
    assert (figures.numerator, figures.denominator) == (1, 1)
    assert one(engine, asked("ticket.response_time"), [ticket], events).numerator == 10 * 60_000


def test_a_pause_that_is_never_left_lasts_to_the_stop(engine):
    ticket = {"id": "1", "opened_at": "2026-01-05T09:00", "resolved_at": "2026-01-05T12:00"}
    events = updates(("2026-01-05T10:00", WAIT, None))
    assert worked(engine, [ticket], events, pauses=[WAIT]) == HOUR


def test_updates_are_ordered_by_their_number_then_by_line(engine):
    """The second of two updates with one number is the later one, whatever their times."""
    ticket = {"id": "1", "opened_at": "2026-01-05T09:00", "resolved_at": "2026-01-05T12:00"}
    first = {"ticket": "1", "seq": 1, "at": "2026-01-05T10:00", "state": WAIT, "repeat": 0}
    second = first | {"state": "Active", "repeat": 1}
    assert worked(engine, [ticket], [second, first], pauses=[WAIT]) == 3 * HOUR
    assert worked(engine, [ticket], [second | {"repeat": 0}, first | {"repeat": 1}], pauses=[WAIT]) == HOUR


def test_retarget_final_initial_and_each(engine):
    ticket = {"id": "1", "priority": "1", "opened_at": "2026-01-05T09:00", "resolved_at": "2026-01-05T15:30"}
    events = updates(("2026-01-05T09:00", "New", "4"), ("2026-01-05T14:30", "Active", "1"))
    targets = {"1": "2h", "4": "8h"}  # four hours under 4, one under 1
    assert one(engine, in_target(targets=targets, retarget="final"), [ticket], events).numerator == 0
    assert one(engine, in_target(targets=targets, retarget="initial"), [ticket], events).numerator == 1
    assert one(engine, in_target(targets=targets, retarget="each"), [ticket], events).numerator == 1  # 4/8 + 1/2 = 1
    late = ticket | {"resolved_at": "2026-01-05T15:30:00.001"}
    assert one(engine, in_target(targets=targets, retarget="each"), [late], events).numerator == 0


def test_targets_that_cannot_be_added_exactly_are_refused(engine):
    ticket = {"id": "1", "priority": "1", "opened_at": "2026-01-05T09:00", "resolved_at": "2026-01-05T15:30"}
    targets = {"1": "3599.999s", "2": "7200.001s", "3": "86399.989s"}
    with pytest.raises(TargetsIncommensurable):
        one(engine, in_target(targets=targets, retarget="each"), [ticket], updates(("2026-01-05T09:00", "New", "1")))


def test_a_pausing_exclusion_stops_clocks_and_a_dropping_one_leaves_records_out(engine):
    ticket = {"id": "1", "priority": "1", "opened_at": "2026-01-05T09:00", "resolved_at": "2026-01-05T12:00"}
    window = (ms("2026-01-05T10:00"), ms("2026-01-05T11:00"))
    assert one(engine, asked("ticket.resolution_time"), [ticket], still=(window,)).numerator == 2 * HOUR
    opened_inside = ticket | {"id": "2", "opened_at": "2026-01-05T10:00"}
    opened_at_its_end = ticket | {"id": "3", "opened_at": "2026-01-05T11:00"}
    figures = one(engine, asked("ticket.count", dropped=[window]), [ticket, opened_inside, opened_at_its_end])
    assert (figures.numerator, figures.excluded) == (2, 1)


# --- against a plain computation ----------------------------------------------------------------------------


def history(rng, n):
    """A ticket with a random history; some never end, some have no updates, some updates come before the opening."""
    opened = ms("2026-01-01") + rng.randrange(31 * 24 * 60) * 60_000
    ticket = {"id": str(n), "priority": rng.choice("123"), "opened_at": opened, "resolved_at": None}
    if rng.random() < 0.8:
        ticket["resolved_at"] = opened + rng.randrange(10 * 24 * 60) * 60_000
    at, events = opened - rng.randrange(0, 90) * 60_000, []
    for seq in range(rng.randrange(6)):
        state, priority = rng.choice([WAIT, "Active", "New", None]), rng.choice(["1", "2", "3", None])
        events.append({"ticket": str(n), "seq": seq, "at": at, "state": state, "priority": priority})
        at += rng.choice([0, 1, 60, 600, 3000]) * 60_000
    return ticket, events


def plain(ticket, events, *, targets, pauses, retarget, cut):
    """Worked ms and what became of the ticket: minute by minute would be slower, so spell by spell on scalars."""
    start, end = ticket["opened_at"], ticket["resolved_at"] if ticket["resolved_at"] is not None else cut
    marks = [start, *(event["at"] for event in events), end]
    inside = sorted({min(max(mark, start), end) for mark in marks}) if end >= start else [start]
    total, used, stray = 0, Fraction(0), False
    for a, b in itertools.pairwise(inside):
        before = [event for event in events if event["at"] <= a]
        state = before[-1]["state"] if before else None
        under = before[-1] if before else (events[0] if events else None)
        if state in pauses:
            continue
        span = OFFICE.elapsed(a, b)
        total += span
        priority = under["priority"] if under else ticket["priority"]
        if priority in targets:
            used += Fraction(span, targets[priority])
        elif span:
            stray = True
    known = [event["priority"] for event in events if event["priority"] is not None]
    at_end = [event["priority"] for event in events if event["at"] <= end and event["priority"] is not None]
    if retarget == "each":
        judged = not stray if events else ticket["priority"] in targets
        made = used <= 1 if judged else None
    else:
        found = known[:1] if retarget == "initial" else at_end[-1:]
        priority = found[0] if found else ticket["priority"]
        made = total <= targets[priority] if priority in targets else None
    return total, made


@pytest.mark.parametrize("retarget", ["final", "initial", "each"])
@pytest.mark.parametrize("pauses", [[], [WAIT]])
def test_random_histories_agree_with_a_plain_computation(engine, retarget, pauses):
    rng = random.Random(f"{retarget} {pauses}")
    histories = [history(rng, n) for n in range(400)]
    targets = {"1": 4 * HOUR, "2": 9 * HOUR}
    cut = ms("2026-02-01")
    arguments = {"targets": {"1": "4h", "2": "9h"}, "pauses": pauses, "retarget": retarget}
    terms = [in_target(**arguments), asked("ticket.resolution_time", pauses=pauses)]
    events = [event for _ticket, some in histories for event in some]
    labelled = label(scene(engine, [ticket for ticket, _some in histories], events), terms)
    found = {row["id"]: row for row in labelled.table.to_pyarrow().to_pylist()}
    assert len(found) == len(histories)
    for ticket, some in histories:
        total, made = plain(ticket, some, targets=targets, pauses=pauses, retarget=retarget, cut=cut)
        row = found[ticket["id"]]
        assert row["t0_value"] == total, ticket
        if made is None:
            assert row["t0_no_target"] == 1, ticket
        elif ticket["resolved_at"] is None and made:
            assert (row["t0_open"], row["t0_counted"]) == (1, 0), ticket
        else:
            assert (row["t0_counted"], row["t0_hit"]) == (1, made), ticket
    assert lcm(*targets.values()) == 36 * HOUR
