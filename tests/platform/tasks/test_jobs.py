"""Jobs: asked for once, run with today's rights, tried again, ended in words."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django_tasks_db.models import DBTaskResult

from guanbao.engine.language import _
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.access.roles import roles_sync
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.models import Membership, Person
from guanbao.platform.ledger.errors import HeadMissing
from guanbao.platform.ledger.models import Entry
from guanbao.platform.tasks.choices import State
from guanbao.platform.tasks.errors import JobTwice, JobUndeclared, JobUnfinished
from guanbao.platform.tasks.models import Job, Schedule
from guanbao.platform.tasks.permissions import JOB_VIEW, JOB_VIEW_ALL
from guanbao.platform.tasks.running import job_run, wait_s
from guanbao.platform.tasks.selectors import jobs_visible, schedules_visible
from guanbao.platform.tasks.services import job_again, job_start
from guanbao.platform.tasks.whens import Daily, Hourly, Monthly
from guanbao.platform.tasks.working import jobs_recover, schedules_start, work, work_one


def granted(actor, *roles):
    roles_sync()
    for role in Role.objects.filter(code__in=roles, institution=None):
        Grant.objects.create(
            person_id=actor.person_id,
            organisation_id=actor.organisation_id,
            role=role,
            since=date(2020, 1, 1),
        )
    return actor


def events(name):
    return Entry.objects.filter(event=name).count()


@pytest.fixture
def clerk(person):
    return granted(person("clerk", "bank"), "outsourcing_office")


def test_a_job_runs_as_who_asked_and_keeps_what_it_returns(clerk, declared, run):
    seen = []

    @declared.job("test.add", title="Add")
    def add(job, *, actor, a, b):
        seen.append(actor)
        job.progress(2, 2, _("Removing old tasks"))
        return {"sum": a + b}

    job = job_start(actor=clerk, kind="test.add", arguments={"a": 1, "b": 2}, subject="1 and 2")
    assert (job.state, str(job)) == ("waiting", "Add · 1 and 2")
    run(job)
    assert (job.state, job.result, job.attempts, job.done, job.total) == ("done", {"sum": 3}, 1, 2, 2)
    with translation.override("zh-hans"):
        assert job.step_told == "正在清理旧作业"
    assert [(actor.person_id, actor.organisation_id) for actor in seen] == [(clerk.person_id, clerk.organisation_id)]
    assert events("job.started") == 1
    run(job)
    assert len(seen) == 1, "a job that is done does not run again"


@pytest.mark.django_db(transaction=True)  # a worker closes connections that look used
def test_the_worker_runs_what_waits(clerk, declared):
    declared.job("test.noop", title="Nothing")(lambda job, *, actor: None)  # noqa: ARG005
    jobs = [job_start(actor=clerk, kind="test.noop") for _ in range(3)]
    work(once=True, wait=lambda _: None)
    assert {Job.objects.get(pk=job.pk).state for job in jobs} == {"done"}
    assert not work_one()


def test_of_one_key_there_is_one_job(clerk, declared, run):
    ran = []
    declared.job("test.once", title="Once")(lambda job, *, actor: ran.append(actor))  # noqa: ARG005
    first = job_start(actor=clerk, kind="test.once", key="2026-10")
    assert job_start(actor=clerk, kind="test.once", key="2026-10") == first
    assert job_start(actor=clerk, kind="test.once", key="2026-11") != first
    assert job_start(actor=clerk, kind="test.once") != job_start(actor=clerk, kind="test.once")
    run(first)
    assert job_start(actor=clerk, kind="test.once", key="2026-10").state == "done"
    assert len(ran) == 1
    assert Job.objects.count() == DBTaskResult.objects.count() == 4


def test_what_is_rolled_back_is_not_asked_for(clerk, declared):
    declared.job("test.noop", title="Nothing")(lambda job, *, actor: None)  # noqa: ARG005
    with transaction.atomic():
        job_start(actor=clerk, kind="test.noop")
        transaction.set_rollback(True)
    assert (Job.objects.count(), DBTaskResult.objects.count(), events("job.started")) == (0, 0, 0)


def test_without_the_ledger_there_is_no_job(clerk, declared, monkeypatch):
    declared.job("test.noop", title="Nothing")(lambda job, *, actor: None)  # noqa: ARG005

    def refuse(**_):
        raise HeadMissing

    monkeypatch.setattr("guanbao.platform.tasks.services.ledger_append", refuse)
    with pytest.raises(HeadMissing):
        job_start(actor=clerk, kind="test.noop")
    assert (Job.objects.count(), DBTaskResult.objects.count()) == (0, 0)


def test_a_fault_is_tried_again_later_and_later_then_told(clerk, declared, run):
    @declared.job("test.break", title="Break", attempts=3)
    def stumble(job, *, actor):  # noqa: ARG001
        raise OSError("password=hunter2")

    job = job_start(actor=clerk, kind="test.break")
    waits = []
    for attempt in (1, 2):
        run(job)
        assert (job.state, job.attempts) == ("retrying", attempt)
        waits.append((job.due_at - timezone.now()).total_seconds())
        later = DBTaskResult.objects.get(pk=job.task_id)
        assert later.run_after == job.due_at
    assert 4 < waits[0] <= 10 < waits[1] + 1 <= 21
    run(job)
    assert (job.state, job.attempts) == ("failed", 3)
    assert job.error_en.startswith("The job stopped because of an unexpected fault (OSError).")
    assert job.error_zh.startswith("作业因意外故障（OSError）中止。")
    assert "hunter2" not in job.error_en + job.error_zh
    assert events("job.failed") == 1


def test_waits_double_up_to_an_hour_and_differ():
    for attempts, longest in ((1, 10), (2, 20), (5, 160), (9, 2560), (10, 3600), (99, 3600)):
        waits = [wait_s(attempts) for _ in range(200)]
        assert longest / 2 <= min(waits) < max(waits) <= longest
        assert len(set(waits)) > 150


@pytest.mark.parametrize("error", [NotPermitted(actor="x", permission="y"), ValidationError("一月没有三十二日")])
def test_a_fact_ends_it_at_once(clerk, declared, run, error):
    @declared.job("test.refuse", title="Refuse")
    def refuse(job, *, actor):  # noqa: ARG001
        raise error

    job = run(job_start(actor=clerk, kind="test.refuse"))
    assert (job.state, job.attempts) == ("failed", 1)
    assert job.error_zh
    assert job.error_en


def test_rights_are_those_of_the_day_it_runs(clerk, declared, run):
    ran = []
    declared.job("test.guarded", title="Guarded", permission=JOB_VIEW)(lambda job, *, actor: ran.append(1))  # noqa: ARG005
    first, second, third = (job_start(actor=clerk, kind="test.guarded") for _ in range(3))
    assert run(first).state == "done"
    Grant.objects.filter(person=clerk.person_id).update(revoked_at=timezone.now())
    assert run(second).state == "failed"
    assert "job.view" in second.error_en
    with pytest.raises(NotPermitted):
        job_start(actor=clerk, kind="test.guarded")
    Membership.objects.filter(person=clerk.person_id).update(until=timezone.localdate() - timedelta(days=1))
    assert run(third).state == "failed"
    assert "no longer belongs" in third.error_en
    assert ran == [1]


def test_who_left_has_nothing_run(clerk, declared, run):
    ran = []
    declared.job("test.noop", title="Nothing")(lambda job, *, actor: ran.append(1))  # noqa: ARG005
    job = job_start(actor=clerk, kind="test.noop")
    Person.objects.filter(pk=clerk.person_id).update(left_at=timezone.now())
    assert run(job).state == "failed"
    assert ran == []


def test_what_was_left_for_dead_is_tried_again_or_given_up(clerk, declared):
    declared.job("test.noop", title="Nothing", attempts=2)(lambda job, *, actor: None)  # noqa: ARG005
    jobs = [job_start(actor=clerk, kind="test.noop") for _ in range(3)]
    old, now = timezone.now() - timedelta(minutes=2), timezone.now()
    for job, attempts, beat in zip(jobs, (1, 2, 1), (old, old, now), strict=True):
        Job.objects.filter(pk=job.pk).update(state=State.RUNNING, attempts=attempts, beat_at=beat)
    jobs_recover()
    assert [Job.objects.get(pk=job.pk).state for job in jobs] == ["retrying", "failed", "running"]
    job_run(jobs[0].pk)
    assert Job.objects.get(pk=jobs[0].pk).state == "done"


@pytest.mark.django_db(transaction=True)  # a worker closes connections that look used
def test_what_the_backend_lost_is_handed_over_anew(clerk, declared):
    declared.job("test.noop", title="Nothing")(lambda job, *, actor: None)  # noqa: ARG005
    job = job_start(actor=clerk, kind="test.noop")
    DBTaskResult.objects.all().delete()
    jobs_recover()
    assert DBTaskResult.objects.count() == 0, "it may be on its way"
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now() - timedelta(minutes=2))
    jobs_recover()
    jobs_recover()
    assert DBTaskResult.objects.count() == 1
    work(once=True, wait=lambda _: None)
    assert Job.objects.get(pk=job.pk).state == "done"


def test_who_was_taken_for_dead_no_longer_writes(clerk, declared):
    @declared.job("test.zombie", title="Zombie")
    def zombie(job, *, actor):  # noqa: ARG001
        Job.objects.filter(pk=job.number).update(state=State.RETRYING)
        job.progress(1, 1)

    job = job_start(actor=clerk, kind="test.zombie")
    job_run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == ("retrying", None)


def test_run_again_is_for_those_who_see_it_and_only_after_it_failed(clerk, person, declared, run):
    works = []

    @declared.job("test.fix", title="Fix", attempts=1)
    def fix(job, *, actor):  # noqa: ARG001
        if not works:
            raise OSError

    job = run(job_start(actor=clerk, kind="test.fix"))
    stranger = granted(person("stranger", "bank"), "risk")
    with pytest.raises(NotPermitted):
        job_again(actor=stranger, job=job)
    works.append(1)
    assert run(job_again(actor=clerk, job=job)).state == "done"
    with pytest.raises(JobUnfinished):
        job_again(actor=clerk, job=job)
    assert events("job.restarted") == 1


def test_who_sees_which_jobs(clerk, person, declared):
    declared.job("test.noop", title="Nothing")(lambda job, *, actor: None)  # noqa: ARG005
    colleague = granted(person("colleague", "bank"), "risk")
    administrator = granted(person("administrator", "bank"), "platform_administrator")
    there = granted(person("there", "other_bank"), "platform_administrator")
    agent = granted(person("agent", "contractor"), "agent")
    head = granted(person("head", "contractor"), "contractor_administrator")
    nobody = person("nobody", "bank")
    people = (clerk, colleague, agent, head, nobody)
    mine = {actor.name: job_start(actor=actor, kind="test.noop") for actor in people}
    by_itself = job_start(actor=SYSTEM, kind="test.noop")

    def sees(actor):
        return set(jobs_visible(actor=actor))

    for actor in (clerk, colleague, agent, head):
        assert sees(actor) == {mine[actor.name]}, actor.name
    assert sees(nobody) == set()
    assert sees(administrator) == {mine["clerk"], mine["colleague"], mine["nobody"], by_itself}
    assert sees(there) == {by_itself}
    assert JOB_VIEW_ALL.roles == ("platform_administrator",)


def test_schedules_start_once_a_due_time(declared, organisations):  # noqa: ARG001
    declared.schedule(Hourly())(declared.job("test.hourly", title="Hourly")(lambda job, *, actor: None))  # noqa: ARG005
    noon = datetime(2026, 11, 25, 12, 0, 10, tzinfo=UTC)
    assert schedules_start(noon) == [], "what is new waits for its next time"
    assert schedules_start(noon + timedelta(minutes=59)) == []
    [started] = schedules_start(noon + timedelta(minutes=60))
    assert schedules_start(noon + timedelta(minutes=61)) == []
    assert started.actor_kind == "system"
    Schedule.objects.update(last_due=noon)  # as if this worker had looked at the same time as another
    assert schedules_start(noon + timedelta(minutes=60)) == [started]
    assert Job.objects.count() == 1
    assert len(schedules_start(noon + timedelta(hours=30))) == 1, "what was missed is made up for once"


def test_schedules_are_the_administrators_to_see(declared, person):
    declared.schedule(Hourly())(declared.job("test.hourly", title="Hourly")(lambda job, *, actor: None))  # noqa: ARG005
    schedules_start()
    administrator = granted(person("administrator", "bank"), "platform_administrator")
    assert schedules_visible(actor=administrator).count() == 1
    for role, organisation in (("risk", "bank"), ("contractor_administrator", "contractor")):
        assert not schedules_visible(actor=granted(person(role, organisation), role)).exists()


@pytest.mark.parametrize(
    ("when", "now", "latest", "following"),
    [
        (Hourly(5), "2026-11-25T12:05", "2026-11-25T12:05", "2026-11-25T13:05"),
        (Hourly(5), "2026-11-25T12:04", "2026-11-25T11:05", "2026-11-25T12:05"),
        (Daily(time(2, 30)), "2026-11-24T18:29", "2026-11-23T18:30", "2026-11-24T18:30"),  # Shanghai is 8 h ahead
        (Daily(time(2, 30)), "2026-11-24T18:30", "2026-11-24T18:30", "2026-11-25T18:30"),
        (Monthly(1, time(6)), "2026-11-25T00:00", "2026-10-31T22:00", "2026-11-30T22:00"),
        (Monthly(31, time(6)), "2027-02-27T21:59", "2027-01-30T22:00", "2027-02-27T22:00"),
        (Monthly(31, time(6)), "2027-02-27T22:00", "2027-02-27T22:00", "2027-03-30T22:00"),
        (Monthly(15, time(0)), "2026-12-31T23:00", "2026-12-14T16:00", "2027-01-14T16:00"),
    ],
)
def test_when(when, now, latest, following):
    at, before, after = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (now, latest, following))
    assert (when.latest(at), when.following(at)) == (before, after)


def test_a_kind_is_declared_once_and_only_declared_ones_start(clerk, declared):
    declared.job("test.noop", title="Nothing")(lambda job, *, actor: None)  # noqa: ARG005
    with pytest.raises(JobTwice):
        declared.job("test.noop", title="Nothing")(print)
    with pytest.raises(JobUndeclared):
        job_start(actor=clerk, kind="test.unknown")
    with pytest.raises(JobUndeclared):
        declared.schedule(Hourly())(print)
