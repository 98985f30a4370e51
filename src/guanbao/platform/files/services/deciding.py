"""What becomes of a document: released or refused by somebody who did not send it, cleared by a scanner, shared."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.permissions import Permission
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import SYSTEM, Actor
from guanbao.platform.files import events
from guanbao.platform.files.attaching import attached
from guanbao.platform.files.choices import State
from guanbao.platform.files.errors import DocumentBroken, DocumentClosed, NotByOneself, StorageUnusable
from guanbao.platform.files.models import Document
from guanbao.platform.files.permissions import DOCUMENT_RELEASE, DOCUMENT_SHARE
from guanbao.platform.files.scanning import scan
from guanbao.platform.files.selectors import documents_reached
from guanbao.platform.files.services.adding import document_current, document_gone
from guanbao.platform.files.services.reading import document_pieces
from guanbao.platform.files.storing import storage
from guanbao.platform.identity.choices import Side
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.wording import told

_SWEPT_AFTER = timedelta(days=1)
_ROWS = 200


def document_release(*, actor: Actor, document: Document, state_reason: str) -> Document:
    """Let a document out of quarantine by name and with a reason.

    Raises NotPermitted; NotByOneself: they sent it; DocumentClosed; ValidationError: no reason.
    """
    with transaction.atomic():
        document = _decided(actor, document, state_reason)
        document.state, document.state_reason = State.CLEAN, state_reason
        document.decided_by_id = actor.person_id
        document.save()
        document_current(document)
        after = {"state": document.state, "state_reason": state_reason, "sha256": document.sha256}
        before = {"state": State.QUARANTINED}
        event, scopes = events.DOCUMENT_RELEASED, scopes_of(document)
        ledger_append(actor=actor, event=event, subject=document, before=before, after=after, scopes=scopes)
    return document


def document_refuse(*, actor: Actor, document: Document, state_reason: str) -> Document:
    """Refuse a document that waits in quarantine: its bytes go, the row stays. Raises as `document_release`."""
    with transaction.atomic():
        document = _decided(actor, document, state_reason)
        document.decided_by_id = actor.person_id
        document_gone(document, State.REFUSED, state_reason)
        after = {"state": document.state, "state_reason": state_reason, "sha256": document.sha256}
        before = {"state": State.QUARANTINED}
        event, scopes = events.DOCUMENT_REFUSED, scopes_of(document)
        ledger_append(actor=actor, event=event, subject=document, before=before, after=after, scopes=scopes)
    return document


def document_share(*, actor: Actor, document: Document) -> Document:
    """Show a document, all its versions, to the contractor of its record. Cannot be taken back: it may have been read.

    Raises NotPermitted; DocumentClosed: it is shared, or gone; ValidationError: there is no contractor.
    """
    need_document(actor, DOCUMENT_SHARE, document)
    at = next(each for each in attached() if each.name == document.record)
    row = at.rows(actor=actor).filter(pk=document.record_id).first()
    contractor = None if row is None else at.contractor_of(row)
    if contractor is None:
        raise ValidationError(told("There is no contractor yet to whom it could be shown."))
    with transaction.atomic():
        document = locked(document)
        if document.shared_with_id is not None:
            raise DocumentClosed
        Document.objects.filter(series=document.series, shared_with=None).update(shared_with=contractor, is_shared=True)
        document.refresh_from_db()
        after, scopes = {"shared_with": contractor}, scopes_of(document)
        ledger_append(actor=actor, event=events.DOCUMENT_SHARED, subject=document, after=after, scopes=scopes)
    return document


def documents_scan() -> tuple[int, int]:
    """Have the scanner look at what waits in quarantine: how many it cleared, and in how many it found something."""
    cleared = infected = 0
    for document in Document.objects.filter(state=State.QUARANTINED).order_by("added_at")[:_ROWS]:
        try:
            verdict = scan(document_pieces(document))
        except (DocumentBroken, StorageUnusable):
            continue
        if verdict.silent:
            break
        with transaction.atomic():
            row = locked(document)
            if row.state != State.QUARANTINED:
                continue
            cleared += verdict.clean
            infected += not verdict.clean
            _judged(row, verdict.found)
    return cleared, infected


def documents_sweep(*, now: datetime) -> int:
    """Remove bytes to which no living row leads: what an upload or a removal left that did not come to its end."""
    count = 0
    for name, at in storage().names():
        if at > now - _SWEPT_AFTER:
            continue
        if not Document.objects.filter(stored_as=name).exclude(wrapped_key="").exists():
            storage().remove(name)
            count += 1
    return count


def _judged(document: Document, found: str) -> None:
    scopes = scopes_of(document)
    if found:
        document_gone(document, State.REFUSED, found)
        after = {"state": document.state, "found": found, "sha256": document.sha256}
        ledger_append(actor=SYSTEM, event=events.DOCUMENT_INFECTED, subject=document, after=after, scopes=scopes)
        return
    document.state = State.CLEAN
    document.save(update_fields=["state"])
    document_current(document)
    after = {"state": document.state, "sha256": document.sha256}
    ledger_append(actor=SYSTEM, event=events.DOCUMENT_CLEARED, subject=document, after=after, scopes=scopes)


def _decided(actor: Actor, document: Document, reason: str) -> Document:
    """The document in quarantine, held, on which the actor may decide; nobody's own. Raises as `document_release`."""
    need_document(actor, DOCUMENT_RELEASE, document)
    if reach(actor, DOCUMENT_RELEASE).side is not Side.INSTITUTION:
        raise NotPermitted(actor=actor.name, permission=DOCUMENT_RELEASE.name)
    if not reason.strip():
        raise ValidationError({"state_reason": told("Say why.")})
    document = locked(document)
    if document.added_by_id == actor.person_id:
        raise NotByOneself
    if document.state != State.QUARANTINED:
        raise DocumentClosed
    return document


def need_document(actor: Actor, permission: Permission, document: Document) -> None:
    """That a permission reaches a document that the actor sees. Raises NotPermitted."""
    if not documents_reached(actor=actor, permission=permission).filter(pk=document.pk).exists():
        raise NotPermitted(actor=actor.name, permission=permission.name)


def locked(document: Document) -> Document:
    """The row as the database has it, held until the end of the transaction."""
    return Document.objects.select_for_update().get(pk=document.pk)


def scopes_of(document: Document) -> dict[str, int]:
    """Whose it is, for the ledger."""
    shared = {} if document.shared_with_id is None else {"contractor": document.shared_with_id}
    return {"institution": document.institution_id, **shared}
