"""What stands to an institution's credit with an arrangement, from whoever keeps such: an app says so in its `apps`.

credits_by(lambda arrangement_id: …)  # yields Credit
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple


class Credit(NamedTuple):
    """An amount to the institution's credit for a month, below zero where an earlier one is taken back."""

    month: date
    amount: Decimal
    currency: str
    url: str


Find = Callable[[int], Iterable[Credit]]
_KNOWN: list[Find] = []


def credits_by(find: Find) -> None:
    """Have `find(arrangement_id)` asked for credits; an app does so once, in its `apps`."""
    _KNOWN.append(find)


def credits_of(arrangement_id: int, currency: str) -> list[Credit]:
    """The credits of an arrangement in a currency, by month."""
    every = (credit for find in _KNOWN for credit in find(arrangement_id))
    return sorted(credit for credit in every if credit.currency == currency)
