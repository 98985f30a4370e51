"""Who must know that a row is about to be told of as changed, in the transaction of the change.

They are told before the entry takes its place: from there on other writers wait, who might hold what is needed.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Model

from guanbao.platform.actors import Actor

Watch = Callable[[Actor, Model], None]
_WATCHES: list[Watch] = []


def watch(told: Watch) -> None:
    """Have `told(actor, row)` called with each row that an event is about; once, when an app registers."""
    _WATCHES.append(told)


def tell_watches(actor: Actor, row: Model) -> None:
    """Tell them."""
    for told in _WATCHES:
        told(actor, row)
