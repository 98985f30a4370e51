"""Kinds of documents, from the pack: what they are called, and how long they are kept by which clause."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from guanbao.engine import documents
from guanbao.platform.wording import Said, lazily


@dataclass(frozen=True)
class Kind:
    """A kind of document; it is kept for so many years after the end of what it is about, or after its receipt."""

    code: str
    name: Said
    years: int
    after: Literal["end", "receipt"]
    source: str
    kept_by: str


@cache
def kinds() -> dict[str, Kind]:
    """Every kind by its code."""
    text = resources.files("guanbao").joinpath("packs/documents/kinds.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = documents.parse(text, file=Path("kinds.yaml")).data["kinds"]
    return {
        code: Kind(code, Said(**said["name"]), int(said["years"]), said["after"], said["source"], said["kept_by"])
        for code, said in data.items()
    }


def kind_choices() -> list[tuple[str, Any]]:
    """Kinds to choose from."""
    return [(code, lazily(kind.name)) for code, kind in kinds().items()]


def kind_title(code: str) -> str:
    """What a kind is called; its code, where the pack has it no more."""
    return str(kinds()[code].name) if code in kinds() else code


def kept_until(kind: str, counted: Iterable[date | None]) -> date:
    """The last day on which a document must still be there: the years of its kind after the latest of these days."""
    last = max(day for day in counted if day is not None)
    year = min(last.year + kinds()[kind].years, date.max.year)
    try:
        return last.replace(year=year)
    except ValueError:  # of 29 February
        return last.replace(year=year, month=3, day=1)
