"""What values are called, in the reader's words: of a row's field as a page, a file or the ledger tells it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Manager, Model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html

from guanbao.platform.wording import told

NOTHING = "—"
Words = Callable[[Any], str]
_OF_FIELDS: dict[tuple[type[Model], str], Words] = {}
_DIGITS = 15  # of a number, in a spreadsheet


def tell(model: type[Model], **how: Words) -> None:
    """Say by which words a model's fields are told that hold names of ours; an app does so once, with its pages."""
    _OF_FIELDS.update({(model, name): words for name, words in how.items()})


def words_for(model: type[Model], name: str) -> Words | None:
    """By which words a field's values are told, if by other than its own."""
    return _OF_FIELDS.get((model, name))


def cell(row: Model, name: str) -> str:
    """The value of a row's field as text: a choice by its name, a flag as yes or no, — for nothing."""
    if shown := getattr(row, f"get_{name}_display", None):
        return str(shown()) or NOTHING
    if words := words_for(type(row), name):
        return words(getattr(row, name)) or NOTHING
    return _of_two(row, name, _told(getattr(row, name))) or NOTHING


def _of_two(row: Model, name: str, text: str) -> str:
    """The text, with its language where the model holds it in two: one of them is not the reader's."""
    pair = name.removesuffix("_en")
    if not text or not hasattr(row, pair) or not hasattr(row, f"{pair}_en"):
        return text
    return format_html('<span lang="{}">{}</span>', "zh-Hans" if name == pair else "en", text)


def _told(value: Any) -> str:  # noqa: ANN401, PLR0911 - what a field holds, a branch a kind
    match value:
        case None:
            return ""
        case bool():
            return told("Yes") if value else told("No")
        case Manager():
            return " · ".join(str(one) for one in value.all())
        case datetime():
            return date_format(timezone.localtime(value), "Y-m-d H:i")
        case dict():
            return ", ".join(f"{name}: {said}" for name, said in value.items())
        case list():
            return ", ".join(map(str, value))
        case Decimal():
            return f"{value:,}"
        case _:
            return str(value)


def typed(row: Model, name: str) -> Any:  # noqa: ANN401 - what a file holds
    """A row's field for a file: numbers and dates as such where a spreadsheet holds them exactly, all else as text."""
    value: Any = getattr(row, name)
    if value is None or value == "":
        return None
    if isinstance(value, bool | Manager) or hasattr(row, f"get_{name}_display") or words_for(type(row), name):
        return cell(row, name)
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None)
    if isinstance(value, date):
        return value
    if isinstance(value, int | Decimal) and len(str(value).strip("-").replace(".", "")) <= _DIGITS:
        return value
    return str(value)
