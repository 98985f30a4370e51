"""What is done with questionnaires by itself: those who are asked are reminded."""

from __future__ import annotations

from datetime import time, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from guanbao.platform.actors import Actor
from guanbao.platform.questionnaires.choices import State
from guanbao.platform.questionnaires.hearing import tell
from guanbao.platform.questionnaires.models import Issue
from guanbao.platform.tasks.declaring import job, schedule
from guanbao.platform.tasks.running import Running
from guanbao.platform.tasks.whens import Daily
from guanbao.platform.wording import _

_AHEAD = timedelta(days=3)
_BEHIND = timedelta(days=30)  # what is overdue for longer is told no more


@schedule(Daily(at=time(7)))
@job("questionnaires.remind", title=_("Remind of questionnaires"), outcome=_("{soon} due soon, {late} overdue."))
def remind(job: Running, *, actor: Actor) -> dict[str, int]:  # noqa: ARG001 - as every job
    """Tell who must answer that it is due soon, and once more that it is overdue; a notice's key keeps it to once."""
    today = timezone.localdate()
    waiting = Q(state=State.SENT) | Q(state=State.REVIEW, returned__gt=0)
    done = {"soon": 0, "late": 0}
    for issue in Issue.objects.filter(waiting, due_on__range=(today - _BEHIND, today + _AHEAD)).order_by("pk"):
        with transaction.atomic():
            tell(actor, issue, "late" if issue.due_on < today else "soon")
        done["late" if issue.due_on < today else "soon"] += 1
    return done
