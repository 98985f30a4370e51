"""Forms by which people prove who they are, in our words; allauth checks them."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm as PasswordForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP
from django.core.exceptions import ValidationError
from django.db import transaction

from guanbao.platform.identity.logins import login_normalised


class LoginForm(PasswordForm):  # type: ignore[misc] # allauth has no types
    """Login and password."""

    def add_prefix(self, field_name: str) -> str:
        """What the field is called in the page: `username`, as password managers and axes know it."""
        return "username" if field_name == "login" else field_name

    def clean_login(self) -> str:
        """The login in the form in which it is kept."""
        return login_normalised(self.cleaned_data["login"])


class _Once:
    """A code opens once, even where two processes are asked at the same time: its row is locked meanwhile."""

    user: Any

    def clean_code(self) -> str:
        """The code, if it is right and was not used."""
        with transaction.atomic():
            list(Authenticator.objects.select_for_update().filter(user=self.user))
            try:
                code: str = super().clean_code()  # type: ignore[misc] # of the form it is mixed into
            except ValidationError as error:
                wrong = error  # raised after the commit: what was counted must stay counted
            else:
                return code
        raise wrong


class CodeForm(_Once, AuthenticateForm):  # type: ignore[misc]
    """A code of the authenticator app, or a recovery code, at login."""


class CodeAgainForm(_Once, ReauthenticateForm):  # type: ignore[misc]
    """The same, before something grave."""


class FirstCodeForm(ActivateTOTPForm):  # type: ignore[misc]
    """The code that shows that the app was set up; it is no code to log in with any more."""

    def clean_code(self) -> str:
        """The code, used."""
        code: str = super().clean_code()
        TOTP(Authenticator(user=self.user))._mark_code_used(code)  # noqa: SLF001 - where allauth marks the others
        return code
