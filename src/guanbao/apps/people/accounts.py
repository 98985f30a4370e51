"""One's own account: password, second factors, sessions, tokens, and for whom one acts."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.decorators import reauthentication_required
from allauth.account.views import LoginView, PasswordChangeView, ReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.generic import FormView

from guanbao.apps.people.services import own_token_make
from guanbao.engine.errors import GuanbaoError
from guanbao.engine.language import explain
from guanbao.platform.access.acting import ACTS_FOR, actor_of
from guanbao.platform.actors import Actor
from guanbao.platform.identity import events
from guanbao.platform.identity.models import Token
from guanbao.platform.identity.services import password_chosen, session_end
from guanbao.platform.identity.tokens import token_revoke
from guanbao.platform.ledger.events import EventType
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.wording import _, reader_language
from guanbao.web.forms import dressed

_YEAR_S = 31_536_000


class Dressed:
    """Allauth's pages with forms, in the look of the frame and with our words."""

    labels: ClassVar[dict[str, str]] = {}

    def get_form(self, form_class: Any = None) -> Any:  # noqa: ANN401 - allauth's own forms
        """The form."""
        form = super().get_form(form_class)  # type: ignore[misc] # of the page it is mixed into
        for name, field in form.fields.items():
            field.label = self.labels.get(name, field.label)
            field.help_text = ""
            field.widget.attrs.pop("placeholder", None)
        dressed(form)
        return form


class Recorded(Dressed):
    """A page whose change stands in the ledger."""

    event: EventType
    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401
        """Change it, and say so."""
        person: Any = self.request.user
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
            ledger_append(actor=actor_of(self.request), event=self.event, subject=person)
        return response


class LoginPage(Dressed, LoginView):  # type: ignore[misc] # allauth has no types
    """Login and password, or a passkey."""

    extra_context: ClassVar[dict[str, Any]] = {"sign_on": settings.SOCIALACCOUNT_PROVIDERS}


class PasswordPage(Recorded, PasswordChangeView):  # type: ignore[misc]
    """The form that changes one's own password, which ends every other session of theirs."""

    event = events.PASSWORD_CHANGED
    labels: ClassVar = {
        "oldpassword": _("Present password"),
        "password1": _("New password"),
        "password2": _("New password, again"),
    }

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401
        """Change it, to another than it was."""
        if form.cleaned_data["oldpassword"] == form.cleaned_data["password1"]:
            form.add_error("password1", _("Choose another password than the present one."))
            return self.form_invalid(form)  # type: ignore[no-any-return]
        with transaction.atomic():
            response = super().form_valid(form)
            password_chosen(self.request.user)  # type: ignore[arg-type] # who is logged in here
        return response


class ConfirmPage(Dressed, ReauthenticateView):  # type: ignore[misc]
    """The password once more, before something grave."""

    labels: ClassVar = {"password": _("Password")}


class AppAddPage(Recorded, ActivateTOTPView):  # type: ignore[misc]
    """Set up an authenticator app."""

    event = events.FACTOR_ADDED
    labels: ClassVar = {"code": _("One-time code")}


class AppRemovePage(Recorded, DeactivateTOTPView):  # type: ignore[misc]
    """Remove the authenticator app."""

    event = events.FACTOR_REMOVED


class KeyAddPage(Recorded, AddWebAuthnView):  # type: ignore[misc]
    """Add a passkey."""

    event = events.FACTOR_ADDED
    labels: ClassVar = {"name": _("Name"), "passwordless": _("Log in with this key alone")}


class KeyRemovePage(Recorded, RemoveWebAuthnView):  # type: ignore[misc]
    """Remove a passkey."""

    event = events.FACTOR_REMOVED


class CodesPage(Recorded, GenerateRecoveryCodesView):  # type: ignore[misc]
    """New recovery codes, which make the old ones worthless."""

    event = events.CODES_MADE


def account_page(request: HttpRequest) -> HttpResponse:
    """One's own account."""
    person: Any = request.user
    factors = Authenticator.objects.filter(user=person).order_by("pk")
    context = {
        "sessions": UserSession.objects.filter(user=person).order_by("-created_at"),
        "here": request.session.session_key,
        "tokens": person.tokens.select_related("organisation").filter(revoked_at=None).order_by("-pk"),
        "app": next((f for f in factors if f.type == Authenticator.Type.TOTP), None),
        "keys": [f for f in factors if f.type == Authenticator.Type.WEBAUTHN],
        "codes": next((f for f in factors if f.type == Authenticator.Type.RECOVERY_CODES), None),
    }
    return render(request, "people/account.html", context)


@require_POST
def act_for_page(request: HttpRequest) -> HttpResponse:
    """Act for another of one's organisations; each request asks anew whether one may."""
    request.session[ACTS_FOR] = request.POST.get("organisation", "")[:20]
    return redirect("start")


@require_POST
def session_end_page(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own sessions."""
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    session_end(actor=actor_of(request), session=session)
    return redirect("account")


class TokenForm(forms.ModelForm):  # type: ignore[type-arg] # it takes no argument at run time
    """A token's name and how long it holds."""

    days = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        choices=((30, _("30 days")), (90, _("90 days")), (365, _("365 days"))),
    )

    class Meta:
        model = Token
        fields: ClassVar = ["name"]


@method_decorator(reauthentication_required(), name="dispatch")
class TokenPage(Dressed, FormView):  # type: ignore[type-arg]
    """The form that makes a token of one's own, and its secret, shown once."""

    form_class = TokenForm
    template_name = "people/token.html"

    def make(self, actor: Actor, **given: Any) -> str:  # noqa: ANN401
        """The secret."""
        return own_token_make(actor=actor, **given)[1]

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401
        """Make it, and show the secret."""
        try:
            secret = self.make(actor_of(self.request), **form.cleaned_data)
        except GuanbaoError as error:
            form.add_error(None, explain(error, reader_language()))
            return self.form_invalid(form)
        return self.render_to_response({"secret": secret, "view": self})


@require_POST
def token_revoke_page(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own tokens."""
    token = get_object_or_404(Token, pk=pk, person=request.user)
    token_revoke(actor=actor_of(request), token=token)
    return redirect("account")


@login_not_required
@require_POST
def language_page(request: HttpRequest) -> HttpResponse:
    """Keep the language that was chosen, with the person and in this browser; then back to where it was chosen."""
    chosen = "en" if request.POST.get("language") == "en" else "zh"
    back = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    if not safe or not back.startswith("/") or not back.isprintable():  # of a route's name, or a header of its own
        back = "/"
    if request.user.is_authenticated:
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    response = HttpResponseRedirect(back)
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=_YEAR_S, samesite="Lax", httponly=True)
    return response
