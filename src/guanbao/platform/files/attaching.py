"""What documents are attached to: models whose app said so in a line of its `apps`.

attach("arrangements", Arrangement, rows=arrangements_visible, columns=ARRANGEMENTS, ends=lambda row: row.ends_on)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model, QuerySet

from guanbao.platform.access.reach import Columns
from guanbao.platform.actors import Actor
from guanbao.platform.files.errors import DocumentAttached, NothingToAttachTo
from guanbao.platform.identity.choices import Side

_ATTACHED: dict[str, Attached] = {}
_FOLLOWING: list[Callable[[Attached], None]] = []


@dataclass(frozen=True)
class Attached:
    """A model with documents: by which name its rows are known, who sees them, where their scopes are found.

    `ends` tells when what a row is about is over, None while it goes on: from then on the keeping of documents counts.
    Of a model without it, documents count from their own expiry.
    """

    name: str
    model: type[Model]
    rows: Callable[..., QuerySet[Any]]
    columns: Columns
    ends: Callable[[Any], date | None] | None

    def institution_of(self, row: Model) -> int:
        """Whose row it is."""
        return self.columns.scopes_of(row)[Side.INSTITUTION]

    def contractor_of(self, row: Model) -> int | None:
        """The contractor's organisation whose people may see the row, if there is one."""
        return self.columns.scopes_of(row).get(Side.CONTRACTOR)

    def end_of(self, row: Any, expires_on: date | None) -> date | None:  # noqa: ANN401 - a model
        """When what a document of the row is about is over; None while that is not known."""
        return expires_on if self.ends is None else self.ends(row)


def attach(
    name: str,
    model: type[Model],
    *,
    rows: Callable[..., QuerySet[Any]],
    columns: Columns,
    ends: Callable[[Any], date | None] | None = None,
) -> None:
    """Attach documents to the rows of a model, under the name of its pages; an app does so once, in its `apps`.

    Raises:
        DocumentAttached: the name is taken.
    """
    if name in _ATTACHED:
        raise DocumentAttached(name=name)
    made = _ATTACHED[name] = Attached(name, model, rows, columns, ends)
    for follow in _FOLLOWING:
        follow(made)


def attached() -> tuple[Attached, ...]:
    """Everything that documents are attached to."""
    return tuple(_ATTACHED.values())


def attached_follow(follow: Callable[[Attached], None]) -> None:
    """Call `follow` for what is attached, and for what will be."""
    _FOLLOWING.append(follow)
    for each in attached():
        follow(each)


def record_of(*, actor: Actor, name: str, pk: int) -> tuple[Attached, Any]:
    """A row that documents are attached to, which the actor may see, by the name of its pages and its key.

    Raises:
        NothingToAttachTo: there is none, or it is not theirs.
    """
    if name not in _ATTACHED or not 0 < pk < 2**63:
        raise NothingToAttachTo
    row = _ATTACHED[name].rows(actor=actor).filter(pk=pk).first()
    if row is None:
        raise NothingToAttachTo
    return _ATTACHED[name], row
