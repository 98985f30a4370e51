"""What takes long: while a file comes in or goes out, the right to it is looked at again, and its end ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from time import monotonic

from django.db import connection, transaction

from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.permissions import Permission
from guanbao.platform.access.tenancy import limited_to
from guanbao.platform.actors import Actor

AGAIN_S = 20
Allowed = Callable[[Actor], bool]


def while_allowed(actor: Actor, permission: Permission, allowed: Allowed, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces, as long as `allowed` says yes: asked every 20 seconds, with rights as they are then.

    Raises NotPermitted in the midst of it: of an answer less comes than was announced, and the connection breaks.
    """
    looked = monotonic()
    for piece in pieces:
        if monotonic() - looked > AGAIN_S:
            if not _still(actor, allowed):
                raise NotPermitted(actor=actor.name, permission=permission.name)
            looked = monotonic()
        yield piece


def _still(actor: Actor, allowed: Allowed) -> bool:
    now = replace(actor, read=None)  # nothing that was read of its rights before
    within = connection.in_atomic_block
    try:
        with transaction.atomic(), limited_to(now):
            return allowed(now)
    finally:
        if not within:
            connection.close()  # of a thread that only sends
