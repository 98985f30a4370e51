"""Duties under time and people, in any order: what is there is what a plain account says, and nothing is told twice.

GUANBAO_DUTY_RUNS=10000 is the long form (`make duties`): so many runs of fifty steps.
"""

import os
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

import days_oracle
from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.services import arrangement_add, arrangement_edit
from guanbao.apps.duties.services import arrangement_duty_add
from guanbao.apps.parties.services import contractor_add, department_add, institution_add
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.access.roles import roles_sync
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.models import Membership, Person
from guanbao.platform.obligations.models import Duty, Reminder
from guanbao.platform.obligations.services.keeping import duty_cancel, duty_do, duty_edit, duty_excuse, duty_hand
from guanbao.platform.obligations.tasks import remind
from guanbao.platform.tasks.models import Job

RUNS = int(os.environ.get("GUANBAO_DUTY_RUNS", "16"))
STEPS = 50 if RUNS > 100 else 20
BEGINS = date(2026, 9, 1)
DAYS = st.integers(0, 40)
ENDS = st.one_of(st.none(), st.dates(date(2026, 8, 1), date(2028, 2, 29)))
PICK = st.integers(0, 1_000)
COUNTED = {"runs": 0, "steps": 0, "notices": 0, "duties": 0}


class Machine(RuleBasedStateMachine):
    """One run: an account of every duty beside the rows. The clock is the machine's."""

    desk = patch = None

    def __init__(self):
        super().__init__()
        self.inner = transaction.atomic()
        self.inner.__enter__()
        self.day, self.series, self.notices, self.ends = BEGINS, [], [], date(2027, 12, 31)
        self.is_here = True
        self.clock()
        COUNTED["runs"] += 1

    def teardown(self):
        COUNTED["notices"] += len(self.notices)
        COUNTED["duties"] += sum(len(one.duties) for one in self.series)
        transaction.set_rollback(True)
        self.inner.__exit__(None, None, None)

    def clock(self):
        """Noon in Shanghai."""
        now = datetime(self.day.year, self.day.month, self.day.day, 4, tzinfo=UTC)
        self.patch.setattr(timezone, "now", lambda: now)

    # The account.

    def place(self, series, number):
        """Where an occurrence falls by what the series says now."""
        return days_oracle.due(series.anchor, number if series.every else 0, series.every, series.offset, series.rolls)

    def settle(self, series, duty):
        """Bring an occurrence to its place."""
        duty.due, duty.is_provisional = self.place(series, duty.number)

    def follow(self, series):
        """What recurs goes on, as long as its last is over or closed by hand."""
        while series.every:
            last = max(series.duties, key=lambda one: one.number)
            if last.state in ("cancelled", "lapsed") or (last.state == "open" and last.due > self.day):
                return
            duty = self.duty(series, last.number + 1)
            duty.person = last.person

    def duty(self, series, number):
        made = SimpleNamespace(
            number=number, state="open", leads=series.leads, grace=series.grace, told=set(), up=set()
        )
        made.person = None
        self.settle(series, made)
        series.duties.append(made)
        return made

    def look(self):
        """What a run owes on this day: a notice for the lead times that have come, one when the grace is over."""
        for series in self.series:
            at = 0
            while at < len(series.duties):
                duty = series.duties[at]
                at += 1
                if duty.state != "open":
                    continue
                come = {lead for lead in duty.leads if duty.due - timedelta(days=lead) <= self.day}
                if fresh := {lead for lead in come if (duty.due, lead) not in duty.told}:
                    duty.told |= {(duty.due, lead) for lead in fresh}
                    self.notices.append((series.title, duty.number, "reminder", duty.due, min(fresh)))
                if duty.due + timedelta(days=duty.grace) < self.day and duty.due not in duty.up:
                    duty.up.add(duty.due)
                    self.notices.append((series.title, duty.number, "escalation", duty.due, None))
                if duty.due <= self.day:
                    self.follow(series)

    def open(self):
        return [(series, duty) for series in self.series for duty in series.duties if duty.state == "open"]

    def row(self, series, duty):
        return Duty.objects.get(title=series.title, number=duty.number)

    # What is done.

    @precondition(lambda self: len(self.series) < 3)
    @rule(
        every=st.sampled_from(["", "", "monthly", "quarterly", "half_yearly", "yearly", "20wd"]),
        offset=st.sampled_from(["", "20wd before", "10wd after", "30d before", "3m before", "1wd before"]),
        rolls=st.sampled_from(["stays", "forward", "backward"]),
        leads=st.lists(st.sampled_from([0, 1, 7, 15, 30, 90]), max_size=4, unique=True),
        grace=st.integers(0, 12),
        anchor_on=st.dates(date(2026, 7, 1), date(2027, 3, 31)),
        is_anchored=st.booleans(),
    )
    def add(self, *, every, offset, rolls, leads, grace, anchor_on, is_anchored):
        is_anchored = is_anchored and self.ends is not None
        series = SimpleNamespace(
            title=f"Duty {len(self.series)}", every=every, offset=offset, rolls=rolls, leads=leads, grace=grace,
            anchor=self.ends if is_anchored else anchor_on, is_anchored=is_anchored, duties=[],
        )  # fmt: skip
        number = 0
        while every and self.place(series, number)[0] < self.day:
            number += 1
        self.duty(series, number)
        self.series.append(series)
        arrangement_duty_add(
            actor=SYSTEM, arrangement=self.desk.arrangement, title=series.title, role="procurement", every=every,
            offset=offset, rolls=rolls, leads=leads, grace_d=grace, escalate_to="risk",
            anchor="ends_on" if is_anchored else "", anchor_on=None if is_anchored else anchor_on,
        )  # fmt: skip

    @rule(ends=ENDS)
    def the_date_moves(self, ends):
        if ends == self.ends:
            return
        self.ends = ends
        for series in self.series:
            if not series.is_anchored:
                continue
            for duty in series.duties:
                if ends is None:
                    duty.state = "lapsed" if duty.state == "open" else duty.state
                elif duty.state in ("open", "lapsed"):
                    duty.state, series.anchor = "open", ends
                    self.settle(series, duty)
        row = Arrangement.objects.get(pk=self.desk.arrangement.pk)
        arrangement_edit(actor=SYSTEM, arrangement=row, ends_on=ends)

    @rule(days=DAYS)
    def nobody_looks_for_some_days(self, days):
        self.day += timedelta(days=days)
        self.clock()

    @rule(days=DAYS, times=st.integers(1, 3))
    def the_job_runs(self, days, times):
        self.nobody_looks_for_some_days(days)
        self.look()
        for _ in range(times):  # again and again it owes nothing more
            remind(None, actor=SYSTEM)

    @precondition(lambda self: self.open())
    @rule(pick=PICK, how=st.sampled_from(["done", "done", "excused", "cancelled"]))
    def somebody_closes_one(self, pick, how):
        series, duty = self.open()[pick % len(self.open())]
        row = self.row(series, duty)
        if how == "done":
            duty_do(actor=SYSTEM, duty=row, remark="Done")
        else:
            {"excused": duty_excuse, "cancelled": duty_cancel}[how](actor=SYSTEM, duty=row, reason="So")
        for each in series.duties if how == "cancelled" else [duty]:
            each.state = how if each.state == "open" else each.state
        if how != "cancelled":
            self.follow(series)

    @precondition(lambda self: self.open())
    @rule(pick=PICK, leads=st.lists(st.integers(0, 60), max_size=4, unique=True), grace=st.integers(0, 30))
    def somebody_changes_one(self, pick, leads, grace):
        series, duty = self.open()[pick % len(self.open())]
        row = self.row(series, duty)
        day = {} if series.is_anchored else {"anchor_on": row.anchor_on}
        duty_edit(actor=SYSTEM, duty=row, leads=leads, grace_d=grace, **day)
        duty.leads, duty.grace = leads, grace
        if duty is max(series.duties, key=lambda one: one.number):
            series.leads, series.grace = leads, grace
        self.follow(series)

    @precondition(lambda self: self.open() and self.is_here)
    @rule(pick=PICK)
    def one_is_handed_to_somebody(self, pick):
        series, duty = self.open()[pick % len(self.open())]
        duty_hand(actor=SYSTEM, duty=self.row(series, duty), role="procurement", person_id=self.desk.buyer.pk)
        duty.person = self.desk.buyer.pk

    @precondition(lambda self: self.is_here)
    @rule()
    def they_leave(self):
        self.is_here = False
        Person.objects.filter(pk=self.desk.buyer.pk).update(left_at=timezone.now())

    # What always holds.

    @invariant()
    def rows_are_those_of_the_account(self):
        COUNTED["steps"] += 1
        fields = ("title", "number", "due_on", "is_provisional", "state", "person")
        rows = sorted(Duty.objects.filter(kind="own").values_list(*fields))
        said = [
            (series.title, one.number, one.due, one.is_provisional, one.state, one.person)
            for series in self.series
            for one in series.duties
        ]
        assert rows == sorted(said)

    @invariant()
    def everything_was_told_once(self):
        mine = {row.pk: row for row in Duty.objects.filter(kind="own")}
        found = []
        for job in Job.objects.filter(kind="notice.spread"):
            pk = int(job.arguments["url"].split("/")[2])
            if pk not in mine or job.arguments["kind"] == "duty.moved":
                continue
            _pk, *parts = job.arguments["key"].split("-")
            due = date(*map(int, parts[:3]))
            is_up = job.arguments["kind"] == "duty.escalated"
            what = ("escalation", due, None) if is_up else ("reminder", due, int(parts[3]))
            found.append((mine[pk].title, mine[pk].number, *what))
            self.to_whom(job.arguments, is_up=is_up)
        assert sorted(found, key=str) == sorted(self.notices, key=str)
        rows = Reminder.objects.filter(duty__in=mine, is_escalation=False).values_list("duty", "due_on", "lead_d")
        told = {(mine[pk].title, mine[pk].number, due, lead) for pk, due, lead in rows}
        assert told == {
            (series.title, one.number, *each) for series in self.series for one in series.duties for each in one.told
        }

    def to_whom(self, sent, *, is_up):
        """Up to the post above; else to a person by name or to their post, and never to both."""
        if is_up:
            assert (sent["role"], sent["person"]) == ("risk", None)
        else:
            assert (sent["role"], sent["person"]) in {("procurement", None), ("", self.desk.buyer.pk)}


def _person(login, organisation, code):
    person = Person.objects.create(login=login, name=login, joined_at=datetime(2020, 1, 1, tzinfo=UTC))
    Membership.objects.create(person=person, organisation=organisation, since=date(2020, 1, 1))
    role = Role.objects.get(code=code, institution=None)
    Grant.objects.create(person=person, organisation=organisation, role=role, since=date(2020, 1, 1))
    return person


@pytest.fixture
def desk(db):  # noqa: ARG001
    """An arrangement, and who buys."""
    roles_sync()
    bank = institution_add(actor=SYSTEM, name="East Bank", kind="bank")
    department = department_add(actor=SYSTEM, institution=bank, code="CC", name="Card Centre")
    contractor = contractor_add(actor=SYSTEM, institution=bank, name="Calls Ltd", kind="it_service")
    arrangement = arrangement_add(
        actor=SYSTEM, institution=bank, reference="WB-1", title="Calls", department=department, contractor=contractor,
        elements=["personnel"], ends_on=date(2027, 12, 31),
    )  # fmt: skip
    buyer, _stays = (_person(login, bank.organisation, "procurement") for login in ("buyer", "stays"))
    return SimpleNamespace(arrangement=arrangement, buyer=buyer)


def test_duties_do_what_a_plain_account_says(desk, monkeypatch):
    Machine.desk, Machine.patch = desk, monkeypatch
    how = settings(
        max_examples=RUNS,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(Machine, settings=how)
    said = ", ".join(f"{number} {name}" for name, number in COUNTED.items())
    print(f"\n{said}")
    assert COUNTED["steps"] > 0
    assert COUNTED["duties"] > 0
