"""Who wants to know what happens to issues: they hear of it within its transaction, and do no more than write."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from guanbao.platform.actors import Actor
    from guanbao.platform.questionnaires.models import Issue

News = Literal["sent", "submitted", "returned", "amended", "concluded", "cancelled", "soon", "late"]
Hears = Callable[["Actor", "Issue", News], None]
_HEARING: list[Hears] = []


def hear(told: Hears) -> None:
    """Have `told` called with each piece of news; once, when an app registers."""
    _HEARING.append(told)


def tell(actor: Actor, issue: Issue, news: News) -> None:
    """Tell it, within the transaction of what happened."""
    for told in _HEARING:
        told(actor, issue, news)
