"""Duties, as far as an actor may see them: those of records that they see, shown to their side."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.utils import timezone

from guanbao.platform.access.permissions import Permission
from guanbao.platform.access.reach import NOTHING, Reach, grants_of, reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.identity.models import Membership
from guanbao.platform.identity.selectors import member_on
from guanbao.platform.obligations.choices import State
from guanbao.platform.obligations.declaring import carriers
from guanbao.platform.obligations.models import Duty, Feed
from guanbao.platform.obligations.permissions import DUTY_VIEW

_SIDES = {Side.INSTITUTION: "institution", Side.CONTRACTOR: "shared_with"}


def duties_visible(*, actor: Actor) -> QuerySet[Duty]:
    """Duties of records that the actor sees, of their side or shown to it."""
    return duties_reached(actor=actor, permission=DUTY_VIEW)


def duties_reached(*, actor: Actor, permission: Permission) -> QuerySet[Duty]:
    """Those with which the actor may do something."""
    actor = actor.read_once()
    rows = Duty.objects.select_related("person")
    found = reach(actor, permission)
    if found.everywhere:
        return rows
    if found.is_empty or found.side is None:
        return rows.filter(NOTHING)
    records = [
        Q(record=each.name, record_id__in=each.reached(actor, permission).order_by().values("pk"))
        for each in carriers()
    ]
    return rows.filter(Q(**{_SIDES[found.side]: actor.organisation_id}) & reduce(or_, records, NOTHING))


def duties_own(*, actor: Actor) -> QuerySet[Duty]:
    """Those of them that are the actor's to do: named to them, or to a post of theirs that reaches the record.

    What was named to somebody who has gone is the post's again.
    """
    actor = actor.read_once()
    rows = duties_visible(actor=actor)
    if actor.person_id is None:
        return rows.none()
    here = Membership.objects.filter(
        member_on(timezone.localdate()), organisation=actor.organisation_id, person__left_at=None
    )
    gone = Q(person=None) | ~Q(person__in=here.values("person"))
    return rows.filter(Q(person=actor.person_id) | gone & _of_posts(actor))


def duties_due(*, actor: Actor) -> QuerySet[Duty]:
    """Of one's own what is open, the next first."""
    return duties_own(actor=actor).filter(state=State.OPEN).order_by("due_on", "pk")


def feeds_own(*, actor: Actor) -> QuerySet[Feed]:
    """One's own addresses of calendars that hold, for the organisation that one acts for."""
    rows = Feed.objects.filter(person=actor.person_id, organisation=actor.organisation_id, revoked_at=None)
    return rows.order_by("-pk")


def _of_posts(actor: Actor) -> Q:
    """The duties of posts that an actor holds."""
    held: dict[str, set[tuple[str, int | None]]] = {}
    side = None
    for grant in grants_of(actor):
        if DUTY_VIEW.name in grant.role.permissions:
            held.setdefault(grant.role.code, set()).add((grant.scope, grant.key))
            side = Side(grant.organisation.side)
    condition = NOTHING
    for role, scopes in held.items():
        found = Reach(actor.organisation_id, side, frozenset(scopes))
        within = Q() if found.whole else reduce(or_, (each.subjects(found) for each in carriers()), NOTHING)
        condition |= Q(role=role, side=side) & within
    return condition
