"""What can be done with parties, and the roles that come with it."""

from __future__ import annotations

from guanbao.platform.access.permissions import BANK, CONTRACTOR, permission
from guanbao.platform.wording import _

INSTITUTION_VIEW = permission("institution.view", _("See institutions"), roles=(*BANK, "platform_administrator"))
DEPARTMENT_VIEW = permission("department.view", _("See departments"), roles=(*BANK, "platform_administrator"))
INSTITUTION_ADD = permission("institution.add", _("Add institutions"), roles=())  # at the console only
CONTRACTOR_EDIT = permission(
    "contractor.edit", _("Add and correct contractors"), roles=("outsourcing_office", "procurement")
)
CONTRACTOR_STAND = permission("contractor.stand", _("Decide how a contractor stands"), roles=("outsourcing_office",))
DEPARTMENT_EDIT = permission("department.edit", _("Add and rename departments"), roles=("platform_administrator",))
CONTRACTOR_VIEW = permission("contractor.view", _("See contractors"), roles=(*BANK, *CONTRACTOR))

_KEEPERS = ("outsourcing_office", "procurement")
_OWN = ("contractor_administrator", "service_manager")
INSTITUTION_EDIT = permission("institution.edit", _("Correct institutions"), roles=("outsourcing_office",))
BRANCH_EDIT = permission(
    "branch.edit", _("Add and correct branches"), roles=("outsourcing_office", "platform_administrator")
)
STANDING_VIEW = permission("standing.view", _("See how contractors stood"), roles=BANK)
IDENTIFIER_VIEW = permission("identifier.view", _("See identifiers"), roles=(*BANK, *CONTRACTOR))
IDENTIFIER_EDIT = permission("identifier.edit", _("Enter and remove identifiers"), roles=_KEEPERS)
CONTACT_VIEW = permission(
    "contact.view",
    _("See contacts of contractors"),
    roles=("executing_department", "business_continuity", "data_protection", "internal_audit", *_KEEPERS, *_OWN),
)
CONTACT_EDIT = permission("contact.edit", _("Enter, correct and remove contacts"), roles=(*_KEEPERS, *_OWN))
CERTIFICATE_VIEW = permission("certificate.view", _("See licences and certificates"), roles=(*BANK, *CONTRACTOR))
CERTIFICATE_EDIT = permission(
    "certificate.edit", _("Enter and correct licences and certificates"), roles=(*_KEEPERS, *_OWN)
)
CERTIFICATE_VERIFY = permission("certificate.verify", _("Verify licences and certificates"), roles=_KEEPERS)
