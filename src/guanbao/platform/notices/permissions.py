"""Who is told, and who decides where an organisation's notices go."""

from __future__ import annotations

from guanbao.platform.access.permissions import permission
from guanbao.platform.access.roles import roles_shipped
from guanbao.platform.wording import _

NOTICE_VIEW = permission("notice.view", _("See one's own notices"), roles=tuple(roles_shipped()))
_ADMINISTRATORS = ("platform_administrator", "contractor_administrator")
DELIVERY_VIEW = permission("delivery.view", _("See what went where"), roles=_ADMINISTRATORS)
DELIVERY_AGAIN = permission("delivery.again", _("Send a notice once more"), roles=_ADMINISTRATORS)
ENDPOINT_VIEW = permission("endpoint.view", _("See where notices are sent by machine"), roles=_ADMINISTRATORS)
ENDPOINT_EDIT = permission("endpoint.edit", _("Decide where notices are sent by machine"), roles=_ADMINISTRATORS)
