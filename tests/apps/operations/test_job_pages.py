"""Background work as its readers see it."""

import pytest

from guanbao.platform.actors import SYSTEM
from guanbao.platform.tasks import declaring
from guanbao.platform.tasks.choices import State
from guanbao.platform.tasks.errors import JobBroken
from guanbao.platform.tasks.models import Job
from guanbao.platform.tasks.running import Running, job_fail, job_run
from guanbao.platform.tasks.services import job_start
from guanbao.platform.tasks.working import schedules_start


@pytest.fixture
def desk(house, client, monkeypatch):
    """Somebody's browser, and the jobs of two people of the bank and one of a contractor."""
    monkeypatch.setattr(declaring, "_JOBS", dict(declaring._JOBS))
    outcome = "{n} in all"
    declaring.job("test.noop", title="Nothing", outcome=outcome)(lambda job, *, actor: {"n": 7, "url": "/roles/"})  # noqa: ARG005
    people = {
        "clerk": house.person("clerk", house.bank.organisation, "outsourcing_office"),
        "risk": house.person("risk", house.bank.organisation, "risk"),
        "administrator": house.person("administrator", house.bank.organisation, "platform_administrator"),
        "agent": house.person("agent", house.calls.organisation, "agent"),
    }
    jobs = {name: job_start(actor=actor, kind="test.noop", subject=f"of {name}") for name, (_, actor) in people.items()}

    def logged_in(name):
        client.force_login(people[name][0])
        return client

    return logged_in, jobs


def test_each_sees_their_own_and_the_administrator_the_institutions(desk):
    logged_in, jobs = desk
    for name, seen in {
        "clerk": {"clerk"},
        "agent": {"agent"},
        "administrator": {"clerk", "risk", "administrator"},
    }.items():
        browser = logged_in(name)
        listed = browser.get("/jobs/").content.decode()
        assert {other for other in jobs if f"of {other}<" in listed} == seen, name
        for other, job in jobs.items():
            expected = 200 if other in seen else 404
            assert browser.get(f"/jobs/{job.pk}/").status_code == expected, (name, other)
            assert browser.post(f"/jobs/{job.pk}/again").status_code == 404, "it has not failed, or is not theirs"


def test_the_page_asks_again_until_the_job_has_ended(desk):
    logged_in, jobs = desk
    browser, job = logged_in("clerk"), jobs["clerk"]
    at = f"/jobs/{job.pk}/"
    assert "It waits for a worker." in browser.get(at).content.decode()
    Job.objects.filter(pk=job.pk).update(state=State.RUNNING, attempts=1)
    Running(Job.objects.get(pk=job.pk)).progress(3, 12, "Removing old tasks")
    page = browser.get(at).content.decode()
    assert f'hx-get="{at}" hx-trigger="every 2s"' in page
    assert 'value="3" max="12"' in page
    assert "3 of 12 · Removing old tasks" in page
    Job.objects.filter(pk=job.pk).update(state=State.WAITING)
    job_run(job.pk)
    page = browser.get(at).content.decode()
    assert "7 in all" in page
    assert 'href="/roles/">Open the result' in page
    assert "hx-trigger" not in page.split('role="status"')[1].split(">")[0]


def test_a_failed_job_says_why_in_the_readers_language_and_runs_again(desk):
    logged_in, jobs = desk
    browser, job = logged_in("clerk"), jobs["clerk"]
    Job.objects.filter(pk=job.pk).update(state=State.RUNNING, attempts=5)
    job_fail(Running(Job.objects.get(pk=job.pk)), JobBroken(kind="OSError", number=job.pk))
    page = browser.get(f"/jobs/{job.pk}/").content.decode()
    assert "The job stopped because of an unexpected fault (OSError)." in page
    assert "Run again" in page
    assert logged_in("risk").post(f"/jobs/{job.pk}/again").status_code == 404
    assert Job.objects.get(pk=job.pk).state == "failed"
    browser = logged_in("clerk")
    assert browser.post(f"/jobs/{job.pk}/again").status_code == 302
    assert Job.objects.get(pk=job.pk).state == "waiting"
    browser.post("/language", {"language": "zh"})
    Job.objects.filter(pk=job.pk).update(state=State.FAILED)
    assert "作业因意外故障（OSError）中止。" in browser.get(f"/jobs/{job.pk}/").content.decode()


def test_schedules_are_on_a_page_for_the_administrator(desk):
    logged_in, _ = desk
    schedules_start()
    page = logged_in("administrator").get("/schedules/").content.decode()
    assert "Remove traces of work long done" in page
    for name in ("clerk", "agent"):
        assert logged_in(name).get("/schedules/").status_code == 404


def test_old_traces_are_removed(desk):
    _, jobs = desk
    job = job_start(actor=SYSTEM, kind="operations.tidy")
    job_run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"tasks": 0, "jobs": 0})
    assert Job.objects.count() == len(jobs) + 1
