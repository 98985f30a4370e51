"""In whose place somebody may decide about something: their own, that of who is away, or of who handed it over."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils import timezone

from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.reach import NOTHING, Reach, grants_of, reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.workflow.attaching import Attachment, attachment_of, attachments
from guanbao.platform.workflow.models import Absence, Approval, Task
from guanbao.platform.workflow.permissions import APPROVAL_VIEW


def roles_of(actor: Actor) -> dict[str, Reach]:
    """The roles of an institution that an actor holds now, and how far each goes. Others decide nothing."""
    found: dict[str, Reach] = {}
    for grant in grants_of(actor):
        if grant.organisation.side == Side.INSTITUTION and APPROVAL_VIEW.name in grant.role.permissions:
            code = grant.role.code
            scopes = found[code].scopes if code in found else frozenset()
            found[code] = Reach(actor.organisation_id, Side.INSTITUTION, scopes | {(grant.scope, grant.key)})
    return found


def stands_for(actor: Actor) -> list[Actor]:
    """Those who are away today and have the actor decide in their place."""
    if actor.person_id is None or reach(actor, APPROVAL_VIEW).is_empty:
        return []
    day = timezone.localdate()
    away = Absence.objects.filter(
        deputy=actor.person_id, organisation=actor.organisation_id, since__lte=day, until__gte=day, ended_at=None
    )
    return [as_person(pk, actor.organisation_id) for pk in away.values_list("person", flat=True).distinct()]


def as_person(person_id: int, organisation_id: int | None) -> Actor:
    """Somebody, to ask what they may."""
    return Actor("person", f"person {person_id}", person_id=person_id, organisation_id=organisation_id)


def mandates(actor: Actor, task: Task, approval: Approval) -> Iterator[int]:
    """In whose place the actor may decide a task, best first; nobody's, where they may not."""
    if actor.person_id is None or actor.organisation_id != approval.organisation_id:
        return
    if task.delegated_by_id is not None:
        other = as_person(task.delegated_by_id, actor.organisation_id)
        may_see = not reach(actor, APPROVAL_VIEW).is_empty
        if task.claimed_by_id == actor.person_id and may_see and holds(other, task.role, approval):
            yield task.delegated_by_id
        return
    if holds(actor, task.role, approval):
        yield actor.person_id
    for other in stands_for(actor):
        if other.person_id is not None and holds(other, task.role, approval):
            yield other.person_id


def somebody(actor: Actor) -> int:
    """The person that an actor is. Raises NotPermitted: it is nobody."""
    if actor.person_id is None:
        raise NotPermitted(actor=actor.name, permission=APPROVAL_VIEW.name)
    return actor.person_id


def holds(actor: Actor, role: str, approval: Approval) -> bool:
    """Whether somebody holds a role that reaches the record."""
    found = roles_of(actor).get(role)
    if found is None:
        return False
    if found.whole:
        return True
    attached = attachment_of(approval.subject_type)
    rows = attached.model._default_manager.filter(pk=approval.subject_id)  # noqa: SLF001 - any model's
    return bool(found.rows(rows, attached.columns).exists())


def tasks_of(actor: Actor) -> Q:
    """The tasks of the roles that an actor holds, or stands in for, as a condition."""
    parts = [_of_roles(one) for one in (actor, *stands_for(actor))]
    return reduce(or_, parts)


def subjects_within(found: Reach, prefix: str = "") -> Q:
    """The approvals whose record is within reach, as a condition."""
    if found.whole:
        return Q(**{f"{prefix}organisation": found.organisation_id})
    parts = [_subjects(found, each, prefix) for each in attachments()]
    return reduce(or_, parts, NOTHING) & Q(**{f"{prefix}organisation": found.organisation_id})


def _of_roles(actor: Actor) -> Q:
    held = roles_of(actor)
    whole = [role for role, found in held.items() if found.whole]
    condition = Q(organisation=actor.organisation_id, role__in=whole) if whole else NOTHING
    for role, found in held.items():
        if not found.whole:
            condition |= Q(role=role) & subjects_within(found, "approval__")
    return condition


def _subjects(found: Reach, attached: Attachment, prefix: str) -> Q:
    rows = found.rows(attached.model._default_manager.all(), attached.columns)  # noqa: SLF001 - any model's
    return Q(**{f"{prefix}subject_type": attached.label, f"{prefix}subject_id__in": rows.values("pk")})
