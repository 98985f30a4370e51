"""How members get in, and ends of it: memberships, sessions, tokens, single sign-on, people who leave."""

from __future__ import annotations

from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import timezone

from guanbao.apps.people.errors import OfOthersToo
from guanbao.apps.people.permissions import PERSON_ADD, PERSON_END
from guanbao.apps.people.selectors import is_ours_alone, people_visible
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.permissions import Permission
from guanbao.platform.access.reach import need
from guanbao.platform.access.services import grants_end, grants_may
from guanbao.platform.actors import Actor
from guanbao.platform.identity.events import SIGN_ON_MAPPED
from guanbao.platform.identity.models import Membership, Person, Token
from guanbao.platform.identity.services import login_reset, membership_end, membership_renew, person_leave, session_end
from guanbao.platform.identity.tokens import token_revoke
from guanbao.platform.ledger.services import ledger_append


def member_leave(*, actor: Actor, person: Person) -> Person:
    """Record that somebody left: sessions and tokens end here, and no grant holds any more.

    Raises NotPermitted, OfOthersToo.
    """
    _need(actor, PERSON_END, person)
    _need_alone(actor, person)
    with transaction.atomic():
        grants_end(actor=actor, person=person, organisation=_membership(actor, person).organisation)
        return person_leave(actor=actor, person=person, at=timezone.now())


def member_end(*, actor: Actor, person: Person) -> Person:
    """End a membership in the actor's organisation, and all that hangs on it. Raises NotPermitted, OfOthersToo."""
    _need(actor, PERSON_END, person)
    if person.pk == actor.person_id:
        raise OfOthersToo(person=person.pk)
    with transaction.atomic():
        membership = _membership(actor, person)
        grants_end(actor=actor, person=person, organisation=membership.organisation)
        membership_end(actor=actor, membership=membership)
    return person


def member_renew(*, actor: Actor, person: Person) -> Person:
    """Make a past member one again. Raises NotPermitted."""
    _need(actor, PERSON_ADD, person)
    membership_renew(actor=actor, membership=_membership(actor, person))
    return person


def member_session_end(*, actor: Actor, session: UserSession) -> None:
    """End a session of somebody who belongs to the actor's organisation alone. Raises NotPermitted, OfOthersToo."""
    _need(actor, PERSON_END, session.user)
    _need_alone(actor, session.user)
    session_end(actor=actor, session=session)


def member_token_revoke(*, actor: Actor, token: Token) -> Token:
    """End a token that acts for the actor's organisation. Raises NotPermitted."""
    _need(actor, PERSON_END, token.person)
    if token.organisation_id != actor.organisation_id:
        raise NotPermitted(actor=actor.name, permission=PERSON_END.name)
    return token_revoke(actor=actor, token=token)


def member_sign_on(*, actor: Actor, person: Person, uid: str) -> Person:
    """Say by which subject of single sign-on a member is known. Raises NotPermitted, OfOthersToo, ValidationError."""
    _need(actor, PERSON_ADD, person)
    _need_alone(actor, person)
    with transaction.atomic():
        account = SocialAccount.objects.filter(user=person, provider="sso").first() or SocialAccount(provider="sso")
        account.user, account.uid = person, uid.strip()
        account.validate_constraints()
        account.validate_unique()
        account.save()
        ledger_append(actor=actor, event=SIGN_ON_MAPPED, subject=person, after={"person": person.pk})
    return person


def member_reset(*, actor: Actor, person: Person, password: str) -> Person:
    """Give a member who lost theirs a password to log in with once; second factors, sessions and tokens end.

    Nobody does so for themselves, nor for somebody who holds what the actor could not give: whoever sets a password
    can log in by it.

    Raises NotPermitted, OfOthersToo, GrantTooWide; ValidationError by field.
    """
    _need(actor, PERSON_ADD, person)
    _need_alone(actor, person)
    if not may_reset(person, actor):
        raise NotPermitted(actor=actor.name, permission=PERSON_ADD.name)
    grants_may(actor=actor, person=person, organisation=_membership(actor, person).organisation)
    return login_reset(actor=actor, person=person, password=password)


def may_reset(person: Person, actor: Actor) -> bool:
    """Whether it is somebody else, who logs in with a password."""
    return person.pk != actor.person_id and person.left_at is None and not person.is_machine


def _need(actor: Actor, permission: Permission, person: Person) -> None:
    """That the permission is for the whole organisation, and the person one of its people."""
    if not (need(actor, permission).whole and people_visible(actor=actor).filter(pk=person.pk).exists()):
        raise NotPermitted(actor=actor.name, permission=permission.name)


def _need_alone(actor: Actor, person: Person) -> None:
    if person.pk == actor.person_id or not is_ours_alone(actor=actor, person=person):
        raise OfOthersToo(person=person.pk)


def _membership(actor: Actor, person: Person) -> Membership:
    return Membership.objects.select_related("organisation").get(
        person=person, organisation_id=actor.organisation_id or 0
    )
