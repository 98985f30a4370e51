"""One's own account: the password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import PasswordChangeView
from django.db import transaction
from django.forms import Form
from django.http import HttpResponse
from django.urls import reverse_lazy

from guanbao.platform.identity.events import PASSWORD_CHANGED
from guanbao.platform.ledger.services import ledger_append
from guanbao.web.forms import dressed
from guanbao.web.requests import actor_of


class PasswordPage(PasswordChangeView):
    """The form that changes one's own password, which ends every other session of theirs."""

    template_name = "people/password.html"
    success_url = reverse_lazy("start")

    def get_form(self, form_class: Any = None) -> Any:  # noqa: ANN401 - Django's own forms
        """Django's form, in the look of the frame."""
        form: Form = super().get_form(form_class)
        for field in form.fields.values():
            dressed(field)
        return form

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401
        """Change it, and say so in the ledger."""
        with transaction.atomic():
            response = super().form_valid(form)
            ledger_append(actor=actor_of(self.request), event=PASSWORD_CHANGED, subject=form.user)
        return response
