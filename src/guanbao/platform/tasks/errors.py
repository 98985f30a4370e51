"""What tasks refuse."""

from __future__ import annotations

from guanbao.engine.errors import GuanbaoError


class JobTwice(GuanbaoError):
    """The job «{kind}» is declared twice.

    Name one of them otherwise.
    """


class JobUndeclared(GuanbaoError):
    """No app declares the job «{kind}».

    Declare it in the app's tasks.
    """


class JobUnfinished(GuanbaoError):
    """Job {number} has not failed, so it is not run again.

    Wait until it has ended.
    """


class StarterGone(GuanbaoError):
    """Whoever asked for this no longer belongs to the organisation for which it was asked.

    Let somebody who does ask anew.
    """


class JobBroken(GuanbaoError):
    """The job stopped because of an unexpected fault ({kind}).

    Run it again. If it stops again, give the operator its number, {number}.
    """


class JobAbandoned(GuanbaoError):
    """The worker died over this {attempts} times.

    Give the operator the job's number, {number}: it may need more memory than there is.
    """
