"""What can be wrong with what we were given. Each error is its own class; its docstring is its message.

The first paragraph of the docstring states the fact, the second says how to mend it; both may name the
error's parameters in braces. `guanbao.packs.language` holds the same in Chinese, by class name; a test
fails when one is missing there.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar


@dataclass(frozen=True)
class Where:
    """A place in a file: line and column count from one; either may be unknown."""

    file: Path | str | None = None
    line: int | None = None
    column: int | str | None = None

    def __str__(self) -> str:
        parts = [str(self.file) if self.file is not None else "", self.line, self.column]
        return ":".join(str(part) for part in parts if part not in (None, ""))


class GuanbaoError(Exception):
    """Something is wrong.

    Look at what it names.
    """

    known: ClassVar[dict[str, type[GuanbaoError]]] = {}

    def __init_subclass__(cls) -> None:
        GuanbaoError.known[cls.__name__] = cls

    def __init__(self, where: Where | None = None, **params: object) -> None:
        self.where = where or Where()
        self.params = params
        super().__init__(self.message())

    @classmethod
    def templates(cls) -> tuple[str, str]:
        """The English fact and remedy, unfilled."""
        text = inspect.cleandoc(cls.__doc__ or "")
        fact, _, remedy = text.partition("\n\n")
        return " ".join(fact.split()), " ".join(remedy.split())

    def message(self, templates: tuple[str, str] | None = None, params: dict[str, object] | None = None) -> str:
        """The place, the fact and the remedy in one string; `params` stand for the error's own, in other words."""
        place, filled = str(self.where), _Shown(self.params if params is None else params)
        said = " ".join(text.format_map(filled) for text in templates or self.templates() if text)
        return f"{place}: {said}" if place else said


class _Shown(dict[str, object]):
    """Parameters as they are printed: collections joined, control characters shown, long texts cut."""

    def __init__(self, params: dict[str, object]) -> None:
        super().__init__({name: shown(value) for name, value in params.items()})


def shown(value: object, *, most: int = 300) -> str:
    """`value` on one printable line of at most `most` characters."""
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple | set | frozenset) else str(value)
    text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    return text if len(text) <= most else text[: most - 1] + "…"


class InputError(GuanbaoError):
    """A file, option or value that we were given is wrong.

    See what it names.
    """
