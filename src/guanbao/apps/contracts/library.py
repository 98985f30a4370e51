"""The library of clauses, from the packs: sets of demands, clauses that meet them, reports before signing.

A clause is known by its code, through all versions of its pack; a contract keeps the words and the version it took.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from guanbao.engine import documents
from guanbao.platform.wording import Said, lazily, told

_MOST = 1_000_000


@dataclass(frozen=True)
class Number:
    """A number in a clause: its usual value and unit, or the field of the contract that holds it."""

    usual: str
    unit: str
    field: str


@dataclass(frozen=True)
class LibraryClause:
    """A clause of the library. `text` holds the names of its numbers in braces."""

    code: str
    pack: str
    version: int
    source: str
    title: Said
    text: Said
    numbers: Mapping[str, Number]
    meets: tuple[str, ...]

    @property
    def usual(self) -> dict[str, str]:
        """The numbers that a contract may set, as they usually are."""
        return {name: number.usual for name, number in self.numbers.items() if not number.field}

    def said(self, numbers: Mapping[str, str], fields: Mapping[str, object]) -> Said:
        """The text with its numbers; those that the contract itself holds are taken from `fields`."""
        filled = {
            name: fields[number.field] if number.field else numbers.get(name, number.usual)
            for name, number in self.numbers.items()
        }
        return Said(zh=self.text.zh.format_map(filled), en=self.text.en.format_map(filled))


@dataclass(frozen=True)
class Demand:
    """Something that a contract has to say."""

    code: str
    title: Said


@dataclass(frozen=True)
class DemandSet:
    """Demands of a rule, and of which arrangements it demands them: all whose facts are as `when` says."""

    code: str
    title: Said
    rule: str
    when: Mapping[str, object]
    demands: tuple[Demand, ...]


@dataclass(frozen=True)
class PriorReport:
    """A report to the supervisor so many working days before signing, and of which arrangements."""

    code: str
    title: Said
    rule: str
    when: Mapping[str, object]
    workdays: int


@dataclass(frozen=True)
class Library:
    """Everything the packs hold."""

    sets: tuple[DemandSet, ...]
    clauses: Mapping[str, LibraryClause]
    reports: tuple[PriorReport, ...]
    eu_countries: frozenset[str]

    @property
    def demands(self) -> dict[str, Demand]:
        """Every demand by its code."""
        return {each.code: each for one in self.sets for each in one.demands}

    def meeting(self, demand: str) -> list[LibraryClause]:
        """The clauses that meet a demand."""
        return [each for each in self.clauses.values() if demand in each.meets]


@cache
def library() -> Library:
    """The library as shipped. The tables come first: they are of every contract."""
    folder = resources.files("guanbao").joinpath("packs/clauses")
    files = sorted(folder.iterdir(), key=lambda each: (each.name != "source_documents.yaml", each.name))
    packs = [
        (file.name.removesuffix(".yaml"), documents.parse(file.read_text(encoding="utf-8"), file=Path(file.name)).data)
        for file in files
        if file.name.endswith(".yaml")
    ]
    sets = tuple(_set(said) for _, data in packs for said in data["sets"])
    clauses = {code: _clause(code, pack, data, said) for pack, data in packs for code, said in data["clauses"].items()}
    reports = tuple(_report(said) for _, data in packs for said in data.get("reports", ()))
    eu = frozenset(code for _, data in packs for code in data.get("countries", ()))
    return Library(sets, clauses, reports, eu)


def numbers_read(clause: LibraryClause, given: Mapping[str, object]) -> dict[str, str]:
    """The numbers of a clause as a contract sets them. Raises ValueError, saying which is none."""
    read = clause.usual
    for name, value in given.items():
        if name not in read:
            raise ValueError(told("This clause has no number «{name}».", name=name))
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or not 0 <= number <= _MOST or -int(number.as_tuple().exponent) > 4:
            raise ValueError(told("«{name}» is no number.", name=name))
        read[name] = format(number.normalize(), "f")
    return read


def demand_titles(codes: list[str] | str) -> str:
    """What demands are called, one or several."""
    known = library().demands
    codes = [codes] if isinstance(codes, str) else codes
    return " · ".join(str(known[code].title) if code in known else code for code in codes)


def clause_title(code: str) -> str:
    """What a clause of the library is called; of one's own that it is."""
    found = library().clauses.get(code)
    return str(found.title) if found else told("Of one's own")


def clause_choices() -> list[tuple[str, Any]]:
    """Clauses to choose from."""
    return [(code, lazily(each.title)) for code, each in library().clauses.items()]


def demand_choices() -> list[tuple[str, Any]]:
    """Demands to choose from."""
    return [(code, lazily(each.title)) for code, each in library().demands.items()]


def _set(said: dict[str, Any]) -> DemandSet:
    demands = tuple(Demand(code, Said(**title)) for code, title in said["demands"].items())
    return DemandSet(said["code"], Said(**said["title"]), said["rule"], said["when"], demands)


def _report(said: dict[str, Any]) -> PriorReport:
    return PriorReport(said["code"], Said(**said["title"]), said["rule"], said["when"], int(said["workdays"]))


def _clause(code: str, pack: str, data: dict[str, Any], said: dict[str, Any]) -> LibraryClause:
    numbers = {
        name: Number(str(number.get("is", "")), str(number["unit"]), str(number.get("from", "")))
        for name, number in said.get("numbers", {}).items()
    }
    title, text = Said(**said["title"]), Said(**said["text"])
    return LibraryClause(code, pack, int(data["version"]), data["source"], title, text, numbers, tuple(said["meets"]))
