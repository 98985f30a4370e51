"""The worker: does jobs one after another, starts what is due by itself, and finds what a dead worker left."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError, close_old_connections, connection, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from guanbao.engine.errors import GuanbaoError
from guanbao.platform.actors import SYSTEM
from guanbao.platform.tasks.choices import DUE, State
from guanbao.platform.tasks.declaring import job_named, schedules
from guanbao.platform.tasks.errors import JobAbandoned, JobUndeclared
from guanbao.platform.tasks.models import Job, Schedule
from guanbao.platform.tasks.running import RUNNING, STOPPING, Running, job_defer, job_fail, job_put_off
from guanbao.platform.tasks.services import job_start

_log = logging.getLogger("guanbao.tasks")
POLL = timedelta(seconds=1)
BEAT = timedelta(seconds=10)
LOST = timedelta(seconds=60)  # a job whose worker has not been heard of for so long


def work(
    *, once: bool = False, beat: timedelta = BEAT, lost: timedelta = LOST, wait: Callable[[float], object]
) -> None:
    """Work until STOPPING is set, or `once` through what is due. `wait` sleeps between looks, and may wake early."""
    over = threading.Event()
    beating = threading.Thread(target=_beat, args=(beat, over), daemon=True)
    beating.start()
    try:
        _look(once=once, every=min(beat, lost), lost=lost, wait=wait)
    finally:
        over.set()
        beating.join()


def _look(*, once: bool, every: timedelta, lost: timedelta, wait: Callable[[float], object]) -> None:
    looked_at: datetime | None = None
    while not STOPPING.is_set():
        close_old_connections()
        try:
            if looked_at is None or timezone.now() - looked_at >= every:
                schedules_start()
                jobs_recover(lost)
                looked_at = timezone.now()
            worked = work_one()
        except (DatabaseError, GuanbaoError):  # locked for too long, gone for a while, no ledger: it is looked at again
            if once:
                raise
            _log.exception("The worker could not do its rounds")
            connection.close()
            worked = False
        if not worked:
            if once:
                break
            wait(POLL.total_seconds())


def work_one() -> bool:
    """Do one job that is due; whether there was one."""
    # Asked before the backend asks: on SQLite it shuts everybody out to take a task, at each look.
    if not DBTaskResult.objects.ready().exists():
        return False
    worker = Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=1,
        worker_id=get_random_string(32),
        excluded_queue_names=[],
    )
    worker.run()
    return True


def schedules_start(now: datetime | None = None) -> list[Job]:
    """Start what is due by itself, each due time once however many workers ask.

    What came due several times while no worker ran is started once. What is new begins with its next due time.
    """
    now = now or timezone.now()
    started = []
    for kind, when in schedules().items():
        due, after = when.latest(now), when.following(now)
        known, _ = Schedule.objects.get_or_create(kind=kind, defaults={"last_due": due, "next_due": after})
        if known.last_due >= due:
            continue
        with transaction.atomic():
            # Whoever changes the row starts the job; the key holds even where a clock was set back.
            if Schedule.objects.filter(pk=known.pk, last_due__lt=due).update(last_due=due, next_due=after):
                made = job_start(actor=SYSTEM, kind=kind, key=due.isoformat())
                Schedule.objects.filter(pk=known.pk).update(last_job=made)
                started.append(made)
    return started


def jobs_recover(lost: timedelta = LOST) -> None:
    """Have tried again what a dead worker left, and hand over anew what the backend no longer holds."""
    before = timezone.now() - lost
    for job in Job.objects.filter(state=State.RUNNING, beat_at__lt=before).exclude(pk__in=RUNNING):
        running = Running(job)
        if job.attempts >= _attempts(job.kind):
            job_fail(running, JobAbandoned(attempts=job.attempts, number=job.pk))
        else:
            job_put_off(running, timezone.now())
    held = DBTaskResult.objects.filter(status="READY").values("id")
    for job in Job.objects.filter(state__in=DUE, due_at__lt=before).exclude(task_id__in=held):
        with transaction.atomic():
            again = Job.objects.select_for_update().filter(pk=job.pk, state__in=DUE, task_id=job.task_id).first()
            if again is not None:
                job_defer(again, timezone.now())


def _attempts(kind: str) -> int:
    try:
        return job_named(kind).attempts
    except JobUndeclared:
        return 0


def _beat(every: timedelta, over: threading.Event) -> None:
    """Say again and again that this process is alive and works on its jobs; while one comes to its end, too."""
    while not over.wait(every.total_seconds()):
        if RUNNING:
            try:
                Job.objects.filter(pk__in=list(RUNNING), state=State.RUNNING).update(beat_at=timezone.now())
            except DatabaseError:
                _log.exception("The worker could not say that it is alive")
            finally:
                connection.close()
