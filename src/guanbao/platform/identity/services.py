"""Writes of identity, each with its event in the ledger."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.platform.actors import Actor
from guanbao.platform.changes import row_change
from guanbao.platform.identity import events
from guanbao.platform.identity.choices import Side
from guanbao.platform.identity.models import Membership, Organisation, Person
from guanbao.platform.ledger.services import ledger_append


def organisation_add(*, actor: Actor, side: Side | str, name: str, name_en: str = "") -> Organisation:
    """Add a tenant; who may, the app decides that adds an institution or a contractor. Raises ValidationError."""
    with transaction.atomic():
        organisation = Organisation()
        change = row_change(organisation, side=side, name=name, name_en=name_en)
        organisation.save()
        ledger_append(actor=actor, event=events.ORGANISATION_ADDED, subject=organisation, after=change.after)
    return organisation


def person_add(
    *,
    actor: Actor,
    login: str,
    name: str,
    password: str,
    email: str = "",
    language: str = "",
    password_given: bool = False,
) -> Person:
    """Add somebody who can log in; with a `password_given` by somebody else, only to choose another.

    Raises ValidationError by field: a login that is taken, a password that is weak.
    """
    with transaction.atomic():
        person = Person(joined_at=timezone.now(), password_given=password_given)
        person.set_password(password)
        row_change(person, login=login, name=name, email=email, language=language)
        _password_need(password, person)
        person.save()
        ledger_append(actor=actor, event=events.PERSON_ADDED, subject=person, after={"person": person.pk})
    return person


def login_reset(*, actor: Actor, person: Person, password: str) -> Person:
    """Give somebody who lost theirs a password to log in with once; their second factors, sessions and tokens end.

    Who may, the app decides. Raises ValidationError by field: a password that is weak.
    """
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=person.pk)
        _password_need(password, person)
        person.set_password(password)
        person.password_given = True
        person.save(update_fields=["password", "password_given"])
        Authenticator.objects.filter(user=person).delete()
        _access_end(person)
        ledger_append(actor=actor, event=events.LOGIN_RESET, subject=person, after={"person": person.pk})
    return person


def machine_add(*, actor: Actor, login: str, name: str) -> Person:
    """Add a machine's account: no password, tokens only. Raises ValidationError by field."""
    with transaction.atomic():
        machine = Person(joined_at=timezone.now(), is_machine=True)
        machine.set_unusable_password()
        row_change(machine, login=login, name=name)
        machine.save()
        told = {"person": machine.pk, "is_machine": True}
        ledger_append(actor=actor, event=events.PERSON_ADDED, subject=machine, after=told)
    return machine


def membership_give(
    *, actor: Actor, person: Person, organisation: Organisation, since: date, until: date | None = None, post: str = ""
) -> Membership:
    """Make a person a member of an organisation from a day on. Raises ValidationError by field."""
    with transaction.atomic():
        membership = Membership()
        change = row_change(membership, person=person, organisation=organisation, since=since, until=until, post=post)
        membership.save()
        ledger_append(actor=actor, event=events.MEMBERSHIP_GIVEN, subject=membership, after=change.after)
    return membership


def membership_end(*, actor: Actor, membership: Membership) -> Membership:
    """End a membership with yesterday, or today if it began today; its tokens end at once."""
    with transaction.atomic():
        membership = Membership.objects.select_for_update().get(pk=membership.pk)
        today = timezone.localdate()
        change = row_change(membership, until=max(membership.since, today - timedelta(days=1)))
        membership.save()
        tokens = membership.person.tokens.filter(organisation=membership.organisation_id, revoked_at=None)
        tokens.update(revoked_at=timezone.now())
        told = {"person": membership.person_id, "organisation": membership.organisation_id}
        ledger_append(actor=actor, event=events.MEMBERSHIP_ENDED, subject=membership, after=told | change.after)
    return membership


def membership_renew(*, actor: Actor, membership: Membership) -> Membership:
    """Make a past member a member again from today on; no role comes back with it."""
    with transaction.atomic():
        membership = Membership.objects.select_for_update().get(pk=membership.pk)
        row_change(membership, since=timezone.localdate(), until=None)
        membership.save()
        told = {"person": membership.person_id, "organisation": membership.organisation_id, "since": membership.since}
        ledger_append(actor=actor, event=events.MEMBERSHIP_GIVEN, subject=membership, after=told)
    return membership


def person_leave(*, actor: Actor, person: Person, at: datetime) -> Person:
    """Record that somebody left: no grant holds from now on, and every session of theirs ends here."""
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=person.pk)
        row_change(person, left_at=at)
        person.save()
        ledger_append(actor=actor, event=events.PERSON_LEFT, subject=person, after={"person": person.pk, "left_at": at})
        _access_end(person)
    return person


def password_chosen(person: Person) -> None:
    """Note that somebody's password is now one that they alone know."""
    Person.objects.filter(pk=person.pk).update(password_given=False)


def _access_end(person: Person) -> None:
    """End all tokens and sessions of somebody."""
    person.tokens.filter(revoked_at=None).update(revoked_at=timezone.now())
    for session in list(UserSession.objects.filter(user=person)):  # no cursor open over the deletes
        session.end()


def _password_need(password: str, person: Person) -> None:
    """That a password is strong enough. Raises ValidationError at its field."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error


def session_end(*, actor: Actor, session: UserSession) -> None:
    """End somebody's session: its next request finds nobody logged in."""
    with transaction.atomic():
        told = {"person": session.user_id}
        ledger_append(actor=actor, event=events.SESSION_ENDED, subject=session.user, after=told)
        session.end()
