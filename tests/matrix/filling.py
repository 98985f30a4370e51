"""What a form is sent: values that fit, keys of rows that are chosen, and values that fit nowhere."""

from django import forms

from guanbao.api.schemas import body_shape, example_of
from guanbao.web.forms import form_class


def fields_of(resource, verb):
    """The fields of a verb's form."""
    return form_class(resource, verb).base_fields


def related_of(resource, verb):
    """Those of them that name a row, with its model."""
    fields = fields_of(resource, verb)
    return {name: field.queryset.model for name, field in fields.items() if isinstance(field, forms.ModelChoiceField)}


def fitting(field, name):
    """A value that fits a field, as a browser sends it; None for what is left out."""
    match field:
        case forms.ModelChoiceField():
            return None
        case forms.ChoiceField():
            codes = [code for code, label in field.choices if code != "" and not isinstance(label, list | tuple)]
            return str(codes[0]) if codes else None
        case forms.BooleanField():
            return None
        case forms.DateTimeField():
            return "2026-01-01T09:00"
        case forms.DateField():
            return "2026-01-01"
        case forms.DecimalField() | forms.IntegerField():
            return "1"
        case forms.EmailField():
            return "somebody@example.com"
        case forms.JSONField():
            return "{}"
        case forms.FileField():
            return None
        case _:
            return "CNY" if name.endswith("currency") else "Fitting-1"[: field.max_length or 9]


def page_body(resource, verb, keys=()):
    """The fields of a page's form, filled; `keys` are those of rows by field."""
    made = {name: fitting(field, name) for name, field in fields_of(resource, verb).items()}
    return {name: value for name, value in made.items() if value is not None} | dict(keys)


def api_body(resource, verb, keys=()):
    """The body of an API's verb, filled with its own examples."""
    several = {name for name, f in fields_of(resource, verb).items() if isinstance(f, forms.ModelMultipleChoiceField)}
    return example_of(body_shape(resource, verb)) | {
        name: [key] if name in several else key for name, key in dict(keys).items()
    }


def next_of(values, turn, most):
    """The next of them, in turn: every value is asked of many pages, though not of every page."""
    at = next(turn) * most
    return [values[place % len(values)] for place in range(at, at + most)]
