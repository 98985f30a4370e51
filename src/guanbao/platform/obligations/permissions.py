"""What can be done with duties, and the roles that come with it."""

from __future__ import annotations

from guanbao.platform.access.permissions import BANK, CONTRACTOR, permission
from guanbao.platform.wording import _

DUTY_VIEW = permission("duty.view", _("See duties and their calendar"), roles=(*BANK, *CONTRACTOR))
DUTY_EDIT = permission("duty.edit", _("Add, change and cancel duties"), roles=("outsourcing_office",))
DUTY_DO = permission("duty.do", _("Record that one's own duties are done"), roles=(*BANK, *CONTRACTOR))
DUTY_EXCUSE = permission("duty.excuse", _("Excuse duties"), roles=("outsourcing_office", "compliance"))
