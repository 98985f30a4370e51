"""Fields of models that are personal data, and the masks that cover them wherever they are shown.

phone = PersonalCharField(_("Telephone"), max_length=40, mask=phone_mask)

A row has the value `Covered`: pages, answers, files and the ledger print its mask, whoever writes the template. What is
left to see follows what JR/T 0171-2020 asks of screens. How it is read in clear is `guanbao.platform.personal`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.crypto import salted_hmac

Mask = Callable[[str], str]
HIDDEN = "****"
_WHOLE_NUMBER = 11  # digits of a mobile number
_SOME_NUMBER = 7
_HOME = "+86"


def name_mask(value: str) -> str:
    """The first character, which of a Chinese name is the family's: 王**. How long it is does not show."""
    return f"{value[0]}**" if value else ""


def phone_mask(value: str) -> str:
    """The first three and the last four digits of a mobile number, of a shorter one the last two; not of +86."""
    if value.startswith(_HOME):
        return f"{_HOME} {phone_mask(value.removeprefix(_HOME))}"
    digits = [char for char in value if char.isdigit()]
    if len(digits) >= _WHOLE_NUMBER:
        return f"{''.join(digits[:3])}{HIDDEN}{''.join(digits[-4:])}"
    if len(digits) >= _SOME_NUMBER:
        return f"{HIDDEN}{''.join(digits[-2:])}"
    return HIDDEN if value else ""


def email_mask(value: str) -> str:
    """The first character and the domain: l***@bank.example."""
    name, at, domain = value.rpartition("@")
    return f"{name[:1]}***@{domain}" if at and name else (HIDDEN if value else "")


def _hidden(value: str) -> str:
    return HIDDEN if value else ""


class Covered:
    """A personal value. It prints as its mask; `clear` is what is under it, for who sends to it or reveals it."""

    __slots__ = ("_mask", "clear")

    def __init__(self, clear: str, mask: Mask) -> None:
        self.clear = clear
        self._mask = mask

    def __str__(self) -> str:
        return self._mask(self.clear)

    def __repr__(self) -> str:
        return f"Covered({str(self)!r})"

    def __bool__(self) -> bool:
        return bool(self.clear)

    def __eq__(self, other: object) -> bool:
        return self.clear == (other.clear if isinstance(other, Covered) else other)

    def __hash__(self) -> int:
        return hash(self.clear)


class _Covering(DeferredAttribute):
    """Covers whatever is set."""

    field: PersonalCharField

    def __set__(self, row: models.Model, value: str | Covered | None) -> None:
        row.__dict__[self.field.attname] = self.field.to_python(value)


class PersonalCharField(models.CharField):  # type: ignore[type-arg] # it takes no argument at run time
    """A text that is personal data: rows have it covered, forms offer its mask, the database holds it in clear."""

    descriptor_class = _Covering

    def __init__(self, *args: Any, mask: Mask = _hidden, **kwargs: Any) -> None:  # noqa: ANN401 - as Django calls it
        super().__init__(*args, **kwargs)
        self.mask = mask

    def deconstruct(self) -> Any:  # noqa: ANN401 - Django's own
        """As what it is in the database: migrations move values, and cover none."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - Django's own
        """Covered, whatever it was."""
        return value if value is None or isinstance(value, Covered) else Covered(super().to_python(value), self.mask)

    def from_db_value(self, value: str | None, _expression: object, _connection: object) -> Any:  # noqa: ANN401
        """Covered in `values()` and `values_list()` too."""
        return self.to_python(value)

    def get_prep_value(self, value: Any) -> Any:  # noqa: ANN401 - Django's own
        """In clear, for the database."""
        return _clear(self.to_python(value))

    def run_validators(self, value: Any) -> None:  # noqa: ANN401 - Django's own
        """What is under the cover is what must be right."""
        super().run_validators(_clear(value))

    def value_to_string(self, obj: models.Model) -> str:
        """In clear: a copy of the data that holds masks would be none."""
        return str(_clear(self.value_from_object(obj)))


class PersonalEmailField(PersonalCharField, models.EmailField):  # type: ignore[type-arg] # as above
    """An e-mail address that is personal data."""

    def __init__(self, *args: Any, mask: Mask = email_mask, **kwargs: Any) -> None:  # noqa: ANN401 - as Django calls it
        super().__init__(*args, mask=mask, **kwargs)

    def deconstruct(self) -> Any:  # noqa: ANN401 - Django's own
        """As what it is in the database."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.EmailField", args, kwargs


def personal_fields(model: type[models.Model]) -> tuple[str, ...]:
    """The names of a model's personal fields, in its order."""
    fields = model._meta.concrete_fields  # noqa: SLF001 - Django's published way to a model's fields
    return tuple(field.name for field in fields if isinstance(field, PersonalCharField))


def kept(row: models.Model, given: dict[str, Any]) -> dict[str, Any]:
    """What was sent by a form; where a mask came back as it was shown, the value under it stays."""
    for name in personal_fields(type(row)):
        if name in given and given[name] == str(getattr(row, name)):
            given[name] = getattr(row, name)
    return given


def fingerprint(row: models.Model) -> bytes:
    """Tells versions of a row's personal values apart and nothing else: it is keyed. Empty, where it has none."""
    names = personal_fields(type(row))
    clear = repr([getattr(row, name).clear for name in names if getattr(row, name) is not None])
    return salted_hmac("guanbao.personal", clear, algorithm="sha256").digest() if names else b""


def _clear(value: Any) -> Any:  # noqa: ANN401 - a text, covered or not
    return value.clear if isinstance(value, Covered) else value
