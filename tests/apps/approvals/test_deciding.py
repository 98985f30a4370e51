"""Tiered review of an arrangement, level by level, and everything that must not happen on the way."""

import pytest
from chains import COUNTERSIGN, decided, task_of, up_to
from django.db import IntegrityError, transaction
from django.utils import timezone

from guanbao.apps.arrangements.services import arrangement_edit, link_add, link_remove
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.models import Person
from guanbao.platform.ledger.models import Entry
from guanbao.platform.tasks.running import job_run
from guanbao.platform.tasks.services import job_start
from guanbao.platform.workflow import errors
from guanbao.platform.workflow.models import Approval, Copy, Decision, Task
from guanbao.platform.workflow.selectors import approvals_visible, tasks_visible, tasks_waiting
from guanbao.platform.workflow.services.approvals import approval_start, approval_withdraw
from guanbao.platform.workflow.services.deciding import task_claim, task_delegate, task_release

pytestmark = pytest.mark.django_db


def open_levels(approval):
    return sorted(Task.objects.filter(approval=approval, state="open").values_list("level", "seat"))


def state_of(approval):
    return Approval.objects.get(pk=approval.pk).state


def test_an_important_arrangement_goes_up_to_senior_management(deciders):
    approval = deciders.submit()
    assert open_levels(approval) == [("executing", 1)]
    decided(approval, deciders.by["executing_department"], "executing")
    assert open_levels(approval) == sorted((f"sign_{one}", 1) for one in COUNTERSIGN)
    decided(approval, deciders.by["risk"], "sign_risk", "reserve", opinion="Only with a second site.")
    up = [(f"sign_{one}", deciders.by[one]) for one in COUNTERSIGN[1:]]
    for level, actor in up:
        decided(approval, actor, level)
    assert open_levels(approval) == [("office", 1)]
    decided(approval, deciders.by["outsourcing_office"], "office")
    assert open_levels(approval) == [("committee", 1), ("committee", 2), ("committee", 3)]
    decided(approval, deciders.by["committee"], "committee")
    assert state_of(approval) == "running"
    decided(approval, deciders.by["committee2"], "committee", seat=2)
    assert open_levels(approval) == [("senior", 1)]
    decided(approval, deciders.by["senior_management"], "senior")
    assert (state_of(approval), open_levels(approval)) == ("approved", [])
    events = list(Entry.objects.filter(event__startswith="approval").order_by("index").values_list("event", flat=True))
    assert events == ["approval.started", *["approval_task.decided"] * 9, "approval.ended"]
    assert Copy.objects.get(approval=approval).role == "internal_audit"
    assert not Decision.objects.exclude(digest=approval.digest).exists()


def test_a_general_one_ends_with_the_committee(deciders):
    arrangement_edit(actor=deciders.thread.office[1], arrangement=deciders.arrangement, importance="general")
    approval = deciders.submit()
    decided(approval, deciders.by["executing_department"], "executing")
    assert open_levels(approval) == [("sign_compliance", 1), ("sign_risk", 1)]
    for one in ("risk", "compliance"):
        decided(approval, deciders.by[one], f"sign_{one}")
    decided(approval, deciders.by["outsourcing_office"], "office")
    for seat, one in ((1, "committee"), (2, "committee2")):
        decided(approval, deciders.by[one], "committee", seat=seat)
    assert state_of(approval) == "approved"


def test_a_veto_ends_it(deciders):
    approval = deciders.submit()
    up_to(deciders, approval, "sign_legal")
    with pytest.raises(errors.OpinionMissing):
        decided(approval, deciders.by["legal"], "sign_legal", "veto")
    decided(approval, deciders.by["legal"], "sign_legal", "veto", opinion="Against the law.")
    assert (state_of(approval), open_levels(approval)) == ("rejected", [])


def test_a_quorum_that_cannot_be_reached_any_more_ends_it(deciders):
    approval = deciders.submit()
    up_to(deciders, approval, "committee")
    decided(approval, deciders.by["committee"], "committee", "reject", opinion="No.")
    assert state_of(approval) == "running"
    decided(approval, deciders.by["committee2"], "committee", "reject", seat=2, opinion="No.")
    assert state_of(approval) == "rejected"


def test_nobody_decides_about_their_own_request(deciders):
    approval = deciders.submit()
    with pytest.raises(errors.OwnRequest):
        decided(approval, deciders.maker, "executing")
    with pytest.raises(errors.DelegateUnfit):
        task_delegate(actor=deciders.by["executing_department"], task=task_of(approval, "executing"),
                      person_id=deciders.maker.person_id)  # fmt: skip
    assert not Decision.objects.exists()
    task = task_of(approval, "executing")
    row = {"organisation_id": approval.organisation_id, "approval": approval, "task": task, "level": "executing"}
    row |= {"maker_id": approval.maker_id, "verdict": "approve", "digest": approval.digest, "at": timezone.now()}
    other = deciders.by["risk"].person_id
    for people in ((approval.maker_id, other), (other, approval.maker_id)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.create(**row, person_id=people[0], for_person_id=people[1])


def test_nobody_decides_twice_in_a_chain(deciders):
    both = deciders.house.person("both", deciders.house.bank.organisation, "executing_department", "risk", "committee")[
        1
    ]
    approval = deciders.submit()
    decided(approval, both, "executing")
    with pytest.raises(errors.DecidedTwice):
        decided(approval, both, "sign_risk")
    assert Decision.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(
            organisation_id=approval.organisation_id, approval=approval, task=task_of(approval, "sign_risk"),
            level="sign_risk", maker_id=approval.maker_id, person_id=both.person_id,
            for_person_id=deciders.by["risk"].person_id, verdict="approve", digest=approval.digest, at=timezone.now(),
        )  # fmt: skip


@pytest.mark.parametrize("role", ["internal_audit", "legal", "platform_administrator"])
def test_only_the_lane_decides(deciders, role):
    actor = deciders.house.person("x", deciders.house.bank.organisation, role)[1]
    approval = deciders.submit()
    before = Entry.objects.count()
    with pytest.raises(NotPermitted):
        task_claim(actor=actor, task=task_of(approval, "executing"))
    with pytest.raises(NotPermitted):
        decided(approval, actor, "executing")
    assert Entry.objects.count() == before


def test_a_contractor_sees_and_decides_nothing(deciders):
    approval = deciders.submit()
    manager = deciders.thread.manager[1]
    assert not approvals_visible(actor=manager).exists()
    assert not tasks_visible(actor=manager).exists()
    assert not tasks_waiting(actor=manager).exists()
    with pytest.raises(NotPermitted):
        decided(approval, manager, "executing")
    with pytest.raises(NotPermitted):
        approval_start(actor=manager, subject=deciders.arrangement)


def test_another_bank_sees_nothing(deciders):
    approval = deciders.submit()
    other = deciders.house.person("other", deciders.house.other.organisation, "executing_department", "board")[1]
    assert not approvals_visible(actor=other).exists()
    assert not tasks_visible(actor=other).exists()
    with pytest.raises(NotPermitted):
        decided(approval, other, "executing")


def test_a_change_voids_it(deciders):
    approval = deciders.submit()
    up_to(deciders, approval, "office")
    arrangement_edit(actor=deciders.thread.office[1], arrangement=deciders.arrangement, fee_monthly="200000.01")
    assert (state_of(approval), open_levels(approval)) == ("void", [])
    assert Entry.objects.filter(event="approval.voided").count() == 1
    with pytest.raises(errors.ApprovalEnded):
        decided(approval, deciders.by["outsourcing_office"], "office")
    again = deciders.submit()
    assert again.digest != approval.digest


def test_what_was_approved_and_changes_is_void_too(deciders):
    approval = deciders.submit()
    up_to(deciders, approval, "nothing")
    assert state_of(approval) == "approved"
    link_add(actor=deciders.thread.office[1], arrangement=deciders.arrangement, rank=2, name="Sub", part="all")
    assert state_of(approval) == "void"


def test_a_part_taken_away_voids_it(deciders):
    office = deciders.thread.office[1]
    link = link_add(actor=office, arrangement=deciders.arrangement, rank=2, name="Sub", part="all")
    approval = deciders.submit()
    link_remove(actor=office, link=link)
    assert state_of(approval) == "void"


def test_an_edit_that_changes_nothing_leaves_it(deciders):
    approval = deciders.submit()
    arrangement_edit(
        actor=deciders.thread.office[1], arrangement=deciders.arrangement, title=deciders.arrangement.title
    )
    assert state_of(approval) == "running"


def test_a_change_behind_our_back_is_found_at_the_decision(deciders):
    approval = deciders.submit()
    type(deciders.arrangement).objects.filter(pk=deciders.arrangement.pk).update(title="other")
    with pytest.raises(errors.ContentChanged):
        decided(approval, deciders.by["executing_department"], "executing")
    assert state_of(approval) == "void"
    assert not Decision.objects.exists()


def test_it_is_returned_to_an_earlier_level(deciders):
    approval = deciders.submit()
    up_to(deciders, approval, "office")
    by = deciders.by
    with pytest.raises(errors.ReturnUnfit):
        decided(approval, by["outsourcing_office"], "office", "return", opinion="Why?", to="committee")
    decided(approval, by["outsourcing_office"], "office", "return", opinion="Ask risk again.", to="sign_risk")
    assert open_levels(approval) == [("sign_risk", 1)]
    assert Decision.objects.filter(approval=approval, in_force=True).count() == 4
    decided(approval, by["risk"], "sign_risk")  # the same person may answer anew
    assert open_levels(approval) == [("office", 1)]
    decided(approval, by["outsourcing_office"], "office", "return", opinion="All again.", to="executing")
    assert open_levels(approval) == [("executing", 1)]
    assert not Decision.objects.filter(approval=approval, in_force=True).exists()
    up_to(deciders, approval, "nothing")
    assert state_of(approval) == "approved"


def test_only_the_maker_withdraws(deciders):
    approval = deciders.submit()
    with pytest.raises(NotPermitted):
        approval_withdraw(actor=deciders.by["board"], approval=approval)
    with pytest.raises(errors.ApprovalRunning):
        deciders.submit()
    approval_withdraw(actor=deciders.maker, approval=approval)
    assert state_of(approval) == "withdrawn"
    with pytest.raises(errors.ApprovalEnded):
        approval_withdraw(actor=deciders.maker, approval=approval)
    deciders.submit()


def test_a_taken_task_is_left_alone(deciders):
    second = deciders.house.person("second", deciders.house.bank.organisation, "executing_department")[1]
    approval = deciders.submit()
    task = task_claim(actor=deciders.by["executing_department"], task=task_of(approval, "executing"))
    assert not tasks_waiting(actor=second).exists()
    with pytest.raises(errors.TaskTaken):
        decided(approval, second, "executing")
    task_release(actor=deciders.by["executing_department"], task=task)
    decided(approval, second, "executing")
    with pytest.raises(errors.TaskClosed):
        decided(approval, deciders.by["executing_department"], "executing")


@pytest.mark.parametrize("handed", [False, True])
def test_what_somebody_took_or_was_handed_and_may_no_longer_decide_is_put_back(deciders, handed):
    """Whoever left has nothing left to decide, and nobody waits for them."""
    second = deciders.house.person("second", deciders.house.bank.organisation, "executing_department")[1]
    third = deciders.house.person("third", deciders.house.bank.organisation, "executing_department")[1]
    approval = deciders.submit()
    task = task_of(approval, "executing")
    if handed:
        task_delegate(actor=deciders.by["executing_department"], task=task, person_id=second.person_id)
    else:
        task_claim(actor=second, task=task)
    job_run(job_start(actor=SYSTEM, kind="workflow.timers").pk)
    assert Task.objects.get(pk=task.pk).claimed_by_id == second.person_id
    Person.objects.filter(pk=second.person_id).update(left_at=timezone.now())
    with pytest.raises(NotPermitted):
        decided(approval, second, "executing")
    assert not tasks_waiting(actor=second).exists()
    job_run(job_start(actor=SYSTEM, kind="workflow.timers").pk)
    assert Entry.objects.filter(event="approval_task.released").count() == 1
    assert tasks_waiting(actor=third).get().pk == task.pk
    decided(approval, third, "executing")


def test_a_task_is_handed_over(deciders):
    second = deciders.house.person("second", deciders.house.bank.organisation, "executing_department")[1]
    first = deciders.by["executing_department"]
    approval = deciders.submit()
    task_delegate(actor=first, task=task_of(approval, "executing"), person_id=second.person_id)
    with pytest.raises(NotPermitted):
        decided(approval, first, "executing")
    assert [task.level for task in tasks_waiting(actor=second)] == ["executing"]
    decided(approval, second, "executing")
    made = Decision.objects.get()
    assert (made.person_id, made.for_person_id) == (second.person_id, first.person_id)


def test_the_database_itself_holds_what_a_decision_binds(deciders):
    """Past all services: another digest, another maker, an ended approval, a decision changed or taken away."""
    approval = deciders.submit()
    task = task_of(approval, "executing")
    risk = deciders.by["risk"].person_id
    fit = {"organisation_id": approval.organisation_id, "approval": approval, "task": task, "level": "executing"}
    fit |= {"maker_id": approval.maker_id, "person_id": risk, "for_person_id": risk, "verdict": "approve"}
    fit |= {"digest": approval.digest, "at": timezone.now()}
    other = deciders.by["legal"].person_id
    for wrong in ({"digest": "0" * 64}, {"maker_id": other}, {"level": "office"},
                  {"organisation_id": deciders.house.other.organisation_id}):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.create(**fit | wrong)
    made = Decision.objects.create(**fit)
    for change in ({"verdict": "reject"}, {"person_id": other}, {"opinion": "so"}, {"digest": "0" * 64}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.filter(pk=made.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=made.pk).delete()
    Decision.objects.filter(pk=made.pk).update(in_force=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=made.pk).update(in_force=True)
    for change in ({"digest": "0" * 64}, {"maker_id": other}, {"content": {}}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Approval.objects.filter(pk=approval.pk).update(**change)
    Approval.objects.filter(pk=approval.pk).update(state="void")
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(**fit | {"task": Task.objects.create(
            organisation_id=approval.organisation_id, approval=approval, level="executing", title="x", round=9,
            role="risk", created_at=timezone.now(),
        )})  # fmt: skip


def test_nobody_decides_about_what_they_wrote(deciders):
    """Whoever edits a record and has a colleague submit it would approve their own work."""
    author, second = (
        deciders.house.person(name, deciders.house.bank.organisation, "outsourcing_office")[1] for name in "ab"
    )
    arrangement_edit(actor=author, arrangement=deciders.arrangement, fee_monthly="777.00")
    approval = deciders.submit()
    up_to(deciders, approval, "office")
    before = Entry.objects.count()
    with pytest.raises(errors.OwnWork):
        decided(approval, author, "office")
    assert (Entry.objects.count(), Decision.objects.filter(level="office").exists()) == (before, False)
    decided(approval, second, "office")
    for seat, one in ((1, "committee"), (2, "committee2")):
        decided(approval, deciders.by[one], "committee", seat=seat)
    decided(approval, deciders.by["senior_management"], "senior")
    assert state_of(approval) == "approved"
    arrangement_edit(actor=second, arrangement=deciders.arrangement, fee_monthly="778.00")
    again = deciders.submit()
    up_to(deciders, again, "office")
    with pytest.raises(errors.OwnWork):
        decided(again, second, "office")
    decided(again, author, "office")  # what they wrote was approved by others since
