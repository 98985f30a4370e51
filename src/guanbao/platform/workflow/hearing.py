"""Who wants to know what happens to approvals: notices will. They hear of it once the change stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from django.db import transaction

Kind = Literal["asked", "reminded", "escalated", "ended", "voided", "returned"]


@dataclass(frozen=True)
class News:
    """What happened to which approval, and the role or person whom it concerns."""

    kind: Kind
    approval_id: int
    task_id: int | None = None
    role: str = ""
    person_id: int | None = None


Hears = Callable[[News], None]
_HEARING: list[Hears] = []


def hear(told: Hears) -> None:
    """Have `told` called with each piece of news; once, when an app registers."""
    _HEARING.append(told)


def tell(news: News) -> None:
    """Tell it once the transaction around this stands."""
    for told in _HEARING:
        transaction.on_commit(partial(told, news))
