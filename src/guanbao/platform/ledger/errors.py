"""What the ledger refuses."""

from __future__ import annotations

from guanbao.engine.errors import GuanbaoError, InputError


class EventTwice(GuanbaoError):
    """The event «{name}» is declared twice.

    Name one of them otherwise.
    """


class EventUndeclared(GuanbaoError):
    """No app declares the event «{name}».

    Declare it in the app's events.
    """


class EventMisnamed(GuanbaoError):
    """«{name}» is no name of an event.

    Write the thing and what happened to it in the past tense, such as contract.approved.
    """


class WordingUnfillable(GuanbaoError):
    """The wording of the event «{name}» names {fields}, which its entries do not hold in clear.

    Name only actor, object and fields that stand in clear, these also with _before.
    """


class ValueUnrecordable(GuanbaoError):
    """The ledger cannot record the value of «{field}», a {kind}.

    Give text, a whole number, a Decimal, a date, true, false, nothing, or lists and mappings of these.
    """


class SubjectUnsaved(GuanbaoError):
    """What the event «{event}» is about has no key yet.

    Save it first.
    """


class OutsideTransaction(GuanbaoError):
    """The event «{event}» was to be recorded outside a transaction.

    Open one around the change and its entry, so that both stand or neither does.
    """


class HeadMissing(GuanbaoError):
    """The ledger has no head, so nothing can be recorded.

    Its tables were emptied or never made: restore them from a backup, or run the migrations.
    """


class LedgerForked(GuanbaoError):
    """The ledger no longer leads to its own checkpoint over {size} entries, so no new one is signed.

    Run guanbao ledger verify to find what was changed.
    """


class LedgerUnreadable(InputError):
    """The ledger cannot be read: {reason}.

    DATABASE_URL and GUANBAO_HOME say where it lives; migrations make its tables.
    """


class CheckpointUnreadable(InputError):
    """This is not a checkpoint of a ledger.

    Give a file that guanbao ledger checkpoint wrote.
    """


class NotUnderCheckpoint(InputError):
    """Entry {index} is newer than every checkpoint, so nothing proves that it stands in the ledger.

    Make a checkpoint first: guanbao ledger checkpoint FILE.
    """


class ExportUnwritable(InputError):
    """The file cannot be written: {reason}.

    Choose another.
    """
