"""The part of `decisions.py` that runs where Django is set up."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import wraps
from typing import Any
from unittest import mock

from django.core.management import call_command
from django.db import connection

from guanbao.apps.arrangements.services import arrangement_add
from guanbao.apps.parties.services import department_add, institution_add
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.access.roles import roles_sync
from guanbao.platform.access.tenancy import limited_to
from guanbao.platform.actors import SYSTEM, Actor
from guanbao.platform.identity.models import Membership, Person
from guanbao.platform.ledger import services as ledger
from guanbao.platform.workflow.running import Run
from guanbao.platform.workflow.services import approvals, ending
from guanbao.platform.workflow.services.approvals import approval_start
from guanbao.platform.workflow.services.deciding import task_decide

LONG_AGO = date(2020, 1, 1)
ORDER = ("executing", "sign_risk", "sign_compliance", "sign_legal", "sign_finance", "office", "committee", "committee",
         "senior")  # fmt: skip


class Clock:
    """How long parts take, each without those within it."""

    def __init__(self) -> None:
        self.took: dict[str, float] = {}
        self._within = [0.0]

    def timed(self, name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        """What does as `act`, and is counted under a name."""

        @wraps(act)
        def timing(*given: Any, **said: Any) -> Any:
            start = time.perf_counter()
            self._within.append(0.0)
            try:
                return act(*given, **said)
            finally:
                took = time.perf_counter() - start
                inner = self._within.pop()
                self._within[-1] += took
                self.took[name] = self.took.get(name, 0.0) + took - inner

        return timing


def measure(count: int) -> dict[str, object]:
    """Decisions a second on the database of the settings; milliseconds of the parts of one."""
    call_command("migrate", verbosity=0)
    with limited_to(SYSTEM):
        return _measured(count)


def _measured(count: int) -> dict[str, object]:
    roles_sync()
    bank = institution_add(actor=SYSTEM, name="Bank", kind="bank")
    department = department_add(actor=SYSTEM, institution=bank, code="D", name="Department")
    by = {role: _person(bank, role, role.rstrip("2")) for role in (
        "executing_department", "risk", "compliance", "legal", "finance", "outsourcing_office", "committee",
        "committee2", "senior_management",
    )}  # fmt: skip
    maker = _person(bank, "maker", "executing_department")
    started = []
    for number in range(count):
        arrangement = arrangement_add(
            actor=SYSTEM, institution=bank, reference=f"R-{number}", title="Service", department=department,
            elements=["site"], importance="important", importance_reason="so", fee_monthly=Decimal(number),
        )  # fmt: skip
        started.append(approval_start(actor=maker, subject=arrangement))
    plain = _decide_all(started[: count // 2], by)
    clock = Clock()
    with _parts(clock):
        _decide_all(started[count // 2 :], by, clock)
    timed = (count - count // 2) * len(ORDER)
    return {
        "database": connection.vendor,
        "decisions": len(plain),
        "per_s": round(len(plain) / sum(plain), 1),
        "ms_median": round(statistics.median(plain) * 1000, 2),
        "ms_by_part": {name: round(took / timed * 1000, 2) for name, took in sorted(clock.took.items())},
    }


def _person(bank: Any, login: str, role: str) -> Actor:
    person = Person.objects.create(login=login, name=login, joined_at=datetime(2020, 1, 1, tzinfo=UTC))
    Membership.objects.create(person=person, organisation=bank.organisation, since=LONG_AGO)
    found = Role.objects.get(code=role, institution=None)
    Grant.objects.create(person=person, organisation=bank.organisation, role=found, since=LONG_AGO)
    return Actor("person", login, person_id=person.pk, organisation_id=bank.organisation_id)


def _decide_all(started: list[Any], by: dict[str, Actor], clock: Clock | None = None) -> list[float]:
    took = []
    decide = clock.timed("services and their queries", task_decide) if clock else task_decide
    for approval in started:
        committee = iter(("committee", "committee2"))
        for level in ORDER:
            task = approval.tasks.filter(level=level, state="open").order_by("seat").first()
            who = by[next(committee)] if level == "committee" else by[task.role]
            start = time.perf_counter()
            decide(actor=who, task=task, verdict="approve", opinion="Fine.")
            took.append(time.perf_counter() - start)
    return took


def _parts(clock: Clock) -> Any:
    """The parts told apart: SpiffWorkflow, the ledger, the commit."""
    stack = mock.patch.multiple(
        Run,
        restore=classmethod(clock.timed("SpiffWorkflow: restore", Run.restore.__func__)),
        keep=clock.timed("SpiffWorkflow: keep", Run.keep),
        complete=clock.timed("SpiffWorkflow: go on", Run.complete),
    )
    told = clock.timed("ledger", ledger.ledger_append)
    return _Several(
        stack,
        mock.patch.object(ending, "ledger_append", told),
        mock.patch.object(connection, "_commit", clock.timed("commit", connection._commit)),  # noqa: SLF001
        mock.patch.object(approvals, "due", clock.timed("working days", approvals.due)),
    )


class _Several:
    def __init__(self, *contexts: Any) -> None:
        self._contexts = contexts

    def __enter__(self) -> None:
        for one in self._contexts:
            one.__enter__()

    def __exit__(self, *said: object) -> None:
        for one in self._contexts:
            one.__exit__(*said)
