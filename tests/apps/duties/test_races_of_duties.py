"""Several workers at once: each duty is armed once, each reminder sent once, each occurrence follows once."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import close_old_connections, connection, connections, transaction

from guanbao.apps.duties.services import arrangement_duty_add
from guanbao.platform.actors import SYSTEM
from guanbao.platform.obligations.declaring import carrier_named
from guanbao.platform.obligations.models import Duty, Reminder
from guanbao.platform.obligations.services.arming import record_arm
from guanbao.platform.obligations.services.keeping import duty_do
from guanbao.platform.obligations.services.reminding import duties_acting, duty_act
from guanbao.platform.tasks.models import Job

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time"),
]
WORKERS = 4


def at_once(*works):
    """Do these at the same time, each on a connection of its own; what they raised."""
    begin, raised = threading.Barrier(len(works)), []

    def one(work):
        try:
            begin.wait()
            work()
        except Exception as error:  # noqa: BLE001 - told below
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    return raised


def test_workers_at_once_send_each_reminder_once(thread):
    for n in range(6):
        arrangement_duty_add(
            actor=SYSTEM, arrangement=thread.calls, title=f"Report {n}", role="outsourcing_office", every="monthly",
            anchor_on=date(2027, 1, 31), grace_d=3,
        )  # fmt: skip
    now = datetime(2027, 4, 10, 4, tzinfo=UTC)

    def work():
        while [pk for pk in duties_acting(now) if duty_act(pk=pk, now=now)]:
            pass

    assert at_once(*[work] * WORKERS) == []
    duties = Duty.objects.filter(kind="own")
    assert duties.count() == 6 * 4  # January to April
    sent = [job.arguments["key"] for job in Job.objects.filter(kind="notice.spread", arguments__kind="duty.escalated")]
    assert len([key for key in sent if int(key.split("-")[0]) in set(duties.values_list("pk", flat=True))]) == 6 * 3
    rows = Reminder.objects.filter(duty__in=duties, is_escalation=False)
    due_by = {duty.pk: duty.due_on for duty in duties}
    owed = sum(due_by[pk] - timedelta(days=lead) <= date(2027, 4, 10) for pk in due_by for lead in (30, 15, 7, 1))
    assert rows.count() == owed


def test_a_record_is_armed_once_whoever_arms_it(thread):
    Duty.objects.all().delete()
    carrier = carrier_named("arrangements")

    def work():
        with transaction.atomic():
            record_arm(carrier, thread.calls.pk)

    assert at_once(*[work] * WORKERS) == []
    assert Duty.objects.filter(kind="arrangement.ends", record_id=thread.calls.pk).count() == 1


def test_what_two_record_as_done_goes_on_once(thread):
    duty = arrangement_duty_add(
        actor=SYSTEM, arrangement=thread.calls, title="Report", role="outsourcing_office", every="monthly",
        anchor_on=date(2027, 1, 31),
    )  # fmt: skip
    raised = at_once(*[lambda: duty_do(actor=SYSTEM, duty=duty, remark="Done")] * WORKERS)
    assert [type(error).__name__ for error in raised] == ["DutyClosed"] * (WORKERS - 1)
    assert Duty.objects.filter(series=duty.series).count() == 2
