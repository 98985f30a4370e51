"""What answers are worth: exact shares, and shown figures that add up to what is shown of the whole.

A question counts by its weight if it is asked and applies. Its answer earns a share of that, from 0 to 1; no answer
earns nothing and counts all the same. What is not asked, or does not apply, counts neither way. The score is what was
earned of what counted, out of a hundred. Shown are hundredths: the score rounded half up, and the contributions by the
method of the largest remainder, so that they add up to it; so do what was lost and the rest of the hundred.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from guanbao.platform.questionnaires.choices import Kind, Outcome
from guanbao.platform.questionnaires.conditions import Value
from guanbao.platform.questionnaires.definitions import Definition, Question

_HUNDREDTHS = 100
_WHOLE = 100 * _HUNDREDTHS


class Given(NamedTuple):
    """An answer for scoring: its value, whether the question does not apply, and how many documents prove it."""

    value: Value
    is_unfit: bool = False
    documents: int = 0

    @property
    def counted(self) -> Value:
        """The value that conditions see."""
        return None if self.is_unfit else self.value


@dataclass(frozen=True)
class Part:
    """What one question brings: its share, points of a hundred that it could and did bring, and both as shown."""

    code: str
    share: Fraction | None  # None: it does not apply
    most: Fraction
    points: Fraction
    shown: int  # hundredths of a point
    shown_most: int
    is_failed: bool

    def said(self) -> dict[str, Any]:
        """As it is kept: fractions as text."""
        return {
            "code": self.code,
            "share": None if self.share is None else str(self.share),
            "most": str(self.most),
            "points": str(self.points),
            "shown": self.shown,
            "shown_most": self.shown_most,
            "failed": self.is_failed,
        }


@dataclass(frozen=True)
class Score:
    """The whole: exact and as shown (hundredths), None where nothing counted; and what that means."""

    exact: Fraction | None
    shown: int | None
    outcome: Outcome
    parts: tuple[Part, ...]

    def said(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "exact": None if self.exact is None else str(self.exact),
            "shown": self.shown,
            "outcome": str(self.outcome.value),
            "parts": [part.said() for part in self.parts],
        }


def score_of(definition: Definition, given: Mapping[str, Given]) -> Score:
    """What these answers are worth."""
    asked = definition.asked({code: each.counted for code, each in given.items()})
    shares = {code: share_of(each, given.get(code)) for code, each in asked.items() if each.weight or each.is_critical}
    whole = sum((asked[code].weight for code, share in shares.items() if share is not None), Fraction(0))
    most = {
        code: Fraction(0) if share is None or not whole else 100 * asked[code].weight / whole
        for code, share in shares.items()
    }
    points = {code: most[code] * (share or 0) for code, share in shares.items()}
    exact = sum(points.values(), Fraction(0)) if whole else None
    shown = None if exact is None else rounded(exact)
    earned = apportioned(list(points.values()), shown or 0)
    lost = apportioned([most[code] - points[code] for code in shares], 0 if shown is None else _WHOLE - shown)
    parts = tuple(
        Part(code, share, most[code], points[code], one, one + other, _is_failed(asked[code], share))
        for (code, share), one, other in zip(shares.items(), earned, lost, strict=True)
    )
    return Score(exact, shown, _outcome(definition, exact, parts), parts)


def share_of(question: Question, given: Given | None) -> Fraction | None:
    """The share of its weight that an answer earns; None where the question does not apply."""
    if given is not None and given.is_unfit:
        return None
    if question.kind is Kind.FILE:
        return Fraction(1 if given and given.documents else 0)
    if given is None or given.value is None:
        return Fraction(0)
    if question.kind is Kind.NUMBER and question.low is not None and question.high is not None:
        low, high = Fraction(question.low), Fraction(question.high)
        return _within((Fraction(str(given.value)) - low) / (high - low))
    chosen = given.value if isinstance(given.value, tuple) else (str(given.value),)
    return _within(sum((question.option(code).share or Fraction(0) for code in chosen), Fraction(0)))


def rounded(points: Fraction) -> int:
    """Hundredths, half up."""
    return int((points * _HUNDREDTHS + Fraction(1, 2)) // 1)


def apportioned(points: list[Fraction], whole: int) -> list[int]:
    """Hundredths that add up to `whole`: each rounded down, then one more for those that lost most, the first first."""
    down = [int(each * _HUNDREDTHS // 1) for each in points]
    lost = sorted(range(len(points)), key=lambda place: (down[place] - points[place] * _HUNDREDTHS, place))
    for place in lost[: whole - sum(down)]:
        down[place] += 1
    return down


def points_told(hundredths: int | None) -> str:
    """As it is shown: 83.33."""
    return "—" if hundredths is None else f"{hundredths // _HUNDREDTHS}.{hundredths % _HUNDREDTHS:02}"


def _within(share: Fraction) -> Fraction:
    return max(Fraction(0), min(Fraction(1), share))


def _is_failed(question: Question, share: Fraction | None) -> bool:
    return question.is_critical and share is not None and share < question.passes_at


def _outcome(definition: Definition, exact: Fraction | None, parts: tuple[Part, ...]) -> Outcome:
    if any(part.is_failed for part in parts):
        return Outcome.CRITICAL
    if definition.pass_at is None or exact is None:
        return Outcome.NONE
    return Outcome.PASSED if exact >= definition.pass_at else Outcome.FAILED
