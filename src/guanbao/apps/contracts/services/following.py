"""What comes of time: contracts take effect, are renewed by themselves, and expire."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db import transaction

from guanbao.apps.contracts import events
from guanbao.apps.contracts.choices import BINDING, OVER, RUNNING, ContractState
from guanbao.apps.contracts.models import Contract
from guanbao.apps.contracts.periods import term_end
from guanbao.apps.contracts.services.amending import amendment_counts
from guanbao.apps.contracts.services.drafting import contract_held, moved
from guanbao.platform.actors import SYSTEM
from guanbao.platform.obligations.calendars import today_of


def contracts_due() -> Iterator[int]:
    """The contracts that a day may bring further, each by its key."""
    yield from Contract.objects.filter(state__in=BINDING).order_by("pk").values_list("pk", flat=True)


def contract_follow(*, pk: int, today: date | None = None) -> bool:
    """Bring a contract to where it stands on a day (today, where the institution is); whether anything came of it."""
    with transaction.atomic():
        held = contract_held(Contract(pk=pk))
        if held.state not in BINDING or held.expires_on is None or held.effective_on is None:
            return False
        day = today or today_of(held.institution.organisation_id)
        if held.amends_id is not None:
            return _amendment_follow(held, counts=held.effective_on <= day)
        months = held.renewal_months if held.renews_automatically else None
        months = None if held.terminates_on is not None else months
        until = held.runs_until if months is None else term_end(held.expires_on, months, day)
        until = until or held.expires_on
        state = ContractState(held.state)
        if held.terminates_on is not None and held.terminates_on < day:
            state = ContractState.TERMINATED
        elif until < day:
            state = ContractState.EXPIRED
        elif state not in RUNNING and held.effective_on <= day:
            state = ContractState.IN_FORCE
        if (state, until) == (held.state, held.runs_until):
            return False
        moved(held, actor=SYSTEM, event=events.CONTRACT_CAME, to=state, runs_until=until)
    return True


def _amendment_follow(amendment: Contract, *, counts: bool) -> bool:
    """An amendment ends with its contract, and its terms count from its day on."""
    amended = contract_held(Contract(pk=amendment.amends_id))
    if amended.state in OVER:
        moved(amendment, actor=SYSTEM, event=events.CONTRACT_CAME, to=ContractState(amended.state))
        return True
    if amendment.state != ContractState.SIGNED or not counts:
        return False
    before = amendment_counts(actor=SYSTEM, amendment=amendment)
    moved(amendment, actor=SYSTEM, event=events.CONTRACT_CAME, to=ContractState.IN_FORCE, replaced=before)
    return True
