"""Where a term stands while its period still runs: what is needed to meet it, and the chance of missing it.

The chance is a bootstrap of days: each day to come is taken to be like a past day drawn at random, from the same kind
of day (open or closed, by the calendar) where there are enough of them; a period that ends beyond the target counts as
missed. The draws are made by a fixed seed, so the same records give the same chance. Days are drawn whole because
calls of one day are alike: drawing records would promise more certainty than there is.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from guanbao.engine.measures.catalogue import Unit
from guanbao.engine.statements.levels import Target

DRAWS = 2_000
LEAST_DAYS = 5
_SEED = 20_150_901


@dataclass(frozen=True)
class Day:
    """The integers of one day, as the measure counts them, and whether it is a working day."""

    numerator: int
    denominator: int
    open: bool


@dataclass(frozen=True)
class Standing:
    """One term in a period that still runs.

    `needed` is the share, or mean in the measure's unit, that the records to come must reach, given that as many come
    as on the days before; 0 or less means it is safe however they end, above 1 for a share that it is lost. None where
    it does not depend on what comes or nothing is expected. `missing` is the chance of missing as (draws that miss,
    all draws), None before there are enough days to draw from.
    """

    value: Fraction | None
    expected: int
    needed: Fraction | None
    missing: tuple[int, int] | None


def standing_of(
    so_far: Day, past: Sequence[Day], ahead: Sequence[bool], target: Target, unit: Unit, *, draws: int = DRAWS
) -> Standing:
    """The standing of a quotient: `so_far` in the period, `past` to draw from, `ahead` says which days are open."""
    scale = 1000 if unit is Unit.SECONDS else 1
    value = Fraction(so_far.numerator, so_far.denominator * scale) if so_far.denominator else None
    pools = {kind: [day for day in past if day.open is kind] for kind in (True, False)}
    usable = [kind for kind in set(ahead) if len(pools[kind]) >= LEAST_DAYS]
    if ahead and len(usable) < len(set(ahead)):
        pools = {True: list(past), False: list(past)}
    enough = not ahead or len(pools[ahead[0]]) >= LEAST_DAYS
    expected = _expected(pools, ahead) if enough else 0
    needed = None
    if expected:
        needed = (target.level * scale * (so_far.denominator + expected) - so_far.numerator) / (expected * scale)
    return Standing(value, expected, needed, _missing(so_far, pools, ahead, target, scale, draws) if enough else None)


def _expected(pools: dict[bool, list[Day]], ahead: Sequence[bool]) -> int:
    """How many records the days ahead bring, by the mean of days of their kind."""
    means = {kind: Fraction(sum(d.denominator for d in pool), len(pool)) for kind, pool in pools.items() if pool}
    return round(sum((means.get(kind, Fraction(0)) for kind in ahead), Fraction(0)))


def _missing(  # noqa: PLR0917
    so_far: Day, pools: dict[bool, list[Day]], ahead: Sequence[bool], target: Target, scale: int, draws: int
) -> tuple[int, int]:
    generator = random.Random(_SEED)  # noqa: S311 - the same records must give the same chance
    missed = 0
    for _ in range(draws):
        drawn = [pools[kind][generator.randrange(len(pools[kind]))] for kind in ahead]
        numerator = so_far.numerator + sum(day.numerator for day in drawn)
        denominator = so_far.denominator + sum(day.denominator for day in drawn)
        missed += bool(denominator) and not target.met_by(Fraction(numerator, denominator * scale))
    return missed, draws
