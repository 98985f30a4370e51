"""Before anything else: a password that nobody else knows, and a second factor where a role needs one."""

from __future__ import annotations

from typing import Any

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from guanbao.platform.access.acting import Answer, actor_of
from guanbao.platform.access.factors import factor_missing

_OUT = ("/logout", "/language", settings.STATIC_URL)
# What leads to a second factor.
_WAYS = ("/account/factor", "/account/app/", "/account/keys/", "/account/codes", "/account/confirm")


def factors_needed(answer: Answer) -> Answer:
    """Middleware: whoever needs another password or a second factor is led to it, and gets nothing else."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated or request.path.startswith(_OUT):
            return answer(request)
        if _knows_another(request):
            return (
                answer(request)
                if request.path == reverse("account_change_password")
                else redirect("account_change_password")
            )
        if not request.path.startswith(_WAYS) and factor_missing(actor_of(request)):
            return redirect("factor-needed")
        return answer(request)

    return middleware


def _knows_another(request: HttpRequest) -> bool:
    """Whether this session was opened by a password that somebody else set."""
    person: Any = request.user
    ways = get_authentication_records(request, person) if person.password_given else ()
    return any(way["method"] == "password" for way in ways)


def factor_needed_page(request: HttpRequest) -> HttpResponse:
    """Which second factors there are to choose from."""
    if not factor_missing(actor_of(request)):
        return redirect("start")
    return render(request, "people/factor.html")
