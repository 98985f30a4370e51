"""Forms of decisions: what can be chosen depends on the level."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from guanbao.apps.approvals.people import colleagues_for
from guanbao.platform.wording import _
from guanbao.platform.workflow.choices import Verdict
from guanbao.platform.workflow.models import Task
from guanbao.platform.workflow.services.deciding import levels_before, verdicts_of
from guanbao.platform.workflow.shipped import model_title, models_shipped

_NOTHING = ("", "—")


class DecideForm(forms.ModelForm):  # type: ignore[type-arg] # it takes no argument at run time
    """A decision with its opinion."""

    verdict = forms.ChoiceField(label=_("Decision"), choices=Verdict.choices)
    opinion = forms.CharField(
        label=_("Opinion"),
        help_text=_("Whoever does not simply approve says why."),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    to = forms.CharField(
        label=_("Return to"),
        help_text=_("Only where it is returned to an earlier level."),
        max_length=100,
        required=False,
        widget=forms.Select,
    )

    class Meta:
        model = Task
        fields: ClassVar[list[str]] = []

    def __init__(self, *given: Any, **more: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*given, **more)
        if self.instance.pk is None:
            return
        before = levels_before(self.instance)
        fitting = [one for one in verdicts_of(self.instance) if before or one != Verdict.RETURN]
        verdict: Any = self.fields["verdict"]
        verdict.choices = [(one.value, one.label) for one in fitting]
        if before:
            to: Any = self.fields["to"].widget
            to.choices = [_NOTHING, *((node.id, node.title) for node in before)]
        else:
            self.fields["to"].widget = forms.HiddenInput()


class DelegateForm(forms.ModelForm):  # type: ignore[type-arg]
    """To whom a task is handed."""

    person_id = forms.IntegerField(label=_("Colleague"), min_value=1, max_value=2**63 - 1, widget=forms.Select)

    class Meta:
        model = Task
        fields: ClassVar[list[str]] = []

    def __init__(self, *given: Any, **more: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*given, **more)
        if self.instance.pk is not None:
            select: Any = self.fields["person_id"].widget
            select.choices = [_NOTHING, *colleagues_for(self.instance)]


class AwayForm(forms.Form):
    """From when to when one is away, and who decides meanwhile."""

    deputy_id = forms.TypedChoiceField(label=_("Stands in"), coerce=int)
    since = forms.DateField(label=_("Since"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *given: Any, colleagues: list[tuple[int, str]], **more: Any) -> None:  # noqa: ANN401
        super().__init__(*given, **more)
        deputy: Any = self.fields["deputy_id"]
        deputy.choices = [_NOTHING, *colleagues]


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class _Several(forms.FileField):
    """Some files; none, too."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:  # noqa: ANN401 - Django's own
        every = data if isinstance(data, list | tuple) else [data]
        return [super(_Several, self).clean(one, initial) for one in every if one]


class UploadForm(forms.Form):
    """A model's file, and those of its tables."""

    name = forms.ChoiceField(
        label=_("Takes the place of"), choices=lambda: [(one, model_title(one)) for one in models_shipped()]
    )
    bpmn = forms.FileField(label=_("Model (BPMN 2.0)"), widget=forms.FileInput(attrs={"accept": ".bpmn,.xml"}))
    tables = _Several(label=_("Decision tables (DMN)"), required=False, widget=_Files(attrs={"accept": ".dmn,.xml"}))
