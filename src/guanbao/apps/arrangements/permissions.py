"""What can be done with arrangements, and the roles that come with it."""

from __future__ import annotations

from guanbao.platform.access.permissions import permission
from guanbao.platform.wording import _

_BANK = (
    "board", "senior_management", "committee", "outsourcing_office", "executing_department", "risk", "compliance",
    "legal", "consumer_protection", "data_protection", "business_continuity", "it_security", "procurement", "finance",
    "internal_audit",
)  # fmt: skip
_CONTRACTOR = ("contractor_administrator", "service_manager", "team_lead", "quality_reviewer")

ARRANGEMENT_VIEW = permission("arrangement.view", _("See arrangements"), roles=(*_BANK, *_CONTRACTOR))
ARRANGEMENT_ADD = permission("arrangement.add", _("Enter arrangements"), roles=("outsourcing_office",))
ARRANGEMENT_EDIT = permission(
    "arrangement.edit", _("Correct arrangements"), roles=("outsourcing_office", "executing_department")
)
ARRANGEMENT_ADVANCE = permission(
    "arrangement.advance", _("Take arrangements to the next stage"), roles=("outsourcing_office",)
)
