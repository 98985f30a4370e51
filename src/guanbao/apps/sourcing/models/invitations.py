"""Who is invited to a tender, what they ask, and what all are answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from guanbao.apps.sourcing.choices import Kind, Outcome
from guanbao.apps.sourcing.models.keys import RandomKeyField
from guanbao.platform.wording import _

_TEXT = 2000


class Invitation(models.Model):
    """A tender as one contractor has it: theirs from when it is published, and nobody else's.

    What a list shows of the tender is kept here, as it was published.
    """

    tenants = ("institution", "shared_with")
    id = RandomKeyField()
    institution = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+", editable=False)
    shared_with = models.ForeignKey(
        "identity.Organisation", models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    tender = models.ForeignKey("sourcing.Tender", models.PROTECT, related_name="invitations", verbose_name=_("Tender"))
    contractor = models.ForeignKey(
        "parties.Contractor", models.PROTECT, related_name="invitations", verbose_name=_("Contractor")
    )
    reference = models.CharField(_("Reference"), max_length=40, blank=True)
    title = models.CharField(_("Title"), max_length=200, blank=True)
    kind = models.CharField(_("Kind of procurement"), max_length=12, choices=Kind.choices, blank=True)
    questions_until = models.DateTimeField(_("Questions until"), null=True, blank=True)
    closes_at = models.DateTimeField(_("Bids until"), null=True, blank=True)
    outcome = models.CharField(_("Outcome"), max_length=10, choices=Outcome.choices, default=Outcome.OPEN)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("tender", "contractor"),
                name="invitation_once",
                violation_error_message=_("This contractor is invited already."),
            ),
            models.CheckConstraint(
                condition=Q(shared_with=None) | Q(closes_at__isnull=False),
                name="invitation_says_its_hour",
                violation_error_message=_("An invitation that is sent says until when bids are taken."),
            ),
        )
        indexes = (
            models.Index(fields=("shared_with", "closes_at", "id"), name="invitation_of_contractor"),
            models.Index(fields=("institution", "closes_at", "id"), name="invitation_of_institution"),
        )

    def __str__(self) -> str:
        return f"{self.reference} {self.title}".strip()

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.reference


class Question(models.Model):
    """What one bidder asks: the institution's and that bidder's to see. Others see the clarification alone."""

    tenants = ("institution", "shared_with")
    id = RandomKeyField()
    institution = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+", editable=False)
    shared_with = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+", editable=False)
    invitation = models.ForeignKey(Invitation, models.PROTECT, related_name="questions", verbose_name=_("Invitation"))
    text = models.TextField(_("Question"), max_length=_TEXT)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False)
    asked_at = models.DateTimeField(_("Asked"), editable=False)
    is_answered = models.BooleanField(_("Answered"), default=False, editable=False)

    class Meta:
        indexes = (models.Index(fields=("institution", "is_answered", "id"), name="question_waiting"),)

    def __str__(self) -> str:
        return self.text[:80]


class Clarification(models.Model):
    """A question with its answer, as all who are invited read it: without a word of who asked."""

    tenants = ("tender__arrangement__institution__organisation", "tender__invitations__shared_with")
    id = RandomKeyField()
    tender = models.ForeignKey(
        "sourcing.Tender", models.PROTECT, related_name="clarifications", verbose_name=_("Tender")
    )
    text = models.TextField(_("Question"), max_length=_TEXT)
    answer = models.TextField(_("Answer to all"), max_length=4000)
    answered_at = models.DateTimeField(_("Answered at"), editable=False)

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.tender.reference
