"""The form of what a call centre's service comprises."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from guanbao.apps.catalogue.models import Service
from guanbao.apps.catalogue.taxonomies import codes, scope_items
from guanbao.platform.wording import _, told

_LIMITED = {f"limits_{key.rpartition('.')[2]}": code for key, code in codes().items() if code.conditional}


class _Items(forms.ModelForm):  # type: ignore[type-arg] # it takes no argument at run time
    items = forms.MultipleChoiceField(
        label=_("What it comprises"), choices=scope_items, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Service
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **how: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **how)
        scope = self.instance.scope
        held = {name: scope.get(code.key, "") for name, code in _LIMITED.items()}
        self.initial = {"items": list(scope), **held, **self.initial}

    def clean(self) -> dict[str, Any]:
        """Put items and limits together as the service takes them."""
        given = super().clean() or {}
        scope = dict.fromkeys(given.get("items", []), "")
        for name, code in _LIMITED.items():
            limits = given.get(name, "")
            if limits and code.key not in scope:
                self.add_error(name, told("There are limits, but the business itself is not chosen."))
            elif code.key in scope and not limits:
                self.add_error(name, told("Say under which limits."))
            elif limits:
                scope[code.key] = limits
        return {"scope": scope}


ScopeForm: type[_Items] = type(
    "ScopeForm",
    (_Items,),
    {
        "__doc__": "The items by dimension, and limits for each that is allowed under limited conditions only.",
        "__module__": __name__,
    }
    | {
        name: forms.CharField(label=_("Limits of «{code}»", code=code.name), required=False, max_length=500)
        for name, code in _LIMITED.items()
    },
)
