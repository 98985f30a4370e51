"""The ranking of bids: exact, with what each criterion brings, and how far a weight can move before the first changes.

Points go from 0 to 100. Quality: the mean of the evaluators' points. Price, by the tender's formula: `lowest`, the
lowest price over the price, times 100; `mean`, 100 less one point for each percent above the mean of all prices and
half a point for each percent below, never under 0. What counts are fractions, rounded half up where they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from guanbao.apps.sourcing.choices import Formula

WHOLE = Fraction(100)
PRICE = "price"
_BELOW = Fraction(1, 2)  # points for a percent under the mean


@dataclass(frozen=True)
class Ranked:
    """A bid's place: its points at each criterion and at the price, and its total."""

    key: int
    place: int
    points: Mapping[str, Fraction]
    total: Fraction


class Bounds(NamedTuple):
    """Between which weights, in percent, the first stays first while the others keep their proportions; who is next."""

    name: str
    weight: int
    low: Fraction
    high: Fraction


def price_points(formula: Formula | str, totals: Mapping[int, Decimal]) -> dict[int, Fraction]:
    """What each price earns."""
    prices = {key: Fraction(total) for key, total in totals.items()}
    if formula == Formula.LOWEST:
        least = min(prices.values())
        return {key: WHOLE * least / price for key, price in prices.items()}
    mean = sum(prices.values(), Fraction(0)) / len(prices)
    off = {key: (price - mean) / mean * WHOLE for key, price in prices.items()}
    return {key: max(Fraction(0), WHOLE - (far if far > 0 else -far * _BELOW)) for key, far in off.items()}


def quality_points(given: Sequence[Decimal]) -> Fraction:
    """The mean of what evaluators gave."""
    return sum(map(Fraction, given), Fraction(0)) / len(given)


def ranked(
    weights: Mapping[str, int], points: Mapping[int, Mapping[str, Fraction]], totals: Mapping[int, Decimal]
) -> list[Ranked]:
    """Bids by their total, the best first; of equal ones the cheaper, and of equally cheap ones both have the place."""
    total = {
        key: sum((weights[name] * each[name] for name in weights), Fraction(0)) / WHOLE for key, each in points.items()
    }
    order = sorted(points, key=lambda key: (-total[key], totals[key], key))
    places = {(total[key], totals[key]): len(order) - at for at, key in enumerate(reversed(order))}
    return [Ranked(key, places[total[key], totals[key]], points[key], total[key]) for key in order]


def sensitivity(weights: Mapping[str, int], rows: Sequence[Ranked]) -> list[Bounds]:
    """For each weight, how far it can move before another bid passes the first."""
    if not rows:
        return []
    return [Bounds(name, weight, *_bounds(name, weights, rows)) for name, weight in weights.items() if weight < WHOLE]


def line(name: str, weights: Mapping[str, int], row: Ranked) -> tuple[Fraction, Fraction]:
    """A bid's total where this criterion weighs nothing, and where it weighs everything; straight between them."""
    rest = sum((weights[other] * row.points[other] for other in weights if other != name), Fraction(0))
    return rest / (WHOLE - weights[name]), row.points[name]


def _bounds(name: str, weights: Mapping[str, int], rows: Sequence[Ranked]) -> tuple[Fraction, Fraction]:
    low, high = Fraction(0), WHOLE
    first = line(name, weights, rows[0])
    for other in rows[1:]:
        without, alone = (mine - theirs for mine, theirs in zip(first, line(name, weights, other), strict=True))
        if without == alone:
            continue  # they stay as far apart
        crossing = WHOLE * without / (without - alone)
        if alone > without:  # the more it weighs, the better for the first
            low = max(low, crossing)
        else:
            high = min(high, crossing)
    return low, high


def shown(value: Fraction, places: int = 2) -> Decimal:
    """Rounded half up."""
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole if value >= 0 else -whole).scaleb(-places)
