"""What contracts have people do: each hangs on a date of the contract, and moves with it."""

from __future__ import annotations

from datetime import date

from guanbao.apps.contracts.choices import BINDING, OVER, ContractState, PaymentKind
from guanbao.apps.contracts.models import Confidentiality, Contract, Payment
from guanbao.apps.contracts.periods import notice_until, renewal_decided_by
from guanbao.apps.contracts.plans import due_of, is_paid
from guanbao.apps.contracts.selectors import (
    CONFIDENTIALITIES,
    CONTRACTS,
    OF_CONTRACT,
    confidentialities_visible,
    contracts_visible,
    payments_visible,
)
from guanbao.platform.obligations.calendars import workdays_of
from guanbao.platform.obligations.days import Workdays
from guanbao.platform.obligations.declaring import attach, duty_kind
from guanbao.platform.wording import _ as title_

attach(
    "contracts",
    Contract,
    rows=contracts_visible,
    columns=CONTRACTS,
    dates=("signed_on", "effective_on", "runs_until"),
    is_over=lambda row: row.state in OVER,
)
attach(
    "confidentiality-agreements",
    Confidentiality,
    rows=confidentialities_visible,
    columns=CONFIDENTIALITIES,
    dates=("signed_on", "valid_until"),
)
attach(
    "contract-payments",
    Payment,
    rows=payments_visible,
    columns=OF_CONTRACT,
    dates=("planned_on", "returns_on"),
    is_over=lambda row: row.contract.state == ContractState.GIVEN_UP,
)


def _working(contract: Contract) -> Workdays:
    return workdays_of(contract.institution.organisation_id)


def _runs(contract: Contract) -> bool:
    """Whether it binds, and its end is its own: an amendment's is its contract's."""
    return contract.state in BINDING and contract.amends_id is None


def notice_day(contract: Contract) -> date | None:
    """The last day on which the running term can be ended by notice, of a contract that binds."""
    if not _runs(contract) or contract.runs_until is None or contract.noticed_on is not None:
        return None
    return notice_until(contract.runs_until, contract.notice_months, _working(contract))


def decision_day(contract: Contract) -> date | None:
    """The day by which it is decided whether the contract goes on."""
    if not _runs(contract) or contract.runs_until is None or contract.noticed_on is not None:
        return None
    return renewal_decided_by(contract.runs_until, contract.notice_months, _working(contract))


DECIDE = duty_kind(
    "contract.decide",
    title_("Decide whether the contract goes on"),
    on="contracts",
    day=decision_day,
    role="executing_department",
    leads=(60, 30, 7),
)
NOTICE = duty_kind(
    "contract.notice",
    title_("Last day to end the contract by notice"),
    on="contracts",
    day=notice_day,
    role="outsourcing_office",
    leads=(30, 15, 7, 1),
    escalate_to="senior_management",
)
EXPIRY = duty_kind(
    "contract.expires",
    title_("The contract ends: renew it, or hand over"),
    on="contracts",
    day=lambda row: (row.terminates_on or row.runs_until) if _runs(row) else None,
    role="outsourcing_office",
    leads=(90, 30, 15, 7, 1),
    is_shared=True,
)
CONFIDENTIALITY = duty_kind(
    "confidentiality.renew",
    title_("Renew the confidentiality agreement"),
    on="confidentiality-agreements",
    day=lambda row: row.valid_until,
    role="outsourcing_office",
)


def payment_day(payment: Payment) -> date | None:
    """The last day on which a payment is made in time, while it is not paid; of a bond, on which it is given."""
    if payment.contract.signed_on is None:
        return None
    return due_of(payment, _working(payment.contract))


PAY = duty_kind(
    "payment.due",
    title_("Pay what is due by the contract"),
    on="contract-payments",
    day=lambda row: payment_day(row) if row.kind != PaymentKind.BOND else None,
    role="finance",
    leads=(7, 3, 1),
    is_shared=True,
    met=lambda row, _day: is_paid(row),
)
BOND = duty_kind(
    "payment.bond",
    title_("Return the performance bond"),
    on="contract-payments",
    day=lambda row: row.returns_on if row.contract.signed_on is not None else None,
    role="finance",
    is_shared=True,
)
