"""Approvals as a state machine: whatever is tried in whatever order, what must hold holds after each step.

GUANBAO_APPROVALS=10000 is the long form: so many runs of 50 steps.
"""

import os
from datetime import timedelta
from typing import ClassVar

import pytest
from chains import DECIDE
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from guanbao.apps.arrangements.services import arrangement_edit, link_add, link_remove
from guanbao.engine.errors import GuanbaoError
from guanbao.platform.actors import SYSTEM
from guanbao.platform.ledger.models import Entry
from guanbao.platform.workflow.attaching import attachment_of, digest_of
from guanbao.platform.workflow.choices import AGAINST, FOR, Verdict
from guanbao.platform.workflow.errors import ContentChanged
from guanbao.platform.workflow.models import Approval, Decision, Task
from guanbao.platform.workflow.services.absences import absence_end, absence_set
from guanbao.platform.workflow.services.approvals import approval_start, approval_withdraw
from guanbao.platform.workflow.services.deciding import task_claim, task_decide, task_delegate, task_release
from guanbao.platform.workflow.services.timing import task_escalate

RUNS = int(os.environ.get("GUANBAO_APPROVALS", "30"))
PEOPLE = [*DECIDE, "maker", "office", "manager"]
WHO, NUMBER = st.sampled_from(PEOPLE), st.integers(0, 12)
VERDICTS = st.sampled_from([*[Verdict.APPROVE.value] * 8, *Verdict.values])
LEVELS = st.sampled_from(["executing", "sign_risk", "sign_legal", "office", "committee", "nothing"])


class Approvals(RuleBasedStateMachine):
    """What people try; the test says who they are."""

    by: ClassVar = {}
    arrangement = None
    steps: ClassVar = [0]

    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.absences = []
        self.links = []

    def teardown(self):
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def attempt(self, act):
        """Do it; what is refused changes nothing, but that what has changed is void."""
        self.steps[0] += 1
        before = Entry.objects.count(), Decision.objects.count()
        try:
            return act()
        except ContentChanged:
            assert Entry.objects.count() == before[0] + 1
        except GuanbaoError:
            assert (Entry.objects.count(), Decision.objects.count()) == before
        return None

    def task(self, number):
        open_ = list(Task.objects.filter(state="open").order_by("pk")) or list(Task.objects.order_by("-pk")[:5])
        return open_[number % len(open_)] if open_ else None

    @rule(who=st.sampled_from(["maker", "office", "executing_department", "risk", "manager"]))
    def submit(self, who):
        self.attempt(lambda: approval_start(actor=self.by[who], subject=self.arrangement))

    @rule(who=WHO, number=NUMBER, verdict=VERDICTS, to=LEVELS)
    def decide(self, who, number, verdict, to):
        if task := self.task(number):
            said = {"verdict": verdict, "opinion": "so", "to": to}
            self.attempt(lambda: task_decide(actor=self.by[who], task=task, **said))

    @rule(number=NUMBER, verdict=VERDICTS, to=LEVELS)
    def decide_in_the_role(self, number, verdict, to):
        if task := self.task(number):
            seats = {"committee": ["committee", "committee2", "committee3"]}
            for who in seats.get(task.role, [task.role]):
                said = {"verdict": verdict, "opinion": "so", "to": to}
                self.attempt(lambda who=who, said=said: task_decide(actor=self.by[who], task=task, **said))

    @rule(who=WHO, number=NUMBER, what=st.sampled_from([task_claim, task_release]))
    def take(self, who, number, what):
        if task := self.task(number):
            self.attempt(lambda: what(actor=self.by[who], task=task))

    @rule(who=WHO, number=NUMBER, other=WHO)
    def delegate(self, who, number, other):
        if task := self.task(number):
            self.attempt(lambda: task_delegate(actor=self.by[who], task=task, person_id=self.by[other].person_id))

    @rule(who=WHO, number=NUMBER)
    def withdraw(self, who, number):
        if (approval := Approval.objects.order_by("-pk").first()) and number < 3:
            self.attempt(lambda: approval_withdraw(actor=self.by[who], approval=approval))

    @rule(fee=st.integers(1, 3))
    def edit(self, fee):
        self.attempt(lambda: arrangement_edit(actor=self.by["office"], arrangement=self.arrangement, fee_monthly=fee))

    @rule()
    def add_or_remove_a_part(self):
        if self.links:
            link = self.links.pop()
            self.attempt(lambda: link_remove(actor=self.by["office"], link=link))
        else:
            part = {"rank": 2, "name": "Sub", "part": "all"}
            self.links.append(
                self.attempt(lambda: link_add(actor=self.by["office"], arrangement=self.arrangement, **part))
            )

    @rule(who=WHO, other=WHO)
    def go_away(self, who, other):
        today = timezone.localdate()
        said = {"deputy_id": self.by[other].person_id, "since": today, "until": today + timedelta(1)}
        if absence := self.attempt(lambda: absence_set(actor=self.by[who], **said)):
            self.absences.append((who, absence))

    @rule()
    def come_back(self):
        if self.absences:
            who, absence = self.absences.pop()
            self.attempt(lambda: absence_end(actor=self.by[who], absence=absence))

    @rule(number=NUMBER)
    def escalate(self, number):
        if task := self.task(number):
            self.attempt(lambda: task_escalate(actor=SYSTEM, pk=task.pk, now=timezone.now()))

    @invariant()
    def nobody_decides_twice_or_for_themselves(self):
        for approval in Approval.objects.all():
            rows = list(approval.decisions.filter(in_force=True))
            for people in ([one.person_id for one in rows], [one.for_person_id for one in rows]):
                assert len(people) == len(set(people))
                assert approval.maker_id not in people
            crossed = {one.person_id for one in rows} & {
                one.for_person_id for one in rows if one.for_person_id != one.person_id
            }
            assert not crossed
            assert {one.digest for one in approval.decisions.all()} <= {approval.digest}

    @invariant()
    def what_runs_or_was_approved_is_what_was_submitted(self):
        attached = attachment_of("arrangements.arrangement")
        self.arrangement.refresh_from_db()
        now = digest_of(attached.content(self.arrangement))
        standing = Approval.objects.filter(state__in=("running", "approved"))
        assert set(standing.values_list("digest", flat=True)) <= {now}
        assert standing.filter(state="running").count() <= 1

    @invariant()
    def tasks_are_open_while_it_runs(self):
        for approval in Approval.objects.all():
            open_ = approval.tasks.filter(state="open")
            assert open_.exists() == (approval.state == "running")
            assert approval.tasks.filter(state="done").count() == approval.decisions.count()

    @invariant()
    def what_is_approved_had_its_quorums_and_no_veto(self):
        for approval in Approval.objects.filter(state="approved"):
            rows = list(approval.decisions.filter(in_force=True).values_list("level", "verdict"))
            nodes = approval.version.diagram.nodes
            levels = {level for level, _ in rows}
            assert {"executing", "sign_risk", "sign_compliance", "office", "committee"} <= levels
            for level in levels:
                mine = [verdict for at, verdict in rows if at == level]
                assert sum(one in FOR for one in mine) >= nodes[level].quorum
                assert sum(one in AGAINST for one in mine) <= nodes[level].seats - nodes[level].quorum


@pytest.mark.django_db
def test_what_must_hold_holds_after_each_step(deciders):
    """Each run begins with the same house, and leaves nothing."""
    by = {**deciders.by, "maker": deciders.maker, "office": deciders.thread.office[1]}
    Approvals.by = by | {"manager": deciders.thread.manager[1]}
    Approvals.arrangement, Approvals.steps = deciders.arrangement, [0]
    held = settings(max_examples=RUNS, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Approvals, settings=held)
    print(f"{RUNS} runs, {Approvals.steps[0]} attempts")
    assert Approvals.steps[0] >= 10 * RUNS
