"""Drafting a contract, and giving it up."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.selectors import ARRANGEMENTS
from guanbao.apps.contracts import events
from guanbao.apps.contracts.choices import UNSIGNED, ContractState
from guanbao.apps.contracts.errors import ContractNotDraft, ContractNotNow
from guanbao.apps.contracts.library import library
from guanbao.apps.contracts.models import Contract
from guanbao.apps.contracts.models.contracts import CENT, vat_of
from guanbao.apps.contracts.permissions import CONTRACT_EDIT, CONTRACT_OFFER
from guanbao.apps.contracts.selectors import CONTRACTS, OF_CONTRACT
from guanbao.platform.access.reach import need_object
from guanbao.platform.access.writes import row_add, row_edit
from guanbao.platform.actors import Actor
from guanbao.platform.changes import need_known
from guanbao.platform.obligations.services.arming import record_changed
from guanbao.platform.wording import told

# What is agreed, and so is what an approval binds.
BOUND = (
    "kind", "overarching", "amends", "contractor", "reference", "title", "governing_law", "currency",
    "amount_net", "vat_rate", "amount_vat", "amount_gross", "fee_monthly", "effective_on", "expires_on",
    "renews_automatically", "renewal_months", "notice_months", "breach_notice_d",
)  # fmt: skip
EDITED = (
    "kind", "overarching", "title", "governing_law", "currency", "amount_net", "vat_rate", "fee_monthly",
    "effective_on", "expires_on", "renews_automatically", "renewal_months", "notice_months", "breach_notice_d", "note",
)  # fmt: skip
MOVES = ("state", "state_since")


def contract_add(*, actor: Actor, arrangement: Arrangement, reference: str, **facts: Any) -> Contract:  # noqa: ANN401 - of EDITED
    """Draft a contract of an arrangement with its contractor.

    Raises NotPermitted; ValidationError by field.
    """
    need_object(actor, CONTRACT_EDIT, arrangement, ARRANGEMENTS)
    need_known(facts, EDITED)
    if arrangement.contractor is None:
        raise ValidationError({"arrangement": told("This arrangement names no contractor yet.")})
    made = Contract(state_since=timezone.localdate(), state=ContractState.DRAFT)
    parties = {
        "institution": arrangement.institution, "arrangement": arrangement, "contractor": arrangement.contractor,
    }  # fmt: skip
    facts = parties | {"reference": reference} | facts | _amounts(made, facts)
    return row_add(made, actor=actor, event=events.CONTRACT_ADDED, columns=CONTRACTS, **facts)


def contract_edit(*, actor: Actor, contract: Contract, **facts: Any) -> Contract:  # noqa: ANN401 - of EDITED
    """Change a draft; clauses of the library follow its numbers.

    Raises NotPermitted, ContractNotDraft; ValidationError by field.
    """
    need_object(actor, CONTRACT_EDIT, contract, CONTRACTS)
    need_known(facts, EDITED)
    with transaction.atomic():
        held = draft_held(contract)
        facts |= _amounts(held, facts)
        done = row_edit(held, actor=actor, event=events.CONTRACT_EDITED, columns=CONTRACTS, **facts)
        clauses_follow(actor, done)
        payments_follow(actor, done)
    return done


def contract_reopen(*, actor: Actor, contract: Contract) -> Contract:
    """Take a contract that was offered back to draft: the contractor sees it no more, until it is offered anew.

    Raises NotPermitted, ContractNotNow.
    """
    need_object(actor, CONTRACT_OFFER, contract, CONTRACTS)
    with transaction.atomic():
        held = contract_held(contract, ContractState.OFFERED, ContractState.AGREED)
        return moved(
            held, actor=actor, event=events.CONTRACT_REOPENED, to=ContractState.DRAFT, shared_with=None, agreed_on=None,
            approved_on=None,
        )  # fmt: skip


def contract_give_up(*, actor: Actor, contract: Contract, given_up_reason: str) -> Contract:
    """Give up what was not signed. Raises NotPermitted, ContractNotNow; ValidationError: no reason."""
    need_object(actor, CONTRACT_OFFER, contract, CONTRACTS)
    if not given_up_reason.strip():
        raise ValidationError({"given_up_reason": told("Say why.")})
    with transaction.atomic():
        held = contract_held(contract, *UNSIGNED)
        return moved(
            held, actor=actor, event=events.CONTRACT_GIVEN_UP, to=ContractState.GIVEN_UP,
            given_up_reason=given_up_reason,
        )  # fmt: skip


def moved(contract: Contract, *, actor: Actor, event: Any, to: ContractState, **facts: object) -> Contract:  # noqa: ANN401 - an event type
    """The contract at another state."""
    facts |= {"state": to, "state_since": timezone.localdate()}
    return row_edit(contract, actor=actor, event=event, columns=CONTRACTS, **facts)


def contract_held(contract: Contract, *states: ContractState) -> Contract:
    """The contract as the database has it, held until the transaction ends, at one of these states.

    Raises ContractNotNow.
    """
    found = _locked(contract)
    if states and found.state not in states:
        raise ContractNotNow(reference=found.reference, state=str(ContractState(found.state).label))
    return found


def draft_held(contract: Contract) -> Contract:
    """As `contract_held`, of what may still be written. Raises ContractNotDraft."""
    found = _locked(contract)
    if found.state != ContractState.DRAFT:
        raise ContractNotDraft(reference=found.reference)
    return found


def payments_rearm(contract: Contract) -> None:
    """Have what is due of a contract's payments follow its dates. Within a transaction."""
    for pk in contract.payments.order_by("pk").values_list("pk", flat=True):
        record_changed("contract-payments", pk)


def payments_follow(actor: Actor, contract: Contract) -> None:
    """Figure the payments that are a share of the price anew."""
    for payment in contract.payments.exclude(percent=None).order_by("pk"):
        facts = shared(contract, payment.percent or Decimal(0))
        row_edit(payment, actor=actor, event=events.PAYMENT_EDITED, columns=OF_CONTRACT, **facts)


def shared(contract: Contract, percent: Decimal) -> dict[str, Decimal]:
    """A share of the price, net and VAT each to the cent, halves up."""
    net, vat = (
        (value * percent / 100).quantize(CENT, ROUND_HALF_UP) for value in (contract.amount_net, contract.amount_vat)
    )
    return {"amount_net": net, "amount_vat": vat, "amount_gross": net + vat}


def clauses_follow(actor: Actor, contract: Contract) -> None:
    """Write the numbers that the contract itself holds into its clauses of the library."""
    known = library().clauses
    for clause in contract.clauses.exclude(library_version=None).order_by("pk"):
        source = known.get(clause.code)
        if source is None or source.version != clause.library_version:
            continue  # its words are of another version, and stay
        said = source.said(clause.numbers, vars(contract))
        if (clause.text, clause.text_en) != (said.zh, said.en):
            row_edit(
                clause, actor=actor, event=events.CLAUSE_EDITED, columns=OF_CONTRACT, text=said.zh, text_en=said.en
            )


def _locked(contract: Contract) -> Contract:
    rows = Contract.objects.select_for_update(of=("self",))
    return rows.select_related("institution", "arrangement", "contractor").get(pk=contract.pk)


def _amounts(contract: Contract, facts: dict[str, Any]) -> dict[str, Decimal]:
    """Tax and sum, to the cent; nothing, where the amount is none: the model says so."""
    net, rate = facts.get("amount_net", contract.amount_net), facts.get("vat_rate", contract.vat_rate)
    if not isinstance(net, Decimal) or not isinstance(rate, Decimal) or not (net.is_finite() and rate.is_finite()):
        return {}
    return {"amount_vat": vat_of(net, rate), "amount_gross": net + vat_of(net, rate)}
