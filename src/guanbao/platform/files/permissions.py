"""What can be done with documents, and the roles that come with it."""

from __future__ import annotations

from guanbao.platform.access.permissions import BANK, CONTRACTOR, permission
from guanbao.platform.wording import _

_OWN = ("contractor_administrator", "service_manager")

DOCUMENT_VIEW = permission("document.view", _("See documents"), roles=(*BANK, *CONTRACTOR))
DOCUMENT_VIEW_CONFIDENTIAL = permission(
    "document.view_confidential",
    _("See confidential documents"),
    roles=(
        "board", "senior_management", "committee", "outsourcing_office", "risk", "compliance", "legal",
        "data_protection", "it_security", "internal_audit", *_OWN,
    ),
)  # fmt: skip
DOCUMENT_ADD = permission(
    "document.add",
    _("Send documents and new versions"),
    roles=(
        "outsourcing_office", "executing_department", "risk", "compliance", "legal", "data_protection", "it_security",
        "procurement", "internal_audit", *_OWN,
    ),
)  # fmt: skip
DOCUMENT_SHARE = permission(
    "document.share", _("Show documents to the contractor"), roles=("outsourcing_office", "legal")
)
DOCUMENT_RELEASE = permission("document.release", _("Release documents from quarantine"), roles=("it_security",))
DOCUMENT_DESTROY = permission(
    "document.destroy", _("Have documents destroyed"), roles=("outsourcing_office", "compliance")
)
