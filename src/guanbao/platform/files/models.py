"""Documents: a row for each version, which is never overwritten. Their bytes lie elsewhere, sealed."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from guanbao.platform.files.choices import GONE, State
from guanbao.platform.files.contents.types import media_title
from guanbao.platform.files.kinds import kind_choices
from guanbao.platform.identity.choices import Side
from guanbao.platform.wording import _

# What a title could do to a page, a file name or a reader's eye: control characters, and those that turn text around.
_PLAIN = RegexValidator(
    r"\A[^\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]*\Z",
    message=_("It holds a character that cannot be shown."),
)


class Document(models.Model):
    """A version of a document about a record, such as «arrangements 12».

    It is the institution's, and the contractor's that it is shared with: nobody else's side ever sees it. Version 2 of
    a series comes after version 1 and takes its place once it is clean.
    """

    tenants = ("institution", "shared_with")
    institution = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+", editable=False)
    shared_with = models.ForeignKey(
        "identity.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("Shown to"),
    )
    is_shared = models.BooleanField(_("Shown to the contractor"), default=False, editable=False)
    side = models.CharField(_("Sent by"), max_length=16, choices=Side.choices, editable=False)
    record = models.CharField(_("About"), max_length=60, editable=False)
    record_id = models.BigIntegerField(_("Its number"), editable=False)
    series = models.UUIDField(default=uuid4, editable=False)
    version = models.PositiveSmallIntegerField(_("Version"), default=1, editable=False)
    is_current = models.BooleanField(_("Current"), default=True, editable=False)
    kind = models.CharField(_("Kind of document"), max_length=40, choices=kind_choices)
    title = models.CharField(_("Title"), max_length=200, validators=[_PLAIN])
    expires_on = models.DateField(_("Expires on"), null=True, blank=True)
    is_confidential = models.BooleanField(_("Confidential"), default=False)
    state = models.CharField(
        _("State"), max_length=12, choices=State.choices, default=State.QUARANTINED, editable=False
    )
    state_reason = models.CharField(_("Reason"), max_length=500, blank=True, validators=[_PLAIN])
    media = models.CharField(_("Type"), max_length=100, editable=False)
    size = models.BigIntegerField(_("Bytes"), editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False)
    added_at = models.DateTimeField(_("Received"), editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    kept_until = models.DateField(_("Kept at least until"), editable=False)
    destruction_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    destruction_reason = models.CharField(
        _("Reason of the destruction"), max_length=500, blank=True, validators=[_PLAIN]
    )
    destroyed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    destroyed_on = models.DateField(_("Destroyed on"), null=True, blank=True, editable=False)
    stored_as = models.CharField(max_length=40, editable=False)
    wrapped_key = models.CharField(max_length=200, blank=True, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("series", "version"),
                name="document_version_once",
                violation_error_message=_("The document has this version already."),
            ),
            models.UniqueConstraint(
                fields=("series",),
                condition=Q(is_current=True),
                name="document_current_is_one",
                violation_error_message=_("One version alone is the current one."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values),
                name="document_state_known",
                violation_error_message=_("The state of the document is not one that is known."),
            ),
            models.CheckConstraint(
                condition=Q(size__gt=0),
                name="document_not_empty",
                violation_error_message=_("A document is not empty."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=GONE) | ~Q(wrapped_key=""),
                name="document_key_kept",
                violation_error_message=_("What is neither refused nor destroyed keeps its key."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=GONE) | Q(wrapped_key=""),
                name="document_key_gone",
                violation_error_message=_("What is refused or destroyed keeps no key."),
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(added_by=None) | ~Q(decided_by=F("added_by")),
                name="document_decided_by_another",
                violation_error_message=_("Whoever sent a document does not decide on it."),
            ),
            models.CheckConstraint(
                condition=~Q(state=State.DESTROYED)
                | Q(
                    destruction_asked_by__isnull=False,
                    destroyed_by__isnull=False,
                    destroyed_on__isnull=False,
                    destroyed_on__gt=F("kept_until"),
                )
                & ~Q(destruction_reason="")
                & ~Q(destroyed_by=F("destruction_asked_by")),
                name="document_destroyed_by_two",
                violation_error_message=_("A document is destroyed by two people, after it had to be kept."),
            ),
            models.CheckConstraint(
                condition=Q(is_shared=True, shared_with__isnull=False) | Q(is_shared=False, shared_with__isnull=True),
                name="document_shared_with_somebody",
                violation_error_message=_("A document is shared with a contractor, or with nobody."),
            ),
            models.CheckConstraint(
                condition=Q(side=Side.INSTITUTION) | Q(shared_with__isnull=False),
                name="document_of_contractor_is_shared",
                violation_error_message=_("What a contractor sends, the institution and the contractor see."),
            ),
        )
        indexes: ClassVar = [
            models.Index(fields=("record", "record_id"), name="document_of_record"),
            models.Index(fields=("institution", "expires_on"), name="document_by_expiry"),
            models.Index(fields=("state", "added_at"), name="document_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"

    @property
    def ledger_label(self) -> str:
        """How the ledger names it: by no title, which may name people."""
        return f"{self.pk} v{self.version}"

    def get_media_display(self) -> str:
        """What its type is called."""
        return media_title(self.media)

    @property
    def identity(self) -> bytes:
        """What it is, as its bytes and its key are bound to it: whose, which document, which version."""
        return f"guanbao document 1|{self.institution_id}|{self.series}|{self.version}".encode()
