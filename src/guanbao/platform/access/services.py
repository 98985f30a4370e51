"""Writes of access: nobody gives more than they were given to give."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from guanbao.platform.access import events
from guanbao.platform.access.choices import Scope
from guanbao.platform.access.errors import GrantTooWide, RoleTooWide
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.access.reach import grants_of
from guanbao.platform.actors import Actor
from guanbao.platform.changes import row_change
from guanbao.platform.identity.choices import Side
from guanbao.platform.identity.models import Organisation, Person
from guanbao.platform.ledger.services import ledger_append


def grant_give(
    *,
    actor: Actor,
    person: Person,
    organisation: Organisation,
    role: Role,
    since: date,
    until: date | None = None,
    scope: Scope | str = Scope.ORGANISATION,
    key: int | None = None,
) -> Grant:
    """Give a role to a member of one's own organisation, within one's own scope and for no longer than one has.

    Raises:
        GrantTooWide: the actor was not given to give this. ValidationError: by field.
    """
    _need_to_give(actor, organisation, role, (str(scope), key), until)
    with transaction.atomic():
        grant = Grant()
        change = row_change(
            grant,
            person=person,
            organisation=organisation,
            role=role,
            scope=scope,
            key=key,
            since=since,
            until=until,
            given_by_id=actor.person_id,
        )
        grant.save()
        told = change.after | {"role": role.code}
        ledger_append(actor=actor, event=events.GRANT_GIVEN, subject=grant, after=told)
    return grant


def grant_revoke(*, actor: Actor, grant: Grant) -> Grant:
    """Take a role back at once. Raises GrantTooWide: the actor could not have given it."""
    _need_to_give(actor, grant.organisation, grant.role, (grant.scope, grant.key), None, within=False)
    with transaction.atomic():
        grant = Grant.objects.select_for_update().select_related("role").get(pk=grant.pk)
        if grant.revoked_at is None:
            _end(actor, grant)
    return grant


def grants_may(*, actor: Actor, person: Person, organisation: Organisation) -> None:
    """That the actor could give all that a person holds in an organisation, now or later. Raises GrantTooWide."""
    lasting = Q(until=None) | Q(until__gte=timezone.localdate())
    held = Grant.objects.select_related("role").filter(lasting, person=person, revoked_at=None)
    for grant in held.filter(organisation=organisation):
        _need_to_give(actor, organisation, grant.role, (grant.scope, grant.key), None, within=False)


def grant_may(
    *,
    actor: Actor,
    organisation: Organisation,
    role: Role,
    scope: Scope | str = Scope.ORGANISATION,
    key: int | None = None,
    until: date | None = None,
) -> None:
    """That the actor could give this now. Raises GrantTooWide."""
    _need_to_give(actor, organisation, role, (str(scope), key), until)


def role_save(
    *,
    actor: Actor,
    organisation: Organisation,
    name: str,
    name_en: str,
    permissions: list[str],
    gives: list[str],
    needs_mfa: bool = False,
    role: Role | None = None,
) -> Role:
    """Add a role of an institution's own, or correct it: never with more than the actor may give as it is.

    Raises:
        RoleTooWide: a permission that no role holds which the actor gives, or roles that they do not give.
        ValidationError: by field.
    """
    if organisation.side != Side.INSTITUTION or actor.organisation_id not in (None, organisation.pk):
        raise RoleTooWide(actor=actor.name)
    if role is not None and role.institution_id != organisation.pk:
        raise RoleTooWide(actor=actor.name)
    if role is not None and any(held.role_id == role.pk for held in grants_of(actor)):
        raise RoleTooWide(actor=actor.name)  # to widen a role that one holds is to give to oneself
    every = {*permissions, *(role.permissions if role else ())}, {*gives, *(role.gives if role else ())}
    if not any(_covers(held.role, *every) for held in grants_of(actor) if held.scope == Scope.ORGANISATION):
        raise RoleTooWide(actor=actor.name)
    with transaction.atomic():
        row = role or Role(code=f"own_{uuid4().hex[:12]}", side=organisation.side, institution=organisation)
        change = row_change(
            row, name=name, name_en=name_en, permissions=sorted(permissions), gives=sorted(gives), needs_mfa=needs_mfa
        )
        row.save()
        event = events.ROLE_ADDED if role is None else events.ROLE_EDITED
        ledger_append(actor=actor, event=event, subject=row, before=change.before, after=change.after)
    return row


def _covers(giver: Role, permissions: set[str], gives: set[str]) -> bool:
    """Whether whoever holds `giver` may give all of this: it is held by roles that they give, or given by them."""
    shipped = Role.objects.filter(code__in=giver.gives, institution=None).values_list("permissions", flat=True)
    return permissions <= {name for names in shipped for name in names} and gives <= set(giver.gives)


def grants_end(*, actor: Actor, person: Person, organisation: Organisation) -> None:
    """Take back all that a person holds in an organisation; who may, the app decides that ends their membership."""
    with transaction.atomic():
        held = Grant.objects.select_for_update(of=("self",)).select_related("role")
        for grant in list(held.filter(person=person, organisation=organisation, revoked_at=None)):
            _end(actor, grant)


def _end(actor: Actor, grant: Grant) -> None:
    grant.revoked_at = timezone.now()
    grant.save()
    told = {"person": grant.person_id, "organisation": grant.organisation_id, "role": grant.role.code}
    ledger_append(actor=actor, event=events.GRANT_REVOKED, subject=grant, before=told)


def _need_to_give(
    actor: Actor,
    organisation: Organisation,
    role: Role,
    scope: tuple[str, int | None],
    until: date | None,
    *,
    within: bool = True,
) -> None:
    """That some grant of the actor's own lets them give the role so far and, `within` its time, so long."""
    if actor.kind == "system":
        return
    ours = actor.organisation_id == organisation.pk and role.side == organisation.side
    foreign = role.institution_id not in (None, organisation.pk)
    for held in grants_of(actor) if ours and not foreign else []:
        wide = (held.scope, held.key) in ((Scope.ORGANISATION, None), scope)
        long = not within or held.until is None or (until is not None and until <= held.until)
        if role.institution_id is None:
            given = role.code in held.role.gives
        else:
            given = _covers(held.role, set(role.permissions), set(role.gives))
        if given and wide and long:
            return
    raise GrantTooWide(actor=actor.name, role=role.code)
