"""What arrangements refuse."""

from __future__ import annotations

from guanbao.engine.errors import GuanbaoError


class GatesShut(GuanbaoError):
    """{reference} cannot leave {stage} yet: {reasons}.

    Open each of these first; the page of the arrangement leads to them.
    """


class StageIsLast(GuanbaoError):
    """{reference} is closed; there is no stage after this one.

    Enter a new arrangement instead.
    """


class GateTwice(GuanbaoError):
    """The gate «{name}» is registered twice.

    Name one of them otherwise.
    """
