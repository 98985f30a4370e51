"""What a service and a function can be."""

from __future__ import annotations

from django.db.models import TextChoices

from guanbao.platform.wording import _


class Direction(TextChoices):
    """The two sides of the service catalogue (GB/T 32314-2015, 2.4)."""

    OFFERED = "offered", _("Offered by the contractor")
    REQUIRED = "required", _("Required by the institution")


class Provider(TextChoices):
    """Who provides and manages the resources of an element (GB/T 32314-2015, clause 4)."""

    CONTRACTOR = "contractor", _("By the contractor: outsourced")
    INSTITUTION = "institution", _("By the institution")


class State(TextChoices):
    """How a service stands in the catalogue."""

    PROPOSED = "proposed", _("Proposed")
    LISTED = "listed", _("Listed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Criticality(TextChoices):
    """Whether a function is critical or important, and whether anybody has looked."""

    CRITICAL = "critical", _("Critical")
    IMPORTANT = "important", _("Important")
    NEITHER = "neither", _("Neither critical nor important")
    NOT_ASSESSED = "not_assessed", _("Not assessed")


class Impact(TextChoices):
    """How badly the function's end would hit."""

    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")
    NOT_ASSESSED = "not_assessed", _("Not assessed")
