"""Agreeing on a contract: it is offered, spoken about and agreed to; and what an approval leaves on it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.apps.contracts import events
from guanbao.apps.contracts.choices import UNSIGNED, ContractState
from guanbao.apps.contracts.errors import ContractIncomplete, ContractorChanged
from guanbao.apps.contracts.models import Comment, Contract
from guanbao.apps.contracts.permissions import CONTRACT_AGREE, CONTRACT_COMMENT, CONTRACT_OFFER
from guanbao.apps.contracts.selectors import CONTRACTS, OF_CONTRACT
from guanbao.apps.contracts.services.drafting import contract_held, moved
from guanbao.apps.contracts.services.returning import document_filed
from guanbao.platform.access.reach import Columns, need_object, reach
from guanbao.platform.access.tenancy import limited_to
from guanbao.platform.access.writes import row_add, row_edit
from guanbao.platform.actors import SYSTEM, Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.wording import told
from guanbao.platform.workflow.choices import State
from guanbao.platform.workflow.hearing import News
from guanbao.platform.workflow.models import Approval

# What the contractor is not told: approvals, and what is reported of it.
INSIDE = Columns(
    institution="institution__organisation", department="arrangement__department", arrangement="arrangement"
)


def contract_offer(*, actor: Actor, contract: Contract) -> Contract:
    """Show a draft to the contractor, as what the institution would sign.

    Its document is filed.

    Raises NotPermitted, ContractNotNow, ContractIncomplete, ContractorChanged, and as `document_filed`.
    """
    need_object(actor, CONTRACT_OFFER, contract, CONTRACTS)
    with transaction.atomic():
        held = contract_held(contract, ContractState.DRAFT)
        same_contractor(held)
        if held.effective_on is None or held.expires_on is None:
            raise ContractIncomplete(reference=held.reference)
        offered = moved(
            held, actor=actor, event=events.CONTRACT_OFFERED, to=ContractState.OFFERED,
            shared_with=held.contractor.organisation,
        )  # fmt: skip
        return document_filed(actor=actor, contract=offered)


def contract_agree(*, actor: Actor, contract: Contract) -> Contract:
    """The contractor agrees to a contract as it was offered. Raises NotPermitted, ContractNotNow."""
    need_object(actor, CONTRACT_AGREE, contract, CONTRACTS)
    with transaction.atomic():
        held = contract_held(contract, ContractState.OFFERED)
        today = timezone.localdate()
        return moved(held, actor=actor, event=events.CONTRACT_AGREED, to=ContractState.AGREED, agreed_on=today)


def contract_comment(*, actor: Actor, contract: Contract, text: str) -> Contract:
    """Say something about a contract that both sides read, while it is not signed.

    Raises NotPermitted, ContractNotNow; ValidationError: nothing is said.
    """
    need_object(actor, CONTRACT_COMMENT, contract, CONTRACTS)
    if not text.strip():
        raise ValidationError({"text": told("Say something.")})
    with transaction.atomic():
        held = contract_held(contract, *UNSIGNED)
        side = reach(actor, CONTRACT_COMMENT).side or Side.INSTITUTION
        row_add(
            Comment(), actor=actor, event=events.CONTRACT_COMMENTED, columns=OF_CONTRACT, contract=held, text=text,
            side=side, person_id=actor.person_id, at=timezone.now(),
        )  # fmt: skip
    return held


def approval_heard(news: News) -> None:
    """An approval ended, or is void: the contract says so. Within the transaction of what happened."""
    if news.kind not in ("ended", "voided"):
        return
    approval = Approval.objects.get(pk=news.approval_id)
    if approval.subject_type != Contract._meta.label_lower:  # noqa: SLF001 - Django's published way to a model's name
        return
    on = timezone.localdate() if approval.state == State.APPROVED else None
    with limited_to(SYSTEM):
        contract = Contract.objects.filter(pk=approval.subject_id).first()
        if contract is not None and contract.state in UNSIGNED and contract.approved_on != on:
            row_edit(contract, actor=SYSTEM, event=events.CONTRACT_APPROVED, columns=INSIDE, approved_on=on)


def same_contractor(contract: Contract) -> None:
    """That the arrangement still is with this contractor. Raises ContractorChanged."""
    if contract.contractor_id != contract.arrangement.contractor_id:
        raise ContractorChanged(reference=contract.reference)
