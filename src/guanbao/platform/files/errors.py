"""What files refuse."""

from __future__ import annotations

from guanbao.engine.errors import GuanbaoError, InputError


class DocumentEmpty(InputError):
    """The file is empty.

    Send one that holds something.
    """


class DocumentTooLarge(InputError):
    """The file has more than {most} bytes.

    Send it in parts, or have GUANBAO_MOST_DOCUMENT raised.
    """


class DocumentTypeRefused(InputError):
    """By its content this is {found}, which is not taken.

    Send one of: {allowed}.
    """


class DocumentTwoFaced(InputError):
    """The file is of one type and of another at once: {found}.

    Save it anew with an ordinary program, and send that.
    """


class DocumentHasMacros(InputError):
    """The file brings a program along (macros).

    Save it without macros, and send that.
    """


class DocumentDiffers(InputError):
    """The file does not have the digest that was named.

    Send it again.
    """


class DocumentCutOff(InputError):
    """The connection broke before the file was whole.

    Send it again.
    """


class ArchiveUnreadable(InputError):
    """The archive cannot be read: {reason}.

    Pack it anew and send that.
    """


class ArchiveGrows(InputError):
    """Unpacked, the archive becomes more than {most} bytes, or more than {ratio} times as large as it is.

    Send the files by themselves.
    """


class ArchiveTooMany(InputError):
    """The archive holds more than {most} entries, counting those of archives within it.

    Send it in parts.
    """


class ArchiveTooDeep(InputError):
    """The archive holds archives within archives.

    Unpack the inner ones and pack all once.
    """


class ArchiveEscapes(InputError):
    """The archive holds the name «{name}», which leads out of the folder that it is unpacked in.

    Pack it anew with plain names.
    """


class ArchiveLocked(InputError):
    """The archive is encrypted, so nobody can see what comes in.

    Send it without a password: it is encrypted here.
    """


class DocumentsTooMany(GuanbaoError):
    """There are {most} documents here already.

    Send new versions of those, or attach it elsewhere.
    """


class DocumentsWaiting(GuanbaoError):
    """{most} documents that you sent wait in quarantine.

    Wait until they were looked at.
    """


class DocumentBroken(GuanbaoError):
    """The stored file is not what was put there: it was changed, exchanged or cut off.

    Tell the operator, who restores it from a backup.
    """


class DocumentClosed(GuanbaoError):
    """The document is not in a state in which this can be done.

    Read it again: its state decides what can be done.
    """


class NotByOneself(GuanbaoError):
    """Whoever sent a document, or asked for its destruction, does not decide on it.

    Let somebody else decide.
    """


class DocumentKept(GuanbaoError):
    """The document must still be kept: until {until}.

    Ask again after that.
    """


class DocumentAttached(GuanbaoError):
    """Documents are attached to «{name}» twice.

    Attach them once, in the app's apps.
    """


class NothingToAttachTo(GuanbaoError):
    """There is no such record to attach documents to, or it is not yours.

    Check its address.
    """


class FilesKeyUnusable(InputError):
    """The key of the files cannot be used: {reason}.

    Restore it from its backup; without it no document can be read. For a new installation run guanbao init.
    """


class StorageUnusable(GuanbaoError):
    """Documents cannot be stored or read now: {reason}.

    Try again; if that does not help, tell the operator.
    """
