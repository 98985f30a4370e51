"""What an arrangement can be, and how far it can have come."""

from __future__ import annotations

from django.db.models import TextChoices

from guanbao.platform.wording import _


class Stage(TextChoices):
    """The stages on the line, in their order."""

    SCOPE = "scope", _("Scope and strategy")
    REQUIREMENT = "requirement", _("Requirement")
    INITIATION = "initiation", _("Initiation")
    SELECTION = "selection", _("Selection")
    CONTRACT = "contract", _("Contract")
    READINESS = "readiness", _("Go-live preparation")
    OPERATION = "operation", _("Operation")
    RENEWAL = "renewal", _("Renewal or exit")
    CLOSED = "closed", _("Conclusion")


STAGES = list(Stage)


class Importance(TextChoices):
    """Important outsourcing is decided higher and reported (银保监办发〔2021〕141号)."""

    GENERAL = "general", _("General outsourcing")
    IMPORTANT = "important", _("Important outsourcing")


class Element(TextChoices):
    """What is outsourced (GB/T 32314-2015, clause 4)."""

    PERSONNEL = "personnel", _("Personnel")
    SITE = "site", _("Site")
    SYSTEM = "system", _("System")
    MANAGEMENT = "management", _("Management")
    OTHER = "other", _("Other element")


class Activity(TextChoices):
    """What happens at a place."""

    SERVICE = "service", _("Service is provided")
    STORAGE = "storage", _("Data is stored")
    PROCESSING = "processing", _("Data is processed")
