"""What a service changes in a row: the new values set, and what was and is of those that differ."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Model


class Change(NamedTuple):
    """Values before and after, of the fields that differ; related rows by their keys."""

    before: dict[str, object]
    after: dict[str, object]


def row_change(row: Model, **values: object) -> Change:
    """Set `values` on `row`, unsaved; of a new row everything differs from nothing.

    Raises:
        ValidationError: by field, where the model refuses them.
    """
    change = Change({}, {})
    for name, value in values.items():
        was = None if row.pk is None else getattr(row, name)
        setattr(row, name, value)
        if row.pk is None:
            change.after[name] = _plain(value)
        elif (old := _plain(was)) != (new := _plain(value)):
            change.before[name], change.after[name] = old, new
    row.full_clean()
    return change


def _plain(value: object) -> object:
    return value.pk if isinstance(value, Model) else value
