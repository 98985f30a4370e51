"""What allauth asks us: which words it says, how it keeps secrets, whom it lets in by single sign-on."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse

from guanbao.platform.identity.logins import login_counted
from guanbao.platform.identity.models import Person
from guanbao.platform.sealing import sealed, unsealed
from guanbao.platform.wording import _

_WRONG = _("Login and password do not match.")
_WRONG_CODE = _("This code is wrong, or was used already.")
_FACTORS = "second factors"
_SLOWER = _("Too many attempts. Try again later.")


class Accounts(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Accounts: nobody signs up, and attempts are counted by the login in whatever spelling."""

    error_messages: ClassVar[dict[str, Any]] = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _WRONG,
        "account_inactive": _WRONG,
        "incorrect_password": _("The password is wrong."),
        "enter_current_password": _("The password is wrong."),
        "incorrect_code": _WRONG_CODE,
        "too_many_login_attempts": _SLOWER,
        "rate_limited": _SLOWER,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - as allauth calls it
        """Never: people are invited."""
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        """Back to the account."""
        return reverse("account")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:  # noqa: ANN401
        """Count the attempt, unless axes has closed the login: then it is axes that answers."""
        if AxesProxyHandler.is_allowed(request, credentials):
            super().pre_authenticate(request, **credentials)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:  # noqa: ANN401, ARG002
        # By allauth's own key, a capital letter or another name of the host would start a new count.
        return login_counted(str(credentials.get("username", "")))


class Factors(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: their secrets are kept sealed with a key that is not in the database."""

    error_messages: ClassVar[dict[str, Any]] = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _WRONG_CODE,
        "cannot_generate_recovery_codes": _("Set up an authenticator app or a passkey first."),
    }

    def encrypt(self, text: str) -> str:
        """A secret as the database keeps it."""
        return sealed(text, _FACTORS)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again."""
        return unsealed(encrypted_text, _FACTORS)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002, ANN401, ARG002
        """What a new passkey is called, until it is named."""
        return str(_("Passkey"))


class SingleSignOn(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Single sign-on: for people whom an administrator mapped, or, where settings say so, by verified e-mail."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ANN401, ARG002
        """Never."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:  # noqa: ANN401
        """Let pass who is known, and refuse everybody else.

        Raises:
            ImmediateHttpResponse: the refusal.
        """
        if sociallogin.state.get("process") != "connect":
            if sociallogin.is_existing and sociallogin.user.is_active:
                return
            person = _by_email(sociallogin) if settings.GUANBAO_OIDC_BY_EMAIL and not sociallogin.is_existing else None
            if person is not None:
                sociallogin.connect(request, person)
                return
        raise ImmediateHttpResponse(render(request, "socialaccount/unknown.html", status=403))


def _by_email(sociallogin: Any) -> Person | None:  # noqa: ANN401
    """The one current person of an address that the provider has verified."""
    verified = {address.email for address in sociallogin.email_addresses if address.verified and address.email}
    if len(verified) != 1:
        return None
    found = list(Person.objects.filter(email__iexact=verified.pop(), left_at=None, is_machine=False)[:2])
    return found[0] if len(found) == 1 else None
