"""Forms of questionnaires; that of answering is made of the questions, by `entering`."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.questionnaires.models import Issue
from guanbao.platform.questionnaires.selectors import questionnaires_for
from guanbao.platform.sheets import MOST_BYTES
from guanbao.platform.wording import _, told
from guanbao.web.forms import dressed


def _small(file: Any) -> None:  # noqa: ANN401 - Django's uploaded file
    if file.size > MOST_BYTES:
        raise ValidationError(told("At most {n} MB.", n=MOST_BYTES // 1_000_000))


class PutForm(forms.Form):
    """A questionnaire to be put about a record."""

    questionnaire = forms.ChoiceField(label=_("Questionnaire"))
    due_on = forms.DateField(label=_("Due on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    scores_shown = forms.TypedChoiceField(
        label=_("Scores shown to the contractor"),
        required=False,
        coerce=lambda said: said == "yes",
        empty_value=None,
        choices=[("", _("As the questionnaire says")), ("yes", _("Yes")), ("no", _("No"))],
    )

    def __init__(self, *given: Any, actor: Actor, has_contractor: bool, **more: Any) -> None:  # noqa: ANN401
        super().__init__(*given, **more)
        offered = [
            (each.name, f"{each.title} · {each.side.label}")
            for each in questionnaires_for(actor=actor)
            if has_contractor or each.side is Side.INSTITUTION
        ]
        field: Any = self.fields["questionnaire"]
        field.choices = [("", "—"), *offered]
        dressed(self)


class CancelForm(forms.ModelForm):  # type: ignore[type-arg] # it takes no argument at run time
    """Why a questionnaire is cancelled."""

    cancelled_reason = Issue._meta.get_field("cancelled_reason").formfield(required=True)  # noqa: SLF001 - Django's way

    class Meta:
        model = Issue
        fields: ClassVar[list[str]] = ["cancelled_reason"]


class WorkbookForm(forms.Form):
    """A workbook that was filled in."""

    file = forms.FileField(label=_("Workbook"), widget=forms.FileInput(attrs={"accept": ".xlsx"}), validators=[_small])


class DefinitionForm(forms.Form):
    """A definition, as YAML or as a workbook."""

    file = forms.FileField(
        label=_("Definition (YAML or Excel)"),
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml,.xlsx"}),
        validators=[_small],
    )
