"""What obligations refuse."""

from __future__ import annotations

from guanbao.engine.errors import GuanbaoError


class DutyKindTwice(GuanbaoError):
    """The kind of duties «{kind}» is declared twice.

    Name one of them otherwise.
    """


class DutyKindUndeclared(GuanbaoError):
    """No app declares the kind of duties «{kind}».

    Declare it where its app registers.
    """


class CarrierTwice(GuanbaoError):
    """Duties are attached to «{name}» twice.

    Attach them once, in the app's registration.
    """


class DutyClosed(GuanbaoError):
    """The duty was done, excused or cancelled already, or is no longer due.

    Look at it again.
    """


class DutyNotYours(GuanbaoError):
    """This is another's duty.

    Whoever holds its post, the outsourcing office, or the person that is named there records it.
    """


class DutyOfRecord(GuanbaoError):
    """The day of this duty is the record's own, and goes with it.

    Correct the date on the record.
    """


class DutyThere(GuanbaoError):
    """«{title}» runs for this record already.

    Look at the record's duties; cancel the one that runs, or change it.
    """
