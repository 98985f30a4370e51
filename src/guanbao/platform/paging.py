"""Rows in the order of a column, page by page. A page begins beside a row, by its key, however deep that stands."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.core import signing
from django.db.models import F, Field, Model, Q, QuerySet

_SALT = "guanbao.cursor"


class Page(NamedTuple):
    """Some rows, how many were found from the first of them on, and the cursors of the pages beside."""

    rows: list[Any]
    found: int
    before: str | None
    after: str | None


class Place(NamedTuple):
    """Where a page begins: after a row, known by its value and key, or before it."""

    back: bool
    value: Any
    pk: int


def ordered(rows: QuerySet[Any], sort: str, *, back: bool = False) -> QuerySet[Any]:
    """Rows by a column (downwards after `-`; `id` is the key), then by their key; those without a value stand last.

    `back` turns it all around.
    """
    field, way = _field(rows.model, sort), "asc" if sort.startswith("-") is back else "desc"
    nulls: dict[str, Any] = {"nulls_first" if back else "nulls_last": True} if field.null else {}
    return rows.order_by(getattr(F(field.name), way)(**nulls), getattr(F("pk"), way)())


def page_of(rows: QuerySet[Any], of: str, sort: str, cursor: str | None, size: int, *, most: int = 0) -> Page:
    """The first page, or the one beside a cursor; `found` goes as far as `most`, where that is more than the page.

    A cursor holds for the list that it is `of` alone, in its order. Keys are found first and the rows by them: one walk
    along an index finds and counts, and only what is shown is read.

    Raises:
        signing.BadSignature: the cursor is none of this list in this order.
    """
    place = _place(cursor, rows.model, of, sort) if cursor else None
    back = place is not None and place.back
    onward = ordered(_beyond(rows, sort, place) if place else rows, sort, back=back)
    keys = list(onward.values_list("pk", flat=True)[: max(size, most) + 1])
    found = rows.order_by().in_bulk(keys[:size])
    shown = [found[key] for key in keys[:size] if key in found]
    more = len(keys) > size
    if back:
        shown.reverse()
    before, after = (more, True) if back else (place is not None, more)
    return Page(
        shown,
        len(keys),
        _cursor(of, sort, shown[0], back=True) if shown and before else None,
        _cursor(of, sort, shown[-1], back=False) if shown and after else None,
    )


def _beyond(rows: QuerySet[Any], sort: str, place: Place) -> QuerySet[Any]:
    """Those of `rows` that come after a place, or before it."""
    field = _field(rows.model, sort)
    name, beyond = field.name, "gt" if sort.startswith("-") is place.back else "lt"
    further = Q(**{f"pk__{beyond}": place.pk})
    if field.primary_key:
        return rows.filter(further)
    if place.value is None:
        found = further & Q(**{f"{name}__isnull": True})
    else:
        # The first condition says nothing new, but lets an index find where to begin.
        found = Q(**{f"{name}__{beyond}e": place.value}) & (Q(**{f"{name}__{beyond}": place.value}) | further)
    if field.null and (place.value is None) is place.back:
        found |= Q(**{f"{name}__isnull": not place.back})
    return rows.filter(found)


def _field(model: type[Model], sort: str) -> Field[Any, Any]:
    meta, name = model._meta, sort.removeprefix("-")  # noqa: SLF001 - Django's published way to a field
    found: Any = meta.pk if name == "id" else meta.get_field(name)
    return found  # type: ignore[no-any-return]


def _cursor(of: str, sort: str, row: Any, *, back: bool) -> str:  # noqa: ANN401 - a model
    field = _field(type(row), sort)
    value = None if getattr(row, field.attname) is None else field.value_to_string(row)
    return signing.dumps([of, sort, back, value, row.pk], salt=_SALT)


def _place(cursor: str, model: type[Model], of: str, sort: str) -> Place:
    name, order, back, value, pk = signing.loads(cursor, salt=_SALT)
    if (name, order) != (of, sort):
        raise signing.BadSignature
    return Place(back, None if value is None else _field(model, sort).to_python(value), pk)
