"""Roles that need a second factor are closed to who has none."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from guanbao.platform.access.reach import grants_of
from guanbao.platform.actors import Actor
from guanbao.web.requests import Answer, actor_of

# What leads to a second factor, and out.
_WAYS = ("/account/factor", "/account/app/", "/account/keys/", "/account/codes", "/account/confirm")
_OPEN = (*_WAYS, "/logout", "/language")
_KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def factor_missing(actor: Actor) -> bool:
    """Whether somebody holds a role that needs a second factor, and has set up none."""
    if not settings.GUANBAO_MFA_BY_ROLE or actor.kind != "person":
        return False
    if not any(grant.role.needs_mfa for grant in grants_of(actor)):
        return False
    return not Authenticator.objects.filter(user=actor.person_id, type__in=_KINDS).exists()


def factors_needed(answer: Answer) -> Answer:
    """Middleware: whoever lacks a second factor is led to set it up, and gets nothing else."""

    def middleware(request: HttpRequest) -> HttpResponse:
        closed = request.user.is_authenticated and not request.path.startswith((*_OPEN, settings.STATIC_URL))
        if closed and factor_missing(actor_of(request)):
            return redirect("factor-needed")
        return answer(request)

    return middleware


def factor_needed_page(request: HttpRequest) -> HttpResponse:
    """Which second factors there are to choose from."""
    if not factor_missing(actor_of(request)):
        return redirect("start")
    return render(request, "people/factor.html")
