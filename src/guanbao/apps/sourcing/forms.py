"""Forms of tenders: lots and criteria are written a line each."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms

from guanbao.apps.sourcing.choices import Preset
from guanbao.apps.sourcing.models import Award, Bid, Concentration, Diligence, Question, Tender
from guanbao.apps.sourcing.models.tenders import Criterion
from guanbao.apps.sourcing.presets import criteria_of
from guanbao.apps.sourcing.selectors import ranking_whole
from guanbao.apps.sourcing.services.bids import LONGEST
from guanbao.apps.sourcing.services.evaluations import Given, evaluators_for
from guanbao.apps.sourcing.services.openers import officers_for
from guanbao.apps.sourcing.services.tenders import EDITED
from guanbao.platform.wording import _, told
from guanbao.web.forms import dressed

_LINE = re.compile(r"(\d{1,3})\s*%?\s+(\S.*)")
_NOTHING = ("", "—")


def _time() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class EditForm(forms.ModelForm):  # type: ignore[type-arg] # it takes no argument at run time
    """What a tender asks for, by which criteria, until when."""

    lots = forms.CharField(
        label=_("Lots"), max_length=4000, widget=_lines(2), help_text=_("One a line. All lots go to one contractor.")
    )
    criteria = forms.CharField(
        label=_("Criteria"),
        required=False,
        max_length=8000,
        widget=_lines(8),
        help_text=_("One a line, its weight first, such as «20% Technical ability». With the price they make 100%."),
    )

    class Meta:
        model = Tender
        fields: ClassVar[list[str]] = list(EDITED)
        widgets: ClassVar[dict[str, Any]] = {
            "questions_until": _time(),
            "closes_at": _time(),
            "description": _lines(5),
            "justification": _lines(3),
        }

    def __init__(self, *given: Any, **more: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*given, **more)
        if self.instance.pk is not None:
            self.initial["lots"] = "\n".join(self.instance.lots)
            self.initial["criteria"] = "\n".join(self.instance.criteria)

    def clean_lots(self) -> list[str]:
        """Titles in their order."""
        return [line.strip() for line in self.cleaned_data["lots"].splitlines() if line.strip()]

    def clean_criteria(self) -> list[str]:
        """As they are kept, whatever stood between weight and title."""
        found = [_LINE.fullmatch(line.strip()) for line in self.cleaned_data["criteria"].splitlines() if line.strip()]
        if not all(found):
            raise forms.ValidationError(
                told("Write one criterion a line: its weight in whole percent, then what it is.")
            )
        return [f"{int(line[1])}% {line[2].strip()}" for line in found if line]


class AddForm(EditForm):
    """A new tender; criteria may be left to a preset."""

    preset = forms.ChoiceField(
        label=_("Begin with"), choices=[_NOTHING, *Preset.choices], required=False,
        help_text=_("Where no criteria are written; weights are ours, and can be changed until it is published."),
    )  # fmt: skip
    field_order = ("arrangement", "reference", "title", "kind", "justification", "description", "lots", "preset")

    class Meta(EditForm.Meta):
        fields: ClassVar[list[str]] = ["arrangement", "reference", *EDITED]

    def clean(self) -> dict[str, Any]:
        """A preset fills what was left empty."""
        given = super().clean() or {}
        preset = given.pop("preset", "")
        if preset and not given.get("criteria") and given.get("price_weight") is not None:
            given["criteria"] = criteria_of(Preset(preset), given["price_weight"])
        return given


class OfficersForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who opens the bids."""

    first = forms.IntegerField(label=_("First officer"), min_value=1, max_value=2**63 - 1, widget=forms.Select)
    second = forms.IntegerField(label=_("Second officer"), min_value=1, max_value=2**63 - 1, widget=forms.Select)
    third = forms.IntegerField(
        label=_("Third officer"), required=False, min_value=1, max_value=2**63 - 1, widget=forms.Select,
        help_text=_("Any two of them open the bids: a third one helps where a passphrase is lost."),
    )  # fmt: skip

    class Meta:
        model = Tender
        fields: ClassVar[list[str]] = []

    def __init__(self, *given: Any, **more: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*given, **more)
        if self.instance.pk is None:
            return
        named = self.instance.openers.order_by("number").values_list("person", flat=True)
        self.initial.update(zip(("first", "second", "third"), named, strict=False))
        people = [_NOTHING, *((person.pk, person.name) for person in officers_for(self.instance))]
        for name in ("first", "second", "third"):
            select: Any = self.fields[name].widget
            select.choices = people


class EvaluatorForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who is to evaluate."""

    person = forms.IntegerField(label=_("Evaluator"), min_value=1, max_value=2**63 - 1, widget=forms.Select)

    class Meta:
        model = Tender
        fields: ClassVar[list[str]] = []

    def __init__(self, *given: Any, **more: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*given, **more)
        if self.instance.pk is not None:
            named = set(self.instance.evaluations.values_list("person", flat=True))
            select: Any = self.fields["person"].widget
            people = [(each.pk, each.name) for each in evaluators_for(self.instance) if each.pk not in named]
            select.choices = [_NOTHING, *people]


class AwardForm(forms.ModelForm):  # type: ignore[type-arg]
    """Which bid is to be taken, and why."""

    bid = forms.IntegerField(label=_("Bid"), min_value=1, max_value=2**63 - 1, widget=forms.Select)
    reason = forms.CharField(
        label=_("Reason of the award"), max_length=4000, widget=_lines(5),
        help_text=_("Where the first of the ranking is passed over, in 60 characters or more."),
    )  # fmt: skip

    class Meta:
        model = Tender
        fields: ClassVar[list[str]] = []

    def __init__(self, *given: Any, **more: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*given, **more)
        if self.instance.pk is not None:
            called = {bid.pk: str(bid) for bid in self.instance.bids.select_related("contractor")}
            select: Any = self.fields["bid"].widget
            ranked = [(row.key, f"{row.place} · {called[row.key]}") for row in ranking_whole(self.instance)]
            select.choices = [_NOTHING, *ranked]


class RelatedForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who approved of a transaction with a related party."""

    related_body = Award._meta.get_field("related_body").formfield(required=True)  # noqa: SLF001 - Django's way
    related_number = Award._meta.get_field("related_number").formfield(required=True)  # noqa: SLF001 - as above
    related_on = Award._meta.get_field("related_on").formfield(  # noqa: SLF001 - as above
        required=True, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    class Meta:
        model = Award
        fields: ClassVar = ["related_body", "related_number", "related_on"]


class DiligenceForm(forms.ModelForm):  # type: ignore[type-arg]
    """Which contractor is looked into, how, and by when it answers."""

    due_on = forms.DateField(
        label=_("Due on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The contractor finds the questionnaire in its portal at once."),
    )  # fmt: skip

    class Meta:
        model = Diligence
        fields: ClassVar = ["arrangement", "contractor", "kind", "assistant"]


class ConclusionForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the institution concludes."""

    outcome = Diligence._meta.get_field("outcome").formfield(required=True)  # noqa: SLF001 - Django's way
    conclusion = Diligence._meta.get_field("conclusion").formfield(required=True)  # noqa: SLF001 - as above

    class Meta:
        model = Diligence
        fields: ClassVar = ["outcome", "conclusion"]


class VerdictForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whether what was assessed is accepted."""

    outcome = Concentration._meta.get_field("outcome").formfield(required=True)  # noqa: SLF001 - Django's way
    conclusion = Concentration._meta.get_field("conclusion").formfield(required=True)  # noqa: SLF001 - as above

    class Meta:
        model = Concentration
        fields: ClassVar = ["outcome", "conclusion"]


class ScoreForm(forms.Form):
    """Points and remarks of one evaluator, by bid and criterion."""

    def __init__(self, *given: Any, bids: list[Bid], criteria: list[Criterion], **more: Any) -> None:  # noqa: ANN401
        super().__init__(*given, **more)
        self.rows: list[tuple[Bid, list[Any]]] = []
        for bid in bids:
            cells = []
            for number, criterion in enumerate(criteria):
                name = f"{bid.pk}-{number}"
                about = f"{bid} · {criterion.title}"
                self.fields[f"p-{name}"] = forms.DecimalField(
                    label=about, required=False, min_value=0, max_value=100, max_digits=5, decimal_places=2
                )
                self.fields[f"r-{name}"] = forms.CharField(
                    label=told("Remark on {what}", what=about), required=False, max_length=1000
                )
                cells.append((criterion, self[f"p-{name}"], self[f"r-{name}"]))
            self.rows.append((bid, cells))
        dressed(self)

    @property
    def filled(self) -> dict[tuple[int, int], Given]:
        """What was filled in."""
        found = {}
        for name, points in self.cleaned_data.items():
            if name.startswith("p-") and points is not None:
                _p, bid, criterion = name.split("-")
                found[int(bid), int(criterion)] = Given(points, self.cleaned_data.get(f"r-{bid}-{criterion}", ""))
        return found


class CancelForm(forms.ModelForm):  # type: ignore[type-arg]
    """Why a tender is called off."""

    cancelled_reason = Tender._meta.get_field("cancelled_reason").formfield(required=True)  # noqa: SLF001 - Django's way

    class Meta:
        model = Tender
        fields: ClassVar = ["cancelled_reason"]


class AnswerForm(forms.ModelForm):  # type: ignore[type-arg]
    """A question as all are to read it, and its answer."""

    text = forms.CharField(
        label=_("Question, as all read it"), max_length=2000, widget=_lines(3),
        help_text=_("Take out whatever tells who asked."),
    )  # fmt: skip
    answer = forms.CharField(label=_("Answer to all"), max_length=4000, widget=_lines(5))

    class Meta:
        model = Question
        fields: ClassVar[list[str]] = ["text"]


class PassphraseForm(forms.Form):
    """A passphrase, once or twice."""

    passphrase = forms.CharField(label=_("Passphrase"), max_length=200, strip=False, widget=forms.PasswordInput)
    again = forms.CharField(label=_("Once more"), max_length=200, strip=False, widget=forms.PasswordInput)

    def __init__(self, *given: Any, twice: bool, **more: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*given, **more)
        if not twice:
            del self.fields["again"]
        dressed(self)

    def clean(self) -> dict[str, Any]:
        """Both are the same."""
        given = super().clean() or {}
        if "again" in given and given["again"] != given.get("passphrase"):
            self.add_error("again", told("This is not what was entered first."))
        return given


class BidForm(forms.Form):
    """A price for each lot, and what is offered for it."""

    offer = forms.CharField(
        label=_("Offer"), max_length=LONGEST, widget=_lines(10),
        help_text=_("What is offered for each criterion. It is sealed with the prices."),
    )  # fmt: skip

    def __init__(self, *given: Any, lots: list[str], currency: str, **more: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*given, **more)
        for number, title in enumerate(lots, 1):
            self.fields[f"price_{number}"] = forms.DecimalField(
                label=told("Price of lot {n}, {title} ({currency})", n=number, title=title, currency=currency),
                max_digits=14, decimal_places=2,
            )  # fmt: skip
        self.order_fields([*(f"price_{number}" for number in range(1, len(lots) + 1)), "offer"])
        dressed(self)

    @property
    def prices(self) -> list[Any]:
        """In the order of the lots."""
        return [value for name, value in self.cleaned_data.items() if name.startswith("price_")]
