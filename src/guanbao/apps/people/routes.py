"""Addresses of one's own account. Of allauth's pages only those are here that we offer."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.webauthn import views as keys
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as sign_on
from django.conf import settings
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST
from django.views.generic import RedirectView

from guanbao.apps.people import accounts, factors, invitations, members, pages


def account_routes() -> list[URLPattern]:
    """Login and logout, then what one does with one's own account."""
    to_account = RedirectView.as_view(pattern_name="account")
    made = [
        path("login", accounts.LoginPage.as_view(), name="account_login"),
        path("login/code", mfa.authenticate, name="mfa_authenticate"),
        path("login/passkey", keys.login_webauthn, name="mfa_login_webauthn"),
        path("login/closed", account.account_inactive, name="account_inactive"),
        path("logout", require_POST(account.logout), name="logout"),
        path("logout", require_POST(account.logout), name="account_logout"),
        path("language", accounts.language_page, name="language"),
        path("account/", accounts.account_page, name="account"),
        path("account/factor", factors.factor_needed_page, name="factor-needed"),
        path("account/act-for", accounts.act_for_page, name="act-for"),
        path("account/sessions/<int:pk>/end", accounts.session_end_page, name="session-end"),
        path("account/tokens/add", accounts.TokenPage.as_view(), name="token-add"),
        path("account/tokens/<int:pk>/revoke", accounts.token_revoke_page, name="token-revoke"),
        path("invitations/add", invitations.invite_page, name="invite"),
        path("invitation/<str:secret>", invitations.invitation_page, name="invitation"),
        path("matrix", pages.matrix_page, name="matrix"),
        path("people/<int:person>/sessions/<int:pk>/end", members.session_end_page, name="member-session-end"),
        path("people/<int:person>/tokens/<int:pk>/revoke", members.token_revoke_page, name="member-token-revoke"),
        path("machines/<int:person>/token/add", members.MachineTokenPage.as_view(), name="machine-token"),
        path("password", accounts.PasswordPage.as_view(), name="account_change_password"),
        path("account/password", to_account, name="account_set_password"),
        path("account/confirm", accounts.ConfirmPage.as_view(), name="account_reauthenticate"),
        path("account/confirm/code", mfa.reauthenticate, name="mfa_reauthenticate"),
        path("account/confirm/key", keys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
        path("account/factors", to_account, name="mfa_index"),
        path("account/app/add", accounts.AppAddPage.as_view(), name="mfa_activate_totp"),
        path("account/app/remove", accounts.AppRemovePage.as_view(), name="mfa_deactivate_totp"),
        path("account/keys/", to_account, name="mfa_list_webauthn"),
        path("account/keys/add", accounts.KeyAddPage.as_view(), name="mfa_add_webauthn"),
        path("account/keys/<int:pk>/remove", accounts.KeyRemovePage.as_view(), name="mfa_remove_webauthn"),
        path("account/codes", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
        path("account/codes/new", accounts.CodesPage.as_view(), name="mfa_generate_recovery_codes"),
    ]
    if settings.GUANBAO_OIDC_URL:
        made += [
            path("login/<slug:provider_id>", sign_on.login, name="openid_connect_login"),
            path("login/<slug:provider_id>/back", sign_on.callback, name="openid_connect_callback"),
            path("login-cancelled", social.login_cancelled, name="socialaccount_login_cancelled"),
        ]
    return made
