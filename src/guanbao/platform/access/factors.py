"""Second factors that roles need."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import checks

from guanbao.platform.access.reach import grants_of
from guanbao.platform.actors import Actor

_KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def factor_missing(actor: Actor) -> bool:
    """Whether somebody holds a role that needs a second factor, and has set up none."""
    if not settings.GUANBAO_MFA_BY_ROLE or actor.kind != "person":
        return False
    if not any(grant.role.needs_mfa for grant in grants_of(actor)):
        return False
    return not Authenticator.objects.filter(user=actor.person_id, type__in=_KINDS).exists()


def factors_asked(**_given: Any) -> list[checks.CheckMessage]:  # noqa: ANN401 - as Django calls a check
    """A check of an installation: that roles which need a second factor are closed without one."""
    if settings.GUANBAO_MFA_BY_ROLE:
        return []
    said = "Roles that need a second factor are open to who has none."
    return [checks.Warning(said, hint="Unset GUANBAO_MFA_BY_ROLE; 0 is for demonstrations.", id="guanbao.W001")]
