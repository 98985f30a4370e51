"""Forms of arrangements: elements are chosen, not written."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from guanbao.apps.arrangements.choices import Element, Stage
from guanbao.apps.arrangements.models import Arrangement, Waiver
from guanbao.apps.arrangements.rules import pack_choices
from guanbao.apps.arrangements.services import EDITED
from guanbao.apps.arrangements.stages import gates
from guanbao.apps.parties.models import Institution
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


class RenewForm(forms.ModelForm):  # type: ignore[type-arg]
    """Where a renewal begins."""

    back_to = forms.ChoiceField(
        label=_("Back to"),
        choices=[(stage.value, stage.label) for stage in (Stage.SELECTION, Stage.CONTRACT)],
        help_text=_("To the selection where others are asked as well; to the contract with the same contractor."),
    )

    class Meta:
        model = Arrangement
        fields: ClassVar[list[str]] = ["stage_reason"]


class WaiverForm(forms.ModelForm):  # type: ignore[type-arg]
    """Which gate may be passed though it is shut."""

    gate = forms.ChoiceField(label=_("Gate"), choices=lambda: [(one.name, one.title) for one in gates().values()])

    class Meta:
        model = Waiver
        fields: ClassVar[list[str]] = ["arrangement", "gate", "reason", "ends_on"]
        widgets: ClassVar[dict[str, Any]] = {"ends_on": _DAY}


class RulebookForm(forms.ModelForm):  # type: ignore[type-arg]
    """By which rule pack an institution's arrangements pass their gates."""

    pack = forms.ChoiceField(label=_("Rule pack"), choices=pack_choices)

    class Meta:
        model = Institution
        fields: ClassVar[list[str]] = []
