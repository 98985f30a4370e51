"""What a strategy, a rule, a requirement and a business case can be."""

from __future__ import annotations

from django.db.models import TextChoices

from guanbao.platform.wording import _


class Family(TextChoices):
    """The five families of targets (目标设定)."""

    QUALITY = "quality", _("Better quality of service")
    SATISFACTION = "satisfaction", _("More satisfied customers")
    COST = "cost", _("Costs under control")
    RISK = "risk", _("Stronger risk management")
    COOPERATION = "cooperation", _("Cooperation and communication")


class Direction(TextChoices):
    """On which side of its value a target is met."""

    AT_LEAST = "at_least", _("At least")
    AT_MOST = "at_most", _("At most")


class Category(TextChoices):
    """Kinds of rules; the first four are mandatory (GB/T 32314-2015, 5.2.3)."""

    QUALITY = "quality", _("Quality management")
    RISK = "risk", _("Risk management rules")
    CONFIDENTIALITY = "confidentiality", _("Confidentiality")
    SUPPLIERS = "suppliers", _("Supplier relations")
    OTHER = "other", _("Other rules")


MANDATORY = (Category.QUALITY, Category.RISK, Category.CONFIDENTIALITY, Category.SUPPLIERS)


class Method(TextChoices):
    """How a requirement was found out."""

    SURVEY = "survey", _("Survey")
    INTERVIEW = "interview", _("Interviews")
    ANALYSIS = "analysis", _("Analysis of data")


class Grade(TextChoices):
    """Grades of risk."""

    LOW = "low", _("Low risk")
    MEDIUM = "medium", _("Medium risk")
    HIGH = "high", _("High risk")


class Term(TextChoices):
    """How long one means to work together (合作模式)."""

    LONG = "long", _("Long cooperation")
    SHORT = "short", _("Short contract")


class Line(TextChoices):
    """What a line of a business case is."""

    IN_HOUSE = "in_house", _("Cost if done in house")
    OUTSOURCED = "outsourced", _("Cost if outsourced")
    BENEFIT = "benefit", _("Other benefit")


class Letter(TextChoices):
    """Who does, answers for, is asked about and is told of an activity."""

    RESPONSIBLE = "R", _("Responsible: does it")
    ACCOUNTABLE = "A", _("Accountable: answers for it")
    CONSULTED = "C", _("Consulted")
    INFORMED = "I", _("Informed")
