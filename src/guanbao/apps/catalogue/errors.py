"""What the catalogue refuses."""

from __future__ import annotations

from guanbao.engine.errors import GuanbaoError


class NeverOutsourced(GuanbaoError):
    """«{what}» falls under «{rule}» and may not be outsourced ({source}).

    Take it out; nobody can allow it.
    """


class ScopeUnstated(GuanbaoError):
    """Nobody has stated whether «{what}» falls under a function that may never be outsourced.

    State it in the catalogue first.
    """


class ServiceListed(GuanbaoError):
    """«{service}» stands in the catalogue, and its contractor cannot change it there.

    Withdraw it and propose another, or ask the institution.
    """


class ServiceNotProposed(GuanbaoError):
    """«{service}» is not waiting to be taken into the catalogue.

    Look at its state.
    """


class ServiceGone(GuanbaoError):
    """«{service}» was withdrawn.

    Enter it again under another code.
    """
