"""Tokens: how programs log in."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from guanbao.platform.actors import Actor
from guanbao.platform.changes import row_change
from guanbao.platform.identity import events
from guanbao.platform.identity.errors import NoMembership
from guanbao.platform.identity.models import Organisation, Person, Token
from guanbao.platform.identity.selectors import member_on, memberships_current
from guanbao.platform.ledger.services import ledger_append

_MARK = "gb_"  # lets scanners of leaked secrets know one of ours
_USED_EVERY = timedelta(minutes=1)


def secret_digest(secret: str) -> str:
    """What is kept of a secret. It is random and long, so that one plain hash gives nobody a way back."""
    return sha256(secret.encode()).hexdigest()


def token_make(
    *, actor: Actor, person: Person, organisation: Organisation, name: str, expires_at: datetime | None = None
) -> tuple[Token, str]:
    """A token with its secret, which is never seen again; who may make one, the app decides that asks.

    Raises:
        NoMembership: the person is no member now. ValidationError: by field.
    """
    now = timezone.now()
    with transaction.atomic():
        member = memberships_current(person=person, on=timezone.localdate()).filter(organisation=organisation)
        if person.left_at is not None or not member.exists():
            raise NoMembership(person=person.pk, organisation=organisation.pk)
        secret = _MARK + secrets.token_urlsafe(32)
        token = Token(digest=secret_digest(secret), created_at=now)
        change = row_change(token, person=person, organisation=organisation, name=name, expires_at=expires_at)
        token.save()
        ledger_append(actor=actor, event=events.TOKEN_MADE, subject=token, after=change.after)
    return token, secret


def token_revoke(*, actor: Actor, token: Token) -> Token:
    """End a token at once."""
    with transaction.atomic():
        token = Token.objects.select_for_update().get(pk=token.pk)
        if token.revoked_at is None:
            token.revoked_at = timezone.now()
            token.save(update_fields=["revoked_at"])
            told = {"person": token.person_id, "organisation": token.organisation_id}
            ledger_append(actor=actor, event=events.TOKEN_REVOKED, subject=token, after=told)
    return token


def token_holder(secret: str) -> Token | None:
    """The token of a secret, if it still holds: not of somebody who left, nor for what they no longer belong to.

    One query, and one more when its use was last noted over a minute ago.
    """
    now = timezone.now()
    held = Token.objects.select_related("person", "organisation").filter(
        Q(expires_at=None) | Q(expires_at__gt=now),
        member_on(timezone.localdate(), "person__memberships__"),
        digest=secret_digest(secret),
        revoked_at=None,
        person__left_at=None,
        organisation__closed_at=None,
        person__memberships__organisation=F("organisation"),
    )
    token = held.first()
    if token is not None and (token.last_used_at is None or token.last_used_at < now - _USED_EVERY):
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
    return token
