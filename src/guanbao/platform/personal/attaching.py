"""Of which records personal data can be revealed: an app says so with a line in its `apps`.

attach("contacts", Contact, rows=contacts_visible, columns=PARTICULARS)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from guanbao.platform.access.reach import Columns
from guanbao.platform.actors import Actor
from guanbao.platform.covering import personal_fields
from guanbao.platform.identity.choices import Side
from guanbao.platform.personal.errors import NothingToReveal, RevealableTwice

_REVEALABLE: dict[str, Revealable] = {}
_FOLLOWING: list[Callable[[Revealable], None]] = []


@dataclass(frozen=True)
class Revealable:
    """A model with personal data: by which name its rows are known, who sees them, where their scopes are found."""

    name: str
    model: type[Model]
    rows: Callable[..., QuerySet[Any]]
    columns: Columns

    @property
    def fields(self) -> tuple[str, ...]:
        """Its personal fields."""
        return personal_fields(self.model)

    def owner_of(self, row: Model, actor: Actor) -> int:
        """The organisation that answers for the data: the record's institution; of its own people whoever acts."""
        return self.columns.scopes_of(row).get(Side.INSTITUTION) or actor.organisation_id or 0


def attach(name: str, model: type[Model], *, rows: Callable[..., QuerySet[Any]], columns: Columns) -> None:
    """Let rows of a model be revealed, under the name of its pages. Raises RevealableTwice."""
    if name in _REVEALABLE:
        raise RevealableTwice(name=name)
    made = _REVEALABLE[name] = Revealable(name, model, rows, columns)
    for follow in _FOLLOWING:
        follow(made)


def revealables() -> tuple[Revealable, ...]:
    """Every one."""
    return tuple(_REVEALABLE.values())


def revealable_follow(follow: Callable[[Revealable], None]) -> None:
    """Call `follow` for what can be revealed, and for what will be."""
    _FOLLOWING.append(follow)
    for each in revealables():
        follow(each)


def revealable_named(name: str) -> Revealable:
    """That of a list. Raises NothingToReveal."""
    if name not in _REVEALABLE:
        raise NothingToReveal
    return _REVEALABLE[name]


def record_of(*, actor: Actor, name: str, pk: int) -> tuple[Revealable, Any]:
    """A row that the actor may see, by the name of its pages and its key. Raises NothingToReveal."""
    found = revealable_named(name)
    row = found.rows(actor=actor).filter(pk=pk).first() if 0 < pk < 2**63 else None
    if row is None:
        raise NothingToReveal
    return found, row
