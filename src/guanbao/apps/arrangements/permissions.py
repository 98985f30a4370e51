"""What can be done with arrangements, and the roles that come with it."""

from __future__ import annotations

from guanbao.platform.access.permissions import BANK, CONTRACTOR, permission
from guanbao.platform.wording import _

ARRANGEMENT_VIEW = permission("arrangement.view", _("See arrangements"), roles=(*BANK, *CONTRACTOR))
ARRANGEMENT_ADD = permission("arrangement.add", _("Enter arrangements"), roles=("outsourcing_office",))
ARRANGEMENT_EDIT = permission(
    "arrangement.edit", _("Correct arrangements"), roles=("outsourcing_office", "executing_department")
)
CONTRACTOR_NAME = permission(
    "arrangement.name_contractor",
    _("Have an award name the contractor of an arrangement"),
    roles=("procurement", "outsourcing_office"),
)
ARRANGEMENT_ADVANCE = permission(
    "arrangement.advance", _("Take arrangements to the next stage"), roles=("outsourcing_office",)
)
ARRANGEMENT_END = permission(
    "arrangement.end", _("Withdraw, suspend and terminate arrangements"), roles=("outsourcing_office",)
)
ARRANGEMENT_REJECT = permission(
    "arrangement.reject", _("Turn arrangements down"), roles=("committee", "senior_management", "board")
)
GATE_VIEW = permission("gate.view", _("See gates, waivers and material changes"), roles=BANK)
WAIVER_ASK = permission("waiver.ask", _("Ask for waivers"), roles=("outsourcing_office", "executing_department"))
CHANGE_SETTLE = permission("material_change.settle", _("Settle material changes"), roles=("outsourcing_office",))
RULEBOOK_CHOOSE = permission("rulebook.choose", _("Choose the rule pack"), roles=("compliance",))
