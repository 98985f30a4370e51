"""Who signs a contract, and the use of the seal."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from guanbao.apps.contracts.choices import SealKind
from guanbao.apps.contracts.models.contracts import Contract
from guanbao.platform.covering import PersonalCharField, name_mask
from guanbao.platform.identity.choices import Side
from guanbao.platform.wording import _, told


class Signatory(models.Model):
    """A party of a contract and who signs for it."""

    tenants = ("contract__institution__organisation", "contract__shared_with")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="signatories", verbose_name=_("Contract"))
    side = models.CharField(_("Side"), max_length=12, choices=Side.choices)
    party = models.CharField(_("Party"), max_length=200)
    name = PersonalCharField(_("Signatory"), max_length=100, mask=name_mask)
    post = models.CharField(_("Post"), max_length=100)
    authority = models.CharField(_("Authorised by"), max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.party} · {self.post}"

    @property
    def ledger_label(self) -> str:
        """How the ledger names it: people have no label."""
        return told("Signatory {id}", id=self.pk)


class Sealing(models.Model):
    """A use of the institution's seal on a contract as it stood when that was applied for (用印登记)."""

    tenants = ("contract__institution__organisation",)
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="sealings", verbose_name=_("Contract"))
    seal = models.CharField(_("Seal"), max_length=24, choices=SealKind.choices, default=SealKind.CONTRACT)
    copies = models.PositiveSmallIntegerField(
        _("Copies"), default=4, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    sealed_on = models.DateField(_("Day of the seal"))
    purpose = models.CharField(_("Purpose"), max_length=300, blank=True)
    digest = models.CharField(_("Digest of the contract"), max_length=64)
    applied_by = models.ForeignKey(
        "identity.Person", models.PROTECT, related_name="+", verbose_name=_("Applied for by")
    )
    applied_at = models.DateTimeField(_("Applied for at"))
    approved_by = models.ForeignKey(
        "identity.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Approved by")
    )
    approved_at = models.DateTimeField(_("Approved at"), null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("applied_by")),
                name="sealing_approved_by_another",
                violation_error_message=_("Whoever applied for the seal does not approve it."),
            ),
        )

    def __str__(self) -> str:
        return told("{seal}, {copies} copies", seal=self.get_seal_display(), copies=self.copies)

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return f"{self.contract.ledger_label} {self.seal}"
