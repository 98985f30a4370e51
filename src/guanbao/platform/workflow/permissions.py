"""What can be done with approvals. Who decides at a level is said by its lane: who holds that role."""

from __future__ import annotations

from guanbao.platform.access.permissions import BANK, permission
from guanbao.platform.wording import _

APPROVAL_VIEW = permission("approval.view", _("See approvals and decide in one's role"), roles=BANK)
APPROVAL_START = permission(
    "approval.start", _("Submit records for approval"), roles=("outsourcing_office", "executing_department")
)
MODEL_VIEW = permission("approval_model.view", _("See models of approval"), roles=BANK)
MODEL_UPLOAD = permission("approval_model.upload", _("Upload models of approval"), roles=("outsourcing_office",))
MODEL_ENFORCE = permission(
    "approval_model.enforce", _("Put models of approval in force"), roles=("outsourcing_office", "compliance")
)
