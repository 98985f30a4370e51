"""The form that asks for personal data in clear."""

from __future__ import annotations

from typing import Any

from django import forms

from guanbao.platform.personal.choices import Purpose
from guanbao.platform.wording import _
from guanbao.web.forms import dressed


class RevealForm(forms.Form):
    """Which fields of a record, and why."""

    fields_asked = forms.MultipleChoiceField(label=_("To be shown in clear"), widget=forms.CheckboxSelectMultiple)
    purpose = forms.ChoiceField(label=_("Purpose"), choices=[("", "—"), *Purpose.choices])
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("In a few words; it stands in the ledger."))

    def __init__(self, *given: Any, offered: list[tuple[str, str]], **more: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*given, **more)
        asked: Any = self.fields["fields_asked"]
        asked.choices = offered
        asked.initial = [name for name, _heading in offered][:1] if len(offered) == 1 else []
        dressed(self)
