"""Roles that need a second factor are closed to who has none."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from guanbao.platform.access.factors import factor_missing
from guanbao.web.requests import Answer, actor_of

# What leads to a second factor, and out.
_WAYS = ("/account/factor", "/account/app/", "/account/keys/", "/account/codes", "/account/confirm")
_OPEN = (*_WAYS, "/logout", "/language")


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
