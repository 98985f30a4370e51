"""Forms of the inbox."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from guanbao.platform.notices.declaring import notice_kinds
from guanbao.platform.notices.models import Endpoint, Wishes
from guanbao.platform.wording import _
from guanbao.web.forms import dressed


def _kinds() -> list[tuple[str, str]]:
    return [(kind.name, str(kind.title)) for kind in notice_kinds()]


class EndpointForm(forms.ModelForm):  # type: ignore[type-arg] # it takes no argument at run time
    """A new endpoint."""

    address = forms.CharField(
        label=_("Address"), max_length=2000, help_text=_("With its key, as the receiver gave it.")
    )
    secret = forms.CharField(
        label=_("Secret"),
        required=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("What it is signed with; nobody sees it again."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of notices"),
        choices=_kinds,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None means all."),
    )

    class Meta:
        model = Endpoint
        fields: ClassVar = ["channel", "name"]


class EndpointEditForm(forms.ModelForm):  # type: ignore[type-arg]
    """What of an endpoint can be changed."""

    kinds = EndpointForm.base_fields["kinds"]

    class Meta:
        model = Endpoint
        fields: ClassVar = ["name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as Django calls it
        super().__init__(*args, **kwargs)
        self.fields["kinds"].initial = self.instance.kinds


class WishesForm(forms.ModelForm):  # type: ignore[type-arg]
    """How one wishes to be told."""

    muted = forms.MultipleChoiceField(
        label=_("Not by e-mail"), choices=_kinds, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Wishes
        fields: ClassVar = ["by_email", "daily", "quiet_from", "quiet_until", "by_sms", "mobile"]
        widgets: ClassVar = {
            name: forms.TimeInput(format="%H:%M", attrs={"type": "time"}) for name in ("quiet_from", "quiet_until")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as Django calls it
        super().__init__(*args, **kwargs)
        self.fields["muted"].initial = self.instance.muted
        dressed(self)
