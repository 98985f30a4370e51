"""The pages of contracts and of what belongs to one."""

from __future__ import annotations

from typing import Any

from guanbao.apps.contracts import permissions, selectors
from guanbao.apps.contracts.choices import BINDING, UNSIGNED, ContractState, InvoiceState, PaymentKind
from guanbao.apps.contracts.forms import (
    AmendForm,
    ClauseAddForm,
    CommentForm,
    NumbersForm,
    OwnClauseForm,
    PaymentAddForm,
    PaymentForm,
    ReachForm,
    WriteForm,
)
from guanbao.apps.contracts.library import clause_title, demand_titles
from guanbao.apps.contracts.models import (
    Clause,
    Confidentiality,
    Contract,
    Invoice,
    Payment,
    Sealing,
    Signatory,
)
from guanbao.apps.contracts.pages import panels
from guanbao.apps.contracts.pages.returned import RETURNED
from guanbao.apps.contracts.services import (
    agreeing,
    amending,
    clauses,
    confidentialities,
    drafting,
    ending,
    invoices,
    payments,
    signing,
)
from guanbao.platform.actors import Actor
from guanbao.platform.telling import tell
from guanbao.platform.wording import _
from guanbao.web.panels import TIMELINE, rows_panel
from guanbao.web.resource import Resource, Verb

_GROUP = _("Contracts")
_INSIDE = frozenset({"note", "approved_on", "reported_on", "report_reference"})
_OWN = frozenset({"demands", "reason", "written_by", "checked_by", "checked_at"})
tell(
    Clause,
    code=clause_title,
    demands=demand_titles,
    numbers=lambda numbers: ", ".join(str(value) for value in numbers.values()),
)


def _at(*states: ContractState) -> Any:  # noqa: ANN401 - as Verb.when
    return lambda contract, _actor: contract.state in states


def _main(contract: Contract, _actor: Actor) -> bool:
    return contract.state in BINDING and contract.amends_id is None


def _amendable(contract: Contract, actor: Actor) -> bool:
    return _main(contract, actor) and contract.noticed_on is None


def _of_draft(row: Any, _actor: Actor) -> bool:  # noqa: ANN401 - a part of a contract
    return bool(row.contract.state == ContractState.DRAFT)


def _own_draft(clause: Clause, actor: Actor) -> bool:
    return clause.is_own and _of_draft(clause, actor)


def _to_check(clause: Clause, actor: Actor) -> bool:
    return not clause.counts and clause.written_by_id != actor.person_id and _of_draft(clause, actor)


CONTRACTS = Resource(
    name="contracts",
    model=Contract,
    title=_("Contracts"),
    singular=_("Contract"),
    group=_GROUP,
    empty=_("There is no contract yet. Draft one for an arrangement that has a contractor."),
    view=permissions.CONTRACT_VIEW,
    rows=selectors.contracts_visible,
    columns=("reference", "title", "arrangement", "contractor", "kind", "state", "expires_on", "amount_gross"),
    shown=(
        "arrangement", "contractor", "kind", "overarching", "amends", "state", "state_since", "amount_net", "vat_rate",
        "amount_vat", "amount_gross", "currency", "fee_monthly", "effective_on", "expires_on", "runs_until",
        "renews_automatically", "renewal_months", "notice_months", "breach_notice_d", "governing_law", "agreed_on",
        "approved_on", "reported_on", "report_reference", "signed_on", "note",
    ),
    answers=(
        "reference", "title", "arrangement", "contractor", "kind", "overarching", "amends", "state", "state_since",
        "currency", "amount_net", "vat_rate", "amount_vat", "amount_gross", "fee_monthly", "effective_on", "expires_on",
        "runs_until", "renews_automatically", "renewal_months", "notice_months", "breach_notice_d", "governing_law",
        "agreed_on", "approved_on", "reported_on", "report_reference", "signed_on", "completed_on", "warned_on",
        "ends_because", "noticed_on", "terminates_on", "ends_reason", "given_up_reason", "note",
    ),
    search=("reference", "title"),
    filters=("state", "kind", "arrangement", "contractor"),
    inside=_INSIDE,
    order=("reference", "pk"),
    add=Verb(
        "add", _("Draft a contract"), permissions.CONTRACT_EDIT, drafting.contract_add,
        ("arrangement", "reference", *drafting.EDITED),
    ),
    verbs=(
        Verb(
            "offer", _("Offer to the contractor"), permissions.CONTRACT_OFFER, agreeing.contract_offer,
            when=_at(ContractState.DRAFT),
        ),
        Verb(
            "agree", _("Agree"), permissions.CONTRACT_AGREE, agreeing.contract_agree,
            when=_at(ContractState.OFFERED), grave=True,
        ),
        Verb(
            "sign", _("Record the signature"), permissions.CONTRACT_SIGN, signing.contract_sign, ("signed_on",),
            when=_at(ContractState.AGREED), grave=True,
        ),
        Verb(
            "edit", _("Edit"), permissions.CONTRACT_EDIT, drafting.contract_edit, drafting.EDITED,
            when=_at(ContractState.DRAFT),
        ),
        Verb(
            "fill", _("Add the clauses that are demanded"), permissions.CONTRACT_EDIT, clauses.clauses_fill,
            when=_at(ContractState.DRAFT),
        ),
        Verb(
            "write", _("Write a clause"), permissions.CLAUSE_WRITE, panels.clause_written, form=WriteForm,
            when=_at(ContractState.DRAFT),
        ),
        Verb(
            "comment", _("Comment"), permissions.CONTRACT_COMMENT, agreeing.contract_comment, form=CommentForm,
            when=_at(*UNSIGNED),
        ),
        Verb(
            "report", _("Record the report to the supervisor"), permissions.CONTRACT_REPORT, signing.contract_report,
            ("reported_on", "report_reference"), when=_at(*UNSIGNED),
        ),
        Verb(
            "amend", _("Draft an amendment"), permissions.CONTRACT_EDIT, amending.contract_amend, form=AmendForm,
            when=_amendable,
        ),
        Verb(
            "complete", _("Record the completion"), permissions.CONTRACT_END, ending.contract_complete,
            ("completed_on",), when=_at(*BINDING),
        ),
        Verb(
            "warn", _("Record a written warning"), permissions.CONTRACT_END, ending.contract_warn, ("warned_on",),
            when=_main,
        ),
        Verb(
            "notice", _("Record a notice"), permissions.CONTRACT_END, ending.contract_notice, ending.NOTICE,
            when=_main, grave=True,
        ),
        Verb(
            "reopen", _("Take back to draft"), permissions.CONTRACT_OFFER, drafting.contract_reopen,
            when=_at(ContractState.OFFERED, ContractState.AGREED),
        ),
        Verb(
            "give-up", _("Give up"), permissions.CONTRACT_OFFER, drafting.contract_give_up, ("given_up_reason",),
            when=_at(*UNSIGNED), grave=True,
        ),
    ),
    panels=(
        panels.WAY,
        panels.DOCUMENT,
        panels.ENDING,
        panels.TEXT,
        panels.COVERAGE,
        panels.PLAN,
        panels.AMENDMENTS,
        rows_panel("invoices", by="contract"),
        rows_panel("returned-files", by="contract"),
        rows_panel("signatories", by="contract"),
        rows_panel("seal-records", by="contract"),
        panels.COMMENTS,
        TIMELINE,
    ),
)  # fmt: skip
CLAUSES = Resource(
    name="contract-clauses",
    model=Clause,
    title=_("Clauses of contracts"),
    singular=_("Clause"),
    group=_GROUP,
    empty=_("The contract has no clause yet."),
    view=permissions.CONTRACT_VIEW,
    rows=selectors.clauses_visible,
    columns=("title", "position", "code", "library_version", "demands", "checked_by"),
    shown=(
        "position", "title", "title_en", "text", "text_en", "numbers", "code", "library_version", "demands", "reason",
        "written_by", "checked_by", "checked_at",
    ),
    search=("title", "title_en", "text"),
    inside=_OWN,
    order=("position", "pk"),
    parent="contract",
    add=Verb("add", _("Add a clause"), permissions.CONTRACT_EDIT, clauses.clause_add, form=ClauseAddForm),
    verbs=(
        Verb(
            "numbers", _("Set the numbers"), permissions.CONTRACT_EDIT, clauses.clause_edit, form=NumbersForm,
            when=lambda clause, actor: not clause.is_own and bool(clause.numbers) and _of_draft(clause, actor),
        ),
        Verb(
            "rewrite", _("Change the text"), permissions.CLAUSE_WRITE, clauses.clause_rewrite, form=OwnClauseForm,
            when=_own_draft,
        ),
        Verb("check", _("Confirm"), permissions.CLAUSE_CHECK, clauses.clause_check, when=_to_check, grave=True),
        Verb(
            "remove", _("Remove"), permissions.CONTRACT_EDIT, clauses.clause_remove, when=_of_draft, grave=True
        ),
    ),
    panels=(TIMELINE,),
)  # fmt: skip
SIGNATORIES = Resource(
    name="signatories",
    model=Signatory,
    title=_("Parties and signatories"),
    singular=_("Signatory"),
    group=_GROUP,
    empty=_("Nobody is named yet who signs."),
    view=permissions.CONTRACT_VIEW,
    rows=selectors.signatories_visible,
    columns=("party", "side", "name", "post", "authority"),
    order=("side", "pk"),
    parent="contract",
    add=Verb(
        "add", _("Name a signatory"), permissions.CONTRACT_EDIT, signing.signatory_add,
        ("contract", *signing.SIGNATORY),
    ),
    verbs=(
        Verb(
            "remove", _("Remove"), permissions.CONTRACT_EDIT, signing.signatory_remove, grave=True,
            when=lambda row, _actor: row.contract.state in UNSIGNED,
        ),
    ),
    panels=(TIMELINE,),
    exported=None,  # people: they leave in no file
)  # fmt: skip
SEALINGS = Resource(
    name="seal-records",
    model=Sealing,
    title=_("Uses of the seal"),
    singular=_("Use of the seal"),
    group=_GROUP,
    empty=_("The seal was not applied for yet: the contract has to be approved first."),
    view=permissions.SEAL_VIEW,
    rows=selectors.sealings_visible,
    columns=("seal", "contract", "copies", "sealed_on", "applied_by", "approved_by"),
    shown=(
        "contract", "seal", "copies", "sealed_on", "purpose", "applied_by", "applied_at", "approved_by",
        "approved_at", "digest",
    ),
    filters=("seal",),
    order=("-sealed_on", "-pk"),
    parent="contract",
    add=Verb(
        "add", _("Apply for the seal"), permissions.SEAL_APPLY, signing.sealing_add, ("contract", *signing.SEALING)
    ),
    verbs=(
        Verb(
            "approve", _("Approve the seal"), permissions.SEAL_APPROVE, signing.sealing_approve, grave=True,
            when=lambda row, actor: row.approved_by_id is None and row.applied_by_id != actor.person_id,
        ),
    ),
    panels=(TIMELINE,),
)  # fmt: skip
CONFIDENTIALITIES = Resource(
    name="confidentiality-agreements",
    model=Confidentiality,
    title=_("Confidentiality agreements"),
    singular=_("Confidentiality agreement"),
    group=_GROUP,
    empty=_("No confidentiality agreement is recorded. A contract is signed once the contractor is bound."),
    view=permissions.CONTRACT_VIEW,
    rows=selectors.confidentialities_visible,
    columns=("reference", "contractor", "binds", "name", "signed_on", "valid_until"),
    shown=("contractor", "binds", "name", "post", "covers", "signed_on", "valid_until"),
    answers=("reference", "contractor", "binds", "name", "post", "covers", "signed_on", "valid_until"),
    search=("reference", "covers"),
    filters=("binds", "contractor"),
    order=("valid_until", "pk"),
    add=Verb(
        "add", _("Record an agreement"), permissions.CONFIDENTIALITY_EDIT, confidentialities.confidentiality_add,
        ("contractor", *confidentialities.FACTS),
    ),
    verbs=(
        Verb(
            "edit", _("Edit"), permissions.CONFIDENTIALITY_EDIT, confidentialities.confidentiality_edit,
            confidentialities.FACTS,
        ),
    ),
    panels=(TIMELINE,),
    exported=None,  # people
)  # fmt: skip
PAYMENTS = Resource(
    name="contract-payments",
    model=Payment,
    title=_("Payments of contracts"),
    singular=_("Payment"),
    group=_GROUP,
    empty=_("No payment is planned yet."),
    view=permissions.CONTRACT_VIEW,
    rows=selectors.payments_visible,
    columns=("title", "contract", "kind", "percent", "amount_net", "amount_vat", "amount_gross", "workdays"),
    shown=(
        "contract", "position", "kind", "title", "percent", "amount_net", "amount_vat", "amount_gross", "workdays",
        "planned_on", "returns_on",
    ),
    search=("title",),
    filters=("kind",),
    order=("contract", "position", "pk"),
    parent="contract",
    add=Verb(
        "add", _("Add a payment"), permissions.CONTRACT_EDIT, payments.payment_add, form=PaymentAddForm
    ),
    verbs=(
        Verb(
            "edit", _("Edit"), permissions.CONTRACT_EDIT, payments.payment_edit, form=PaymentForm, when=_of_draft
        ),
        Verb(
            "reach", _("Record that it was reached"), permissions.CONTRACT_END, payments.payment_reach,
            form=ReachForm,
            when=lambda row, _actor: row.kind in (PaymentKind.MILESTONE, PaymentKind.PERIODIC)
            and row.contract.state in BINDING,
        ),
        Verb(
            "remove", _("Remove"), permissions.CONTRACT_EDIT, payments.payment_remove, when=_of_draft, grave=True
        ),
    ),
    panels=(panels.DUE, rows_panel("invoices", by="payment"), TIMELINE),
)  # fmt: skip
INVOICES = Resource(
    name="invoices",
    model=Invoice,
    title=_("Invoices"),
    singular=_("Invoice"),
    group=_GROUP,
    empty=_("No invoice was handed in yet."),
    view=permissions.CONTRACT_VIEW,
    rows=selectors.invoices_visible,
    columns=("number", "contract", "payment", "issued_on", "amount_gross", "state", "credit_amount", "released_on"),
    shown=(
        "contract", "payment", "issued_on", "amount_net", "vat_rate", "amount_vat", "amount_gross", "state",
        "credit_amount", "released_on", "refused_reason", "matched_by", "released_by",
    ),
    answers=(
        "number", "contract", "payment", "issued_on", "amount_net", "vat_rate", "amount_vat", "amount_gross", "state",
        "credit_amount", "released_on", "refused_reason",
    ),
    search=("number",),
    filters=("state", "contract"),
    inside=frozenset({"matched_by", "released_by"}),
    order=("-issued_on", "-pk"),
    add=Verb(
        "add", _("Hand in an invoice"), permissions.INVOICE_ADD, invoices.invoice_add, ("payment", *invoices.FIELDS)
    ),
    verbs=(
        Verb(
            "match", _("Match with the plan"), permissions.INVOICE_MATCH, invoices.invoice_match,
            when=lambda row, _actor: row.state == InvoiceState.HANDED_IN,
        ),
        Verb(
            "release", _("Release for payment"), permissions.INVOICE_RELEASE, invoices.invoice_release, grave=True,
            when=lambda row, actor: row.state == InvoiceState.MATCHED and row.matched_by_id != actor.person_id,
        ),
        Verb(
            "refuse", _("Refuse"), permissions.INVOICE_MATCH, invoices.invoice_refuse, ("refused_reason",),
            when=lambda row, _actor: row.state in (InvoiceState.HANDED_IN, InvoiceState.MATCHED), grave=True,
        ),
    ),
    panels=(panels.MATCHING, TIMELINE),
)  # fmt: skip
RESOURCES = (CONTRACTS, CLAUSES, SIGNATORIES, SEALINGS, CONFIDENTIALITIES, RETURNED, PAYMENTS, INVOICES)
OF_ARRANGEMENT = rows_panel("contracts", by="arrangement")
OF_CONTRACTOR = (rows_panel("contracts", by="contractor"), rows_panel("confidentiality-agreements", by="contractor"))
