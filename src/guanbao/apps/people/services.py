"""Writes about people, within the actor's own organisation."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from guanbao.apps.people.permissions import GRANT_EDIT, PERSON_ADD, ROLE_EDIT
from guanbao.apps.people.selectors import people_visible
from guanbao.platform.access.choices import Scope
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.access.permissions import Permission
from guanbao.platform.access.reach import need
from guanbao.platform.access.services import grant_give, grant_revoke, role_save
from guanbao.platform.actors import Actor
from guanbao.platform.identity.errors import NoMembership
from guanbao.platform.identity.models import Organisation, Person, Token
from guanbao.platform.identity.services import machine_add, membership_give, person_add
from guanbao.platform.identity.tokens import token_make


def member_add(*, actor: Actor, login: str, name: str, password: str, email: str = "", language: str = "") -> Person:
    """Add somebody to the actor's organisation; their first login asks for a password of their own.

    Raises NotPermitted; ValidationError by field.
    """
    _need_whole(actor, PERSON_ADD)
    with transaction.atomic():
        known = {"login": login, "name": name, "email": email, "language": language}
        person = person_add(actor=actor, password=password, password_given=True, **known)
        membership_give(actor=actor, person=person, organisation=_own(actor), since=timezone.localdate())
    return person


def member_machine_add(*, actor: Actor, login: str, name: str) -> Person:
    """Add a machine's account to the actor's organisation.

    Raises NotPermitted; ValidationError by field.
    """
    _need_whole(actor, PERSON_ADD)
    with transaction.atomic():
        machine = machine_add(actor=actor, login=login, name=name)
        membership_give(actor=actor, person=machine, organisation=_own(actor), since=timezone.localdate())
    return machine


def machine_token_make(*, actor: Actor, person: Person, name: str, days: int) -> tuple[Token, str]:
    """A token for a machine of the actor's organisation. Raises NotPermitted, NoMembership, ValidationError."""
    ours = need(actor, PERSON_ADD).whole and people_visible(actor=actor).filter(pk=person.pk, is_machine=True).exists()
    if not ours:
        raise NotPermitted(actor=actor.name, permission=PERSON_ADD.name)
    until = timezone.now() + timedelta(days=days)
    return token_make(actor=actor, person=person, organisation=_own(actor), name=name, expires_at=until)


def member_grant(
    *,
    actor: Actor,
    person: Person,
    role: Role,
    since: date,
    until: date | None = None,
    scope: Scope | str = Scope.ORGANISATION,
    key: int | None = None,
) -> Grant:
    """Give a member of the actor's organisation a role in it, for all of it or within a narrower scope.

    Raises NotPermitted, GrantTooWide; ValidationError by field.
    """
    need(actor, GRANT_EDIT)
    if not people_visible(actor=actor).filter(pk=person.pk).exists():
        raise NotPermitted(actor=actor.name, permission=GRANT_EDIT.name)
    return grant_give(
        actor=actor,
        person=person,
        organisation=_own(actor),
        role=role,
        since=since,
        until=until,
        scope=scope,
        key=key,
    )


def member_revoke(*, actor: Actor, grant: Grant) -> Grant:
    """Take a role back at once. Raises NotPermitted, GrantTooWide."""
    need(actor, GRANT_EDIT)
    return grant_revoke(actor=actor, grant=grant)


def own_role_add(
    *, actor: Actor, name: str, name_en: str, permissions: list[str], gives: list[str], needs_mfa: bool = False
) -> Role:
    """Add a role of the institution's own. Raises NotPermitted, RoleTooWide; ValidationError by field."""
    _need_whole(actor, ROLE_EDIT)
    given = {"name": name, "name_en": name_en, "permissions": permissions, "gives": gives, "needs_mfa": needs_mfa}
    return role_save(actor=actor, organisation=_own(actor), **given)  # type: ignore[arg-type] # as above


def own_role_edit(
    *,
    actor: Actor,
    role: Role,
    name: str,
    name_en: str,
    permissions: list[str],
    gives: list[str],
    needs_mfa: bool = False,
) -> Role:
    """Change a role of the institution's own. Raises NotPermitted, RoleTooWide; ValidationError by field."""
    _need_whole(actor, ROLE_EDIT)
    given = {"name": name, "name_en": name_en, "permissions": permissions, "gives": gives, "needs_mfa": needs_mfa}
    return role_save(actor=actor, organisation=_own(actor), role=role, **given)  # type: ignore[arg-type] # as above


def _need_whole(actor: Actor, permission: Permission) -> None:
    if not need(actor, permission).whole:
        raise NotPermitted(actor=actor.name, permission=permission.name)


def own_token_make(*, actor: Actor, name: str, days: int) -> tuple[Token, str]:
    """A token of one's own for the organisation one acts for, with its secret. Raises NoMembership, ValidationError."""
    if actor.organisation_id is None:
        raise NoMembership(person=actor.person_id, organisation=0)
    person = Person.objects.get(pk=actor.person_id or 0)
    until = timezone.now() + timedelta(days=days)
    return token_make(actor=actor, person=person, organisation=_own(actor), name=name, expires_at=until)


def _own(actor: Actor) -> Organisation:
    return Organisation.objects.get(pk=actor.organisation_id or 0)
