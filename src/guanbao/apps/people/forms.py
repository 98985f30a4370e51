"""Forms that ask for more than their model holds."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.parties.models import Contractor, Department
from guanbao.platform.access.choices import Scope
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.access.permissions import permissions as permissions_known
from guanbao.platform.access.roles import roles_shipped
from guanbao.platform.identity.choices import Side
from guanbao.platform.identity.models import Invitation, Person
from guanbao.platform.wording import _, reader_language
from guanbao.web.forms import Rows


class MemberForm(forms.ModelForm):  # type: ignore[type-arg] # it takes no argument at run time
    """A new person with a first password."""

    password = forms.CharField(
        label=_("First password"),
        min_length=12,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters; to be changed by its holder."),
    )

    class Meta:
        model = Person
        fields: ClassVar = ["login", "name", "email", "language"]


class ScopedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form with a scope, narrowed to what is chosen among what the giver may see."""

    department = forms.ModelChoiceField(Department.objects.all(), label=_("Department"), required=False)
    contractor = forms.ModelChoiceField(Contractor.objects.all(), label=_("Contractor"), required=False)
    arrangement = forms.ModelChoiceField(Arrangement.objects.all(), label=_("Arrangement"), required=False)

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


class InvitationForm(ScopedForm):
    """Whom to invite, and with which roles."""

    roles = Rows(Role.objects.all(), label=_("Roles"), widget=forms.CheckboxSelectMultiple)
    scope = forms.ChoiceField(label=_("Scope"), choices=Scope.choices)
    until = forms.DateField(label=_("Roles until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    field_order = [  # noqa: RUF012 - as Django declares it

        "name", "login", "email", "roles", "scope", "department", "contractor", "arrangement", "until",
    ]  # fmt: skip

    class Meta:
        model = Invitation
        fields: ClassVar = ["name", "login", "email"]


def _codes() -> list[tuple[str, str]]:
    ours = [role for role in roles_shipped().values() if role.side == Side.INSTITUTION]
    return [(role.code, role.name_en if reader_language() == "en" else role.name) for role in ours]


class RoleForm(forms.ModelForm):  # type: ignore[type-arg]
    """An own role of an institution: its name, what it may do, and which roles its holders may give."""

    permissions = forms.MultipleChoiceField(
        label=_("Permissions"),
        choices=lambda: [(p.name, p.title) for p in permissions_known()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    gives = forms.MultipleChoiceField(
        label=_("Roles that it gives"), choices=_codes, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Role
        fields: ClassVar = ["name", "name_en", "permissions", "gives", "needs_mfa"]


class GrantForm(ScopedForm):
    """A role for somebody."""

    class Meta:
        model = Grant
        fields: ClassVar = ["person", "role", "scope", "department", "contractor", "arrangement", "since", "until"]
        widgets: ClassVar = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in ("since", "until")
        }


class ResetForm(forms.ModelForm):  # type: ignore[type-arg]
    """A password for who lost theirs."""

    password = MemberForm.base_fields["password"]

    class Meta:
        model = Person
        fields: ClassVar[list[str]] = []

    def _post_clean(self) -> None:
        """Nothing of the person changes here."""


class SignOnForm(forms.ModelForm):  # type: ignore[type-arg]
    """By which subject the other system knows a person."""

    uid = forms.CharField(label=_("Subject (sub) in the other system"), max_length=191)

    class Meta:
        model = Person
        fields: ClassVar[list[str]] = []

    def _post_clean(self) -> None:
        """Nothing of the person changes."""
