"""Invitations: made, found by their secret, revoked, used once."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from guanbao.platform.actors import Actor
from guanbao.platform.changes import row_change
from guanbao.platform.identity import events
from guanbao.platform.identity.models import Invitation, Organisation
from guanbao.platform.identity.tokens import secret_digest
from guanbao.platform.ledger.services import ledger_append

VALID = timedelta(days=7)


def invitation_make(
    *, actor: Actor, organisation: Organisation, login: str, name: str, email: str, grants: list[dict[str, Any]]
) -> tuple[Invitation, str]:
    """An invitation with the secret of its link, which is kept nowhere. Raises ValidationError by field."""
    now, secret = timezone.now(), secrets.token_urlsafe(32)
    with transaction.atomic():
        made = Invitation(digest=secret_digest(secret), created_at=now, expires_at=now + VALID, grants=grants)
        row_change(made, organisation=organisation, invited_by_id=actor.person_id, login=login, name=name, email=email)
        made.save()
        told = {"organisation": organisation.pk, "roles": [grant["code"] for grant in grants]}
        ledger_append(actor=actor, event=events.INVITATION_MADE, subject=made, after=told)
    return made, secret


def invitation_revoke(*, actor: Actor, invitation: Invitation) -> Invitation:
    """End an invitation that nobody used."""
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
        if invitation.revoked_at is None and invitation.used_at is None:
            invitation.revoked_at = timezone.now()
            invitation.save(update_fields=["revoked_at"])
            told = {"organisation": invitation.organisation_id}
            ledger_append(actor=actor, event=events.INVITATION_REVOKED, subject=invitation, after=told)
    return invitation


def invitations_open(secret: str) -> QuerySet[Invitation]:
    """The invitation of a secret, if it can be used now."""
    return Invitation.objects.filter(
        digest=secret_digest(secret),
        used_at=None,
        revoked_at=None,
        expires_at__gt=timezone.now(),
        organisation__closed_at=None,
    )
