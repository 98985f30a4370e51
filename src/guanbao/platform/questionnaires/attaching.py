"""What questionnaires are put about: models whose app said so in a line of its `apps`.

attach("arrangements", Arrangement, rows=arrangements_visible, columns=ARRANGEMENTS)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from guanbao.platform.access.reach import Columns
from guanbao.platform.actors import Actor
from guanbao.platform.questionnaires.errors import NothingToAsk, QuestionnaireAttachedTwice

_ATTACHED: dict[str, Attached] = {}
_FOLLOWING: list[Callable[[Attached], None]] = []


@dataclass(frozen=True)
class Attached:
    """A model with questionnaires: by which name its rows are known, who sees them, where their scopes are found."""

    name: str
    model: type[Model]
    rows: Callable[..., QuerySet[Any]]
    columns: Columns


def attach(name: str, model: type[Model], *, rows: Callable[..., QuerySet[Any]], columns: Columns) -> None:
    """Attach questionnaires to the rows of a model, under the name of its pages; once. Raises the error named so."""
    if name in _ATTACHED:
        raise QuestionnaireAttachedTwice(name=name)
    made = _ATTACHED[name] = Attached(name, model, rows, columns)
    for follow in _FOLLOWING:
        follow(made)


def attached() -> tuple[Attached, ...]:
    """Everything that questionnaires are attached to."""
    return tuple(_ATTACHED.values())


def attached_follow(follow: Callable[[Attached], None]) -> None:
    """Call `follow` for what is attached, and for what will be."""
    _FOLLOWING.append(follow)
    for each in attached():
        follow(each)


def record_of(*, actor: Actor, name: str, pk: int) -> tuple[Attached, Any]:
    """A row that questionnaires are attached to, which the actor may see.

    Raises:
        NothingToAsk: there is none, or it is not theirs.
    """
    row = _ATTACHED[name].rows(actor=actor).filter(pk=pk).first() if name in _ATTACHED and 0 < pk < 2**63 else None
    if row is None:
        raise NothingToAsk
    return _ATTACHED[name], row
