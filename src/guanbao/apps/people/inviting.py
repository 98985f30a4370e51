"""Invitations into the actor's own organisation, and how they are accepted."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from guanbao.apps.people.errors import InvitationClosed
from guanbao.apps.people.permissions import PERSON_ADD
from guanbao.platform.access.choices import Scope
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.models import Role
from guanbao.platform.access.reach import need
from guanbao.platform.access.services import grant_give, grant_may
from guanbao.platform.actors import Actor
from guanbao.platform.identity import events
from guanbao.platform.identity.invitations import invitation_make, invitation_revoke, invitations_open
from guanbao.platform.identity.models import Invitation, Organisation, Person
from guanbao.platform.identity.services import membership_give, membership_renew, person_add
from guanbao.platform.ledger.services import ledger_append


def member_invite(
    *,
    actor: Actor,
    login: str,
    name: str,
    email: str = "",
    roles: list[Role],
    scope: Scope | str = Scope.ORGANISATION,
    key: int | None = None,
    until: date | None = None,
) -> Invitation:
    """Invite somebody with roles that the actor may give; the secret of the link is its `secret`, this once.

    Raises NotPermitted, GrantTooWide; ValidationError by field.
    """
    _need_whole(actor)
    organisation = Organisation.objects.get(pk=actor.organisation_id or 0)
    for role in roles:
        grant_may(actor=actor, organisation=organisation, role=role, scope=scope, key=key, until=until)
    last = until.isoformat() if until else None
    grants = [{"role": r.pk, "code": r.code, "scope": str(scope), "key": key, "until": last} for r in roles]
    made, secret = invitation_make(
        actor=actor, organisation=organisation, login=login, name=name, email=email, grants=grants
    )
    made.secret = secret  # type: ignore[attr-defined] # carried to the page that shows it
    return made


def member_invitation_revoke(*, actor: Actor, invitation: Invitation) -> Invitation:
    """Revoke an invitation of the actor's organisation. Raises NotPermitted."""
    _need_whole(actor)
    if invitation.organisation_id != actor.organisation_id:
        raise NotPermitted(actor=actor.name, permission=PERSON_ADD.name)
    return invitation_revoke(actor=actor, invitation=invitation)


def invitation_accept(*, secret: str, person: Person | None, password: str = "", request_id: str = "") -> Person:
    """Make the invited person, or `person` who is known already, a member, with what the inviter may give now.

    Raises InvitationClosed, NotPermitted, GrantTooWide; ValidationError by field.
    """
    with transaction.atomic():
        found = invitations_open(secret).select_for_update(of=("self",)).select_related("organisation").first()
        if found is None or (person is not None and person.login != found.login):
            raise InvitationClosed
        inviter = _inviter(found, request_id)
        _need_whole(inviter)
        if person is None:
            person = person_add(actor=inviter, login=found.login, name=found.name, email=found.email, password=password)
        _join(inviter, person, found)
        for grant in found.grants:
            _grant(inviter, person, found.organisation, grant)
        found.used_at = timezone.now()
        found.save(update_fields=["used_at"])
        told = {"organisation": found.organisation_id}
        actor = Actor("person", person.name, person_id=person.pk, organisation_id=found.organisation_id)
        ledger_append(actor=actor, event=events.INVITATION_USED, subject=found, after=told)
    return person


def _inviter(invitation: Invitation, request_id: str) -> Actor:
    """Who invited, with the rights they have now."""
    by = invitation.invited_by
    if by is None:
        raise InvitationClosed
    return Actor("person", by.name, by.pk, invitation.organisation_id, request_id)


def _join(inviter: Actor, person: Person, invitation: Invitation) -> None:
    held = person.memberships.filter(organisation=invitation.organisation_id).first()
    today = timezone.localdate()
    if held is None:
        membership_give(actor=inviter, person=person, organisation=invitation.organisation, since=today)
    elif held.until is not None and held.until < today:
        membership_renew(actor=inviter, membership=held)


def _grant(inviter: Actor, person: Person, organisation: Organisation, grant: dict[str, Any]) -> None:
    grant_give(
        actor=inviter,
        person=person,
        organisation=organisation,
        role=Role.objects.get(pk=grant["role"]),
        since=timezone.localdate(),
        until=date.fromisoformat(grant["until"]) if grant["until"] else None,
        scope=grant["scope"],
        key=grant["key"],
    )


def _need_whole(actor: Actor) -> None:
    if not need(actor, PERSON_ADD).whole:
        raise NotPermitted(actor=actor.name, permission=PERSON_ADD.name)
