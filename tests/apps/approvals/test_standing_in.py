"""Reminders and escalation, standing in, and versions of models."""

from datetime import timedelta

import pytest
from chains import decided, task_of, up_to
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.actors import SYSTEM
from guanbao.platform.ledger.models import Entry
from guanbao.platform.tasks.running import job_run
from guanbao.platform.tasks.services import job_start
from guanbao.platform.workflow import errors
from guanbao.platform.workflow.models import Approval, Copy, Decision, ModelVersion, Task
from guanbao.platform.workflow.selectors import copies_of, tasks_decided, tasks_waiting, versions_visible
from guanbao.platform.workflow.services.absences import absence_end, absence_set
from guanbao.platform.workflow.services.approvals import approval_start
from guanbao.platform.workflow.services.deciding import task_claim
from guanbao.platform.workflow.services.versions import model_enforce, model_upload
from guanbao.platform.workflow.shipped import models_shipped

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def look():
    job = job_start(actor=SYSTEM, kind="workflow.timers")
    job_run(job.pk)
    job.refresh_from_db()
    return job.result


def test_who_is_asked_is_reminded_once(deciders):
    approval = deciders.submit()
    Task.objects.update(remind_at=timezone.now())
    assert look() == {"freed": 0, "reminded": 1, "escalated": 0}
    assert look() == {"freed": 0, "reminded": 0, "escalated": 0}
    assert Entry.objects.filter(event="approval_task.reminded").count() == 1
    assert task_of(approval, "executing").reminded_at is not None


def test_what_is_overdue_goes_up(deciders):
    approval = deciders.submit()
    task_claim(actor=deciders.by["executing_department"], task=task_of(approval, "executing"))
    Task.objects.update(due_at=timezone.now() - timedelta(days=1))
    assert look() == {"freed": 0, "reminded": 0, "escalated": 1}
    assert look() == {"freed": 0, "reminded": 0, "escalated": 0}
    task = task_of(approval, "executing")
    assert (task.claimed_by_id, task.state) == (None, "open")
    office = deciders.by["outsourcing_office"]
    assert [copy.why for copy in copies_of(actor=office)] == ["escalated"]
    assert not copies_of(actor=deciders.by["risk"]).exists()
    assert not copies_of(actor=deciders.thread.manager[1]).exists()


def test_nobody_is_reminded_of_what_has_ended(deciders):
    approval = deciders.submit()
    decided(approval, deciders.by["executing_department"], "executing", "reject", opinion="No.")
    Task.objects.update(remind_at=timezone.now(), due_at=timezone.now())
    assert look() == {"freed": 0, "reminded": 0, "escalated": 0}


def test_a_deputy_decides_while_somebody_is_away(deciders):
    audit = deciders.thread.auditor[1]
    legal = deciders.by["legal"]
    approval = deciders.submit()
    up_to(deciders, approval, "sign_legal")
    assert not tasks_waiting(actor=audit).exists()
    absence = absence_set(actor=legal, deputy_id=audit.person_id, since=TODAY, until=TODAY)
    assert [task.level for task in tasks_waiting(actor=audit)] == ["sign_legal"]
    absence_end(actor=legal, absence=absence)
    assert not tasks_waiting(actor=audit).exists()
    with pytest.raises(NotPermitted):
        decided(approval, audit, "sign_legal")
    absence_set(actor=legal, deputy_id=audit.person_id, since=TODAY, until=TODAY)
    decided(approval, audit, "sign_legal")
    made = Decision.objects.get(level="sign_legal")
    assert (made.person_id, made.for_person_id) == (audit.person_id, legal.person_id)
    assert [one.level for one in tasks_decided(actor=audit)] == ["sign_legal"]


@pytest.mark.parametrize("days", [(1, 9), (-9, -1)])
def test_a_deputy_decides_at_no_other_time(deciders, days):
    audit = deciders.thread.auditor[1]
    first, last = (TODAY + timedelta(days=n) for n in days)
    absence_set(actor=deciders.by["executing_department"], deputy_id=audit.person_id, since=first, until=last)
    approval = deciders.submit()
    with pytest.raises(NotPermitted):
        decided(approval, audit, "executing")


def test_a_deputy_does_not_decide_for_the_maker_nor_the_maker_for_others(deciders):
    first = deciders.by["executing_department"]
    audit = deciders.thread.auditor[1]
    absence_set(actor=deciders.maker, deputy_id=audit.person_id, since=TODAY, until=TODAY)
    absence_set(actor=first, deputy_id=deciders.maker.person_id, since=TODAY, until=TODAY)
    approval = deciders.submit()
    for actor in (audit, deciders.maker):
        with pytest.raises(errors.OwnRequest):
            decided(approval, actor, "executing")
    assert not Decision.objects.exists()


def test_nobody_stands_in_who_is_no_colleague(deciders):
    for other in (deciders.thread.manager[1], deciders.by["risk"]):
        with pytest.raises(errors.DeputyUnfit):
            absence_set(actor=deciders.by["risk"], deputy_id=other.person_id, since=TODAY, until=TODAY)
    with pytest.raises(ValidationError):
        absence_set(
            actor=deciders.by["risk"], deputy_id=deciders.by["legal"].person_id, since=TODAY, until=TODAY - timedelta(1)
        )
    with pytest.raises(NotPermitted):
        absence_set(
            actor=deciders.thread.manager[1], deputy_id=deciders.by["legal"].person_id, since=TODAY, until=TODAY
        )


def files(change=("", "")):
    bpmn, tables = models_shipped()["tiered_review"]
    return bpmn.replace(*change).encode(), [table.encode() for table in tables]


def test_a_model_is_replaced_by_two_people_and_runs_stay_on_theirs(deciders):
    approval = deciders.submit()
    office, compliance = deciders.by["outsourcing_office"], deciders.by["compliance"]
    bpmn, tables = files(('seats="3" guanbao:quorum="2"', 'seats="1"'))
    version = model_upload(actor=office, name="tiered_review", bpmn=bpmn, tables=tables)
    assert (version.number, version.enforced_at) == (2, None)
    with pytest.raises(errors.EnforcedByUploader):
        model_enforce(actor=office, modelversion=version)
    with pytest.raises(NotPermitted):
        model_enforce(actor=deciders.by["risk"], modelversion=version)
    model_enforce(actor=compliance, modelversion=version)
    with pytest.raises(errors.EnforcedAlready):
        model_enforce(actor=compliance, modelversion=version)
    up_to(deciders, approval, "senior")
    assert Approval.objects.get().version.number == 1
    again = approval_start(actor=deciders.maker, subject=deciders.thread.cards)
    assert again.version.number == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelVersion.objects.filter(pk=version.pk).update(enforced_by=version.uploaded_by)


def test_a_wrong_model_is_not_kept(deciders):
    bpmn, tables = files(('name="risk"', 'name="nobody"'))
    before = Entry.objects.count()
    with pytest.raises(ValidationError) as refused:
        model_upload(actor=deciders.by["outsourcing_office"], name="tiered_review", bpmn=bpmn, tables=tables)
    assert set(refused.value.message_dict) == {"bpmn"}
    with pytest.raises(ValidationError):
        model_upload(actor=deciders.by["outsourcing_office"], name="other", bpmn=bpmn, tables=tables)
    with pytest.raises(NotPermitted):
        model_upload(actor=deciders.thread.manager[1], name="tiered_review", bpmn=bpmn, tables=tables)
    assert (ModelVersion.objects.count(), Entry.objects.count()) == (0, before)


def test_models_are_the_institutions_own(deciders):
    deciders.submit()
    other = deciders.house.person("other", deciders.house.other.organisation, "outsourcing_office")[1]
    assert versions_visible(actor=deciders.by["risk"]).count() == 1
    assert not versions_visible(actor=other).exists()
    assert not versions_visible(actor=deciders.thread.manager[1]).exists()


def test_copies_are_given_once(deciders):
    deciders.submit()
    up_to(deciders, Approval.objects.get(), "nothing")
    assert Copy.objects.count() == 1
