"""What a business case comes to: exactly, and rounded once at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from guanbao.apps.initiatives.choices import Letter, Line
from guanbao.apps.initiatives.models import CaseLine, Part

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Worth:
    """What outsourcing is worth against doing it in house, in the case's currency.

    `net` by year is what is saved and gained less what is paid; `present` is its sum, each year's discounted by
    1/(1 + rate)^year; `ratio` is what is saved and gained over what is paid, both discounted, None where nothing is
    paid; `pays_back` is the year from whose end on the discounted sum is not below zero, None where it ends below.
    """

    net: Mapping[int, Decimal]
    present: Decimal
    ratio: Decimal | None
    pays_back: int | None


def worth_of(lines: Iterable[CaseLine], discount_percent: Decimal) -> Worth:
    """The worth of these lines, discounted by a rate in percent a year."""
    factor = 1 / (1 + Fraction(discount_percent) / 100)
    gained: dict[int, Fraction] = {}
    paid: dict[int, Fraction] = {}
    for line in lines:
        side = paid if line.kind == Line.OUTSOURCED else gained
        side[line.year] = side.get(line.year, Fraction(0)) + Fraction(line.amount)
    years = range(max([*gained, *paid], default=-1) + 1)
    net = {year: gained.get(year, Fraction(0)) - paid.get(year, Fraction(0)) for year in years}
    total, pays_back = Fraction(0), None
    for year in years:
        total += net[year] * factor**year
        if total < 0:
            pays_back = None
        elif pays_back is None:
            pays_back = year
    gains, costs = (sum((side[year] * factor**year for year in side), Fraction(0)) for side in (gained, paid))
    return Worth(
        {year: _rounded(value) for year, value in net.items()},
        _rounded(total),
        _rounded(gains / costs) if costs else None,
        pays_back,
    )


def parts_wrong(parts: Iterable[Part]) -> list[str]:
    """The activities for which nobody is accountable, or which nobody does."""
    letters: dict[str, list[str]] = {}
    for part in parts:
        letters.setdefault(part.activity, []).append(part.letter)
    return [
        activity
        for activity, found in letters.items()
        if found.count(Letter.ACCOUNTABLE) != 1 or Letter.RESPONSIBLE not in found
    ]


def _rounded(value: Fraction) -> Decimal:
    """To the cent, a half away from zero."""
    scaled = abs(value) * 100
    cents = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return (Decimal(cents if value >= 0 else -cents) / 100).quantize(_CENT, ROUND_HALF_UP)
