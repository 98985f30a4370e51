"""Exact quotients, attainment, score, credits and bonuses. Nothing here is a binary float."""

from __future__ import annotations

import decimal
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

_DIGITS = 12


def decimal_text(value: Fraction) -> str:
    """`value` to 12 significant digits, half even, without exponent or trailing zeros."""
    with decimal.localcontext(prec=_DIGITS, rounding=decimal.ROUND_HALF_EVEN):
        text = format(Decimal(value.numerator) / Decimal(value.denominator), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(value: Fraction, places: int, mode: str = "half_even") -> Decimal:
    """`value` to so many decimal places, exactly rounded."""
    scaled = value * 10**places
    whole, rest = divmod(abs(scaled.numerator), scaled.denominator)
    twice = 2 * rest
    up = {
        "up": rest > 0,
        "down": False,
        "half_up": twice >= scaled.denominator,
        "half_down": twice > scaled.denominator,
        "half_even": twice > scaled.denominator or (twice == scaled.denominator and whole % 2 == 1),
    }[mode]
    number = whole + up
    return Decimal(-number if scaled < 0 else number).scaleb(-places)


@dataclass(frozen=True)
class Step:
    """One step of a credit (`below`, `above`) or bonus (`at_least`, `at_most`): a share of the fee or an amount."""

    edge: str
    level: Fraction
    of_fee: Fraction | None
    amount: Decimal | None

    def applies(self, value: Fraction) -> bool:
        """Credits are strict, bonuses are not."""
        return {
            "below": value < self.level,
            "above": value > self.level,
            "at_least": value >= self.level,
            "at_most": value <= self.level,
        }[self.edge]

    @property
    def depth(self) -> Fraction:
        """The greater, the deeper, among steps with the same edge."""
        return -self.level if self.edge in ("below", "at_most") else self.level


@dataclass(frozen=True)
class Money:
    """What a contract says of money: fee, caps, rounding, and whether bonuses offset credits."""

    monthly_fee: Decimal | None
    currency: str | None
    cap_of_fee: Fraction | None = None
    cap_amount: Decimal | None = None
    places: int = 2
    mode: str = "half_even"
    net: bool = False

    def fee(self, months: int) -> Fraction:
        """The fee of so many months."""
        return Fraction(self.monthly_fee or 0) * months

    def of_steps(self, steps: tuple[Step, ...], value: Fraction, months: int) -> Decimal:
        """What the deepest step that applies comes to, rounded; 0 if none does."""
        reached = [step for step in steps if step.applies(value)]
        if not reached:
            return rounded(Fraction(0), self.places)
        step = max(reached, key=lambda s: s.depth)
        exact = Fraction(step.amount) if step.amount is not None else self.fee(months) * (step.of_fee or 0)
        return rounded(exact, self.places, self.mode)

    def capped(self, total: Decimal, months: int) -> tuple[Decimal, bool]:
        """The sum of the credits under the caps, and whether a cap held it."""
        caps = []
        if self.cap_of_fee is not None:
            caps.append(rounded(self.fee(months) * self.cap_of_fee, self.places, self.mode))
        if self.cap_amount is not None:
            caps.append(rounded(Fraction(self.cap_amount), self.places, self.mode))
        lowest = min(caps, default=total)
        return (lowest, True) if total > lowest else (total, False)


def attainment(value: Fraction, level: Fraction, *, met: bool, higher: bool) -> Fraction:
    """How much of a target was reached, between 0 and 1."""
    if met:
        return Fraction(1)
    above, below = (value, level) if higher else (level, value)
    return min(max(above / below, Fraction(0)), Fraction(1)) if below else Fraction(0)


def score(parts: list[tuple[Fraction, Fraction]]) -> str | None:
    """100 × Σ weight × attainment ÷ Σ weight, two decimals, half even; None where nothing weighs."""
    weights = sum((weight for weight, _reached in parts), Fraction(0))
    if not weights:
        return None
    exact = 100 * sum((weight * reached for weight, reached in parts), Fraction(0)) / weights
    return format(rounded(exact, 2), "f")
