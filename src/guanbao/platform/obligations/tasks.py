"""What is done about duties by itself."""

from __future__ import annotations

from collections import Counter
from datetime import time

from django.db import transaction
from django.utils import timezone

from guanbao.engine.language import _
from guanbao.platform.actors import Actor
from guanbao.platform.obligations.services.arming import record_arm, records_arming
from guanbao.platform.obligations.services.reminding import duties_acting, duty_act
from guanbao.platform.tasks.declaring import job, schedule
from guanbao.platform.tasks.running import Running
from guanbao.platform.tasks.whens import Daily, Hourly
from guanbao.platform.wording import _ as title_


@schedule(Daily(at=time(0, 30)))
@job(
    "duties.arm", title=title_("Hold duties against their records and calendars"), outcome=_("{n} came, moved or went.")
)
def arm(job: Running, *, actor: Actor) -> dict[str, int]:  # noqa: ARG001 - as every job
    """For what no service told of: years whose holidays were announced, calendars that changed, days that came."""
    done = 0
    for carrier, pk in records_arming():
        with transaction.atomic():
            done += record_arm(carrier, pk)
    return {"n": done}


@schedule(Hourly(minute=15))
@job(
    "duties.remind",
    title=title_("Remind of duties and escalate them"),
    outcome=_("{reminded} reminders, {escalated} escalations, {armed} duties armed."),
)
def remind(job: Running, *, actor: Actor) -> dict[str, int]:  # noqa: ARG001 - as every job
    """Look at what has come by now, each duty in a transaction of its own."""
    now, done = timezone.now(), Counter(reminded=0, escalated=0, armed=0)
    while pks := duties_acting(now):
        found = Counter[str]()
        for pk in pks:
            found += duty_act(pk=pk, now=now)
        done.update(found)
        if not found:  # what is left has its day only where it is still yesterday
            break
    return dict(done)
