"""Who wants to know what happens to approvals: they hear of it within its transaction, and do no more than write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

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
    """Tell it, within the transaction of what happened."""
    for told in _HEARING:
        told(news)
