"""Forms that ask for more than their model holds."""

from __future__ import annotations

from typing import ClassVar

from django import forms

from guanbao.platform.identity.models import Person
from guanbao.platform.wording import _


class MemberForm(forms.ModelForm):  # type: ignore[type-arg] # it takes no argument at run time
    """A new person with a first password."""

    password = forms.CharField(
        label=_("First password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters; to be changed by its holder."),
    )

    class Meta:
        model = Person
        fields: ClassVar = ["login", "name", "email", "language"]
