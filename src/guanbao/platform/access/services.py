"""Writes of access: nobody gives more than they were given to give."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from guanbao.platform.access import events
from guanbao.platform.access.choices import Scope
from guanbao.platform.access.errors import GrantTooWide
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.access.reach import grants_of
from guanbao.platform.actors import Actor
from guanbao.platform.changes import row_change
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
        if role.code in held.role.gives and wide and long:
            return
    raise GrantTooWide(actor=actor.name, role=role.code)
