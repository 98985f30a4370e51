"""Documents come in: looked at, scanned, sealed, laid down; then the row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256 as digest_of
from typing import IO, Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.lasting import while_allowed
from guanbao.platform.access.reach import need, reach
from guanbao.platform.actors import Actor
from guanbao.platform.changes import row_change
from guanbao.platform.files import events
from guanbao.platform.files.attaching import Attached, record_of
from guanbao.platform.files.choices import State
from guanbao.platform.files.contents.types import Type, type_of
from guanbao.platform.files.errors import (
    DocumentDiffers,
    DocumentEmpty,
    DocumentsTooMany,
    DocumentsWaiting,
    DocumentTooLarge,
)
from guanbao.platform.files.keys import key_wrap
from guanbao.platform.files.kinds import kept_until, kinds
from guanbao.platform.files.models import Document
from guanbao.platform.files.permissions import DOCUMENT_ADD, DOCUMENT_VIEW_CONFIDENTIAL
from guanbao.platform.files.scanning import Verdict, scan
from guanbao.platform.files.sealing import key_made, sealed
from guanbao.platform.files.selectors import documents_reached
from guanbao.platform.files.storing import name_made, spooled, storage
from guanbao.platform.identity.choices import Side
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.wording import told

MOST_OF_RECORD = 500
MOST_VERSIONS = 100
MOST_WAITING = 100
_PIECE = 1 << 16


@dataclass(frozen=True)
class _To:
    """Who sends something, and to which record."""

    actor: Actor
    at: Attached
    row: Any
    is_ours: bool


@dataclass(frozen=True)
class _Come:
    """What was found of bytes that came in."""

    type: Type
    size: int
    sha256: str
    verdict: Verdict


def document_add(
    *,
    actor: Actor,
    record: str,
    record_id: int,
    kind: str,
    title: str,
    pieces: Iterable[bytes],
    expires_on: date | None = None,
    is_shared: bool = False,
    is_confidential: bool = False,
    sha256: str = "",
    is_ours: bool = False,
) -> Document:
    """Attach a document to a record. What a contractor sends, both sides see.

    It is clean where a scanner says so, refused where that finds something, and in quarantine where there is none. What
    the application itself made, of what it holds (`is_ours`), is clean: nobody sent it.

    Raises NothingToAttachTo, NotPermitted; DocumentEmpty, DocumentTooLarge, DocumentTypeRefused, DocumentTwoFaced,
    DocumentHasMacros, DocumentDiffers and of archives what `contents.archives` says; DocumentsTooMany,
    DocumentsWaiting; ValidationError by field; StorageUnusable, FilesKeyUnusable.
    """
    at, row = record_of(actor=actor, name=record, pk=record_id)
    _need_to_add(actor, at, row)
    side = reach(actor, DOCUMENT_ADD).side or Side.INSTITUTION
    contractor = at.contractor_of(row)
    if is_shared and contractor is None:
        raise ValidationError({"is_shared": told("There is no contractor yet to whom it could be shown.")})
    if is_confidential:
        need(actor, DOCUMENT_VIEW_CONFIDENTIAL)
    shown = is_shared or side == Side.CONTRACTOR
    made = Document(
        institution_id=at.institution_of(row),
        shared_with_id=contractor if shown else None,
        is_shared=shown,
        side=side,
        record=record,
        record_id=record_id,
        series=uuid4(),
    )
    facts = {"kind": kind, "title": title, "expires_on": expires_on, "is_confidential": is_confidential}
    return _taken(_To(actor, at, row, is_ours), made, facts, pieces, sha256)


def document_renew(
    *,
    actor: Actor,
    document: Document,
    pieces: Iterable[bytes],
    title: str = "",
    expires_on: date | None = None,
    sha256: str = "",
    is_ours: bool = False,
) -> Document:
    """Send a new version of a document of one's own side; who may see it stays. The old one stays as it is.

    The new one takes the place of the old once it is clean. Raises as `document_add`; NotPermitted: it is not of one's
    own side.
    """
    at, row = record_of(actor=actor, name=document.record, pk=document.record_id)
    _need_to_add(actor, at, row)
    within = documents_reached(actor=actor, permission=DOCUMENT_ADD).filter(pk=document.pk)
    if document.side != (reach(actor, DOCUMENT_ADD).side or document.side) or not within.exists():
        raise NotPermitted(actor=actor.name, permission=DOCUMENT_ADD.name)
    last = Document.objects.filter(series=document.series).aggregate(last=Max("version"))["last"]
    if last >= MOST_VERSIONS:
        raise DocumentsTooMany(most=MOST_VERSIONS)
    made = Document(
        institution_id=document.institution_id,
        shared_with_id=document.shared_with_id,
        is_shared=document.is_shared,
        side=document.side,
        record=document.record,
        record_id=document.record_id,
        series=document.series,
        version=last + 1,
        is_current=False,
    )
    facts = {
        "kind": document.kind,
        "title": title or document.title,
        "expires_on": expires_on,
        "is_confidential": document.is_confidential,
    }
    return _taken(_To(actor, at, row, is_ours), made, facts, pieces, sha256)


def _need_to_add(actor: Actor, at: Attached, row: Any) -> None:  # noqa: ANN401 - a model
    """That the actor may attach documents to this row, and not too many. Raises NotPermitted and as below."""
    if not need(actor, DOCUMENT_ADD).rows(at.rows(actor=actor).filter(pk=row.pk), at.columns).exists():
        raise NotPermitted(actor=actor.name, permission=DOCUMENT_ADD.name)
    if Document.objects.filter(record=at.name, record_id=row.pk, version=1).count() >= MOST_OF_RECORD:
        raise DocumentsTooMany(most=MOST_OF_RECORD)
    own = Document.objects.filter(added_by=actor.person_id, state=State.QUARANTINED)
    if actor.person_id is not None and own.count() >= MOST_WAITING:
        raise DocumentsWaiting(most=MOST_WAITING)


def _taken(to: _To, made: Document, facts: dict[str, Any], pieces: Iterable[bytes], sha256: str) -> Document:
    most = settings.GUANBAO_MOST_DOCUMENT
    at = to.at

    def allowed(now: Actor) -> bool:
        return reach(now, DOCUMENT_ADD).rows(at.rows(actor=now).filter(pk=to.row.pk), at.columns).exists()

    with spooled(while_allowed(to.actor, DOCUMENT_ADD, allowed, pieces), most) as (file, size):
        if size > most:
            raise DocumentTooLarge(most=f"{most:,}")
        if size == 0:
            raise DocumentEmpty
        come = _looked_at(file, size, is_ours=to.is_ours)
        if sha256 and sha256.lower() != come.sha256:
            raise DocumentDiffers
        key = key_made()
        _describe(made, come, to.actor, key)
        change = row_change(made, **facts)  # what is wrong with fields is told before anything is stored
        days = (timezone.localdate(), to.at.end_of(to.row, made.expires_on), made.expires_on)
        made.kept_until = kept_until(made.kind, days if kinds()[made.kind].after == "end" else days[:1])
        with _laid(made, file, key):
            return _written(to, made, change.after, come)


def _looked_at(file: IO[bytes], size: int, *, is_ours: bool) -> _Come:
    """Type, digest, and what a scanner says: hostile files go no further than here."""
    found = type_of(file, size)
    file.seek(0)
    digest = digest_of()
    for piece in _pieces(file):
        digest.update(piece)
    file.seek(0)
    return _Come(found, size, digest.hexdigest(), Verdict(clean=True) if is_ours else scan(_pieces(file)))


def _describe(made: Document, come: _Come, actor: Actor, key: bytes) -> None:
    made.media, made.size, made.sha256 = come.type.media, come.size, come.sha256
    made.added_by_id, made.added_at = actor.person_id, timezone.now()
    made.state = State.CLEAN if come.verdict.clean else State.QUARANTINED
    made.stored_as = name_made()
    made.kept_until = timezone.localdate()
    made.wrapped_key = key_wrap(key, made.identity)


@contextmanager
def _laid(made: Document, file: IO[bytes], key: bytes) -> Iterator[None]:
    """The bytes sealed in their place while the row is written; where that fails they go again."""
    file.seek(0)
    storage().put(made.stored_as, sealed(_pieces(file), key, made.identity))
    try:
        yield
    except BaseException:
        storage().remove(made.stored_as)
        raise


def _written(to: _To, made: Document, facts: dict[str, Any], come: _Come) -> Document:
    with transaction.atomic():
        made.save(force_insert=True)
        actor, scopes = to.actor, to.at.columns.scopes_of(to.row)
        shared = {} if made.shared_with_id is None else {"shared_with": made.shared_with_id}
        after = facts | shared | {name: getattr(made, name) for name in _TOLD}
        ledger_append(actor=actor, event=events.DOCUMENT_ADDED, subject=made, after=after, scopes=scopes)
        if come.verdict.found:
            document_gone(made, State.REFUSED, come.verdict.found)
            found = {"state": made.state, "found": come.verdict.found, "sha256": made.sha256}
            ledger_append(actor=actor, event=events.DOCUMENT_INFECTED, subject=made, after=found, scopes=scopes)
        elif made.state == State.CLEAN:
            document_current(made)
    return made


_TOLD = ("record", "record_id", "version", "size", "sha256", "media", "state", "kept_until")


def document_gone(document: Document, state: State, reason: str) -> None:
    """Within a transaction: nothing but the row is left. Its key goes with it, its bytes once that is certain."""
    document.state, document.state_reason, document.wrapped_key = state, reason[:500], ""
    document.save()
    name = document.stored_as
    transaction.on_commit(lambda: storage().remove(name), robust=True)  # what stays lying is swept later
    if document.is_current:
        before = Document.objects.filter(series=document.series, state=State.CLEAN).order_by("-version").first()
        if before is not None:
            document.is_current = False
            document.save(update_fields=["is_current"])
            before.is_current = True
            before.save(update_fields=["is_current"])


def document_current(document: Document) -> None:
    """Within a transaction: a clean version takes the place of older ones."""
    others = Document.objects.select_for_update().filter(series=document.series).exclude(pk=document.pk)
    held = next((other for other in others if other.is_current), None)
    if held is not None and held.version > document.version and held.state == State.CLEAN:
        return
    if held is not None:
        held.is_current = False
        held.save(update_fields=["is_current"])
    if not document.is_current:
        document.is_current = True
        document.save(update_fields=["is_current"])


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
