"""What can be done with service levels, and the roles that come with it."""

from __future__ import annotations

from guanbao.platform.access.permissions import BANK, CONTRACTOR, permission
from guanbao.platform.wording import _

_OWNERS = ("outsourcing_office", "executing_department")

LEVEL_VIEW = permission("level.view", _("See service levels and calendars"), roles=(*BANK, *CONTRACTOR))
LEVEL_EDIT = permission("level.edit", _("Write service levels and calendars"), roles=_OWNERS)
LEVEL_ENFORCE = permission("level.enforce", _("Put service levels into force"), roles=("outsourcing_office",))
RECORDS_VIEW = permission("records.view", _("See imports of records"), roles=(*BANK, *CONTRACTOR))
RECORDS_IMPORT = permission(
    "records.import", _("Import records"), roles=("outsourcing_office", "contractor_administrator", "service_manager")
)
STATEMENT_VIEW = permission("statement.view", _("See statements and their records"), roles=(*BANK, *CONTRACTOR))
STATEMENT_DRAFT = permission("statement.draft", _("Draft statements"), roles=_OWNERS)
STATEMENT_ISSUE = permission("statement.issue", _("Issue statements"), roles=("outsourcing_office",))
STATEMENT_REMARK = permission(
    "statement.remark", _("Comment on statements"), roles=(*_OWNERS, "contractor_administrator", "service_manager")
)
EXCLUSION_PROPOSE = permission(
    "exclusion.propose", _("Propose exclusions"), roles=(*_OWNERS, "contractor_administrator", "service_manager")
)
EXCLUSION_DECIDE = permission(
    "exclusion.decide",
    _("Decide exclusions"),
    roles=("outsourcing_office", "contractor_administrator", "service_manager"),
)
AMOUNT_VIEW = permission(
    "amount.view", _("See credits and bonuses"), roles=(*BANK, "contractor_administrator", "service_manager")
)
