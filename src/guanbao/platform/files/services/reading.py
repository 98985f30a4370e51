"""Documents go out: rights looked at first, told where they are confidential, then opened piece by piece."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

from django.db import transaction

from guanbao.platform.access.lasting import while_allowed
from guanbao.platform.access.tenancy import limited_to
from guanbao.platform.actors import SYSTEM, Actor
from guanbao.platform.files import events
from guanbao.platform.files.choices import State
from guanbao.platform.files.contents.types import BY_MEDIA
from guanbao.platform.files.errors import DocumentBroken, DocumentClosed
from guanbao.platform.files.keys import key_unwrap
from guanbao.platform.files.models import Document
from guanbao.platform.files.permissions import DOCUMENT_VIEW
from guanbao.platform.files.sealing import opened, sealed_size
from guanbao.platform.files.selectors import documents_readable
from guanbao.platform.files.storing import storage
from guanbao.platform.ledger.services import ledger_append

_UNSAFE = re.compile(r'[\\/:*?"<>|%;\'`$&{}\[\]~#^]+')


def document_read(*, actor: Actor, document: Document) -> Iterator[bytes]:
    """What a document holds, piece by piece, for who may have it.

    That a confidential one is fetched, or one that waits in quarantine, the ledger is told before. While it is sent the
    right is looked at again, and what is left is not sent where it is gone.

    Raises DocumentClosed: nobody gets it as it stands; DocumentBroken, StorageUnusable, FilesKeyUnusable.
    """
    if not documents_readable(actor=actor).filter(pk=document.pk).exists():
        raise DocumentClosed
    pieces = document_pieces(document)
    if document.is_confidential or document.state != State.CLEAN:
        with transaction.atomic():
            after = {
                "state": document.state,
                "sha256": document.sha256,
                "version": document.version,
                "is_confidential": document.is_confidential,
            }
            shared = {} if document.shared_with_id is None else {"contractor": document.shared_with_id}
            scopes = {"institution": document.institution_id, **shared}
            ledger_append(actor=actor, event=events.DOCUMENT_READ, subject=document, after=after, scopes=scopes)

    def allowed(now: Actor) -> bool:
        return documents_readable(actor=now).filter(pk=document.pk).exists()

    return while_allowed(actor, DOCUMENT_VIEW, allowed, pieces)


def document_pieces(document: Document) -> Iterator[bytes]:
    """The bytes, opened one by one; the first already are. That somebody changed them is told to the ledger.

    Raises DocumentBroken, StorageUnusable, FilesKeyUnusable.
    """
    try:
        key = key_unwrap(document.wrapped_key, document.identity)
        _whole_need(document)
        pieces = _closing(document, key)
        first = next(pieces)
    except DocumentBroken:
        _broken(document)
        raise
    return _after(first, pieces)


def file_name(document: Document) -> str:
    """The name under which a document is saved: of its title what every system takes, and its type's own ending.

    What waits in quarantine has no name that opens by itself.
    """
    plain = "".join(c for c in document.title if unicodedata.category(c)[0] not in "CZ" or c == " ")
    stem = " ".join(_UNSAFE.sub(" ", plain).split()).strip(". ")[:80] or f"document-{document.pk}"
    ending = BY_MEDIA[document.media].ending if document.state == State.CLEAN else "quarantined"
    return f"{stem}_v{document.version}.{ending}"


def disposition(document: Document) -> str:
    """`Content-Disposition`: always a file to be saved, named in ASCII and in UTF-8 (RFC 6266)."""
    name = file_name(document)
    plain = f"document-{document.pk}_v{document.version}.{name.rpartition('.')[2]}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _whole_need(document: Document) -> None:
    """That as many bytes lie there as were put. Raises DocumentBroken, StorageUnusable."""
    if storage().size(document.stored_as) != sealed_size(document.size):
        raise DocumentBroken


def _closing(document: Document, key: bytes) -> Iterator[bytes]:
    with storage().open(document.stored_as) as file:
        yield from opened(file, key, document.identity)


def _after(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _broken(document: Document) -> None:
    with transaction.atomic(), limited_to(SYSTEM):
        scopes = {"institution": document.institution_id}
        after = {"sha256": document.sha256}
        ledger_append(actor=SYSTEM, event=events.DOCUMENT_BROKEN, subject=document, after=after, scopes=scopes)
