"""How concentrated outsourcing is: shares and the Herfindahl index, in exact fractions. No database here.

The index is the sum of squared shares, times 10000 (Herfindahl 1950; Hirschman 1945): 10000 where one has everything,
10000/n where n have the same. The bounds of "moderate" and "high" are those of the Merger Guidelines 2023 of the US
Department of Justice and Federal Trade Commission, section 2.1: made for markets, an orientation here and no rule.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypeVar

from guanbao.apps.sourcing.choices import Dimension, Level

WHOLE = 10_000
MODERATE, HIGH = 1_000, 1_800
_MONTHS = 12
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Held:
    """One arrangement with its contractor: in which parts it counts, and its yearly fee where that is known."""

    key: int
    contractor: int
    group: int
    countries: tuple[str, ...]
    function: int | None = None
    is_critical: bool = False
    fee: Decimal | None = None
    currency: str = ""

    def parts(self, dimension: str) -> dict[int | str, Fraction]:
        """The parts in which it counts, together one; of several countries each equally; without a function none."""
        if dimension == Dimension.COUNTRY:
            return {country: Fraction(1, len(self.countries)) for country in self.countries}
        if dimension == Dimension.FUNCTION:
            return {} if self.function is None else {self.function: Fraction(1)}
        return {self.group if dimension == Dimension.GROUP else self.contractor: Fraction(1)}


class Apart(NamedTuple):
    """What is not weighed by fee: how many have none, and what is paid in other currencies."""

    without_fee: int
    other: dict[str, tuple[int, Decimal]]


class Spread(NamedTuple):
    """What falls to each part of a dimension, by number and by yearly fee; `outside` count in none.

    `held` is how many have to do with a part at all, be it with a fraction.
    """

    number: dict[int | str, Fraction]
    fee: dict[int | str, Fraction]
    outside: int
    held: Counter[int | str]


def fee_yearly(monthly: Decimal | None) -> Decimal | None:
    """Twelve monthly fees."""
    return None if monthly is None else monthly * _MONTHS


def currency_of(rows: Iterable[Held]) -> str:
    """The currency in which most fees are, the first by name of several; none where there is no fee."""
    found = Counter(row.currency for row in rows if row.fee is not None)
    return min(found, key=lambda code: (-found[code], code)) if found else ""


def apart(rows: Iterable[Held], currency: str) -> Apart:
    """What `spread` leaves out by fee."""
    without, other = 0, dict[str, tuple[int, Decimal]]()
    for row in rows:
        if row.fee is None:
            without += 1
        elif row.currency != currency:
            number, amount = other.get(row.currency, (0, Decimal(0)))
            other[row.currency] = (number + 1, amount + row.fee)
    return Apart(without, dict(sorted(other.items())))


def spread(rows: Iterable[Held], dimension: str, currency: str) -> Spread:
    """Arrangements by part of a dimension: how many, and how much is paid for them in a currency."""
    number: dict[int | str, Fraction] = defaultdict(Fraction)
    fee: dict[int | str, Fraction] = defaultdict(Fraction)
    outside, held = 0, Counter[int | str]()
    for row in rows:
        parts = row.parts(dimension)
        outside += not parts
        held.update(parts.keys())
        for key, part in parts.items():
            number[key] += part
            if row.fee is not None and row.currency == currency:
                fee[key] += part * Fraction(row.fee)
    return Spread(dict(number), dict(fee), outside, held)


def shares(weights: Mapping[Key, Fraction]) -> dict[Key, Fraction]:
    """Each one's part of the whole; nothing where there is no whole."""
    whole = sum(weights.values())
    return {key: Fraction(weight, whole) for key, weight in weights.items()} if whole else {}


def herfindahl(weights: Mapping[Key, Fraction]) -> Fraction | None:
    """The index between 0 and 10000; None where nothing is weighed."""
    found = shares(weights)
    return sum((share * share for share in found.values()), Fraction(0)) * WHOLE if found else None


def level_of(index: Fraction | None) -> Level | None:
    """What an index means, by the bounds of the Merger Guidelines."""
    if index is None:
        return None
    return Level.HIGH if index > HIGH else Level.MODERATE if index >= MODERATE else Level.LOW


def rounded(value: Fraction | None, places: int = 0) -> Decimal | None:
    """A fraction as it is written, half to even."""
    if value is None:
        return None
    return Decimal(round(value * 10**places)).scaleb(-places)  # a fraction is rounded exactly


def percent(share: Fraction | None) -> Decimal | None:
    """A share in hundredths with one decimal place."""
    return None if share is None else rounded(share * 100, 1)


def judged(now: list[Held], award: Held) -> dict[str, object]:
    """What an assessment keeps: shares of the contractor and its parts, and each index, now and after an award.

    By number always; by fee in the currency of most. Figures are texts, for they are kept as they were.
    """
    after = [*(row for row in now if row.key != award.key), award]  # what is renewed is there already, and once
    currency = currency_of(after)
    left = apart(after, currency)
    dimensions = {}
    for dimension in Dimension.values:
        told: dict[str, object] = {}
        for when, rows in (("now", now), ("after", after)):
            found = spread(rows, dimension, currency)
            mine = award.parts(dimension)
            for by, weights in (("number", found.number), ("fee", found.fee)):
                part = shares(weights)
                share = sum((part.get(key, Fraction(0)) for key in mine), Fraction(0)) if part and mine else None
                told[f"{by}_{when}"] = {"share": _text(percent(share)), "index": _text(rounded(herfindahl(weights)))}
            told[f"outside_{when}"] = found.outside
        dimensions[dimension] = told
    critical = [row for row in after if row.is_critical]
    with_it = [row for row in critical if row.contractor == award.contractor]
    return {
        "counted": len(after),
        "currency": currency,
        "without_fee": left.without_fee,
        "other_currencies": {code: {"number": n, "fee": str(fee)} for code, (n, fee) in left.other.items()},
        "critical": len(critical),
        "critical_with_contractor": len(with_it),
        "dimensions": dimensions,
    }


def _text(value: Decimal | None) -> str:
    return "" if value is None else str(value)
