"""Forms of contracts: clauses are chosen, their numbers written one a line."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from guanbao.apps.contracts.library import clause_choices, demand_choices
from guanbao.apps.contracts.models import Clause, Contract, Payment
from guanbao.apps.contracts.services.clauses import OWN_FIELDS
from guanbao.apps.contracts.services.payments import FIELDS as PAYMENT_FIELDS
from guanbao.platform.wording import _, told

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_NUMBERS_HELP = _("One a line: name, colon, number. What is left out stays as usual.")


class NumbersForm(forms.ModelForm):  # type: ignore[type-arg] # it takes no argument at run time
    """The numbers of a clause."""

    numbers = forms.CharField(
        label=_("Numbers"), required=False, help_text=_NUMBERS_HELP, widget=forms.Textarea(attrs={"rows": 3})
    )

    class Meta:
        model = Clause
        fields: ClassVar[list[str]] = []

    def __init__(self, *given: Any, **more: Any) -> None:  # noqa: ANN401 - Django's own
        if (row := more.get("instance")) is not None and row.pk:
            shown = "\n".join(f"{name}: {value}" for name, value in row.numbers.items())
            more["initial"] = {"numbers": shown, **(more.get("initial") or {})}
        super().__init__(*given, **more)

    def clean_numbers(self) -> dict[str, str]:
        """Name and number of each line."""
        found = {}
        for line in filter(None, map(str.strip, self.cleaned_data["numbers"].splitlines())):
            name, colon, value = line.replace("：", ":").partition(":")
            if not colon:
                raise forms.ValidationError(told("Write name: value, one a line."))
            found[name.strip()] = value.strip()
        return found


class ClauseAddForm(NumbersForm):
    """A clause of the library."""

    code = forms.ChoiceField(label=_("Clause of the library"), choices=clause_choices)

    class Meta(NumbersForm.Meta):
        fields: ClassVar[list[str]] = ["contract"]

    field_order = ("contract", "code", "numbers")


class OwnClauseForm(forms.ModelForm):  # type: ignore[type-arg] # as above
    """A text of one's own, and what it meets."""

    demands = forms.MultipleChoiceField(
        label=_("Demands that it meets"), choices=demand_choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label=_("Why it meets them"), max_length=1000, help_text=_("Another person checks this before it counts.")
    )

    class Meta:
        model = Clause
        fields: ClassVar[list[str]] = list(OWN_FIELDS)
        widgets: ClassVar[dict[str, Any]] = {
            "text": forms.Textarea(attrs={"rows": 6}), "text_en": forms.Textarea(attrs={"rows": 4})
        }  # fmt: skip


class WriteForm(forms.ModelForm):  # type: ignore[type-arg] # as above
    """A clause of one's own for a contract."""

    title = Clause._meta.get_field("title").formfield()  # noqa: SLF001 - Django's published way to a field
    title_en = Clause._meta.get_field("title_en").formfield()  # noqa: SLF001
    text = Clause._meta.get_field("text").formfield(widget=forms.Textarea(attrs={"rows": 6}))  # noqa: SLF001
    text_en = Clause._meta.get_field("text_en").formfield(widget=forms.Textarea(attrs={"rows": 4}))  # noqa: SLF001
    demands = forms.MultipleChoiceField(
        label=_("Demands that it meets"), choices=demand_choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label=_("Why it meets them"), max_length=1000, help_text=_("Another person checks this before it counts.")
    )

    class Meta:
        model = Contract
        fields: ClassVar[list[str]] = []

    field_order = OWN_FIELDS


class AmendForm(forms.ModelForm):  # type: ignore[type-arg] # as above
    """What an amendment is called, and from which day on it counts."""

    reference = Contract._meta.get_field("reference").formfield(initial="")  # noqa: SLF001 - as above
    title = Contract._meta.get_field("title").formfield()  # noqa: SLF001
    effective_on = forms.DateField(label=_("Effective on"), widget=_DAY)

    class Meta:
        model = Contract
        fields: ClassVar[list[str]] = []


class CommentForm(forms.ModelForm):  # type: ignore[type-arg] # as above
    """Something said about a contract."""

    text = forms.CharField(
        label=_("Comment"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Both sides read it."),
    )  # fmt: skip

    class Meta:
        model = Contract
        fields: ClassVar[list[str]] = []


class PaymentForm(forms.ModelForm):  # type: ignore[type-arg] # as above
    """A payment: a share of the price, or amounts."""

    amount_net = Payment._meta.get_field("amount_net").formfield(required=False)  # noqa: SLF001 - as above
    amount_vat = Payment._meta.get_field("amount_vat").formfield(required=False)  # noqa: SLF001
    workdays = Payment._meta.get_field("workdays").formfield(  # noqa: SLF001
        max_value=32_767,  # what the column holds
        required=False,
        help_text=_("After signing, completion or what was reached; usually 10 for a prepayment, else 30."),
    )

    class Meta:
        model = Payment
        fields: ClassVar[list[str]] = list(PAYMENT_FIELDS)
        widgets: ClassVar[dict[str, Any]] = {"planned_on": _DAY, "returns_on": _DAY}
        help_texts: ClassVar[dict[str, Any]] = {"percent": _("Or state net amount and VAT.")}

    def _post_clean(self) -> None:
        """The service figures what is left out; the model is asked there."""


class PaymentAddForm(PaymentForm):
    """A payment of a contract."""

    class Meta(PaymentForm.Meta):
        fields: ClassVar[list[str]] = ["contract", *PAYMENT_FIELDS]


class ReachForm(forms.ModelForm):  # type: ignore[type-arg] # as above
    """The day on which something was reached."""

    reached_on = forms.DateField(label=_("Reached on"), widget=_DAY)

    class Meta:
        model = Payment
        fields: ClassVar[list[str]] = []
