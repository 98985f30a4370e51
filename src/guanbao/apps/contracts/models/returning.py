"""Word files of a contract that came back."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from guanbao.apps.contracts.models.contracts import Contract
from guanbao.platform.identity.choices import Side
from guanbao.platform.wording import _


class Returned(models.Model):
    """A Word file of a contract that came back, as it was compared with what was sent (回传文本).

    `sent` and `lines` are both sides of the comparison, and stay as they were: a contract may say something else since.
    """

    tenants = ("contract__institution__organisation", "contract__shared_with")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="returned", verbose_name=_("Contract"))
    document = models.OneToOneField(
        "files.Document", models.PROTECT, related_name="+", verbose_name=_("File that came back")
    )
    side = models.CharField(_("Compared by"), max_length=12, choices=Side.choices)
    compared_at = models.DateTimeField(_("Compared at"))
    sent = models.JSONField(default=list, editable=False)
    lines = models.JSONField(default=list, editable=False)
    faults = models.JSONField(_("What cannot be compared"), default=list, blank=True, editable=False)
    changed = models.PositiveIntegerField(_("Lines changed"))
    added = models.PositiveIntegerField(_("Lines added"))
    removed = models.PositiveIntegerField(_("Lines removed"))
    is_same = models.BooleanField(_("Says the same"))
    accepted_by = models.ForeignKey(
        "identity.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Accepted by")
    )
    accepted_at = models.DateTimeField(_("Accepted at"), null=True, blank=True)
    accepted_reason = models.CharField(_("Accepted because"), max_length=500, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(is_same=False) | Q(changed=0, added=0, removed=0),
                name="returned_same_differs_nowhere",
                violation_error_message=_("What says the same differs nowhere."),
            ),
            models.CheckConstraint(
                condition=Q(accepted_by=None, accepted_at=None, accepted_reason="")
                | (Q(accepted_by__isnull=False, accepted_at__isnull=False) & ~Q(accepted_reason="")),
                name="returned_accepted_by_somebody",
                violation_error_message=_("Somebody accepts the changes, and says why."),
            ),
        )
        indexes = (models.Index(F("contract"), F("id").desc(), name="returned_latest"),)

    def __str__(self) -> str:
        return f"{self.contract.reference} · {timezone.localtime(self.compared_at):%Y-%m-%d}"

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return f"{self.contract.ledger_label} {self.pk}"
