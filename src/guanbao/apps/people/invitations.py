"""The pages of invitations: the link that is shown once, and what it leads to."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.utils import perform_login
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.mail import send_mail
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from guanbao.apps.people.inviting import invitation_accept
from guanbao.apps.people.pages import INVITATIONS
from guanbao.engine.errors import GuanbaoError
from guanbao.engine.language import explain
from guanbao.platform.access.acting import actor_of
from guanbao.platform.identity.invitations import invitations_open
from guanbao.platform.identity.models import Invitation, Person
from guanbao.platform.wording import _, reader_language, told
from guanbao.web.forms import carry_out, dressed, form_of
from guanbao.web.resource import Verb


class PasswordForm(forms.Form):
    """The first password, twice."""

    password = forms.CharField(
        label=_("New password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    again = forms.CharField(
        label=_("New password, again"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as Django calls it
        super().__init__(*args, **kwargs)
        dressed(self)

    def clean(self) -> dict[str, Any]:
        """Both are the same."""
        given = super().clean() or {}
        if given.get("password") != given.get("again"):
            self.add_error("again", _("The two passwords differ."))
        return given


def invite_page(request: HttpRequest) -> HttpResponse:
    """The form that invites; then the link, once, or that it was sent."""
    verb = cast("Verb", INVITATIONS.add)
    if not verb.may(actor_of(request)):
        raise Http404
    form = form_of(INVITATIONS, verb, request, None)
    if request.method == "POST" and (made := carry_out(verb, form, request, None)) is not None:
        link = request.build_absolute_uri(reverse("invitation", args=[made.secret]))
        mailed = bool(settings.EMAIL_HOST and made.email)
        if mailed:
            _send(made, link)
        return render(request, "people/invited.html", {"made": made, "link": "" if mailed else link})
    context = {"resource": INVITATIONS, "verb": verb, "form": form, "title": INVITATIONS.title}
    context["back"] = INVITATIONS.url("list")
    return render(request, "web/form.html", context, status=422 if request.method == "POST" else 200)


@login_not_required
def invitation_page(request: HttpRequest, secret: str) -> HttpResponse:
    """What a link leads to: a first password, or, for who is known already, a confirmation."""
    invitation = invitations_open(secret).select_related("organisation").first()
    if invitation is None:
        return render(request, "people/uninvited.html", status=404)
    known = Person.objects.filter(login=invitation.login).exists()
    user: Any = request.user
    if known and not (user.is_authenticated and user.login == invitation.login):
        return render(request, "people/invitation.html", {"invitation": invitation, "elsewhere": True})
    form = PasswordForm(request.POST or None) if not known else None
    said = ""
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            password = form.cleaned_data["password"] if form is not None else ""
            person = invitation_accept(
                secret=secret,
                person=user if known else None,
                password=password,
                request_id=request.request_id,  # type: ignore[attr-defined]
            )
        except ValidationError as error:
            for messages in getattr(error, "message_dict", {NON_FIELD_ERRORS: error.messages}).values():
                if form is not None:
                    form.add_error("password", messages)
        except GuanbaoError as error:
            said = explain(error, reader_language())
        else:
            return redirect("start") if known else cast("HttpResponse", perform_login(request, person))
    return render(request, "people/invitation.html", {"invitation": invitation, "form": form, "said": said})


def _send(invitation: Invitation, link: str) -> None:
    organisation = invitation.organisation.name
    subject = told("Invitation to Guanbao by {organisation}", organisation=organisation)
    text = told("Open this link within 7 days and choose a password: {link}", link=link)
    send_mail(subject, text, None, [invitation.email.clear])
