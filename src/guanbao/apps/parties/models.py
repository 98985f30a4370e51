"""Institutions, departments, contractors, and what they are known by."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from guanbao.apps.parties.choices import (
    CertificateKind,
    ContractorKind,
    DepartmentKind,
    InstitutionKind,
    Scheme,
    Standing,
    Verification,
)
from guanbao.apps.parties.countries import countries
from guanbao.apps.parties.identifiers import lei_is_valid, uscc_is_valid
from guanbao.platform.covering import PersonalCharField, PersonalEmailField, name_mask, phone_mask
from guanbao.platform.ledger.naming import Named
from guanbao.platform.wording import _, told

_CHECKS = {Scheme.LEI: lei_is_valid, Scheme.USCC: uscc_is_valid}


class Institution(Named):
    """A party that outsources (发包方)."""

    organisation = models.OneToOneField("identity.Organisation", models.PROTECT, related_name="institution")
    name = models.CharField(_("Name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    kind = models.CharField(_("Kind"), max_length=20, choices=InstitutionKind.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("Parent")
    )
    country = models.CharField(_("Country"), max_length=2, choices=countries, default="CN")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(parent=F("pk")),
                name="institution_not_its_own_parent",
                violation_error_message=_("An institution is not its own parent."),
            ),
        )


class Department(Named):
    """A department of an institution."""

    tenants = ("institution__organisation", "arrangements__contractor__organisation")
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="departments", verbose_name=_("Institution")
    )
    code = models.CharField(_("Code"), max_length=20)
    name = models.CharField(_("Name"), max_length=100)
    kind = models.CharField(_("Layer"), max_length=10, choices=DepartmentKind.choices, default=DepartmentKind.EXECUTING)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("institution", "code"),
                name="department_code_once",
                violation_error_message=_("The institution has a department with this code."),
            ),
        )


class Branch(Named):
    """A branch of an institution."""

    tenants = ("institution__organisation",)
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="branches", verbose_name=_("Institution"))
    code = models.CharField(_("Code"), max_length=20)
    name = models.CharField(_("Name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    country = models.CharField(_("Country"), max_length=2, choices=countries, default="CN")
    city = models.CharField(_("City"), max_length=100, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("institution", "code"),
                name="branch_code_once",
                violation_error_message=_("The institution has a branch with this code."),
            ),
        )


class Contractor(Named):
    """A party that is outsourced to (承包方), as one institution keeps it."""

    tenants = ("institution__organisation", "organisation")
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="contractors", verbose_name=_("Institution")
    )
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="contractors")
    name = models.CharField(_("Name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    kind = models.CharField(_("Kind"), max_length=20, choices=ContractorKind.choices)
    is_financial = models.BooleanField(_("Financial institution"), default=False)
    is_related = models.BooleanField(_("Related party"), default=False)
    country = models.CharField(_("Country"), max_length=2, choices=countries, default="CN")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("Parent")
    )
    standing = models.CharField(_("Standing"), max_length=12, choices=Standing.choices, default=Standing.CANDIDATE)
    standing_reason = models.CharField(_("Reason of the standing"), max_length=500, blank=True)
    standing_since = models.DateField(_("Standing since"))

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("institution", "organisation"),
                name="contractor_once",
                violation_error_message=_("The institution has this contractor already."),
            ),
            models.CheckConstraint(
                condition=Q(standing=Standing.CANDIDATE) | ~Q(standing_reason=""),
                name="contractor_standing_has_reason",
                violation_error_message=_("Say why the contractor stands so."),
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("pk")),
                name="contractor_not_its_own_parent",
                violation_error_message=_("A contractor is not its own parent."),
            ),
        )


class StandingChange(models.Model):
    """How a contractor stood from a day on, and why; rows are only added."""

    tenants = ("contractor__institution__organisation", "contractor__organisation")
    contractor = models.ForeignKey(
        Contractor, models.PROTECT, related_name="standing_changes", verbose_name=_("Contractor")
    )
    standing = models.CharField(_("Standing"), max_length=12, choices=Standing.choices)
    reason = models.CharField(_("Reason of the standing"), max_length=500, blank=True)
    since = models.DateField(_("Standing since"))
    recorded_at = models.DateTimeField(_("Recorded"))

    def __str__(self) -> str:
        return str(Standing(self.standing).label)


class Identifier(models.Model):
    """What a party is known by elsewhere: an institution, or a contractor as one institution keeps it.

    A contractor's are kept by each institution for itself: what one has entered tells no other anything.
    """

    tenants = ("institution__organisation", "contractor__organisation")
    institution = models.ForeignKey(
        Institution, models.PROTECT, blank=True, related_name="identifiers", verbose_name=_("Institution")
    )
    contractor = models.ForeignKey(
        Contractor, models.PROTECT, null=True, blank=True, related_name="identifiers", verbose_name=_("Contractor")
    )
    scheme = models.CharField(_("Scheme"), max_length=8, choices=Scheme.choices)
    value = models.CharField(_("Identifier"), max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("contractor", "scheme"),
                condition=~Q(scheme=Scheme.OTHER),
                name="identifier_once_of_contractor",
                violation_error_message=_("The contractor has an identifier of this kind."),
            ),
            models.UniqueConstraint(
                fields=("institution", "scheme"),
                condition=Q(contractor=None) & ~Q(scheme=Scheme.OTHER),
                name="identifier_once_of_institution",
                violation_error_message=_("The institution has an identifier of this kind."),
            ),
        )
        indexes = (models.Index(fields=("scheme", "value"), name="identifier_by_value"),)

    def __str__(self) -> str:
        return self.value

    @property
    def ledger_label(self) -> str:
        """How the ledger names it."""
        return self.value

    def clean(self) -> None:
        """Hold the identifier against its check digits."""
        super().clean()
        self.value = self.value.strip().upper()
        check = _CHECKS.get(Scheme(self.scheme)) if self.scheme in Scheme.values else None
        if check and not check(self.value):
            raise ValidationError({"value": told("The check digits are wrong; compare it with the certificate.")})


class Contact(models.Model):
    """Whom to reach at a contractor. Who they are is personal data, which is covered; the ledger has no value of it."""

    tenants = ("contractor__institution__organisation", "contractor__organisation")
    contractor = models.ForeignKey(Contractor, models.PROTECT, related_name="contacts", verbose_name=_("Contractor"))
    name = PersonalCharField(_("Name"), max_length=100, mask=name_mask)
    post = models.CharField(_("Post"), max_length=100, blank=True)
    phone = PersonalCharField(_("Telephone"), max_length=40, blank=True, mask=phone_mask)
    email = PersonalEmailField(_("E-mail"), blank=True)

    def __str__(self) -> str:
        return " · ".join(filter(None, (str(self.name), self.post)))

    def clean(self) -> None:
        """Hold that there is a way to reach them."""
        super().clean()
        if not (self.phone or self.email):
            raise ValidationError(told("Give a telephone number or an e-mail address."))


class Certificate(Named):
    """A licence or certificate of a contractor: what it says, not the paper itself."""

    tenants = ("contractor__institution__organisation", "contractor__organisation")
    contractor = models.ForeignKey(
        Contractor, models.PROTECT, related_name="certificates", verbose_name=_("Contractor")
    )
    kind = models.CharField(_("Kind"), max_length=14, choices=CertificateKind.choices)
    name = models.CharField(_("Name"), max_length=200)
    number = models.CharField(_("Number"), max_length=100)
    issuer = models.CharField(_("Issuer"), max_length=200)
    scope = models.CharField(_("Covers"), max_length=500, blank=True)
    valid_from = models.DateField(_("Valid from"))
    valid_until = models.DateField(_("Valid until"), null=True, blank=True)
    verification = models.CharField(
        _("Verification"), max_length=10, choices=Verification.choices, default=Verification.UNVERIFIED
    )
    verified_on = models.DateField(_("Verified on"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("contractor", "kind", "number"),
                name="certificate_once",
                violation_error_message=_("The contractor has a certificate of this kind and number."),
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="certificate_ends_later",
                violation_error_message=_("A certificate ends after it begins."),
            ),
            models.CheckConstraint(
                condition=Q(verification=Verification.UNVERIFIED, verified_on=None)
                | Q(verification=Verification.VERIFIED, verified_on__isnull=False),
                name="certificate_verified_on_a_day",
                violation_error_message=_("A verified certificate says on which day it was verified."),
            ),
        )
