"""Institutions, departments, contractors, and what they are known by."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from guanbao.apps.parties.choices import ContractorKind, InstitutionKind, Scheme, Standing
from guanbao.apps.parties.identifiers import lei_is_valid, uscc_is_valid
from guanbao.platform.wording import _, told

_CHECKS = {Scheme.LEI: lei_is_valid, Scheme.USCC: uscc_is_valid}


class Institution(models.Model):
    """A party that outsources (发包方)."""

    organisation = models.OneToOneField("identity.Organisation", models.PROTECT, related_name="institution")
    name = models.CharField(_("Name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    kind = models.CharField(_("Kind"), max_length=20, choices=InstitutionKind.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("Parent")
    )
    country = models.CharField(_("Country"), max_length=2, default="CN")

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(parent=F("pk")), name="institution_not_its_own_parent"),)

    def __str__(self) -> str:
        return self.name

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.name


class Department(models.Model):
    """A department of an institution."""

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="departments", verbose_name=_("Institution")
    )
    code = models.CharField(_("Code"), max_length=20)
    name = models.CharField(_("Name"), max_length=100)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("institution", "code"), name="department_code_once"),)

    def __str__(self) -> str:
        return self.name

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.name


class Contractor(models.Model):
    """A party that is outsourced to (承包方), as one institution keeps it."""

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="contractors", verbose_name=_("Institution")
    )
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="contractors")
    name = models.CharField(_("Name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    kind = models.CharField(_("Kind"), max_length=20, choices=ContractorKind.choices)
    is_financial = models.BooleanField(_("Financial institution"), default=False)
    is_related = models.BooleanField(_("Related party"), default=False)
    country = models.CharField(_("Country"), max_length=2, default="CN")
    standing = models.CharField(_("Standing"), max_length=12, choices=Standing.choices, default=Standing.CANDIDATE)
    standing_reason = models.CharField(_("Reason of the standing"), max_length=500, blank=True)
    standing_since = models.DateField(_("Standing since"))

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("institution", "organisation"), name="contractor_once"),
            models.CheckConstraint(
                condition=Q(standing=Standing.CANDIDATE) | ~Q(standing_reason=""), name="contractor_standing_has_reason"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.name


class Identifier(models.Model):
    """What an organisation is known by elsewhere."""

    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="identifiers")
    scheme = models.CharField(_("Scheme"), max_length=8, choices=Scheme.choices)
    value = models.CharField(_("Identifier"), max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("scheme", "value"), name="identifier_once"),)

    def __str__(self) -> str:
        return self.value

    def clean(self) -> None:
        """Hold the identifier against its check digits."""
        super().clean()
        self.value = self.value.strip().upper()
        check = _CHECKS.get(Scheme(self.scheme)) if self.scheme in Scheme.values else None
        if check and not check(self.value):
            raise ValidationError({"value": told("The check digits are wrong; compare it with the certificate.")})
