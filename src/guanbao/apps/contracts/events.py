"""What happens to contracts, as the ledger tells it."""

from __future__ import annotations

from guanbao.platform.ledger.events import declare

_FACTS = (
    "institution", "arrangement", "contractor", "kind", "overarching", "reference", "title", "governing_law",
    "currency", "amount_net", "vat_rate", "amount_vat", "amount_gross", "fee_monthly", "effective_on", "expires_on",
    "renews_automatically", "renewal_months", "notice_months", "breach_notice_d",
)  # fmt: skip
_STATE = ("state", "state_since")
# Of the library the code and the version say which words they are.
_CLAUSE = ("position", "code", "library_version", "demands")
_OWN_CLAUSE = ("position", "code", "title", "title_en", "text", "text_en", "demands", "reason")
_SEALING = ("seal", "copies", "sealed_on", "purpose", "digest")

CONTRACT_ADDED = declare(
    "contract.added", en="{actor} drafted the contract {object}", zh="{actor}起草了合同{object}", clear=_FACTS
)
CONTRACT_EDITED = declare(
    "contract.edited", en="{actor} changed the draft {object}", zh="{actor}修改了合同草案{object}", clear=_FACTS
)
CONTRACT_OFFERED = declare(
    "contract.offered",
    en="{actor} offered the contract {object} to the contractor",
    zh="{actor}将合同{object}送承包方确认",
    clear=_STATE,
)
CONTRACT_AGREED = declare(
    "contract.agreed",
    en="{actor} agreed to the contract {object}",
    zh="{actor}同意了合同{object}",
    clear=(*_STATE, "agreed_on"),
)
CONTRACT_COMMENTED = declare(
    "contract.commented", en="{actor} commented on {object}", zh="{actor}就{object}提出了意见", clear=()
)
CONTRACT_REOPENED = declare(
    "contract.reopened",
    en="{actor} took the contract {object} back to draft",
    zh="{actor}将合同{object}退回起草",
    clear=(*_STATE, "agreed_on"),
)
CONTRACT_GIVEN_UP = declare(
    "contract.given_up",
    en="{actor} gave the contract {object} up",
    zh="{actor}放弃了合同{object}",
    clear=(*_STATE, "given_up_reason"),
)
CONTRACT_APPROVED = declare(
    "contract.approved",
    en="The contract {object} stands approved since {approved_on}",
    zh="合同{object}的审批状态变更为 {approved_on}",
    clear=("approved_on",),
)
CONTRACT_REPORTED = declare(
    "contract.reported",
    en="{actor} recorded that {object} was reported to the supervisor on {reported_on}",
    zh="{actor}登记{object}已于 {reported_on} 向监管部门报告",
    clear=("reported_on", "report_reference"),
)
CONTRACT_SIGNED = declare(
    "contract.signed",
    en="{actor} recorded that {object} was signed on {signed_on}",
    zh="{actor}登记合同{object}于 {signed_on} 签订",
    clear=(*_STATE, "signed_on", "runs_until"),
)
AMENDMENT_ADDED = declare(
    "amendment.added",
    en="{actor} drafted {object}, which amends a contract",
    zh="{actor}起草了补充协议{object}",
    clear=(*_FACTS, "amends"),
)
CONTRACT_AMENDED = declare(
    "contract.amended",
    en="{object} is amended: it runs until {runs_until}",
    zh="合同{object}已变更，期限至 {runs_until}",
    clear=(
        *_STATE, "fee_monthly", "expires_on", "runs_until", "renews_automatically", "renewal_months", "notice_months",
        "breach_notice_d",
    ),
)  # fmt: skip
CONTRACT_CAME = declare(
    "contract.came",
    en="{object} is now «{state}»",
    zh="{object}的状态变更为 {state}",
    clear=(*_STATE, "runs_until"),
)
CLAUSE_ADDED = declare(
    "clause.added", en="{actor} added the clause {object}", zh="{actor}增加了条款{object}", clear=_CLAUSE
)
CLAUSE_EDITED = declare(
    "clause.edited", en="{actor} changed the clause {object}", zh="{actor}修改了条款{object}", clear=_CLAUSE
)
CLAUSE_WRITTEN = declare(
    "clause.written", en="{actor} wrote the clause {object}", zh="{actor}自拟了条款{object}", clear=_OWN_CLAUSE
)
CLAUSE_REWRITTEN = declare(
    "clause.rewritten", en="{actor} rewrote the clause {object}", zh="{actor}重写了条款{object}", clear=_OWN_CLAUSE
)
CLAUSE_CHECKED = declare(
    "clause.checked", en="{actor} checked the clause {object}", zh="{actor}复核了条款{object}", clear=("code",)
)
CLAUSE_REMOVED = declare(
    "clause.removed",
    en="{actor} removed the clause {object}",
    zh="{actor}删除了条款{object}",
    clear=(*_OWN_CLAUSE, *_CLAUSE),
)
SIGNATORY_ADDED = declare(
    "signatory.added", en="{actor} named a signatory of {party}", zh="{actor}登记了{party}的签署人",
    clear=("side", "party", "post", "authority"),
)  # fmt: skip
SIGNATORY_REMOVED = declare(
    "signatory.removed", en="{actor} removed a signatory of {party}", zh="{actor}移除了{party}的签署人",
    clear=("side", "party", "post"),
)  # fmt: skip
SEALING_APPLIED = declare(
    "sealing.applied", en="{actor} applied for the seal on {object}", zh="{actor}申请用印：{object}", clear=_SEALING
)
SEALING_APPROVED = declare(
    "sealing.approved", en="{actor} approved the seal on {object}", zh="{actor}批准用印：{object}", clear=_SEALING
)
CONFIDENTIALITY_ADDED = declare(
    "confidentiality.added",
    en="{actor} recorded the confidentiality agreement {object}",
    zh="{actor}登记了保密协议{object}",
    clear=("institution", "contractor", "reference", "binds", "post", "covers", "signed_on", "valid_until"),
)
CONFIDENTIALITY_EDITED = declare(
    "confidentiality.edited",
    en="{actor} corrected the confidentiality agreement {object}",
    zh="{actor}修改了保密协议{object}",
    clear=("reference", "binds", "post", "covers", "signed_on", "valid_until"),
)
_RETURNED = ("contract", "document", "side", "changed", "added", "removed", "is_same")
CONTRACT_WRITTEN = declare(
    "contract.written", en="{actor} filed the document of {object}", zh="{actor}生成并归档了合同{object}的文本",
    clear=("document",),
)  # fmt: skip
RETURNED_COMPARED = declare(
    "returned.compared",
    en="{actor} compared a file of {object} that came back: {changed} changed, {added} added, {removed} removed",
    zh="{actor}比对了{object}的回传文本：修改 {changed} 处，增加 {added} 处，删除 {removed} 处",
    clear=_RETURNED,
)
RETURNED_ACCEPTED = declare(
    "returned.accepted",
    en="{actor} accepted the changes of {object} as an edit of the draft",
    zh="{actor}接受了{object}的修改，作为草案的修订",
    clear=("contract", "accepted_reason"),
)
_PAYMENT = (
    "position", "kind", "title", "percent", "amount_net", "amount_vat", "amount_gross", "workdays", "planned_on",
    "returns_on",
)  # fmt: skip
_INVOICE = ("payment", "number", "issued_on", "amount_net", "vat_rate", "amount_vat", "amount_gross", "state")
PAYMENT_ADDED = declare(
    "payment.added", en="{actor} added the payment {object}", zh="{actor}增加了付款项{object}", clear=_PAYMENT
)
PAYMENT_EDITED = declare(
    "payment.edited", en="{actor} changed the payment {object}", zh="{actor}修改了付款项{object}", clear=_PAYMENT
)
PAYMENT_REMOVED = declare(
    "payment.removed", en="{actor} removed the payment {object}", zh="{actor}删除了付款项{object}", clear=_PAYMENT
)
PAYMENT_REACHED = declare(
    "payment.reached",
    en="{actor} recorded that {object} was reached on {reached_on}",
    zh="{actor}登记{object}的付款条件于 {reached_on} 达成",
    clear=("reached_on",),
)
INVOICE_ADDED = declare(
    "invoice.added", en="{actor} handed in the invoice {object}", zh="{actor}提交了发票{object}", clear=_INVOICE
)
INVOICE_MATCHED = declare(
    "invoice.matched", en="{actor} matched the invoice {object}", zh="{actor}核对了发票{object}", clear=("state",)
)
INVOICE_REFUSED = declare(
    "invoice.refused",
    en="{actor} refused the invoice {object}",
    zh="{actor}退回了发票{object}",
    clear=("state", "refused_reason"),
)
INVOICE_RELEASED = declare(
    "invoice.released",
    en="{actor} released the invoice {object}; {credit_amount} were set off",
    zh="{actor}批准支付发票{object}，抵扣 {credit_amount}",
    clear=("state", "credit_amount", "released_on"),
)
CONTRACT_COMPLETED = declare(
    "contract.completed",
    en="{actor} recorded that the service of {object} was completed on {completed_on}",
    zh="{actor}登记{object}的服务于 {completed_on} 完成",
    clear=("completed_on",),
)
CONTRACT_WARNED = declare(
    "contract.warned",
    en="{actor} recorded the written warning of {warned_on} about {object}",
    zh="{actor}登记了 {warned_on} 就{object}发出的书面警告",
    clear=("warned_on",),
)
CONTRACT_NOTICED = declare(
    "contract.noticed",
    en="{actor} recorded the notice of {noticed_on}: {object} ends on {terminates_on}",
    zh="{actor}登记了 {noticed_on} 的终止通知：{object}于 {terminates_on} 终止",
    clear=("ends_because", "noticed_on", "terminates_on", "ends_reason"),
)
