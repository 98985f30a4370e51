"""People, roles and grants of the actor's own organisation."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from guanbao.apps.people.permissions import PERSON_VIEW
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.access.reach import Columns, reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.identity.models import Invitation, Membership, Person, Token
from guanbao.platform.identity.selectors import member_on

GRANTS = Columns(institution="organisation", contractor="organisation")
PEOPLE = Columns(institution="memberships__organisation", contractor="memberships__organisation")


def people_visible(*, actor: Actor) -> QuerySet[Person]:
    """The members of the actor's organisation, past ones too; each says whether it `is_member` now."""
    held = Membership.objects.filter(member_on(timezone.localdate()), person=OuterRef("pk"))
    is_member = Exists(held.filter(organisation=actor.organisation_id or 0))
    return reach(actor, PERSON_VIEW).rows(Person.objects.annotate(is_member=is_member), PEOPLE)


def machines_visible(*, actor: Actor) -> QuerySet[Person]:
    """The machines' accounts among them."""
    rows: QuerySet[Person] = people_visible(actor=actor).filter(is_machine=True)
    return rows


def is_ours_alone(*, actor: Actor, person: Person) -> bool:
    """Whether no other organisation would lose somebody with this person's access."""
    lasting = Q(until=None) | Q(until__gte=timezone.localdate())
    return not person.memberships.filter(lasting).exclude(organisation=actor.organisation_id).exists()


def sessions_visible(*, actor: Actor, person: Person) -> QuerySet[UserSession]:
    """Sessions of a person who is the actor's organisation's alone."""
    ours = people_visible(actor=actor).filter(pk=person.pk).exists() and is_ours_alone(actor=actor, person=person)
    rows: QuerySet[UserSession] = UserSession.objects.filter(user=person if ours else None)
    return rows.order_by("-created_at")


def tokens_visible(*, actor: Actor, person: Person) -> QuerySet[Token]:
    """Tokens by which a person's programs act for the actor's organisation."""
    rows = reach(actor, PERSON_VIEW).rows(Token.objects.select_related("organisation"), GRANTS)
    return rows.filter(person=person, revoked_at=None).order_by("-pk")


def invitations_visible(*, actor: Actor) -> QuerySet[Invitation]:
    """The invitations into the actor's organisation."""
    return reach(actor, PERSON_VIEW).rows(Invitation.objects.select_related("invited_by"), GRANTS)


def grants_visible(*, actor: Actor) -> QuerySet[Grant]:
    """The grants within the actor's organisation."""
    return reach(actor, PERSON_VIEW).rows(Grant.objects.select_related("person", "role", "given_by"), GRANTS)


def roles_visible(*, actor: Actor) -> QuerySet[Role]:
    """The roles of the actor's side that came with the product, and the organisation's own."""
    found = reach(actor, PERSON_VIEW)
    if not found.whole or found.side is None:
        return Role.objects.none()
    return Role.objects.filter(Q(institution=None) | Q(institution=actor.organisation_id), side=found.side)


def roles_explained(*, actor: Actor) -> QuerySet[Role]:
    """Those, and to an institution what contractors' people get: it answers for whom it lets in."""
    visible, found = roles_visible(actor=actor), reach(actor, PERSON_VIEW)
    if found.whole and found.side == Side.INSTITUTION:
        visible |= Role.objects.filter(institution=None, side=Side.CONTRACTOR)
    return visible.order_by("-side", F("institution").asc(nulls_first=True), "pk")
