"""A job as it runs: claimed, carried out with its starter's rights, ended, or put off to be tried again."""

from __future__ import annotations

import logging
import random
import threading
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django_tasks import task

from guanbao.engine.errors import GuanbaoError
from guanbao.engine.language import explain
from guanbao.platform.access.reach import need
from guanbao.platform.access.tenancy import limited_to
from guanbao.platform.actors import SYSTEM, Actor
from guanbao.platform.identity.selectors import memberships_current
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.tasks import events
from guanbao.platform.tasks.choices import DUE, State
from guanbao.platform.tasks.declaring import job_named
from guanbao.platform.tasks.errors import JobBroken, StarterGone
from guanbao.platform.tasks.models import Job

_log = logging.getLogger("guanbao.tasks")
_FIRST_WAIT_S, _LONGEST_WAIT_S = 10, 3600
_BETWEEN_WRITES_S = 1  # of progress
STOPPING = threading.Event()  # this process is to end: whatever runs here is handed back at its next step
RUNNING: set[int] = set()  # what this process is working on


class Interrupted(BaseException):
    """Ends a job's work from within `progress`; no `except Exception` of an app keeps it."""


class Running:
    """A job, to the function that does it."""

    def __init__(self, job: Job) -> None:
        self.number = job.pk
        self._attempt = job.attempts
        self._written_at = monotonic() - _BETWEEN_WRITES_S

    def progress(self, done: int, total: int, step: str = "", **values: object) -> None:
        """Say how far it is: `step` is a sentence that has Chinese wording. Call it outside a transaction, and often.

        This is also where a job ends early: when its worker is to stop, or has been taken for dead.
        """
        if STOPPING.is_set():
            raise Interrupted
        if done < total and monotonic() - self._written_at < _BETWEEN_WRITES_S:
            return
        held = self.mine().update(
            done=done,
            total=total,
            step=step,
            step_values={k: str(v) for k, v in values.items()},
            beat_at=timezone.now(),
        )
        if not held:
            raise Interrupted
        self._written_at = monotonic()

    def mine(self) -> Any:  # noqa: ANN401 - a query set of one row
        """The job's row, as long as it is this attempt's: another worker may have taken it over."""
        return Job.objects.filter(pk=self.number, state=State.RUNNING, attempts=self._attempt)


@task
def run(number: int) -> None:
    """What the backend hands to a worker."""
    job_run(number)


def job_defer(job: Job, due_at: datetime) -> None:
    """Hand a job to the backend, to be run from a time on.

    Its row is in the same database, so that it stands or falls with the transaction around this.
    """
    job.task_id = run.using(run_after=due_at).enqueue(job.pk).id
    job.save(update_fields=["task_id"])


def job_run(number: int) -> None:
    """Do a job's work, if it is due and nobody else does it."""
    job = _claim(number)
    if job is None:
        return
    running = Running(job)
    RUNNING.add(number)
    try:
        declared = job_named(job.kind)
        actor = _actor(job)
        if declared.permission is not None:
            need(actor, declared.permission)
        with limited_to(actor):
            result = declared.work(running, actor=actor, **job.arguments)
        _end(running, State.DONE, result=result, error_en="", error_zh="")
    except Interrupted:
        job_put_off(running, timezone.now(), fault=False)
    except (GuanbaoError, ValidationError) as error:
        job_fail(running, error)
    except Exception as error:  # noqa: BLE001 - whatever an app's work stops on is this job's end, not the worker's
        _log.exception("Job %s (%s) stopped", number, job.kind)
        told = JobBroken(kind=type(error).__name__, number=number)
        if job.attempts < declared.attempts:
            job_put_off(running, timezone.now() + timedelta(seconds=wait_s(job.attempts)), told=told)
        else:
            job_fail(running, told)
    finally:
        RUNNING.discard(number)


def wait_s(attempts: int) -> float:
    """How long to wait after so many attempts: twice as long each time, and not all at the same moment."""
    longest = min(_FIRST_WAIT_S * 2 ** (attempts - 1), _LONGEST_WAIT_S)
    return random.uniform(longest / 2, longest)  # noqa: S311 - spreads load, keeps no secret


def job_put_off(running: Running, due_at: datetime, *, told: GuanbaoError | None = None, fault: bool = True) -> None:
    """Have a job tried again from a time on. Where it is nobody's fault, the attempt does not count."""
    values = {"state": State.RETRYING} if fault else {"state": State.WAITING, "attempts": F("attempts") - 1}
    with transaction.atomic():
        if running.mine().update(due_at=due_at, **values, **(_said(told) if told else {})):
            job_defer(Job.objects.get(pk=running.number), due_at)


def job_fail(running: Running, error: GuanbaoError | ValidationError) -> None:
    """End a job for good, and say why in both languages."""
    with transaction.atomic():
        if _end(running, State.FAILED, **_said(error)):
            job = Job.objects.select_related("person").get(pk=running.number)
            told = {"kind": job.kind, "attempts": job.attempts}
            ledger_append(actor=actor_named(job), event=events.JOB_FAILED, subject=job, after=told)


def actor_named(job: Job) -> Actor:
    """Who asked for a job, whatever they are today."""
    if job.person is None:
        return SYSTEM
    return Actor(
        "service" if job.person.is_machine else "person",
        job.person.name,
        person_id=job.person_id,
        organisation_id=job.organisation_id,
        request_id=job.request_id,
    )


def _claim(number: int) -> Job | None:
    now = timezone.now()
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=number, state__in=DUE).first()
        if job is not None:
            job.state, job.started_at, job.beat_at = State.RUNNING, now, now
            job.attempts += 1
            job.done = job.total = None
            job.step = ""
            job.save()
    return job


def _actor(job: Job) -> Actor:
    """Who asked for it, if they still belong where they asked for it; their rights are asked for as they are now."""
    actor = actor_named(job)
    if job.person is not None:
        current = memberships_current(person=job.person, on=timezone.localdate())
        if not job.person.is_active or not current.filter(organisation=job.organisation_id).exists():
            raise StarterGone
    elif job.actor_kind != "system":
        raise StarterGone
    return actor


def _end(running: Running, state: State, **values: object) -> bool:
    """Write how it ended, unless it is no longer this attempt's to end."""
    return bool(running.mine().update(state=state, finished_at=timezone.now(), **values))


def _said(error: GuanbaoError | ValidationError) -> dict[str, str]:
    if isinstance(error, GuanbaoError):
        return {"error_en": explain(error, "en"), "error_zh": explain(error, "zh")}
    said = {}
    for lang, code in (("en", "en"), ("zh", "zh-hans")):
        with translation.override(code):
            said[f"error_{lang}"] = " ".join(error.messages)
    return said
