"""What came back against what was sent: line by line, gathered clause by clause, and what of a line differs.

`difflib` finds the lines that stayed; what lies between is paired by what it has in common. Its time grows with the
square of what it is given, so that long lines are compared by their beginning and end alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple

from guanbao.apps.contracts.lines import HEAD, Line

_ALIKE = 0.5
_MOST_CELLS = 40_000
_CHINESE = re.compile("[\u4e00-\u9fff]")
_TOKEN = re.compile(r"[A-Za-z]+|\d+|.", re.DOTALL)


class Change(StrEnum):
    """What became of a line."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


class Difference(NamedTuple):
    """A line that was sent, one that came back, or both; the part of the contract to which it belongs."""

    part: str
    style: str
    change: Change
    sent: str
    returned: str


class Piece(NamedTuple):
    """A stretch of a line: in both, only in what was sent, or only in what came back."""

    change: Change
    text: str


def differences(sent: Sequence[Line], returned: Sequence[str]) -> list[Difference]:
    """Every line, in order; what was added belongs to the part that it follows."""
    found: list[Difference] = []
    matcher = SequenceMatcher(a=[each.text for each in sent], b=list(returned), autojunk=False)
    for kind, i, i_end, j, j_end in matcher.get_opcodes():
        if kind == "equal":
            found += [Difference(each.part, each.style, Change.SAME, each.text, each.text) for each in sent[i:i_end]]
        else:
            found += _between(sent[i:i_end], returned[j:j_end], sent[max(i - 1, 0)] if sent else Line(HEAD, "text", ""))
    return found


def pieces(sent: str, returned: str) -> list[Piece]:
    """What of a line stayed, went and came."""
    a, b = _TOKEN.findall(sent), _TOKEN.findall(returned)
    head = _shared(a, b)
    tail = _shared(a[head:][::-1], b[head:][::-1])
    x, y = a[head : len(a) - tail], b[head : len(b) - tail]
    middle = _matched(x, y) if len(x) * len(y) <= _MOST_CELLS else _swapped(x, y)
    every = [Piece(Change.SAME, "".join(a[:head])), *middle, Piece(Change.SAME, "".join(a[len(a) - tail :]))]
    return [each for each in every if each.text]


def _between(sent: Sequence[Line], returned: Sequence[str], after: Line) -> Iterator[Difference]:
    """Lines of which none stayed: each that was sent with the first that is much like it, in order."""
    at = 0
    for line in sent:
        like = next((n for n in range(at, len(returned)) if _alike(line.text, returned[n])), None)
        if like is None:
            yield Difference(line.part, line.style, Change.REMOVED, line.text, "")
        else:
            yield from (_added(after, text) for text in returned[at:like])
            yield Difference(line.part, line.style, Change.CHANGED, line.text, returned[like])
            at = like + 1
        after = line
    yield from (_added(after, text) for text in returned[at:])


def _added(after: Line, text: str) -> Difference:
    """A line that came back after another: in its part, in the language that it is written in."""
    english = after.style == "english" and not _CHINESE.search(text)
    return Difference(after.part, "english" if english else "text", Change.ADDED, "", text)


def _alike(one: str, other: str) -> bool:
    shared = sum((Counter(one) & Counter(other)).values())
    return 2 * shared >= _ALIKE * (len(one) + len(other))


def _shared(a: Sequence[str], b: Sequence[str]) -> int:
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _matched(a: Sequence[str], b: Sequence[str]) -> Iterator[Piece]:
    for kind, i, i_end, j, j_end in SequenceMatcher(a=a, b=b, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece(Change.SAME, "".join(a[i:i_end]))
        else:
            yield from _swapped(a[i:i_end], b[j:j_end])


def _swapped(a: Sequence[str], b: Sequence[str]) -> Iterator[Piece]:
    yield Piece(Change.REMOVED, "".join(a))
    yield Piece(Change.ADDED, "".join(b))
