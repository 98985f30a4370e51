"""What can be done with the catalogue, and the roles that come with it."""

from __future__ import annotations

from guanbao.platform.access.permissions import BANK, CONTRACTOR, permission
from guanbao.platform.wording import _

SERVICE_VIEW = permission("service.view", _("See the service catalogue"), roles=(*BANK, *CONTRACTOR))
SERVICE_EDIT = permission(
    "service.edit",
    _("Enter, propose and correct services"),
    roles=("outsourcing_office", "contractor_administrator", "service_manager"),
)
SERVICE_LIST = permission("service.list", _("Take proposed services into the catalogue"), roles=("outsourcing_office",))
FUNCTION_VIEW = permission("function.view", _("See the register of functions"), roles=BANK)
FUNCTION_EDIT = permission(
    "function.edit", _("Keep the register of functions"), roles=("outsourcing_office", "business_continuity")
)
