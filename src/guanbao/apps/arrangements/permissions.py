"""What can be done with arrangements, and the roles that come with it."""

from __future__ import annotations

from guanbao.platform.access.permissions import BANK, CONTRACTOR, permission
from guanbao.platform.wording import _

ARRANGEMENT_VIEW = permission("arrangement.view", _("See arrangements"), roles=(*BANK, *CONTRACTOR))
ARRANGEMENT_ADD = permission("arrangement.add", _("Enter arrangements"), roles=("outsourcing_office",))
ARRANGEMENT_EDIT = permission(
    "arrangement.edit", _("Correct arrangements"), roles=("outsourcing_office", "executing_department")
)
ARRANGEMENT_ADVANCE = permission(
    "arrangement.advance", _("Take arrangements to the next stage"), roles=("outsourcing_office",)
)
