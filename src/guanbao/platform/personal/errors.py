"""What the cover over personal data refuses."""

from __future__ import annotations

from guanbao.engine.errors import GuanbaoError


class RevealsExhausted(GuanbaoError):
    """Your reveals of today are used up: {left} of {allowed} are left.

    Go on tomorrow, or ask data protection, who was told of this.
    """

    left: int
    allowed: int


class NothingToReveal(GuanbaoError):
    """There is no such record with personal data.

    Follow the link from the list in which you saw it.
    """


class RevealableTwice(GuanbaoError):
    """Records named «{name}» can be revealed already.

    Say so once, in one app.
    """

    name: str


class CanaryThere(GuanbaoError):
    """This record is a canary already.

    Nothing needs to be done.
    """
