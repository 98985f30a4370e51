"""What workflow refuses."""

from __future__ import annotations

from guanbao.engine.errors import GuanbaoError


class AttachedTwice(GuanbaoError):
    """A model is attached to «{subject}» twice.

    Attach it once.
    """


class NotAttached(GuanbaoError):
    """No model of approval is attached to «{subject}».

    Attach one in the app's registration.
    """


class ModelUnknown(GuanbaoError):
    """There is no model «{name}» in force.

    Put a version of it in force, or name another.
    """


class ApprovalRunning(GuanbaoError):
    """«{label}» is being decided already.

    Wait for the decision, or withdraw it first.
    """


class ApprovalEnded(GuanbaoError):
    """This approval is no longer running: {state}.

    Submit the record again if it is to be decided.
    """


class ContentChanged(GuanbaoError):
    """«{label}» has changed since it was submitted, so the approval is void.

    Look at what it is now, and submit it again.
    """


class TaskClosed(GuanbaoError):
    """Nobody is asked for this decision any more.

    Look at the approval to see what was decided.
    """


class TaskTaken(GuanbaoError):
    """Somebody else has taken this task.

    Ask them to put it back, or wait for their decision.
    """


class OwnRequest(GuanbaoError):
    """Whoever submits something does not decide about it.

    Leave it to somebody else of the same role.
    """


class OwnWork(GuanbaoError):
    """Whoever changed the record since it was last approved does not decide about it.

    Leave it to somebody else of the same role.
    """


class DecidedTwice(GuanbaoError):
    """Nobody decides twice in one chain, neither for themselves nor for another.

    Leave it to somebody else of the same role.
    """


class VerdictUnfit(GuanbaoError):
    """{verdict} is not among what can be decided here.

    Choose another.
    """


class OpinionMissing(GuanbaoError):
    """{verdict} needs an opinion.

    Say why.
    """


class ReturnUnfit(GuanbaoError):
    """It cannot be returned to «{level}».

    Choose a level before this one at which somebody has decided.
    """


class DelegateUnfit(GuanbaoError):
    """This person cannot decide in your place here.

    Choose a colleague who neither submitted it nor decides elsewhere in this chain.
    """


class DeputyUnfit(GuanbaoError):
    """Nobody stands in for themselves, nor for somebody of another organisation.

    Choose a colleague.
    """


class EnforcedByUploader(GuanbaoError):
    """Whoever uploaded a model does not put it in force.

    Have a second person look at it.
    """


class EnforcedAlready(GuanbaoError):
    """This version was in force already.

    Upload it anew if it is to hold again.
    """
