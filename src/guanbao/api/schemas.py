"""What goes in and out, as pydantic models made of a Resource: strict, and closed to anything not declared."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.backends.base.operations import BaseDatabaseOperations
from pydantic import BaseModel, ConfigDict, Field, create_model

from guanbao.web.forms import form_class
from guanbao.web.lists import filters_of, sorts
from guanbao.web.resource import Resource, Verb

_ID = Annotated[int, Field(ge=1, le=2**63 - 1, examples=[1])]
_IN = ConfigDict(extra="forbid", strict=True)
_DAY = Annotated[str, Field(json_schema_extra={"format": "date"}, examples=["2026-11-25"])]
_TIME = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-25T09:30:00+08:00"])]
_DECIMAL = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$", examples=["1250000.00"])]
_JSON = dict[str, Any] | list[Any]
_GIVEN: dict[type, Any] = {  # the first that fits
    models.BooleanField: bool,
    models.DecimalField: _DECIMAL,
    models.IntegerField: int,
    models.DateTimeField: _TIME,
    models.DateField: _DAY,
    models.JSONField: _JSON,
}
_TAKEN: dict[type, Any] = {
    forms.ModelMultipleChoiceField: list[_ID],
    forms.ModelChoiceField: _ID,
    forms.DateTimeField: _TIME,
    forms.DateField: _DAY,
    forms.JSONField: _JSON,
}
_RANGES = BaseDatabaseOperations.integer_field_ranges  # the same on every database
MOST = 200
Shape = type[BaseModel]


class Related(BaseModel):
    """A record that another one names."""

    id: Annotated[int, Field(examples=[1])]
    name: Annotated[str, Field(examples=["East Bank"])]


def named(resource: Resource) -> str:
    """The name of its shapes; a model may have several resources."""
    return resource.name.title().replace("-", "")


def record_shape(resource: Resource) -> Shape:
    """A record as it is answered. Fields that only an institution's people see may be absent."""
    made: dict[str, Any] = {"id": (_ID, ...)}
    for name in resource.answered:
        field = resource.field(name)
        kind: Any = _out(field) | None if field.null else _out(field)
        told = Annotated[kind, Field(description=resource.heading(name))]
        made[name] = (told, None if name in resource.inside else ...)
    return create_model(named(resource), **made)


def parameters_shape(resource: Resource) -> Shape:
    """The parameters of a list. What is not asked for is None, which cannot be asked for."""
    made: dict[str, Any] = {}
    if resource.search:
        words = Field(max_length=200, description="Words that must all be found", examples=["Ltd"])
        made["q"] = (Annotated[str, words], None)
    for name, found in filters_of(resource).base_filters.items():
        told = Field(description=f"Only those of this {name.replace('_', ' ')}")
        made[name] = (Annotated[into(found.field, filters=True), told], None)
    order = sorts(resource)
    made["sort"] = (Annotated[Literal[tuple(order)], Field(description="A column, after - downwards")], order[0])
    made["limit"] = (Annotated[int, Field(ge=1, le=MOST, description="At most so many")], 50)
    cursor = Field(max_length=2000, description="`next` of the page before, with the same `sort`")
    made["cursor"] = (Annotated[str, cursor], None)
    return create_model(f"{named(resource)}Parameters", **made)


def page_shape(resource: Resource, record: Shape) -> Shape:
    """A page of records, and where the next begins."""
    following = Annotated[str | None, Field(description="Cursor of the next page; null on the last", examples=[None])]
    return create_model(f"{named(resource)}Page", items=(list[record], ...), next=(following, ...))  # type: ignore[valid-type]


def body_shape(resource: Resource, verb: Verb) -> Shape:
    """What a verb asks for. What may be left out stays as it is, of a new record what the model says."""
    made: dict[str, Any] = {}
    columns = {field.name: field for field in resource.model._meta.concrete_fields}  # noqa: SLF001 - Django's published way
    for name, field in form_class(resource, verb).base_fields.items():
        kind = into(field, columns.get(name))
        needed = field.required and (verb is not resource.add or field.initial in (None, ""))
        never_null = isinstance(field, forms.CharField | forms.BooleanField | forms.ChoiceField)
        if not field.required and (isinstance(field, forms.ModelChoiceField) or not never_null):
            kind |= None
        text = ". ".join(str(part).rstrip(".") for part in (field.label, field.help_text) if part)
        made[name] = (Annotated[kind, Field(description=text)], ... if needed else None)
    return create_model(f"{named(resource)}{verb.name.title().replace('-', '')}", __config__=_IN, **made)


def into(field: forms.Field, of: models.Field[Any, Any] | None = None, *, filters: bool = False) -> Any:  # noqa: ANN401 - a type
    """The type that a form's field takes `of` a model's field; of a field that `filters`, what an address may say."""
    if plain := _kind(field, _TAKEN):
        return plain
    match field:
        case forms.ChoiceField():
            several = isinstance(field, forms.MultipleChoiceField)
            codes: Any = _codes(field.choices, blank=not (field.required or filters or several))
            return list[codes] if several else codes
        case forms.BooleanField():
            return Literal["true", "false"] if filters else bool
        case forms.DecimalField():
            sign = "" if _limits(field, of)[0] >= 0 else "-?"
            whole, part = (field.max_digits or 20) - (field.decimal_places or 0), field.decimal_places or 6
            pattern, example = rf"^{sign}\d{{1,{whole}}}(\.\d{{1,{part}}})?$", "1250.00" if whole > 3 else "9.5"
            return Annotated[str, Field(pattern=pattern, examples=[example])]
        case forms.IntegerField():
            least, most = _limits(field, of)
            return Annotated[int, Field(ge=least, le=most, examples=[max(least, 1)])]
        case _:
            return _text(field, of)


def example_of(shape: Shape) -> Any:  # noqa: ANN401 - JSON
    """A value of that shape, from its fields' examples."""
    schema = shape.model_json_schema(mode="serialization")
    return _example(schema, schema.get("$defs", {}))


def _example(schema: dict[str, Any], known: dict[str, Any]) -> Any:  # noqa: ANN401, PLR0911 - JSON, one for each kind
    if "$ref" in schema:
        return _example(known[schema["$ref"].rsplit("/", 1)[-1]], known)
    for key in ("examples", "enum"):
        if key in schema:
            return next((each for each in schema[key] if each != ""), "")
    if "const" in schema:
        return schema["const"]
    if "anyOf" in schema:
        return _example(schema["anyOf"][0], known)
    if schema.get("type") == "object":
        return {name: _example(part, known) for name, part in schema.get("properties", {}).items()}
    if schema.get("type") == "array":
        return [_example(schema["items"], known)]
    return {"boolean": False, "integer": 1}.get(schema.get("type", ""))


def _text(field: forms.Field, of: models.Field[Any, Any] | None) -> Any:  # noqa: ANN401 - a type
    least, most = getattr(field, "min_length", None), getattr(field, "max_length", None)
    example = "li@bank.example" if isinstance(field, forms.EmailField) else _words(most)
    extra: Any = {"format": "email"} if isinstance(field, forms.EmailField) else {}
    checks: list[Any] = [*field.validators, *(of.validators if of else ())]
    forms_of_it: list[Any] = [each.regex for each in checks if isinstance(each, RegexValidator) and not each.flags]
    if forms_of_it:  # the form holds it to that, in better words
        extra |= {"pattern": forms_of_it[-1].pattern.replace(r"\A", "^").replace(r"\Z", "$")}
    elif field.required:
        extra |= {"pattern": r"\S"}
    return Annotated[str, Field(min_length=least, max_length=most, json_schema_extra=extra, examples=[example])]


def _limits(field: forms.Field, of: models.Field[Any, Any] | None) -> tuple[Any, Any]:
    """The least and the most number that form, model and database take."""
    least, most = _RANGES.get(of.get_internal_type() if of else "", (-(2**63), 2**63 - 1))
    checks: list[Any] = [*field.validators, *(of.validators if of else ())]
    lows = [each.limit_value for each in checks if isinstance(each, MinValueValidator)]
    highs = [each.limit_value for each in checks if isinstance(each, MaxValueValidator)]
    return max((least, *lows)), min((most, *highs))


def _out(field: models.Field[Any, Any]) -> Any:  # noqa: ANN401 - a type
    if field.is_relation:
        return list[Related] if field.many_to_many else Related
    if field.choices:
        return _codes(field.flatchoices, blank=field.blank)
    return _kind(field, _GIVEN) or Annotated[str, Field(examples=[_words(field.max_length)])]


def _kind(field: object, kinds: dict[type, Any]) -> Any:  # noqa: ANN401 - a type
    return next((found for kind, found in kinds.items() if isinstance(field, kind)), None)


def _words(most: int | None) -> str:
    return {2: "CN", 3: "CNY"}.get(most or 0, "EB-2026-014" if (most or 200) <= 40 else "East Calls Ltd")


def _codes(choices: Any, *, blank: bool) -> Any:  # noqa: ANN401 - Django's choices; a type
    every = [code for code, label in choices for code in (dict(label) if isinstance(label, list | tuple) else [code])]
    codes = tuple(dict.fromkeys(code for code in every if code not in ("", None)))
    return Literal[(*codes, "")] if blank else Literal[codes]
