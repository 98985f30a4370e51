"""Approvals, tasks and models, as far as an actor may see them. A contractor's people see none of it."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from guanbao.platform.access.permissions import Permission
from guanbao.platform.access.reach import NOTHING, reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.workflow.choices import TaskState
from guanbao.platform.workflow.mandates import roles_of, subjects_within, tasks_of
from guanbao.platform.workflow.models import Absence, Approval, Copy, Decision, ModelVersion, Task
from guanbao.platform.workflow.permissions import APPROVAL_VIEW, MODEL_VIEW


def versions_visible(*, actor: Actor) -> QuerySet[ModelVersion]:
    """Versions of models of one's own institution."""
    return ModelVersion.objects.select_related("uploaded_by", "enforced_by").filter(_inside(actor, MODEL_VIEW))


def approvals_visible(*, actor: Actor) -> QuerySet[Approval]:
    """Approvals of records within reach."""
    rows = Approval.objects.select_related("version", "maker").defer("run")
    return rows.filter(_within(actor))


def tasks_visible(*, actor: Actor) -> QuerySet[Task]:
    """Tasks of approvals within reach, and those that were handed to the actor."""
    rows = Task.objects.select_related("approval", "claimed_by", "delegated_by")
    if actor.kind == "system":
        return rows
    handed = Q(claimed_by=actor.person_id, claimed_by__isnull=False) if not _none(actor) else NOTHING
    ours = Q(organisation=actor.organisation_id)
    return rows.filter(ours & (_within(actor, "approval__") | handed | _asked(actor)))


def tasks_waiting(*, actor: Actor) -> QuerySet[Task]:
    """What the actor is asked to decide now: not what somebody else took, nor what they submitted or decided in."""
    rows = Task.objects.select_related("approval", "claimed_by", "delegated_by")
    if actor.person_id is None or _none(actor):
        return rows.none()
    free = Q(claimed_by=None) & _asked(actor) | Q(claimed_by=actor.person_id)
    decided = Decision.objects.filter(Q(person=actor.person_id) | Q(for_person=actor.person_id), in_force=True)
    open_ = rows.filter(free, state=TaskState.OPEN, organisation=actor.organisation_id)
    lower = Task.objects.filter(
        approval=OuterRef("approval"),
        level=OuterRef("level"),
        seat__lt=OuterRef("seat"),
        state=TaskState.OPEN,
        claimed_by=None,
    )  # of several free seats, one is offered
    open_ = open_.filter(Q(claimed_by=actor.person_id) | ~Exists(lower))
    mine = open_.exclude(approval__maker=actor.person_id).exclude(approval__in=decided.values("approval"))
    return mine.order_by("due_at", "pk")


def tasks_decided(*, actor: Actor) -> QuerySet[Decision]:
    """What the actor decided, the latest first."""
    rows = Decision.objects.select_related("approval", "task")
    if actor.person_id is None or _none(actor):
        return rows.none()
    return rows.filter(person=actor.person_id, organisation=actor.organisation_id).order_by("-at", "-pk")


def copies_of(*, actor: Actor) -> QuerySet[Copy]:
    """What the actor's roles were given copies of, the latest first."""
    rows = Copy.objects.select_related("approval")
    if actor.person_id is None or _none(actor):
        return rows.none()
    roles = list(roles_of(actor))
    return rows.filter(_within(actor, "approval__"), role__in=roles, organisation=actor.organisation_id).order_by("-pk")


def absences_of(*, actor: Actor) -> QuerySet[Absence]:
    """One's own absences, the latest first."""
    rows = Absence.objects.select_related("person", "deputy")
    if actor.person_id is None or _none(actor):
        return rows.none()
    return rows.filter(person=actor.person_id, organisation=actor.organisation_id).order_by("-pk")


def _none(actor: Actor) -> bool:
    """Whether approvals are not the actor's to see at all."""
    found = reach(actor, APPROVAL_VIEW)
    return found.is_empty or not (found.everywhere or found.side is Side.INSTITUTION)


def _inside(actor: Actor, permission: Permission) -> Q:
    found = reach(actor, permission)
    if found.everywhere:
        return Q()
    return Q(organisation=found.organisation_id) if found.side is Side.INSTITUTION else NOTHING


def _within(actor: Actor, prefix: str = "") -> Q:
    found = reach(actor, APPROVAL_VIEW)
    if found.everywhere:
        return Q()
    return NOTHING if _none(actor) else subjects_within(found, prefix)


def _asked(actor: Actor) -> Q:
    return NOTHING if _none(actor) else tasks_of(actor)
