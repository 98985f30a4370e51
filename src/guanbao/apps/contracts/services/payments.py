"""The payment plan of a draft, and when a payment was reached."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from guanbao.apps.contracts import events
from guanbao.apps.contracts.choices import BINDING, PaymentKind
from guanbao.apps.contracts.models import Contract, Payment, Reached
from guanbao.apps.contracts.permissions import CONTRACT_EDIT, CONTRACT_END
from guanbao.apps.contracts.plans import LATER_WORKDAYS, USUAL_WORKDAYS
from guanbao.apps.contracts.selectors import CONTRACTS, OF_CONTRACT, columns
from guanbao.apps.contracts.services.drafting import contract_held, draft_held, shared
from guanbao.apps.contracts.services.signing import past
from guanbao.platform.access.reach import need_object
from guanbao.platform.access.writes import row_add, row_edit, row_remove
from guanbao.platform.actors import Actor
from guanbao.platform.changes import need_known
from guanbao.platform.obligations.services.arming import record_changed
from guanbao.platform.wording import told

FIELDS = ("kind", "title", "percent", "amount_net", "amount_vat", "workdays", "planned_on", "returns_on")
_OF_PAYMENT = columns("payment__contract__")
_REACHED = (PaymentKind.MILESTONE, PaymentKind.PERIODIC)


def payment_add(*, actor: Actor, contract: Contract, **facts: Any) -> Payment:  # noqa: ANN401 - of FIELDS
    """Add a payment to the plan of a draft, by its share of the price or by its amounts.

    Raises NotPermitted, ContractNotDraft; ValidationError by field.
    """
    need_object(actor, CONTRACT_EDIT, contract, CONTRACTS)
    with transaction.atomic():
        held = draft_held(contract)
        last = held.payments.aggregate(last=Max("position"))["last"] or 0
        facts = _figured(held, facts) | {"contract": held, "position": last + 1}
        return row_add(Payment(), actor=actor, event=events.PAYMENT_ADDED, columns=OF_CONTRACT, **facts)


def payment_edit(*, actor: Actor, payment: Payment, **facts: Any) -> Payment:  # noqa: ANN401 - of FIELDS
    """Change a payment of a draft. Raises NotPermitted, ContractNotDraft; ValidationError by field."""
    need_object(actor, CONTRACT_EDIT, payment, OF_CONTRACT)
    with transaction.atomic():
        facts = _figured(draft_held(payment.contract), facts)
        return row_edit(payment, actor=actor, event=events.PAYMENT_EDITED, columns=OF_CONTRACT, **facts)


def payment_remove(*, actor: Actor, payment: Payment) -> Payment:
    """Take a payment out of a draft. Raises NotPermitted, ContractNotDraft."""
    need_object(actor, CONTRACT_EDIT, payment, OF_CONTRACT)
    with transaction.atomic():
        draft_held(payment.contract)
        kept = ("position", "kind", "title", "amount_gross")
        return row_remove(payment, actor=actor, event=events.PAYMENT_REMOVED, columns=OF_CONTRACT, told=kept)


def payment_reach(*, actor: Actor, payment: Payment, reached_on: date | None) -> Payment:
    """Record on which day a milestone was reached or a period ended; a corrected day moves what is due.

    Raises NotPermitted, ContractNotNow; ValidationError by field.
    """
    need_object(actor, CONTRACT_END, payment, OF_CONTRACT)
    day = past("reached_on", reached_on)
    if payment.kind not in _REACHED:
        raise ValidationError({"reached_on": told("Its day is that of signing or completion.")})
    with transaction.atomic():
        contract_held(payment.contract, *BINDING)
        row = Reached.objects.filter(payment=payment.pk).first() or Reached(payment=payment)
        write = row_add if row.pk is None else row_edit
        write(row, actor=actor, event=events.PAYMENT_REACHED, columns=_OF_PAYMENT, reached_on=day)
        record_changed("contract-payments", payment.pk)
    return payment


def _figured(contract: Contract, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts with amounts: a share's are those of the price. Raises ValidationError."""
    need_known(facts, FIELDS)
    if facts.get("workdays") is None:
        facts["workdays"] = USUAL_WORKDAYS.get(facts.get("kind", ""), LATER_WORKDAYS)
    percent = facts.get("percent")
    if percent is not None:
        return facts | shared(contract, Decimal(percent))
    net, vat = facts.get("amount_net"), facts.get("amount_vat")
    if net is None or vat is None:
        raise ValidationError({"percent": told("State a share of the price, or net amount and VAT.")})
    return facts | {"amount_gross": net + vat}
