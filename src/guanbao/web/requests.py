"""What goes for every answer: the language of who reads it, and what it may load."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

Answer = Callable[[HttpRequest], HttpResponse]
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'"
)


def languages(answer: Answer) -> Answer:
    """Middleware: the person's language, else their choice in this browser, else what it asks for, else Chinese."""

    def middleware(request: HttpRequest) -> HttpResponse:
        asked = getattr(request.user, "language", "") or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if not asked:
            asked = request.headers.get("Accept-Language", "")
        translation.activate("en" if asked.strip().lower().startswith("en") else "zh-hans")
        response = answer(request)
        response.headers["Content-Language"] = translation.get_language()
        patch_vary_headers(response, ("Cookie", "Accept-Language"))
        return response

    return middleware


def policies(answer: Answer) -> Answer:
    """Middleware: nothing is loaded from elsewhere, nothing inline runs, and no page with data is kept."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        response.headers.setdefault("Content-Security-Policy", f"{POLICY} {settings.GUANBAO_OIDC_ORIGIN}".strip())
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware
