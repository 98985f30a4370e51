"""Notices in the background: who gets one, each delivery, and the daily summaries."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.db import transaction

from guanbao.engine.language import _
from guanbao.platform.actors import Actor, system_of
from guanbao.platform.notices.choices import State
from guanbao.platform.notices.models import Delivery
from guanbao.platform.notices.sending import MOST_ATTEMPTS
from guanbao.platform.notices.sending import deliver as delivery_send
from guanbao.platform.notices.spreading import spread as notice_spread
from guanbao.platform.tasks.declaring import job, schedule
from guanbao.platform.tasks.running import Running
from guanbao.platform.tasks.services import job_start
from guanbao.platform.tasks.whens import Daily
from guanbao.platform.wording import _ as title_


@job("notice.spread", title=title_("Tell people of something"), outcome=_("{people} people, {deliveries} deliveries."))
def spread(job: Running, *, actor: Actor, **told: Any) -> dict[str, int]:  # noqa: ANN401, ARG001 - as it was asked for
    """Write a notice for everybody whom it concerns now."""
    people, deliveries = notice_spread(**told)
    return {"people": people, "deliveries": deliveries}


@job("notice.deliver", title=title_("Send a notice"), attempts=MOST_ATTEMPTS)
def deliver(job: Running, *, actor: Actor, delivery: int) -> dict[str, str]:  # noqa: ARG001 - as every job
    """Send one delivery."""
    return {"state": delivery_send(delivery)}


@schedule(Daily(at=time(8)))
@job("notice.daily", title=title_("Send the daily summaries of notices"), outcome=_("{n} summaries."))
def daily(job: Running, *, actor: Actor) -> dict[str, int]:  # noqa: ARG001 - as every job
    """For each person and organisation one mail with all that was kept: the first leads, the others go with it."""
    held = Delivery.objects.filter(state=State.HELD)
    groups = list(held.order_by().values_list("person", "notice__organisation", "channel").distinct())
    for person, organisation, channel in groups:
        with transaction.atomic():
            rows = held.select_for_update(of=("self",)).filter(
                person=person, notice__organisation=organisation, channel=channel
            )
            first, *others = rows.order_by("pk")
            Delivery.objects.filter(pk__in=[row.pk for row in others]).update(together=first, state=State.WAITING)
            Delivery.objects.filter(pk=first.pk).update(state=State.WAITING)
            job_start(actor=system_of(organisation), kind="notice.deliver", arguments={"delivery": first.pk})
    return {"n": len(groups)}
