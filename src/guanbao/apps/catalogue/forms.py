"""The form of what a call centre's service comprises."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from guanbao.apps.catalogue.models import Service
from guanbao.apps.catalogue.taxonomies import codes, scope_items
from guanbao.platform.wording import _, told


class ScopeForm(forms.ModelForm):  # type: ignore[type-arg] # it takes no argument at run time
    """The items by dimension, and the limits of each that is allowed under limited conditions only."""

    items = forms.MultipleChoiceField(
        label=_("What it comprises"), choices=scope_items, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Service
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **how: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **how)
        self.fields["items"].initial = list(self.instance.scope)
        for key, code in codes().items():
            if code.conditional:
                label = told("Limits of «{code}»", code=code.name)
                held = self.instance.scope.get(key, "")
                self.fields[key] = forms.CharField(label=label, required=False, max_length=500, initial=held)

    def clean(self) -> dict[str, Any]:
        """Put items and limits together as the service takes them."""
        given = super().clean() or {}
        chosen = given.get("items", [])
        for key in self.fields:
            if key != "items" and given.get(key) and key not in chosen:
                self.add_error(key, told("There are limits, but the business itself is not chosen."))
            elif key in chosen and not given.get(key):
                self.add_error(key, told("Say under which limits."))
        return {"scope": {key: given.get(key, "") for key in chosen}}
