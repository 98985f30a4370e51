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


class ArrangementSuspended(GuanbaoError):
    """{reference} is suspended: {reason}.

    Resume it first.
    """


class NotSuspended(GuanbaoError):
    """{reference} is not suspended.

    Nothing has to be resumed.
    """


class MoveNotOpen(GuanbaoError):
    """This cannot be done to {reference} at «{stage}».

    An intention is withdrawn or rejected before it is a contract, one that runs is terminated, and renewed when it
    stands at renewal or exit and is not to be ended.
    """


class NeverWaived(GuanbaoError):
    """«{gate}» is never waived.

    Do what it asks for; the gate says where.
    """


class ChangeNotApproved(GuanbaoError):
    """{reference} was not approved as it is now.

    Submit the arrangement for approval; settle the change when it is approved.
    """


class ChangeSettled(GuanbaoError):
    """This change is settled already.

    Record another change, if there was one.
    """
