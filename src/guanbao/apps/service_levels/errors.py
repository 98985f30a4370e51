"""What service levels refuse."""

from __future__ import annotations

from typing import ClassVar

from guanbao.engine.errors import GuanbaoError


class LevelIsInForce(GuanbaoError):
    """Version {version} of this service level is in force and is not changed any more.

    Begin a new version; it takes over from the month that you name.
    """


class LevelIsEmpty(GuanbaoError):
    """This service level has no term yet.

    Add at least one term, or take over a preset.
    """


class LevelMissing(GuanbaoError):
    """No service level of {reference} is in force in {month}.

    Put one into force from that month or an earlier one.
    """


class MonthUnfit(GuanbaoError):
    """{month} cannot be the month from which this version holds.

    Name the first day of a month that is later than the one of version {version}.
    """


class StatementIsIssued(GuanbaoError):
    """This statement has been issued and is not changed any more.

    Propose an exclusion, or draft a new version; it will name this one.
    """


class ExclusionsOpen(GuanbaoError):
    """{n} proposals to leave records out of this month are not decided yet.

    Have them decided first; the statement is then drafted anew.
    """


class StatementOutdated(GuanbaoError):
    """New records or decisions have come since this statement was drafted.

    Draft it anew, then issue that version.
    """


class IssuerIsDrafter(GuanbaoError):
    """Whoever drafted a statement does not issue it.

    Have another authorised person issue it.
    """


class DecidedAlready(GuanbaoError):
    """This proposal has been decided.

    Propose a new one if something was overlooked.
    """


class DecidedByProposer(GuanbaoError):
    """The side that proposes an exclusion does not decide it.

    An authorised person of the other side decides.
    """


class MappingNotOffered(GuanbaoError):
    """There is no mapping «{mapping}» for {dataset}.

    Choose among: {known}.
    """

    status: ClassVar[int] = 422


class FileKindUnknown(GuanbaoError):
    """«{name}» does not end as a file of records does.

    Send one of {known}, plain or with .gz.
    """

    status: ClassVar[int] = 422


class UploadTooLarge(GuanbaoError):
    """The file is larger than {most} bytes.

    Divide it, or ask the platform's administrator for another limit.
    """

    status: ClassVar[int] = 413


class UploadOffsetWrong(GuanbaoError):
    """The upload stands at byte {received}, not {offset}.

    Ask for its offset and go on from there.
    """


class UploadDiffers(GuanbaoError):
    """What arrived is not what was announced: its size or digest differs.

    Send the file again.
    """

    status: ClassVar[int] = 422


class UploadEmpty(GuanbaoError):
    """There is nothing in it.

    Send at least one record.
    """

    status: ClassVar[int] = 422


class UploadBusy(GuanbaoError):
    """Another connection is sending this upload.

    End it, or wait half a minute; then ask for the offset and go on from there.
    """

    status: ClassVar[int] = 423


class UploadEnded(GuanbaoError):
    """This upload is whole, or was given up.

    Read the import to see what became of it; announce a new one to send more.
    """


class UploadsTooMany(GuanbaoError):
    """{most} uploads have begun here and not come to an end.

    Go on with those, or wait until they are given up.
    """
