"""Colleagues to whom something can be handed."""

from __future__ import annotations

from django.utils import timezone

from guanbao.platform.access.models import Grant
from guanbao.platform.actors import Actor
from guanbao.platform.identity.models import Membership
from guanbao.platform.identity.selectors import member_on
from guanbao.platform.workflow.models import Task

_MOST = 200


def colleagues_for(task: Task) -> list[tuple[int, str]]:
    """Who holds a task's role, but who submitted the record."""
    day = timezone.localdate()
    held = Grant.objects.filter(
        member_on(day), organisation=task.organisation_id, role__code=task.role, revoked_at=None, person__left_at=None
    ).exclude(person__in=[task.approval.maker_id, task.claimed_by_id or 0])
    return list(held.order_by("person__name").values_list("person", "person__name").distinct()[:_MOST])


def colleagues_of(actor: Actor) -> list[tuple[int, str]]:
    """Who else belongs to one's institution now."""
    members = Membership.objects.filter(
        member_on(timezone.localdate()),
        organisation=actor.organisation_id,
        person__left_at=None,
        person__is_machine=False,
    ).exclude(person=actor.person_id)
    return list(members.order_by("person__name").values_list("person", "person__name")[:_MOST])
