"""A field's value as a page or a file shows it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.formats import date_format

from guanbao.platform.wording import told

NOTHING = "—"


def cell(row: Model, name: str) -> str:
    """The value of a row's field as text: a choice by its name, a flag as yes or no, — for nothing."""
    value: Any = getattr(row, name)
    if value is None or value == "":
        return NOTHING
    if shown := getattr(row, f"get_{name}_display", None):
        return str(shown()) or NOTHING
    if isinstance(value, bool):
        return told("Yes") if value else told("No")
    if hasattr(value, "tzinfo"):
        return date_format(timezone.localtime(value), "Y-m-d H:i")
    if isinstance(value, Decimal):
        return f"{value:,}"
    return str(value)
