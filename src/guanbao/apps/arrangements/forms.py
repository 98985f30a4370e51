"""Forms of arrangements: elements are chosen, not written."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from guanbao.apps.arrangements.choices import Element
from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.services import EDITED
from guanbao.platform.wording import _
from guanbao.web.forms import Rows

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class EditForm(forms.ModelForm):  # type: ignore[type-arg] # it takes no argument at run time
    """What an arrangement is."""

    elements = forms.MultipleChoiceField(
        label=_("Elements"), choices=Element.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Arrangement
        fields: ClassVar[list[str]] = list(EDITED)
        widgets: ClassVar[dict[str, Any]] = {"starts_on": _DAY, "ends_on": _DAY}
        field_classes: ClassVar[dict[str, Any]] = {"services": Rows}


class AddForm(EditForm):
    """A new arrangement."""

    class Meta(EditForm.Meta):
        fields: ClassVar[list[str]] = ["institution", "reference", *EDITED]
