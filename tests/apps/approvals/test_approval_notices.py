"""People are told of what they are asked to decide, of what is overdue, and of how it ended; nobody else is."""

from datetime import timedelta

import pytest
from chains import decided, up_to
from django.db import transaction
from django.utils import timezone

from guanbao.apps.arrangements.services import arrangement_edit
from guanbao.platform.actors import SYSTEM
from guanbao.platform.notices.models import Receipt
from guanbao.platform.tasks.models import Job
from guanbao.platform.tasks.running import job_run
from guanbao.platform.tasks.services import job_start
from guanbao.platform.workflow.models import Task
from guanbao.platform.workflow.services.absences import absence_set

pytestmark = pytest.mark.django_db


def told(kind):
    """Who was told of a kind, by login, once a worker has looked."""
    for job in Job.objects.filter(kind="notice.spread", state="waiting").order_by("pk"):
        job_run(job.pk)
    return sorted(Receipt.objects.filter(notice__kind=f"approval.{kind}").values_list("person__login", flat=True))


def test_the_role_that_is_asked_is_told_and_then_the_next(deciders):
    approval = deciders.submit()
    assert told("asked") == ["executing_department"]  # not who submitted it, and may not decide
    up_to(deciders, approval, "sign_legal")
    assert "legal" in told("asked")
    assert "senior_management" not in told("asked")
    assert not {"manager", "auditor"} & set(told("asked"))


def test_nobody_is_told_of_what_was_rolled_back(deciders):
    with transaction.atomic():
        deciders.submit()
        transaction.set_rollback(True)
    assert told("asked") == []


def test_who_stands_in_is_told_too(deciders):
    audit, today = deciders.thread.auditor[1], timezone.localdate()
    absence_set(actor=deciders.by["legal"], deputy_id=audit.person_id, since=today, until=today)
    up_to(deciders, deciders.submit(), "sign_legal")
    assert {"legal", "auditor"} <= set(told("asked"))


def test_the_maker_is_told_how_it_ended(deciders):
    approval = deciders.submit()
    decided(approval, deciders.by["executing_department"], "executing", "reject", opinion="No.")
    assert told("rejected") == ["maker"]


def test_who_decided_is_told_that_it_is_void(deciders):
    approval = deciders.submit()
    decided(approval, deciders.by["executing_department"], "executing", "approve", opinion="Yes.")
    arrangement_edit(actor=deciders.thread.office[1], arrangement=deciders.arrangement, title="Something else")
    assert told("voided") == ["executing_department", "maker"]


def test_what_is_overdue_is_told_once(deciders):
    deciders.submit()
    Task.objects.update(due_at=timezone.now() - timedelta(hours=1), remind_at=timezone.now())
    for _ in range(2):
        job_run(job_start(actor=SYSTEM, kind="workflow.timers").pk)
    assert told("escalated")
    assert len(told("escalated")) == len(set(told("escalated")))
