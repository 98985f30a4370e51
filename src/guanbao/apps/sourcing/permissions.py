"""What can be done in sourcing, and the roles that come with it."""

from __future__ import annotations

from guanbao.platform.access.permissions import BANK, CONTRACTOR, permission
from guanbao.platform.wording import _

_BUYERS = ("procurement", "outsourcing_office")
_OWN = ("contractor_administrator", "service_manager")

TENDER_VIEW = permission("tender.view", _("See tenders"), roles=BANK)
TENDER_EDIT = permission("tender.edit", _("Draft, publish and call off tenders"), roles=_BUYERS)
TENDER_OPEN = permission(
    "tender.open",
    _("Open bids with a second officer"),
    roles=("procurement", "compliance", "internal_audit", "legal", "finance", "risk"),
)
TENDER_EVALUATE = permission(
    "tender.evaluate",
    _("Evaluate bids"),
    roles=(
        "outsourcing_office", "executing_department", "risk", "compliance", "it_security", "finance", "legal",
        "business_continuity",
    ),
)  # fmt: skip
INVITATION_VIEW = permission("tender_invitation.view", _("See invitations to tenders"), roles=(*BANK, *CONTRACTOR))
QUESTION_VIEW = permission("question.view", _("See questions about tenders"), roles=(*_BUYERS, *_OWN))
QUESTION_ASK = permission("question.ask", _("Ask about tenders"), roles=_OWN)
QUESTION_ANSWER = permission("question.answer", _("Answer questions about tenders"), roles=_BUYERS)
BID_SUBMIT = permission("bid.submit", _("Hand in and withdraw bids"), roles=_OWN)
BID_VIEW = permission("bid.view", _("See bids once they are opened"), roles=BANK)
AWARD_PROPOSE = permission("award.propose", _("Propose and conclude awards"), roles=_BUYERS)
AWARD_RELATED = permission(
    "award.related", _("Record the approval of related-party transactions"), roles=("compliance", "committee")
)
EVALUATOR_RELEASE = permission(
    "evaluator.release", _("Release evaluators who cannot evaluate"), roles=("compliance", "internal_audit")
)
BACKUP_VIEW = permission("backup.view", _("See back-up contractor plans"), roles=BANK)
BACKUP_EDIT = permission(
    "backup.edit",
    _("Plan for back-up contractors"),
    roles=("outsourcing_office", "executing_department", "business_continuity"),
)
DILIGENCE_VIEW = permission("diligence.view", _("See due diligence"), roles=BANK)
DILIGENCE_EDIT = permission(
    "diligence.edit",
    _("Make due diligence"),
    roles=("outsourcing_office", "executing_department", "risk", "compliance", "it_security"),
)
CONCENTRATION_VIEW = permission("concentration.view", _("See concentration"), roles=BANK)
CONCENTRATION_ASSESS = permission(
    "concentration.assess",
    _("Assess concentration"),
    roles=("outsourcing_office", "executing_department", "procurement", "risk"),
)
CONCENTRATION_JUDGE = permission(
    "concentration.judge", _("Judge concentration"), roles=("risk", "compliance", "committee", "senior_management")
)
