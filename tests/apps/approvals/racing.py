"""Races about approvals, on whatever database the settings name: two at the same task, one at two, approve and edit.

Run by a process of its own, `python -c "import django; django.setup(); import racing; racing.main(N)"`: what SQLite
keeps in memory has one connection, and races need two.
"""

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal

from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F

from guanbao.apps.arrangements.services import arrangement_add, arrangement_edit
from guanbao.apps.parties.services import department_add, institution_add
from guanbao.engine.errors import GuanbaoError
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.access.roles import roles_sync
from guanbao.platform.access.tenancy import EVERYONE, SETTING
from guanbao.platform.actors import SYSTEM, Actor
from guanbao.platform.identity.models import Membership, Person
from guanbao.platform.ledger.models import Entry
from guanbao.platform.workflow.attaching import attachment_of, digest_of
from guanbao.platform.workflow.models import Approval, Decision, Task
from guanbao.platform.workflow.services.approvals import approval_start, approval_withdraw
from guanbao.platform.workflow.services.deciding import task_decide

LONG_AGO = date(2020, 1, 1)


class Crowd:
    """A bank, an arrangement, and people who are too eager."""

    def __init__(self):
        self.bank = institution_add(actor=SYSTEM, name="Bank", kind="bank")
        department = department_add(actor=SYSTEM, institution=self.bank, code="D", name="Department")
        self.arrangement = arrangement_add(
            actor=SYSTEM, institution=self.bank, reference="R-1", title="Service", department=department,
            elements=["site"], importance="important", importance_reason="so", fee_monthly=Decimal(1),
        )  # fmt: skip
        self.maker = self.person("maker", "executing_department")
        self.first, self.second = (self.person(name, "executing_department") for name in ("first", "second"))
        self.both = self.person("both", "risk", "compliance", "legal")
        self.office = self.person("office", "outsourcing_office")
        self.edits = 0

    def person(self, login, *roles):
        person = Person.objects.create(login=login, name=login, joined_at=datetime(2020, 1, 1, tzinfo=UTC))
        Membership.objects.create(person=person, organisation=self.bank.organisation, since=LONG_AGO)
        for code in roles:
            role = Role.objects.get(code=code, institution=None)
            Grant.objects.create(person=person, organisation=self.bank.organisation, role=role, since=LONG_AGO)
        return Actor("person", login, person_id=person.pk, organisation_id=self.bank.organisation_id)

    def edit(self):
        self.edits += 1
        arrangement_edit(actor=self.office, arrangement=self.arrangement, fee_monthly=Decimal(1 + self.edits))

    def deciding(self, actor, task, verdict="approve"):
        return lambda: task_decide(actor=actor, task=task, verdict=verdict, opinion="so")

    def race(self, kind):
        """An approval, and what is done to it at once."""
        approval = approval_start(actor=self.maker, subject=self.arrangement)
        task = approval.tasks.get()
        if kind == "two at a task":
            return approval, [self.deciding(self.first, task), self.deciding(self.second, task)]
        if kind == "one twice":
            return approval, [self.deciding(self.first, task), self.deciding(self.first, task)]
        if kind == "maker and another":
            return approval, [self.deciding(self.maker, task), self.deciding(self.first, task)]
        if kind == "one at two":
            task_decide(actor=self.first, task=task, verdict="approve")
            tasks = [approval.tasks.get(level=level) for level in ("sign_risk", "sign_legal")]
            return approval, [self.deciding(self.both, one) for one in tasks]
        return approval, [self.deciding(self.first, task), self.edit]


KINDS = ("two at a task", "approve and edit", "one at two", "approve and edit", "maker and another", "one twice")


def main(races):
    """Run them, and print what came of it."""
    if connection.vendor == "postgresql":
        connection.settings_dict["OPTIONS"]["options"] = f"-c {SETTING}={EVERYONE}"
    call_command("migrate", verbosity=0)
    roles_sync()
    crowd, outcomes, faults = Crowd(), Counter(), []
    with ThreadPoolExecutor(2) as pool:
        for number in range(races):
            kind = KINDS[number % len(KINDS)]
            approval, acts = crowd.race(kind)
            gate = threading.Barrier(2)
            said = list(pool.map(run, acts, [gate] * 2))
            outcomes.update(f"{kind}: {one}" for one in said)
            faults += [f"{kind}: {one}" for one in said if one.startswith("fault")]
            faults += judged(kind, approval, said, crowd)
            if Approval.objects.get(pk=approval.pk).state == "running":
                approval_withdraw(actor=crowd.maker, approval=approval)
        list(pool.map(lambda _: connection.close(), range(2)))
    own = Decision.objects.filter(person=F("approval__maker")).count()
    twice = Decision.objects.filter(in_force=True).values("approval", "person").annotate(n=Count("pk")).filter(n__gt=1)
    print(json.dumps({
        "vendor": connection.vendor, "races": races, "decisions": Decision.objects.count(), "self": own,
        "double": twice.count(), "faults": faults[:5], "outcomes": dict(sorted(outcomes.items())),
    }))  # fmt: skip


def run(act, gate):
    gate.wait(timeout=60)
    try:
        act()
    except GuanbaoError as error:
        return type(error).__name__
    except IntegrityError:
        return "IntegrityError"
    except Exception as error:  # noqa: BLE001 - told
        return f"fault {type(error).__name__} {error}"[:200]
    return "done"


def judged(kind, approval, said, crowd):
    """What should not be so."""
    approval = Approval.objects.get(pk=approval.pk)
    decisions = list(approval.decisions.all())
    if any(one.digest != approval.digest for one in decisions):
        yield f"{kind}: a digest differs"
    if kind == "approve and edit":
        yield from _after_edit(kind, approval, crowd)
    elif len(decisions) != (2 if kind == "one at two" else 1) or said.count("done") != 1:
        yield f"{kind}: {len(decisions)} decisions, {said}"
    if Task.objects.filter(approval=approval, state="open").exists() != (approval.state == "running"):
        yield f"{kind}: tasks of {approval.state}"


def _after_edit(kind, approval, crowd):
    """The edit came through, the approval is void, and nobody decided after it became so."""
    with transaction.atomic():
        crowd.arrangement.refresh_from_db()
        attached = attachment_of(approval.subject_type)
        if digest_of(attached.content(crowd.arrangement)) == approval.digest or approval.state != "void":
            yield f"{kind}: {approval.state}"
    tasks = [str(pk) for pk in approval.tasks.values_list("pk", flat=True)]
    decided = Entry.objects.filter(event="approval_task.decided", object_id__in=tasks).values_list("index", flat=True)
    voided = Entry.objects.get(event="approval.voided", object_id=str(approval.pk)).index
    if any(index > voided for index in decided):
        yield f"{kind}: decided after it was void"
