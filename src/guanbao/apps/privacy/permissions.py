"""What can be done with records of entrusted processing."""

from __future__ import annotations

from guanbao.platform.access.permissions import BANK, CONTRACTOR, permission
from guanbao.platform.wording import _

ENTRUSTMENT_VIEW = permission("entrustment.view", _("See records of entrusted processing"), roles=(*BANK, *CONTRACTOR))
ENTRUSTMENT_EDIT = permission(
    "entrustment.edit",
    _("Keep records of entrusted processing"),
    roles=("data_protection", "outsourcing_office", "executing_department"),
)
ENTRUSTMENT_SETTLE = permission(
    "entrustment.settle", _("Record that data were returned or deleted"), roles=("data_protection",)
)
