"""What parties can be."""

from __future__ import annotations

from django.db.models import TextChoices

from guanbao.platform.wording import _


class InstitutionKind(TextChoices):
    """Kinds of the IT-outsourcing template (适用机构) and of the call-centre article (目标市场)."""

    BANK = "bank", _("Bank")
    BANKING_GROUP = "banking_group", _("Banking group")
    BANK_SUBSIDIARY = "bank_subsidiary", _("Bank subsidiary")
    BANK_BRANCH = "bank_branch", _("Bank branch")
    LOCAL_BANK = "local_bank", _("Local commercial bank")
    SECURITIES = "securities", _("Securities broker")
    INSURER = "insurer", _("Insurance company")
    TRUST = "trust", _("Trust company")
    FUND = "fund", _("Fund management company")
    LEASING = "leasing", _("Leasing company")
    LARGE = "large", _("Large financial institution")


class DepartmentKind(TextChoices):
    """The three layers of outsourcing's organisation (GB/T 32314-2015, 5.2.1), and all others."""

    COMMITTEE = "committee", _("Outsourcing risk management committee")
    OFFICE = "office", _("Dedicated outsourcing management department")
    EXECUTING = "executing", _("Executing department")
    OTHER = "other", _("Another department")


class ContractorKind(TextChoices):
    """The three kinds of the IT-outsourcing template (外包对象)."""

    IT_SERVICE = "it_service", _("IT service provider, at home or abroad")
    PRODUCT = "product", _("Supplier of software and hardware products")
    CONSULTING = "consulting", _("Professional consulting firm")


class Standing(TextChoices):
    """How a contractor stands with the institution."""

    CANDIDATE = "candidate", _("Candidate")
    ADMITTED = "admitted", _("Admitted")
    RESTRICTED = "restricted", _("Restricted")
    LEFT = "left", _("Left")
    BARRED = "barred", _("Barred")


class Scheme(TextChoices):
    """Whose identifier it is."""

    USCC = "uscc", _("Unified social credit code")
    LEI = "lei", _("LEI")
    NATIONAL = "national", _("National code")
    EUID = "euid", _("EUID")
    CRN = "crn", _("Company registration number")
    VAT = "vat", _("VAT number")
    OTHER = "other", _("Other identifier")


class CertificateKind(TextChoices):
    """What a certificate is."""

    BUSINESS = "business", _("Business licence")
    LICENCE = "licence", _("Licence of a regulator")
    CERTIFICATION = "certification", _("Certification")
    OTHER = "other", _("Other certificate")


class Verification(TextChoices):
    """Whether the institution has seen a certificate."""

    UNVERIFIED = "unverified", _("Unverified")
    VERIFIED = "verified", _("Verified")
