"""Forms that ask for more than their model holds."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.parties.models import Contractor, Department
from guanbao.platform.access.choices import Scope
from guanbao.platform.access.models import Grant
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


class GrantForm(forms.ModelForm):  # type: ignore[type-arg]
    """A role for somebody; the narrower scope is chosen among what the giver may see."""

    department = forms.ModelChoiceField(Department.objects.all(), label=_("Department"), required=False)
    contractor = forms.ModelChoiceField(Contractor.objects.all(), label=_("Contractor"), required=False)
    arrangement = forms.ModelChoiceField(Arrangement.objects.all(), label=_("Arrangement"), required=False)

    class Meta:
        model = Grant
        fields: ClassVar = ["person", "role", "scope", "department", "contractor", "arrangement", "since", "until"]
        widgets: ClassVar = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in ("since", "until")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as Django calls it
        super().__init__(*args, **kwargs)
        self.fields["scope"].required = False  # without one it is the whole organisation

    def clean(self) -> dict[str, Any]:
        """The scope with its key; of the other choices none may be made."""
        given = dict(super().clean() or {})
        chosen = {name: given.pop(name, None) for name in ("department", "contractor", "arrangement")}
        scope = given["scope"] = given.get("scope") or Scope.ORGANISATION
        for name, row in chosen.items():
            if (row is None) == (name == scope) and name not in self.errors:
                self.add_error(name, _("Choose exactly what the scope says."))
        row = chosen.get(str(scope))
        return given | {"key": row.pk if row is not None else None}

    def _post_clean(self) -> None:
        """Leave to the service what the model says: the row is made there."""
