"""What can be done with parties, and the roles that come with it."""

from __future__ import annotations

from guanbao.platform.access.permissions import permission
from guanbao.platform.wording import _

BANK = (
    "board", "senior_management", "committee", "outsourcing_office", "executing_department", "risk", "compliance",
    "legal", "consumer_protection", "data_protection", "business_continuity", "it_security", "procurement", "finance",
    "internal_audit",
)  # fmt: skip
CONTRACTOR = ("contractor_administrator", "service_manager", "team_lead", "quality_reviewer")

INSTITUTION_VIEW = permission("institution.view", _("See institutions"), roles=(*BANK, "platform_administrator"))
DEPARTMENT_VIEW = permission("department.view", _("See departments"), roles=(*BANK, "platform_administrator"))
INSTITUTION_ADD = permission("institution.add", _("Add institutions"), roles=())  # at the console only
CONTRACTOR_EDIT = permission(
    "contractor.edit", _("Add and correct contractors"), roles=("outsourcing_office", "procurement")
)
CONTRACTOR_STAND = permission("contractor.stand", _("Decide how a contractor stands"), roles=("outsourcing_office",))
DEPARTMENT_EDIT = permission("department.edit", _("Add and rename departments"), roles=("platform_administrator",))
CONTRACTOR_VIEW = permission("contractor.view", _("See contractors"), roles=(*BANK, *CONTRACTOR))
