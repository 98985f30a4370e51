"""What tenders, bids and those about them can be."""

from __future__ import annotations

from django.db.models import TextChoices

from guanbao.platform.wording import _


class Kind(TextChoices):
    """How a contractor is looked for; what each asks for stands in the pack `sourcing/kinds.yaml`."""

    PUBLIC = "public", _("Public tender")
    INVITED = "invited", _("Invited tender")
    NEGOTIATION = "negotiation", _("Competitive negotiation")
    INQUIRY = "inquiry", _("Inquiry of prices")
    SINGLE = "single", _("Single source")


class State(TextChoices):
    """How far a tender has come."""

    DRAFT = "draft", _("Being drafted")
    PUBLISHED = "published", _("Taking bids")
    OPENED = "opened", _("Bids opened")
    EVALUATED = "evaluated", _("Evaluated")
    AWARDED = "awarded", _("Awarded")
    CANCELLED = "cancelled", _("Called off")


READ = (State.OPENED, State.EVALUATED, State.AWARDED)  # the states in which bids have been read


SCORED = (State.EVALUATED, State.AWARDED)  # the states in which everybody's points are shown


class Formula(TextChoices):
    """How a price becomes points."""

    LOWEST = "lowest", _("Lowest price over price")
    MEAN = "mean", _("Distance from the mean price")


class Preset(TextChoices):
    """Criteria to begin with (packs `sourcing/criteria.yaml`)."""

    EIGHT = "eight", _("The eight criteria")
    FIVE = "five", _("The five short criteria")


class Outcome(TextChoices):
    """What became of a tender for one who was invited."""

    OPEN = "open", _("Not decided")
    CHOSEN = "chosen", _("Chosen")
    PASSED = "passed", _("Not chosen")
    CANCELLED = "cancelled", _("Called off")


class Interest(TextChoices):
    """What an evaluator declares before scoring."""

    NONE = "none", _("None")
    SOME = "some", _("There is one")


class AwardState(TextChoices):
    """What became of a proposal to award."""

    PROPOSED = "proposed", _("Put forward")
    AWARDED = "awarded", _("Awarded")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Body(TextChoices):
    """Who approves a transaction with a related party."""

    COMMITTEE = "committee", _("Related-party transactions control committee")
    BOARD = "board", _("Board of directors")
    SHAREHOLDERS = "shareholders", _("General meeting of shareholders")


class Substitute(TextChoices):
    """Who would go on in the contractor's place."""

    CONTRACTOR = "contractor", _("Another contractor")
    IN_HOUSE = "in_house", _("The institution itself")


class Readiness(TextChoices):
    """How ready a substitute is; each is more than the one before."""

    NAMED = "named", _("Named")
    ASSESSED = "assessed", _("Assessed")
    AGREED = "agreed", _("Agreed in writing")
    TESTED = "tested", _("Take-over exercised")


class Inquiry(TextChoices):
    """A type of due diligence; by which questionnaire each is made stands in the pack `sourcing/diligence.yaml`."""

    SECURITY = "security", _("Security due diligence")
    FINANCIAL = "financial", _("Financial due diligence")
    LEGAL = "legal", _("Legal due diligence")
    OPERATIONAL = "operational", _("Operational due diligence")
    COMPLIANCE = "compliance", _("Compliance due diligence")
    REPUTATION = "reputation", _("Reputational due diligence")


class Finding(TextChoices):
    """What the institution concludes of a due diligence."""

    FIT = "fit", _("Fit")
    CONDITIONS = "conditions", _("Fit with conditions")
    UNFIT = "unfit", _("Not fit")


class Dimension(TextChoices):
    """By what outsourcing is concentrated."""

    CONTRACTOR = "contractor", _("By contractor")
    GROUP = "group", _("By group")
    COUNTRY = "country", _("By country of service")
    FUNCTION = "function", _("By function supported")


class Level(TextChoices):
    """What an index of concentration means; the bounds stand in `concentration`."""

    LOW = "low", _("Dispersed")
    MODERATE = "moderate", _("Moderately concentrated")
    HIGH = "high", _("Highly concentrated")


class Substitutability(TextChoices):
    """How easily another would take the contractor's place (Implementing Regulation (EU) 2024/2956, B_07.01.0050)."""

    NONE = "none", _("Not substitutable")
    COMPLEX = "complex", _("Highly complex to substitute")
    MEDIUM = "medium", _("Of medium complexity to substitute")
    EASY = "easy", _("Easily substitutable")


class Verdict(TextChoices):
    """What the institution concludes of a concentration."""

    ACCEPTABLE = "acceptable", _("Acceptable")
    MEASURES = "measures", _("Acceptable with measures")
    UNACCEPTABLE = "unacceptable", _("Not acceptable")
