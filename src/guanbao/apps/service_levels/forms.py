"""Forms that ask for more, or otherwise, than their model holds."""

from __future__ import annotations

from typing import Any, ClassVar

import yaml
from django import forms

from guanbao.apps.service_levels.choices import ExclusionState
from guanbao.apps.service_levels.models import Exclusion, Level, Remark, Statement, Term
from guanbao.apps.service_levels.services.imports import mappings_for
from guanbao.apps.service_levels.services.levels import MONEY, TERM_FIELDS
from guanbao.apps.service_levels.words import mapping_text, measure_text, preset_text
from guanbao.engine.documents import parse
from guanbao.engine.errors import InputError
from guanbao.engine.language import explain
from guanbao.engine.measures.catalogue import MEASURES, WAITING
from guanbao.engine.statements.presets import shipped
from guanbao.platform.wording import _, reader_language, told


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _measures() -> list[tuple[str, str]]:
    return [(name, measure_text(name)) for name in (*sorted(MEASURES), *WAITING)]


class BeginForm(forms.ModelForm):  # type: ignore[type-arg] # it takes no argument at run time
    """A new version of a service level."""

    title = Level._meta.get_field("title").formfield(required=False)  # noqa: SLF001 - Django's published way to a field
    preset = forms.ChoiceField(
        label=_("Terms of a preset"),
        required=False,
        choices=lambda: [("", "—"), *((name, preset_text(name)) for name in shipped())],
        help_text=_("Without one, the terms of the version before are taken over."),
    )

    class Meta:
        model = Level
        fields: ClassVar[list[str]] = ["arrangement", "calendar", "title", "fee_monthly", "fee_currency", "cap_percent"]


class EnforceForm(forms.ModelForm):  # type: ignore[type-arg]
    """From when a version holds."""

    holds_from = Level._meta.get_field("holds_from").formfield(required=True, widget=_day())  # noqa: SLF001 - as above

    class Meta:
        model = Level
        fields: ClassVar[list[str]] = ["holds_from"]


class LevelForm(forms.ModelForm):  # type: ignore[type-arg]
    """Title, calendar and money of a version."""

    class Meta:
        model = Level
        fields: ClassVar[list[str]] = ["title", "calendar", *MONEY]


class TermForm(forms.ModelForm):  # type: ignore[type-arg]
    """A term; its parameters are written as in the file form, one a line."""

    measure = forms.ChoiceField(label=_("Measure"), choices=_measures)
    arguments = forms.CharField(
        label=_("Parameters"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, such as within_s: 20. The reference of measures lists them."),
    )
    credit = forms.CharField(
        label=_("Credit steps"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line: 80%: 2% takes 2 % of the fee beyond 80 %; 80%: 5000.00 takes that amount."),
    )
    bonus = forms.CharField(label=_("Bonus steps"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    class Meta:
        model = Term
        fields: ClassVar[list[str]] = list(TERM_FIELDS)

    def __init__(self, *given: Any, **more: Any) -> None:  # noqa: ANN401
        instance = more.get("instance")
        if instance is not None and instance.pk:
            shown = (
                yaml.safe_dump(instance.arguments, allow_unicode=True, sort_keys=False) if instance.arguments else ""
            )
            more["initial"] = {**(more.get("initial") or {}), "arguments": shown}
        super().__init__(*given, **more)

    def clean_arguments(self) -> dict[str, Any]:
        """The parameters, read as the engine reads its files."""
        text = self.cleaned_data["arguments"]
        if not text.strip():
            return {}
        try:
            data = parse(text).data
        except InputError as error:
            raise forms.ValidationError(explain(error, reader_language())) from error
        if not isinstance(data, dict):
            raise forms.ValidationError(told("Write name: value, one a line."))
        return yaml.safe_load(yaml.safe_dump(_text_numbers(data)))  # type: ignore[no-any-return]


class AddTermForm(TermForm):
    """A new term."""

    class Meta(TermForm.Meta):
        fields: ClassVar[list[str]] = ["level", *TERM_FIELDS]


class DraftForm(forms.ModelForm):  # type: ignore[type-arg]
    """Which month a statement is drafted for."""

    month = forms.DateField(label=_("Month"), widget=_day(), help_text=_("Any day of it."))

    class Meta:
        model = Statement
        fields: ClassVar[list[str]] = ["arrangement"]


class RemarkForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is said about a statement."""

    text = Remark._meta.get_field("text").formfield()  # noqa: SLF001 - Django's published way to a field

    class Meta:
        model = Statement
        fields: ClassVar[list[str]] = []


class ProposeForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is to be left out of a month."""

    records = forms.CharField(
        label=_("Records"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Keys of single records, one a line; or a window below."),
    )
    terms = forms.CharField(label=_("Terms"), required=False, help_text=_("Codes of terms, with commas; all if empty."))

    class Meta:
        model = Exclusion
        fields: ClassVar[list[str]] = [
            "arrangement", "period_from", "records", "starts_at", "ends_at", "effect", "terms", "reason",
        ]  # fmt: skip
        widgets: ClassVar[dict[str, Any]] = {
            "period_from": _day(),
            "reason": forms.Textarea(attrs={"rows": 3}),
            "starts_at": forms.DateTimeInput(attrs={"type": "datetime-local"}),
            "ends_at": forms.DateTimeInput(attrs={"type": "datetime-local"}),
        }

    def clean_records(self) -> list[str]:
        """One key a line."""
        return [line.strip() for line in self.cleaned_data["records"].splitlines() if line.strip()]

    def clean_terms(self) -> list[str]:
        """Codes between commas."""
        return [code.strip() for code in self.cleaned_data["terms"].replace("，", ",").split(",") if code.strip()]


class DecideForm(forms.ModelForm):  # type: ignore[type-arg]
    """The decision on a proposal."""

    state = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            (ExclusionState.ACCEPTED, ExclusionState.ACCEPTED.label),
            (ExclusionState.REJECTED, ExclusionState.REJECTED.label),
        ],
    )
    decision = Exclusion._meta.get_field("decision").formfield(  # noqa: SLF001 - as above
        required=True, widget=forms.Textarea(attrs={"rows": 3})
    )

    class Meta:
        model = Exclusion
        fields: ClassVar[list[str]] = ["state", "decision"]


class SendForm(forms.Form):
    """A file of records."""

    mapping = forms.ChoiceField(
        label=_("Form of the file"),
        choices=lambda: [(name, mapping_text(name)) for name in sorted(mappings_for())],
        help_text=_("The mapping says which columns of the file mean what."),
    )
    file = forms.FileField(label=_("File"), help_text=_("CSV, text, JSON lines, Excel or Parquet; plain or .gz."))


def _text_numbers(value: Any) -> Any:  # noqa: ANN401 - whatever a document holds
    """Exact decimals become text, which the engine reads as exactly."""
    if isinstance(value, dict):
        return {str(key): _text_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_text_numbers(item) for item in value]
    return value if isinstance(value, bool | int | str) or value is None else str(value)
