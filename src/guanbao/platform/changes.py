"""What a service changes in a row: the new values set, and what was and is of those that differ."""

from __future__ import annotations

from collections.abc import Collection, Mapping
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
    was = {name: None if row.pk is None else row_plain(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    after = {name: row_plain(row, name) for name in values}  # as the model cleaned it
    if row.pk is None:
        return Change({}, after)
    differ = [name for name in values if was[name] != after[name]]
    return Change({name: was[name] for name in differ}, {name: after[name] for name in differ})


def need_known(facts: Mapping[str, object], known: Collection[str]) -> None:
    """That a service was given facts that it knows. Raises TypeError, as for an argument that there is not."""
    if unknown := facts.keys() - set(known):
        raise TypeError(unknown)


def row_plain(row: Model, name: str) -> object:
    """The value of a row's field; a related row by its key."""
    value: object = getattr(row, name)
    return value.pk if isinstance(value, Model) else value
