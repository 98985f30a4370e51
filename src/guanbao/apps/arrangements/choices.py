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
# An intention can be given up or refused; from the contract on something may have to be handed back first.
BEFORE_CONTRACT = (Stage.SCOPE, Stage.REQUIREMENT, Stage.INITIATION, Stage.SELECTION, Stage.CONTRACT)
RUNNING = (Stage.CONTRACT, Stage.READINESS, Stage.OPERATION)


class Outcome(TextChoices):
    """How an arrangement ended, or is about to."""

    COMPLETED = "completed", _("Completed")
    REJECTED = "rejected", _("Voted down")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    TERMINATED = "terminated", _("Terminated early")


class ChangeKind(TextChoices):
    """What has changed materially; any of it has importance judged anew."""

    SCOPE = "scope", _("Scope or volume of the service")
    CONTROL = "control", _("Control or standing of the contractor")
    SUB_OUTSOURCING = "sub_outsourcing", _("Sub-outsourcing")
    PLACE = "place", _("Place of service or data")
    DATA = "data", _("Data that are handed over")
    FUNCTION = "function", _("Function supported")
    OTHER = "other", _("Something else")


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
