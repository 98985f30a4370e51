"""Background work, as far as an actor may see it."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from guanbao.platform.access.reach import NOTHING, reach
from guanbao.platform.actors import Actor
from guanbao.platform.tasks.models import Job, Schedule
from guanbao.platform.tasks.permissions import JOB_VIEW, JOB_VIEW_ALL, SCHEDULE_VIEW


def jobs_visible(*, actor: Actor) -> QuerySet[Job]:
    """One's own jobs; for an administrator, those of the institution, and of the system for nobody in particular."""
    found = Job.objects.select_related("person")
    if actor.kind == "system":
        return found
    if reach(actor, JOB_VIEW).is_empty:
        return found.none()
    ours = Q(person=actor.person_id, organisation=actor.organisation_id)
    if reach(actor, JOB_VIEW_ALL).whole:
        ours |= Q(organisation=actor.organisation_id) | Q(actor_kind="system", organisation=None)
    return found.filter(ours)


def schedules_visible(*, actor: Actor) -> QuerySet[Schedule]:
    """What runs by itself, with the job that it started last."""
    whole = reach(actor, SCHEDULE_VIEW).whole
    return Schedule.objects.select_related("last_job").filter(Q() if whole else NOTHING)
