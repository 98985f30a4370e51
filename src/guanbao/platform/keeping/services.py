"""Writes of what is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.platform.actors import Actor
from guanbao.platform.keeping.events import ROWS_IMPORTED
from guanbao.platform.keeping.models import ImportedFile, KeptAnswer, SavedView
from guanbao.platform.ledger.services import Subject, ledger_append
from guanbao.platform.wording import told

KEPT_FOR = timedelta(hours=24)
_MOST = 30


def views_of(*, actor: Actor, resource: str) -> list[SavedView]:
    """The actor's own views of a list."""
    return list(SavedView.objects.filter(person=actor.person_id or 0, resource=resource).order_by("name"))


def view_save(*, actor: Actor, resource: str, name: str, query: str, is_usual: bool) -> SavedView:
    """Keep a view under a name, in place of the one that had it. Raises ValidationError by field."""
    with transaction.atomic():
        own = SavedView.objects.select_for_update().filter(person=actor.person_id, resource=resource)
        if own.exclude(name=name).count() >= _MOST:
            raise ValidationError({"name": told("You keep {n} views of this list. Remove one first.", n=_MOST)})
        view = own.filter(name=name).first() or SavedView(resource=resource, name=name)
        view.person_id, view.query, view.is_usual = actor.person_id or 0, query, is_usual
        view.full_clean(validate_constraints=False)
        if is_usual:
            own.exclude(name=name).update(is_usual=False)
        view.save()
    return view


def view_remove(*, actor: Actor, resource: str, key: str) -> None:
    """Forget a view, if it is the actor's own."""
    if key.isascii() and key.isdigit() and len(key) < 19:
        SavedView.objects.filter(person=actor.person_id or 0, resource=resource, pk=int(key)).delete()


def file_imported_at(*, actor: Actor, resource: str, digest: str) -> datetime | None:
    """When a file was imported into a list for the actor's organisation, if ever."""
    about = {"organisation_id": actor.organisation_id or 0, "resource": resource, "digest": digest}
    return ImportedFile.objects.filter(**about).values_list("imported_at", flat=True).first()


def file_import(*, actor: Actor, resource: str, digest: str, rows: int) -> None:
    """Keep that a file's rows were added, and tell the ledger, in the transaction that added them.

    Raises IntegrityError: another imported the same file meanwhile.
    """
    about = {"organisation_id": actor.organisation_id or 0, "resource": resource, "digest": digest}
    ImportedFile.objects.create(**about, imported_at=timezone.now())
    after = {"resource": resource, "rows": rows, "digest": digest}
    ledger_append(actor=actor, event=ROWS_IMPORTED, subject=Subject("web.resource", resource), after=after)


def answer_once(*, actor: Actor, key: str, digest: str, make: Callable[[], dict[str, Any]]) -> KeptAnswer:
    """Keep the answer that `make` gives under a key of the caller's; under one used within a day, the first answer.

    `digest` is of what was asked: where it differs from the answer's, the key was used for something else. Whoever
    comes second waits at the unique key until the first is done. What is refused keeps no answer.
    """
    whose = {"person_id": actor.person_id or 0, "organisation_id": actor.organisation_id or 0}
    now = timezone.now()
    with transaction.atomic():
        KeptAnswer.objects.filter(**whose, kept_at__lt=now - KEPT_FOR).delete()
        kept, is_first = KeptAnswer.objects.get_or_create(**whose, key=key, defaults={"digest": digest, "kept_at": now})
        if is_first:
            for name, value in make().items():
                setattr(kept, name, value)
            kept.save()
    return kept
