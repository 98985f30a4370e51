"""Forms of duties: lead times are written by commas, dates of the record are chosen."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.duties.templates import template_choices
from guanbao.platform.identity.models import Membership
from guanbao.platform.identity.selectors import member_on
from guanbao.platform.obligations.choices import EVERY, WAYS
from guanbao.platform.obligations.models import Duty, Feed
from guanbao.platform.obligations.services.keeping import EDITED
from guanbao.platform.wording import _, told

_MOST_OFFERED = 200


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _dates() -> list[tuple[str, Any]]:
    meta: Any = Arrangement._meta  # noqa: SLF001 - Django's published way to a model's fields
    named = [(name, meta.get_field(name).verbose_name) for name in ("starts_on", "ends_on")]
    return [("", _("A day that I state")), *named]


class DutyForm(forms.ModelForm):  # type: ignore[type-arg] # it takes no argument at run time
    """What a duty added by hand is."""

    every = forms.ChoiceField(label=_("Recurs"), choices=EVERY, required=False)
    leads = forms.CharField(
        label=_("Reminders, days before"),
        required=False,
        max_length=60,
        help_text=_("By commas, such as 30, 15, 7, 1."),
    )
    distance = forms.IntegerField(
        label=_("So far from it"),
        required=False,
        min_value=1,
        max_value=999,
        help_text=_("Nothing means on the day itself."),
    )
    way = forms.ChoiceField(label=_("Days, working days or months"), choices=WAYS, required=False)
    grace_d = forms.IntegerField(label=_("Days of grace"), required=False, min_value=0, max_value=400)

    class Meta:
        model = Duty
        fields: ClassVar = [name for name in EDITED if name != "offset"]
        widgets: ClassVar = {"anchor_on": _day(), "until_on": _day()}

    def __init__(self, *given: Any, **more: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*given, **more)
        number, _space, way = self.instance.offset.partition(" ")
        self.initial["distance"] = number.rstrip("dmw")
        self.initial["way"] = f"{number.lstrip('0123456789')} {way}" if way else "wd before"
        self.initial["leads"] = ", ".join(map(str, self.instance.leads))
        if self.instance.pk is not None and self.instance.anchor:
            self.fields["anchor_on"].disabled = True

    def clean(self) -> dict[str, Any]:
        """How far it lies from its anchor is one thing."""
        given = super().clean() or {}
        number, way = given.pop("distance", None), given.pop("way", "")
        if number and not way:
            self.add_error("way", told("Choose what is counted."))
        return given | {"offset": f"{number}{way}" if number else ""}

    def clean_leads(self) -> list[int]:
        """Whole numbers."""
        text = self.cleaned_data["leads"].replace("，", ",")
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if not all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts):
            raise forms.ValidationError(told("Write whole numbers by commas."))
        return [int(part) for part in parts]

    def clean_grace_d(self) -> int:
        """None are none."""
        return self.cleaned_data["grace_d"] or 0


class AddForm(DutyForm):
    """A new duty of an arrangement."""

    arrangement = forms.ModelChoiceField(label=_("Arrangement"), queryset=Arrangement.objects.all())
    anchor = forms.ChoiceField(label=_("Counted from the date"), choices=_dates, required=False)
    anchor_on = forms.DateField(label=_("Or from the day"), required=False, widget=_day())
    field_order = (
        "arrangement", "title", "title_en", "role", "anchor", "anchor_on", "distance", "way", "every", "until_on",
        "rolls",
    )  # fmt: skip

    class Meta(DutyForm.Meta):
        fields: ClassVar = [*DutyForm.Meta.fields, "role", "is_shared"]


class HandForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who has to do it."""

    person_id = forms.IntegerField(
        label=_("Person"),
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        widget=forms.Select,
        help_text=_("Nobody by name: whoever holds the post."),
    )

    class Meta:
        model = Duty
        fields: ClassVar = ["role"]

    def __init__(self, *given: Any, **more: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*given, **more)
        self.initial["person_id"] = self.instance.person_id
        if self.instance.pk is not None:
            members = Membership.objects.filter(
                member_on(timezone.localdate()), organisation=self.instance.institution_id, person__left_at=None,
                person__is_machine=False,
            )  # fmt: skip
            people = members.order_by("person__name").values_list("person", "person__name")[:_MOST_OFFERED]
            select: Any = self.fields["person_id"].widget
            select.choices = [("", "—"), *people]


class DoForm(forms.ModelForm):  # type: ignore[type-arg]
    """What was done."""

    remark = Duty._meta.get_field("remark").formfield(  # noqa: SLF001 - Django's published way to a field
        required=True, help_text=_("Both sides read it, where the duty is shown to the contractor.")
    )

    class Meta:
        model = Duty
        fields: ClassVar = ["remark"]


class LetOffForm(forms.ModelForm):  # type: ignore[type-arg]
    """Why it is not to be done."""

    reason = Duty._meta.get_field("reason").formfield(required=True)  # noqa: SLF001 - as above

    class Meta:
        model = Duty
        fields: ClassVar = ["reason"]


class StartForm(forms.ModelForm):  # type: ignore[type-arg]
    """Templates to be started on an arrangement."""

    templates = forms.MultipleChoiceField(
        label=_("Templates"), choices=template_choices, widget=forms.CheckboxSelectMultiple
    )
    given_on = forms.DateField(
        label=_("Counted from the day"),
        required=False,
        widget=_day(),
        help_text=_("For templates that go by no date of the arrangement: of signing, completion or termination."),
    )

    class Meta:
        model = Arrangement
        fields: ClassVar[list[str]] = []


class FeedForm(forms.ModelForm):  # type: ignore[type-arg]
    """An address of one's calendar."""

    class Meta:
        model = Feed
        fields: ClassVar = ["name", "is_all"]
