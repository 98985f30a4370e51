"""The rows of sourcing, by noun."""

from __future__ import annotations

from guanbao.apps.sourcing.models.awards import Award, Backup
from guanbao.apps.sourcing.models.bids import Bid
from guanbao.apps.sourcing.models.concentrations import Concentration
from guanbao.apps.sourcing.models.diligences import Diligence
from guanbao.apps.sourcing.models.evaluations import Evaluation, Score
from guanbao.apps.sourcing.models.invitations import Clarification, Invitation, Question
from guanbao.apps.sourcing.models.tenders import Opener, Tender

__all__ = (
    "Award", "Backup", "Bid", "Clarification", "Concentration", "Diligence", "Evaluation", "Invitation", "Opener",
    "Question", "Score", "Tender",
)  # fmt: skip
