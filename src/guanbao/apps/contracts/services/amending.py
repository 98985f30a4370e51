"""Amendments: a contract that changes another, drafted, approved and signed as any, whose terms then count."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.apps.arrangements.choices import Stage
from guanbao.apps.arrangements.services import arrangement_edit
from guanbao.apps.contracts import events
from guanbao.apps.contracts.choices import BINDING, ContractState
from guanbao.apps.contracts.errors import AmendedEnds, AmendmentOfAmendment
from guanbao.apps.contracts.models import Contract
from guanbao.apps.contracts.permissions import CONTRACT_EDIT
from guanbao.apps.contracts.plans import ZERO
from guanbao.apps.contracts.selectors import CONTRACTS
from guanbao.apps.contracts.services.drafting import contract_held, moved, payments_rearm
from guanbao.platform.access.reach import need_object
from guanbao.platform.access.writes import row_add
from guanbao.platform.actors import Actor
from guanbao.platform.wording import told

# What an amendment states anew; its amounts are what it adds to the price.
TERMS = (
    "fee_monthly", "expires_on", "renews_automatically", "renewal_months", "notice_months", "breach_notice_d",
)  # fmt: skip
_KEPT = (
    "institution", "arrangement", "contractor", "kind", "overarching", "governing_law", "currency", "vat_rate", *TERMS,
)  # fmt: skip


def contract_amend(
    *, actor: Actor, contract: Contract, reference: str, title: str, effective_on: date | None
) -> Contract:
    """Draft an amendment that counts from a day on, with the terms as they are: what is to change is edited there.

    Raises NotPermitted, ContractNotNow, AmendmentOfAmendment, AmendedEnds; ValidationError by field.
    """
    need_object(actor, CONTRACT_EDIT, contract, CONTRACTS)
    with transaction.atomic():
        held = main_held(contract)
        facts: dict[str, Any] = {name: getattr(held, name) for name in _KEPT}
        facts |= {"amends": held, "reference": reference, "title": title, "effective_on": effective_on}
        facts |= dict.fromkeys(("amount_net", "amount_vat", "amount_gross"), ZERO)
        facts["expires_on"] = held.runs_until
        made = Contract(state=ContractState.DRAFT, state_since=timezone.localdate())
        amendment = row_add(made, actor=actor, event=events.AMENDMENT_ADDED, columns=CONTRACTS, **facts)
        amendment_need_fit(amendment, held)
    return amendment


def amendment_need_fit(amendment: Contract, amended: Contract) -> None:
    """That the contract can still be amended, from that day on. Raises AmendedEnds; ValidationError by field."""
    over = amended.arrangement.stage == Stage.CLOSED
    if over or amended.state not in BINDING or amended.noticed_on is not None:
        raise AmendedEnds(reference=amended.reference)
    first, last = amended.effective_on, amended.runs_until
    day = amendment.effective_on
    if day is None or first is None or last is None or not first <= day <= last:
        raise ValidationError(
            {"effective_on": told("It counts from a day on which the contract runs: {first} to {last}.",
                                  first=first, last=last)}
        )  # fmt: skip


def amendment_counts(*, actor: Actor, amendment: Contract) -> dict[str, object]:
    """Have the terms of an amendment be the contract's, and the arrangement's.

    What they were before is answered. Duties move with the dates at once. Within a transaction.
    """
    amended = contract_held(Contract(pk=amendment.amends_id))
    before = {name: _plain(getattr(amended, name)) for name in TERMS}
    facts: dict[str, Any] = {name: getattr(amendment, name) for name in TERMS}
    done = moved(
        amended, actor=actor, event=events.CONTRACT_AMENDED, to=ContractState.AMENDED,
        runs_until=amendment.expires_on, **facts,
    )  # fmt: skip
    payments_rearm(done)
    told_of: dict[str, Any] = {"ends_on": amendment.expires_on}
    if amendment.fee_monthly is not None:
        told_of |= {"fee_monthly": amendment.fee_monthly, "fee_currency": amendment.currency}
    arrangement = amended.arrangement
    if any(getattr(arrangement, name) != value for name, value in told_of.items()):
        arrangement_edit(actor=actor, arrangement=arrangement, **told_of)
    return before


def main_held(contract: Contract) -> Contract:
    """The contract, held, which binds and is no amendment. Raises ContractNotNow, AmendmentOfAmendment."""
    held = contract_held(contract, *BINDING)
    if held.amends is not None:
        raise AmendmentOfAmendment(reference=held.reference, amended=held.amends.reference)
    return held


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, bool | int) else str(value)
