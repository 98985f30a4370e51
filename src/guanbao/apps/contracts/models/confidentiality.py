"""Confidentiality agreements."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from guanbao.apps.contracts.choices import Bound
from guanbao.platform.covering import PersonalCharField, name_mask
from guanbao.platform.wording import _, told


class Confidentiality(models.Model):
    """That a contractor, or a person of it, keeps an institution's information to itself (保密协议)."""

    tenants = ("institution__organisation", "contractor__organisation")
    institution = models.ForeignKey(
        "parties.Institution", models.PROTECT, related_name="confidentialities", verbose_name=_("Institution")
    )
    contractor = models.ForeignKey(
        "parties.Contractor", models.PROTECT, related_name="confidentialities", verbose_name=_("Contractor")
    )
    reference = models.CharField(_("Number of the agreement"), max_length=40)
    binds = models.CharField(_("Who is bound"), max_length=12, choices=Bound.choices, default=Bound.ORGANISATION)
    name = PersonalCharField(_("Person bound"), max_length=100, blank=True, mask=name_mask)
    post = models.CharField(_("Post"), max_length=100, blank=True)
    covers = models.CharField(_("What is confidential"), max_length=500)
    signed_on = models.DateField(_("Signed on"))
    valid_until = models.DateField(_("Valid until"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("institution", "reference"),
                name="confidentiality_reference_once",
                violation_error_message=_("The institution has an agreement with this number."),
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("signed_on")),
                name="confidentiality_ends_later",
                violation_error_message=_("It is valid until a day after it was signed."),
            ),
        )

    def __str__(self) -> str:
        return self.reference

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.reference

    def clean(self) -> None:
        """A person's names the person."""
        super().clean()
        if (self.binds == Bound.PERSON) is not bool(self.name):
            raise ValidationError({"name": told("Name the person where a person is bound, and nobody else.")})
