"""Forms of initiatives: a review of a target is another row."""

from __future__ import annotations

from typing import ClassVar

from django import forms

from guanbao.apps.initiatives.models import Target
from guanbao.platform.wording import _


class ReviewForm(forms.ModelForm):  # type: ignore[type-arg] # it takes no argument at run time
    """What was reached, and when that was looked at."""

    reached = forms.DecimalField(label=_("Reached"), max_digits=16, decimal_places=4)
    reviewed_on = forms.DateField(label=_("Reviewed on"), widget=forms.DateInput(attrs={"type": "date"}))
    remark = forms.CharField(
        label=_("Remark"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    class Meta:
        model = Target
        fields: ClassVar[list[str]] = []
