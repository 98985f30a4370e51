"""The ledger's tables. The database itself refuses to change or remove what stands in them: see `triggers`."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, Left
from django.db.models.lookups import Exact

from guanbao.engine.language import Lang
from guanbao.platform.ledger.canonical import canonical, instant
from guanbao.platform.ledger.events import event_named
from guanbao.platform.wording import _

FORM = 1  # of an entry's body; another form takes another number, and `content` keeps this one


class Entry(models.Model):
    """Something that happened. `body` holds all of it as canonical JSON (RFC 8785); the columns are for finding it."""

    index = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    event = models.CharField(max_length=100)
    actor_kind = models.CharField(max_length=10)
    actor_name = models.TextField()
    person_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    object_type = models.CharField(max_length=100)
    object_id = models.CharField(max_length=100)
    object_label = models.TextField()
    scopes = models.JSONField()
    before = models.JSONField()
    after = models.JSONField()
    redacted = models.JSONField()
    request_id = models.TextField()
    body = models.BinaryField()
    leaf = models.BinaryField()
    # The database makes these of the columns above, so that they cannot say anything else: readers are kept apart by
    # them, and the newest of a million entries are found without looking at the others.
    institution = models.GeneratedField(
        expression=Coalesce(Cast(KT("scopes__institution"), models.BigIntegerField()), F("organisation_id")),
        output_field=models.BigIntegerField(null=True),
        db_persist=True,
    )
    is_access = models.GeneratedField(
        expression=Case(
            When(Exact(Left("object_type", 9), "identity."), then=True),
            When(Exact(Left("object_type", 7), "access."), then=True),
            default=False,
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    class Meta:
        indexes = (
            models.Index(fields=("object_type", "object_id"), name="ledger_entry_of_object"),
            models.Index(fields=("institution", "index"), name="ledger_entry_of_tenant"),
            models.Index(fields=("institution", "index"), condition=Q(is_access=True), name="ledger_entry_of_access"),
            models.Index(fields=("institution", "event", "index"), name="ledger_entry_of_event"),
            models.Index(fields=("institution", "person_id", "index"), name="ledger_entry_of_person"),
            models.Index(fields=("organisation_id", "index"), name="ledger_entry_by"),
            models.Index(fields=("request_id",), name="ledger_entry_of_request"),
        )

    def __str__(self) -> str:
        return f"{self.index} {self.event}"

    def content(self) -> dict[str, Any]:
        """What the columns say, as `body` holds it."""
        return {
            "form": FORM,
            "index": self.index,
            "at": instant(self.at),
            "event": self.event,
            "actor": {
                "kind": self.actor_kind,
                "name": self.actor_name,
                "person": self.person_id,
                "organisation": self.organisation_id,
            },
            "object": {"type": self.object_type, "id": self.object_id, "label": self.object_label},
            "scopes": self.scopes,
            "before": self.before,
            "after": self.after,
            "redacted": self.redacted,
            "request": self.request_id,
        }

    def sentence(self, lang: Lang) -> str:
        """What happened, in words. Raises EventUndeclared."""
        subject = self.object_label or f"{self.object_type} {self.object_id}"
        return event_named(self.event).sentence(
            lang, actor=self.actor_name, subject=subject, before=self.before, after=self.after
        )


class Head(models.Model):
    """How many entries there are: one row, whose lock puts writers in order."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(id=1), name="ledger_head_is_one", violation_error_message=_("The ledger has one head.")
            ),
        )

    def __str__(self) -> str:
        return str(self.size)


class Node(models.Model):
    """The hash of a complete tree of 256^`level` leaves, the `index`-th of its level: what makes proofs fast.

    Made with a checkpoint, never on append.
    """

    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("level", "index"),
                name="ledger_node_once",
                violation_error_message=_("This node of the ledger is there already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class Checkpoint(models.Model):
    """What the ledger was at some time, signed: whoever holds one finds out when an entry under it changes."""

    size = models.BigIntegerField()
    root = models.BinaryField()
    at = models.DateTimeField()
    key_id = models.CharField(max_length=100)
    signature = models.TextField()

    class Meta:
        indexes = (models.Index(fields=("size",), name="ledger_checkpoint_size"),)

    def __str__(self) -> str:
        return f"{self.size} {bytes(self.root).hex()}"

    def statement(self) -> dict[str, Any]:
        """What is signed: canonical JSON (RFC 8785) of this."""
        return {
            "ledger_checkpoint": FORM,
            "size": self.size,
            "root": bytes(self.root).hex(),
            "at": instant(self.at),
            "key": self.key_id,
        }

    def payload(self) -> bytes:
        """The bytes that are signed."""
        return canonical(self.statement()).encode()

    def document(self) -> dict[str, Any]:
        """The checkpoint as it is given away."""
        return {**self.statement(), "signature": self.signature}
