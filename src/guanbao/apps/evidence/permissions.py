"""Who reads the ledger."""

from __future__ import annotations

from guanbao.platform.access.permissions import permission
from guanbao.platform.wording import _

_READERS = ("internal_audit", "outsourcing_office", "risk", "contractor_administrator")

LEDGER_VIEW = permission("ledger.view", _("Read the ledger"), roles=_READERS)
LEDGER_VIEW_ACCESS = permission(
    "ledger.view_access", _("Read what the ledger says of people and their rights"), roles=("platform_administrator",)
)
LEDGER_EXPORT = permission("ledger.export", _("Take evidence out of the ledger"), roles=("internal_audit", "risk"))
LEDGER_CHECKPOINT = permission(
    "ledger.checkpoint", _("Sign the ledger as it stands"), roles=("internal_audit", "platform_administrator")
)
EVIDENCE_PACK = permission(
    "evidence.pack",
    _("Take all evidence of an arrangement in one archive"),
    roles=("internal_audit", "outsourcing_office", "risk"),
)
