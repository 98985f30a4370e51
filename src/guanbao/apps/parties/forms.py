"""The form of a new contractor: with it, what it is known by."""

from __future__ import annotations

from typing import ClassVar

from django import forms

from guanbao.apps.parties.models import Contractor
from guanbao.platform.wording import _


class ContractorForm(forms.ModelForm):  # type: ignore[type-arg] # it takes no argument at run time
    """A new contractor."""

    uscc = forms.CharField(label=_("Unified social credit code"), required=False, max_length=18)
    lei = forms.CharField(label=_("LEI"), required=False, max_length=20)

    class Meta:
        model = Contractor
        fields: ClassVar[list[str]] = [
            "institution", "name", "name_en", "uscc", "lei", "kind", "is_financial", "is_related", "country", "parent",
        ]  # fmt: skip
