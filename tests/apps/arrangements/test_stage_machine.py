"""Whatever is called in whatever order, by pages, endpoints and services: no stage is left while its gates are shut.

GUANBAO_STAGE_RUNS=10000 is the long form (`make stages`): so many runs of fifty steps.
"""

import os
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

import pytest
from approving import approved
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from guanbao.apps.arrangements import rules, services, stages
from guanbao.apps.arrangements.choices import STAGES
from guanbao.apps.arrangements.models import Arrangement, MaterialChange, Waiver
from guanbao.engine.errors import GuanbaoError
from guanbao.platform.identity.models import Organisation
from guanbao.platform.identity.tokens import token_make

RUNS = int(os.environ.get("GUANBAO_STAGE_RUNS", "8"))
STEPS = 50
LINE = [str(stage) for stage in STAGES]
# Two gates to each stage but the last; the second of each is never waived.
GATES = {f"{stage}_{n}": stage for stage in LINE[:-1] for n in (1, 2)}
NEVER = frozenset(name for name in GATES if name.endswith("2"))
WHY = "Because it is so"
MOVES = {
    "advance": {},
    "suspend": {"suspension_reason": WHY},
    "resume": {},
    "withdraw": {"stage_reason": WHY},
    "reject": {"stage_reason": WHY},
    "terminate": {"stage_reason": WHY},
    "renew": {"stage_reason": WHY, "back_to": "contract"},
}
MAY = {"office": set(MOVES) - {"reject"}, "committee": {"reject"}, "manager": set(), "elsewhere": set()}
WHO = st.sampled_from(["office"] * 8 + ["committee", "manager", "elsewhere"])
MOVE = st.sampled_from(["advance"] * 8 + ["suspend", "resume", "resume", "withdraw", "reject", "terminate", "renew"])
WAY = st.sampled_from(["page", "api", "service", "bulk"])
COUNTED = {"runs": 0, "steps": 0, "moved": 0, "refused": 0}


class Machine(RuleBasedStateMachine):
    """One run: what a plain model says of one arrangement, beside its row."""

    people = house = pk = None
    open: ClassVar = {}

    def __init__(self):
        super().__init__()
        self.inner = transaction.atomic()
        self.inner.__enter__()
        self.open.update(dict.fromkeys(GATES, False))
        self.stage, self.outcome, self.is_suspended, self.waived = "scope", "", False, set()
        COUNTED["runs"] += 1

    def teardown(self):
        transaction.set_rollback(True)
        self.inner.__exit__(None, None, None)

    def row(self):
        return Arrangement.objects.get(pk=self.pk)

    # What is allowed, said plainly.

    def holds_back(self):
        return [name for name, stage in GATES.items()
                if stage == self.stage and not self.open[name] and name not in self.waived]  # fmt: skip

    def allows(self, who, move):
        early = self.stage in ("scope", "requirement", "initiation", "selection", "contract")
        going = not self.is_suspended
        return (
            move in MAY[who]
            and {
                "advance": self.stage != "closed" and going and not self.holds_back(),
                "suspend": self.stage != "closed" and going,
                "resume": self.is_suspended,
                "withdraw": early and not self.outcome,
                "reject": early and not self.outcome,
                "terminate": (early or self.stage in ("contract", "readiness", "operation")) and not self.outcome,
                "renew": self.stage == "renewal" and going and not self.outcome,
            }[move]
        )

    def moved(self, move):
        if move == "advance":
            self.stage = LINE[LINE.index(self.stage) + 1]
            if self.stage == "closed":
                self.outcome = self.outcome or "completed"
        elif move in ("suspend", "resume"):
            self.is_suspended = move == "suspend"
        elif move == "renew":
            self.stage = "contract"
        else:
            exits = move == "terminate" and self.stage in ("contract", "readiness", "operation")
            self.stage = "renewal" if exits else "closed"
            self.outcome = {"withdraw": "withdrawn", "reject": "rejected", "terminate": "terminated"}[move]
            self.is_suspended = False

    # What is done.

    @rule(who=WHO, move=MOVE, way=WAY)
    def try_to(self, who, move, way):
        allowed = self.allows(who, move)
        client, actor, token = self.people[who]
        said = MOVES[move]
        if way == "service":
            try:
                with transaction.atomic():
                    getattr(services, f"arrangement_{move}")(actor=actor, arrangement=self.row(), **said)
            except (GuanbaoError, ValidationError):
                assert not allowed, (who, move)
        else:
            if way == "api":
                headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
                at = f"/api/v1/arrangements/{self.pk}/{move}"
                answer = Client().post(at, said, content_type="application/json", headers=headers)
            elif way == "bulk" and move == "advance":
                answer = client.post("/arrangements/bulk", {"verb": move, "row": [self.pk]})
            else:
                answer = client.post(f"/arrangements/{self.pk}/{move}", said)
            assert answer.status_code < 500
        if allowed:
            self.moved(move)
            COUNTED[self.stage] = COUNTED.get(self.stage, 0) + 1
        COUNTED["moved" if allowed else "refused"] += 1

    @rule(who=WHO, way=WAY, stage=st.sampled_from(LINE))
    def claim_a_stage(self, who, way, stage):
        """What nobody may enter is entered together with what some may."""
        client, _actor, token = self.people[who]
        row = self.row()
        said = {
            "title": row.title, "department": row.department_id, "elements": ["personnel"],
            "importance": row.importance, "stage": stage, "outcome": "", "stage_since": "2020-01-01",
        }  # fmt: skip
        if way == "api":
            headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
            at = f"/api/v1/arrangements/{self.pk}/edit"
            answer = Client().post(at, said, content_type="application/json", headers=headers)
        else:
            answer = client.post(f"/arrangements/{self.pk}/edit", said)
        assert answer.status_code < 500

    @rule(name=st.sampled_from(sorted(GATES)), is_open=st.booleans())
    def turn_any(self, name, is_open):
        self.open[name] = is_open

    @rule(both=st.booleans(), way=WAY)
    def go_on(self, both, way):
        """So that a run gets somewhere: the present gates open, or all but one, and the office tries."""
        for name, stage in GATES.items():
            if stage == self.stage and (both or name in NEVER):
                self.open[name] = True
        self.try_to("office", "advance", way)

    @rule(way=WAY)
    def go_on_at_once(self, way):
        self.go_on(both=True, way=way)

    @rule(way=WAY)
    def go_on_after_all(self, way):
        if self.is_suspended:
            self.try_to("office", "resume", way)
        self.go_on(both=True, way=way)

    @rule(who=WHO, way=WAY)
    def try_to_advance(self, who, way):
        self.try_to(who, "advance", way)

    @rule(name=st.sampled_from(sorted(GATES)), is_present=st.booleans(), is_approved=st.booleans())
    def waive(self, name, is_present, is_approved):
        if is_present and self.stage != "closed":
            name = f"{self.stage}_1"
        actor, ends_on = self.people["office"][1], timezone.localdate() + timedelta(days=9)
        try:
            with transaction.atomic():
                asked = services.waiver_ask(actor=actor, arrangement=self.row(), gate=name, reason=WHY, ends_on=ends_on)
        except GuanbaoError:
            assert name in NEVER
            return
        assert name not in NEVER
        if is_approved and name not in self.waived:
            approved(self.house, actor, asked)
            self.waived.add(name)

    @rule()
    def let_waivers_end(self):
        Waiver.objects.update(ends_on=timezone.localdate() - timedelta(days=1))
        self.waived.clear()

    @rule()
    def change_materially(self):
        """It is judged anew; where it stands is as before, and so are its waivers."""
        said = {"kind": "scope", "description": WHY, "importance": "general", "happened_on": timezone.localdate()}
        try:
            with transaction.atomic():
                services.material_change_record(actor=self.people["office"][1], arrangement=self.row(), **said)
        except GuanbaoError:
            assert self.stage == "closed"

    @invariant()
    def it_stands_where_the_model_says(self):
        COUNTED["steps"] += 1
        row = self.row()
        assert (row.stage, row.outcome) == (self.stage, self.outcome)
        assert (row.suspended_on is not None) == self.is_suspended


@pytest.fixture
def desk(house, thread, monkeypatch):
    """Whose hands it goes through, and gates that the run opens and shuts."""

    def made(name):
        return stages.Gate(name, name, stages.Stage(GATES[name]), "rule",
                           lambda _row: None if Machine.open[name] else stages.Shut("shut"))  # fmt: skip

    usual = rules.rule_packs()[rules.USUAL]
    every = replace(usual.classes[0], when={}, gates=dict.fromkeys(GATES, "rule"))
    pack = replace(usual, classes=(every,), never_waived=NEVER)
    monkeypatch.setattr(stages, "_GATES", {name: made(name) for name in GATES})
    monkeypatch.setattr(rules, "rule_packs", lambda: {rules.USUAL: pack})
    people = {
        "office": thread.office,
        "committee": house.person("board", house.bank.organisation, "committee"),
        "manager": thread.manager,
        "elsewhere": house.person("stranger", house.other.organisation, "outsourcing_office", "committee"),
    }

    def hands(person, actor):
        client, of = Client(), Organisation.objects.get(pk=actor.organisation_id)
        client.force_login(person, "django.contrib.auth.backends.ModelBackend")
        return client, actor, token_make(actor=actor, person=person, organisation=of, name="machine")[1]

    Machine.people = {name: hands(*pair) for name, pair in people.items()}
    Machine.house, Machine.pk = house, thread.calls.pk


@pytest.mark.usefixtures("desk")
def test_no_sequence_of_calls_reaches_a_stage_whose_gates_are_shut():
    how = settings(
        max_examples=RUNS,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=RUNS < 100,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(Machine, settings=how)
    print(f"\n{COUNTED}")
    assert COUNTED["refused"] > 0
    assert COUNTED.keys() >= {*LINE[1:]}  # every stage was reached
    assert not MaterialChange.objects.exists()  # each run is taken back
