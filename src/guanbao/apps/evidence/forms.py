"""What the ledger is searched by."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from guanbao.platform.ledger.events import EVENTS
from guanbao.platform.wording import _, reader_language, told
from guanbao.web.forms import dressed


def _events() -> list[tuple[str, str]]:
    """Every event by its wording, without who and what."""
    blank = {"actor": "…", "subject": "…", "before": {}, "after": {}}
    said = [(name, event.sentence(reader_language(), **blank)) for name, event in EVENTS.items()]  # type: ignore[arg-type]
    return [("", told("Every event")), *sorted(said, key=lambda pair: pair[1])]


def _day(label: str) -> forms.DateField:
    """A day that has a midnight in any zone: the first and the last that there are have none."""
    within = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(9000, 1, 1))]
    widget = forms.DateInput(attrs={"type": "date"})
    return forms.DateField(label=label, required=False, widget=widget, validators=within)


class Asked(forms.Form):
    """The filters; each may be left out."""

    event = forms.ChoiceField(label=_("Event"), choices=_events, required=False)
    person = forms.IntegerField(label=_("Person's number"), required=False, min_value=1, max_value=2**62)
    object_type = forms.CharField(label=_("Kind of object"), required=False, max_length=100)
    object_id = forms.CharField(label=_("Its number"), required=False, max_length=100)
    since = _day(_("From day"))
    until = _day(_("To day"))
    request = forms.CharField(label=_("Request"), required=False, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        dressed(self)

    def clean(self) -> None:
        """An object is found by both its kind and its number."""
        super().clean()
        kind, number = self.cleaned_data.get("object_type"), self.cleaned_data.get("object_id")
        if bool(kind) is not bool(number):
            self.add_error("object_id" if kind else "object_type", told("Give both its kind and its number."))
