"""How a contract comes to its end: the service is completed, a warning, a notice."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from guanbao.apps.contracts import events
from guanbao.apps.contracts.choices import BINDING, Ground
from guanbao.apps.contracts.errors import NoticeTooLate, NoticeTooShort, WarningMissing
from guanbao.apps.contracts.models import Contract
from guanbao.apps.contracts.periods import breach_ends_on, notice_until
from guanbao.apps.contracts.permissions import CONTRACT_END
from guanbao.apps.contracts.selectors import CONTRACTS
from guanbao.apps.contracts.services.amending import main_held
from guanbao.apps.contracts.services.drafting import contract_held, payments_rearm
from guanbao.apps.contracts.services.signing import past
from guanbao.platform.access.reach import need_object
from guanbao.platform.access.writes import row_edit
from guanbao.platform.actors import Actor
from guanbao.platform.obligations.calendars import workdays_of
from guanbao.platform.wording import told

NOTICE = ("ends_because", "noticed_on", "terminates_on", "ends_reason")


def contract_complete(*, actor: Actor, contract: Contract, completed_on: date | None) -> Contract:
    """Record on which day the service was completed, as accepted: from it on the balance is due.

    Raises NotPermitted, ContractNotNow; ValidationError by field.
    """
    need_object(actor, CONTRACT_END, contract, CONTRACTS)
    day = past("completed_on", completed_on)
    with transaction.atomic():
        held = contract_held(contract, *BINDING)
        done = row_edit(held, actor=actor, event=events.CONTRACT_COMPLETED, columns=CONTRACTS, completed_on=day)
        payments_rearm(done)
    return done


def contract_warn(*, actor: Actor, contract: Contract, warned_on: date | None) -> Contract:
    """Record the written warning that goes before a notice for breach.

    Raises NotPermitted, ContractNotNow, AmendmentOfAmendment; ValidationError by field.
    """
    need_object(actor, CONTRACT_END, contract, CONTRACTS)
    day = past("warned_on", warned_on)
    with transaction.atomic():
        held = main_held(contract)
        return row_edit(held, actor=actor, event=events.CONTRACT_WARNED, columns=CONTRACTS, warned_on=day)


def contract_notice(
    *,
    actor: Actor,
    contract: Contract,
    ends_because: str,
    noticed_on: date | None,
    terminates_on: date | None,
    ends_reason: str,
) -> Contract:
    """Record a notice that ends a contract: at the end of its term, for breach after a warning, or by force majeure.

    Raises NotPermitted, ContractNotNow, AmendmentOfAmendment, NoticeTooLate, NoticeTooShort, WarningMissing;
    ValidationError by field.
    """
    need_object(actor, CONTRACT_END, contract, CONTRACTS)
    day = past("noticed_on", noticed_on)
    if ends_because not in Ground.values:
        raise ValidationError({"ends_because": told("Choose a ground.")})
    if not ends_reason.strip():
        raise ValidationError({"ends_reason": told("Say why.")})
    with transaction.atomic():
        held = main_held(contract)
        ends_on = _end_of(held, Ground(ends_because), day, terminates_on)
        return row_edit(
            held, actor=actor, event=events.CONTRACT_NOTICED, columns=CONTRACTS, ends_because=ends_because,
            noticed_on=day, terminates_on=ends_on, ends_reason=ends_reason,
        )  # fmt: skip


def _end_of(contract: Contract, ground: Ground, noticed_on: date, wanted: date | None) -> date:
    """The day on which the contract ends by a notice. Raises as `contract_notice`."""
    if ground is Ground.EXPIRY:
        until = contract.runs_until or noticed_on
        last = notice_until(until, contract.notice_months, workdays_of(contract.institution.organisation_id))
        if noticed_on > last:
            raise NoticeTooLate(day=last)
        return until
    first = noticed_on
    if ground is Ground.BREACH:
        if contract.warned_on is None or contract.warned_on > noticed_on:
            raise WarningMissing(reference=contract.reference)
        first = breach_ends_on(noticed_on, contract.breach_notice_d)
    ends_on = wanted or first
    if ends_on < first:
        raise NoticeTooShort(day=first, days=(first - noticed_on) // timedelta(days=1))
    return ends_on
