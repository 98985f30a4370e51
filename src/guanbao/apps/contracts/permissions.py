"""What can be done with contracts, and the roles that come with it."""

from __future__ import annotations

from guanbao.platform.access.permissions import BANK, CONTRACTOR, permission
from guanbao.platform.wording import _

_THEIRS = ("contractor_administrator", "service_manager")

CONTRACT_VIEW = permission("contract.view", _("See contracts"), roles=(*BANK, *CONTRACTOR))
CONTRACT_EDIT = permission("contract.edit", _("Draft contracts"), roles=("outsourcing_office", "legal"))
CONTRACT_OFFER = permission(
    "contract.offer", _("Offer contracts to contractors and take them back"), roles=("outsourcing_office", "legal")
)
CONTRACT_AGREE = permission("contract.agree", _("Agree to contracts"), roles=_THEIRS)
CONTRACT_COMMENT = permission(
    "contract.comment", _("Comment on contracts"), roles=("outsourcing_office", "legal", *_THEIRS)
)
CONTRACT_REPORT = permission(
    "contract.report", _("Record the report to the supervisor"), roles=("outsourcing_office", "compliance")
)
CONTRACT_SIGN = permission("contract.sign", _("Record signatures"), roles=("outsourcing_office",))
CONTRACT_END = permission(
    "contract.end", _("Record completion, warnings and notices"), roles=("outsourcing_office", "legal")
)
CONTRACT_COMPARE = permission(
    "contract.compare", _("Compare files of contracts that came back"), roles=("outsourcing_office", "legal", *_THEIRS)
)
INVOICE_ADD = permission("invoice.add", _("Hand in invoices"), roles=("outsourcing_office", *_THEIRS))
INVOICE_MATCH = permission(
    "invoice.match", _("Match invoices with the plan"), roles=("outsourcing_office", "executing_department")
)
INVOICE_RELEASE = permission("invoice.release", _("Release invoices for payment"), roles=("finance",))
CLAUSE_WRITE = permission("clause.write", _("Write clauses of one's own and map them"), roles=("legal",))
CLAUSE_CHECK = permission("clause.check", _("Check clauses that another wrote"), roles=("legal", "compliance"))
SEAL_VIEW = permission("seal.view", _("See uses of the seal"), roles=BANK)
SEAL_APPLY = permission("seal.apply", _("Apply for the seal"), roles=("outsourcing_office",))
SEAL_APPROVE = permission("seal.approve", _("Approve uses of the seal"), roles=("senior_management", "legal"))
CONFIDENTIALITY_EDIT = permission(
    "confidentiality.edit", _("Keep confidentiality agreements"), roles=("outsourcing_office", "legal")
)
