"""Who reads personal data in clear, who oversees it, and who plants canaries."""

from __future__ import annotations

from guanbao.platform.access.permissions import permission
from guanbao.platform.wording import _

PERSONAL_REVEAL = permission(
    "personal.reveal",
    _("Reveal personal data, within the day's budget"),
    roles=(
        "outsourcing_office", "executing_department", "business_continuity", "procurement", "data_protection",
        "internal_audit", "platform_administrator", "contractor_administrator", "service_manager",
    ),
)  # fmt: skip
REVEAL_VIEW = permission(
    "reveal.view", _("See who revealed personal data"), roles=("data_protection", "internal_audit")
)
CANARY_EDIT = permission("canary.edit", _("Plant and lift canaries"), roles=("data_protection",))
