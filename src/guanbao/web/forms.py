"""Forms of verbs: their fields from the model, what they say from a service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models
from django.db.models.fields import BLANK_CHOICE_DASH
from django.http import HttpRequest
from django_filters.widgets import BooleanWidget

from guanbao.engine.errors import GuanbaoError
from guanbao.engine.language import explain
from guanbao.platform.access.acting import actor_of
from guanbao.platform.actors import Actor
from guanbao.platform.covering import kept
from guanbao.platform.telling import NOTHING
from guanbao.platform.wording import reader_language, told
from guanbao.web.resource import Resource, Verb, resource_of

MOST_OFFERED = 200
Row = models.Model | None
_BLANK = BLANK_CHOICE_DASH[0]  # nine dashes
_CLASSES: dict[type, str] = {
    forms.Select: "form-select",
    forms.SelectMultiple: "form-select",
    BooleanWidget: "form-select",
    forms.CheckboxInput: "form-check-input",
    forms.CheckboxSelectMultiple: "choices",
}


class Rows(forms.ModelMultipleChoiceField):  # type: ignore[type-arg] # it takes no argument at run time
    """Rows that are chosen. Django asks the database for any number; ours holds none past 64 bits."""

    def _check_values(self, value: Any) -> Any:  # noqa: ANN401 - Django's own
        if any(len(str(key)) > 18 for key in value):
            raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": ""})
        return super()._check_values(value)  # type: ignore[misc] # the stubs do not know it


def form_of(
    resource: Resource, verb: Verb, request: HttpRequest, row: Row = None, *, given: Mapping[str, Any] | None = None
) -> forms.ModelForm[Any]:
    """The form of a verb, bound to what a page sent; or to what is `given`, and for the rest to what it would show."""
    actor, made = actor_of(request), form_class(resource, verb)
    asked = {name: request.GET[name] for name in made.base_fields if name in request.GET}
    form = made(request.POST if request.method == "POST" else None, instance=row, initial=asked)
    for name in resource.hidden_from(actor) & form.fields.keys():
        del form.fields[name]
    for field in form.fields.values():
        related_to(field, actor)
    if given is not None:
        usual = {name: each.prepare_value(form.get_initial_for_field(each, name)) for name, each in form.fields.items()}
        form.data, form.is_bound = {**usual, **given}, True
    dressed(form)
    return form


def form_class(resource: Resource, verb: Verb) -> type[forms.ModelForm[Any]]:
    """The verb's own form, or one of its fields."""
    return verb.form or forms.modelform_factory(resource.model, fields=list(verb.fields), formfield_callback=_field)


def carry_out(verb: Verb, form: forms.ModelForm[Any], request: HttpRequest, row: Row = None) -> Any:  # noqa: ANN401
    """As `perform`, but what the service or the database refuses stands in the form too, and None comes back."""
    try:
        return perform(verb, form, request, row)
    except GuanbaoError as error:
        form.add_error(None, explain(error, reader_language()))
    except IntegrityError:
        form.add_error(None, told("It contradicts what is there already."))
    return None


def perform(verb: Verb, form: forms.ModelForm[Any], request: HttpRequest, row: Row) -> Any:  # noqa: ANN401
    """Call the verb's service with what was sent. Faults of fields stand in the form, and None comes back.

    Raises GuanbaoError: what the service refuses.
    """
    if not form.is_valid():
        return None
    given = dict(form.cleaned_data)
    try:
        if row is not None:
            name = str(row._meta.model_name)  # noqa: SLF001 - Django's published way to a model's name
            stored = type(row)._default_manager.get(pk=row.pk)  # noqa: SLF001 - as stored: the form changed `row`
            given = kept(stored, given) | {name: stored}
        return verb.service(actor=actor_of(request), **given)
    except ValidationError as error:
        for name, messages in getattr(error, "message_dict", {NON_FIELD_ERRORS: error.messages}).items():
            form.add_error(name if name in form.fields else None, messages)
    return None


def related_to(field: forms.Field, actor: Actor) -> None:
    """Take of related rows only those that the actor may see; none, where their model has no pages."""
    if isinstance(field, forms.ModelChoiceField):
        every: Any = field.queryset
        resource = resource_of(every.model)
        field.queryset = resource.rows(actor=actor).order_by(*resource.order) if resource else every.none()


def dressed(form: forms.BaseForm) -> None:
    """Give the fields of a form the look of the frame, and their rows to choose from."""
    for name, field in form.fields.items():
        if isinstance(field, forms.ModelChoiceField):
            _offer(field, form[name].value())
        elif isinstance(field, forms.ChoiceField) and not callable(every := field.choices) and _BLANK in every:
            field.choices = [("", NOTHING) if choice == _BLANK else choice for choice in every]
        if isinstance(field.widget, BooleanWidget):
            field.widget.choices = [("", told("All")), *field.widget.choices[1:]]  # theirs says «Unknown»
        if isinstance(field.widget, forms.Select):
            field.widget.template_name = "web/select.html"  # Django's asks for two templates more for each choice
        field.widget.attrs["class"] = _CLASSES.get(type(field.widget), "form-control")
        field.widget.attrs.setdefault("autocomplete", "off")  # what is entered here is seldom about who enters it


def _offer(field: forms.ModelChoiceField[Any], chosen: Any) -> None:  # noqa: ANN401 - Django's own
    """Offer the first of a field's rows and those that are chosen: nobody reads through a hundred thousand."""
    every: Any = field.queryset
    rows = list(every[: MOST_OFFERED + 1])
    if not rows and not field.required:
        many = isinstance(field, forms.ModelMultipleChoiceField)
        # There is nothing to choose, and nothing that has to be chosen.
        field.widget = forms.MultipleHiddenInput() if many else forms.HiddenInput()
        return
    if len(rows) > MOST_OFFERED:
        keys = [str(key) for key in (chosen if isinstance(chosen, list | tuple) else [chosen])]
        keys = [key for key in keys if key.isascii() and key.isdigit() and len(key) < 19]
        rows = [*every.filter(pk__in=keys), *rows[:-1]]
        field.widget.attrs["title"] = told(
            "The first {n} are offered; for another, begin on its own page.", n=MOST_OFFERED
        )
    called = NOTHING if field.empty_label == _BLANK[1] else field.empty_label  # filters say «all»
    blank = [] if field.empty_label is None else [("", called)]
    field.widget.choices = [*blank, *{row.pk: (row.pk, field.label_from_instance(row)) for row in rows}.values()]


def _field(field: models.Field[Any, Any], **how: Any) -> forms.Field | None:  # noqa: ANN401 - Django's own
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        how["widget"] = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    if isinstance(field, models.ManyToManyField):
        how["form_class"] = Rows
    return field.formfield(**how)
