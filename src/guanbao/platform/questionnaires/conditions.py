"""Conditions under which a question is asked: data that is walked, never code that is run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Value = str | Decimal | tuple[str, ...] | None


@dataclass(frozen=True)
class Test:
    """What the answer to another question must be. A question that is not asked or not answered has none."""

    question: str
    word: str  # is, is_not, at_least, at_most, answered
    wanted: Any

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Whether it holds of these answers; nothing but `answered: false` holds of no answer."""
        value = values.get(self.question)
        if self.word == "answered":
            return (value is not None) is self.wanted
        if value is None:
            return False
        if self.word in ("at_least", "at_most"):
            return isinstance(value, Decimal) and (
                value >= self.wanted if self.word == "at_least" else value <= self.wanted
            )
        given = set(value) if isinstance(value, tuple) else {str(value)}
        return bool(given & set(self.wanted)) is (self.word == "is")

    def questions(self) -> Iterator[str]:
        """The questions that it asks about."""
        yield self.question


@dataclass(frozen=True)
class Group:
    """Several conditions, of which all or any must hold."""

    every: bool
    parts: tuple[Condition, ...]

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Whether they do."""
        return (all if self.every else any)(part.holds(values) for part in self.parts)

    def questions(self) -> Iterator[str]:
        """The questions that they ask about."""
        for part in self.parts:
            yield from part.questions()


Condition = Test | Group
WORDS = ("is", "is_not", "at_least", "at_most", "answered")
DEEPEST = 3


def condition_of(said: Mapping[str, Any]) -> Condition:
    """A condition as a checked definition says it."""
    for word in ("all", "any"):
        if word in said:
            return Group(word == "all", tuple(map(condition_of, said[word])))
    word = next(word for word in WORDS if word in said)
    wanted = said[word]
    if word in ("is", "is_not"):
        wanted = tuple(wanted)
    elif word != "answered":
        wanted = Decimal(wanted)
    return Test(said["question"], word, wanted)
