"""How long documents are there: destroyed by two people, once they need not be kept; their keys wrapped anew."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.platform.actors import Actor
from guanbao.platform.files import events
from guanbao.platform.files.attaching import attached
from guanbao.platform.files.choices import State
from guanbao.platform.files.errors import DocumentClosed, DocumentKept, NotByOneself
from guanbao.platform.files.keys import files_key_add, files_keys_forget, key_in_use, key_unwrap, key_wrap
from guanbao.platform.files.kinds import kept_until, kinds
from guanbao.platform.files.models import Document
from guanbao.platform.files.permissions import DOCUMENT_DESTROY
from guanbao.platform.files.services.adding import document_gone
from guanbao.platform.files.services.deciding import locked, need_document, scopes_of
from guanbao.platform.ledger.services import Subject, ledger_append
from guanbao.platform.wording import told

_PAGE = 500


def document_destruction_ask(*, actor: Actor, document: Document, destruction_reason: str) -> Document:
    """Ask for a document to be destroyed; somebody else carries it out.

    Raises NotPermitted; DocumentKept: it must still be there; DocumentClosed; ValidationError: no reason.
    """
    need_document(actor, DOCUMENT_DESTROY, document)
    if not destruction_reason.strip():
        raise ValidationError({"destruction_reason": told("Say why.")})
    with transaction.atomic():
        document = locked(document)
        if document.state != State.CLEAN or document.destruction_asked_by_id is not None:
            raise DocumentClosed
        _need_free(actor, document)
        document.destruction_asked_by_id, document.destruction_reason = actor.person_id, destruction_reason
        document.full_clean(validate_unique=False)
        document.save(update_fields=["destruction_asked_by", "destruction_reason"])
        after = {"destruction_reason": destruction_reason, "kept_until": document.kept_until}
        event, scopes = events.DESTRUCTION_ASKED, scopes_of(document)
        ledger_append(actor=actor, event=event, subject=document, after=after, scopes=scopes)
    return document


def document_destruction_withdraw(*, actor: Actor, document: Document) -> Document:
    """Have a document kept after all. Raises NotPermitted; DocumentClosed: nobody asked."""
    need_document(actor, DOCUMENT_DESTROY, document)
    with transaction.atomic():
        document = _asked(document)
        before = {"destruction_reason": document.destruction_reason}
        document.destruction_asked_by, document.destruction_reason = None, ""
        document.save(update_fields=["destruction_asked_by", "destruction_reason"])
        event, scopes = events.DESTRUCTION_WITHDRAWN, scopes_of(document)
        ledger_append(actor=actor, event=event, subject=document, before=before, scopes=scopes)
    return document


def document_destroy(*, actor: Actor, document: Document) -> Document:
    """Destroy a document as somebody else asked: key and bytes go, the row with its digest stays.

    Raises NotPermitted; NotByOneself: they asked for it themselves; DocumentKept; DocumentClosed.
    """
    need_document(actor, DOCUMENT_DESTROY, document)
    with transaction.atomic():
        document = _asked(document)
        if actor.person_id is None or document.destruction_asked_by_id == actor.person_id:
            raise NotByOneself
        _need_free(actor, document)
        document.destroyed_by_id, document.destroyed_on = actor.person_id, timezone.localdate()
        document_gone(document, State.DESTROYED, document.state_reason)
        told_of = ("destruction_reason", "destroyed_on", "kept_until", "sha256", "state")
        after = {name: getattr(document, name) for name in told_of}
        event, scopes = events.DOCUMENT_DESTROYED, scopes_of(document)
        ledger_append(actor=actor, event=event, subject=document, after=after, scopes=scopes)
    return document


def keys_turn(*, actor: Actor) -> int:
    """Wrap every document's key under a new key; how many documents.

    The key before stays in the file until the next time, for uploads that are under way; what nothing needed before
    goes now. May be interrupted and asked again. Raises FilesKeyUnusable.
    """
    held = Document.objects.exclude(wrapped_key="").values_list("wrapped_key", flat=True)
    files_keys_forget(settings.GUANBAO_FILES_KEY, {wrapped.partition(":")[0] for wrapped in held.iterator()})
    files_key_add(settings.GUANBAO_FILES_KEY)
    current, count, last = key_in_use(), 0, 0
    while page := list(Document.objects.filter(pk__gt=last).exclude(wrapped_key="").order_by("pk")[:_PAGE]):
        with transaction.atomic():
            for row in Document.objects.select_for_update().filter(pk__in=[each.pk for each in page]):
                if row.wrapped_key and not row.wrapped_key.startswith(f"{current}:"):
                    row.wrapped_key = key_wrap(key_unwrap(row.wrapped_key, row.identity), row.identity)
                    row.save(update_fields=["wrapped_key"])
                    count += 1
        last = page[-1].pk
    with transaction.atomic():
        after = {"n": count, "key": current}
        ledger_append(actor=actor, event=events.KEYS_TURNED, subject=Subject("files.keys", current), after=after)
    return count


def _asked(document: Document) -> Document:
    document = locked(document)
    if document.state != State.CLEAN or document.destruction_asked_by_id is None:
        raise DocumentClosed
    return document


def _need_free(actor: Actor, document: Document) -> None:
    """That nothing says it must still be there: neither what was counted when it came, nor its record as it is now."""
    until = document.kept_until
    if kinds()[document.kind].after == "end":
        at = next(each for each in attached() if each.name == document.record)
        end = at.end_of(at.rows(actor=actor).get(pk=document.record_id), document.expires_on)
        if end is None:
            raise DocumentKept(until=told("what it is about has ended"))
        until = max(until, kept_until(document.kind, (end,)))
    if timezone.localdate() <= until:
        raise DocumentKept(until=until)
