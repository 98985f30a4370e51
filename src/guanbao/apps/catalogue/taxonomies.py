"""Taxonomies of the source documents, from packs: codes with their names in both languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from guanbao.engine import documents
from guanbao.platform.wording import Said, lazily

Choices = list[tuple[str, Any]]
KINDS = (
    "it_services", "bank_services", "back_office", "insurance_services", "financial_bpo", "ito", "bpo",
    "offshore_services",
)  # fmt: skip
LIMITED_TO = ("call_centre", "customer_service")  # what a call centre's service comprises


@dataclass(frozen=True)
class Code:
    """A code of a taxonomy; `key` is whole, such as `call_centre.business.transfers`.

    `rule` names the clause of a rule of scope. Business under a conditional code needs limits.
    """

    key: str
    name: Said
    clause: str = ""
    conditional: bool = False
    rule: Said | None = None
    items: tuple[Code, ...] = ()


@dataclass(frozen=True)
class Taxonomy:
    """A taxonomy: its source and version, and its codes."""

    name: str
    title: Said
    source: Said
    version: int
    codes: tuple[Code, ...]

    def every(self) -> Iterator[Code]:
        """Each code, groups before their items."""
        for code in self.codes:
            yield code
            yield from code.items


@cache
def taxonomies() -> Mapping[str, Taxonomy]:
    """Every taxonomy by name."""
    folder = resources.files("guanbao").joinpath("packs/catalogue")
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".yaml")), key=lambda item: item.name)
    read = (documents.parse(file.read_text(encoding="utf-8"), file=Path(file.name)) for file in files)
    return {str(document.file and document.file.stem): _taxonomy(document) for document in read}


@cache
def codes() -> Mapping[str, Code]:
    """Every code by its key."""
    return {code.key: code for taxonomy in taxonomies().values() for code in taxonomy.every()}


def kinds() -> Choices:
    """Kinds of service, by taxonomy."""
    return [(lazily(taxonomies()[name].title), _leaves(name)) for name in KINDS]


def it_classes() -> Choices:
    """The five classes of 银保监办发〔2021〕141号."""
    return _leaves("it_classes")


def ict_services() -> Choices:
    """The EU's types of ICT services."""
    return [(key, lazily(Said(*(f"{key.rpartition('.')[2]} {each}" for each in (said.zh, said.en)))))
            for key, said in ((code.key, code.name) for code in taxonomies()["ict_services"].codes)]  # fmt: skip


def scope_rules() -> Choices:
    """What a function or service may fall under; `none` says that it was looked at and falls under none."""
    grouped = [(lazily(group.name), [(item.key, lazily(item.name)) for item in group.items]) for group in _rules()]
    return [(NO_RULE, lazily(Said("均不涉及", "None of them"))), *grouped]


def scope_items() -> Choices:
    """What a call centre's service may comprise, by dimension."""
    groups = (group for name in LIMITED_TO for group in taxonomies()[name].codes)
    return [(lazily(group.name), [(item.key, lazily(item.name)) for item in group.items]) for group in groups]


NO_RULE = "none"


def _rules() -> tuple[Code, ...]:
    return taxonomies()["scope_rules"].codes


def _leaves(name: str) -> Choices:
    return [(code.key, lazily(code.name)) for code in taxonomies()[name].codes]


def _taxonomy(document: documents.Document) -> Taxonomy:
    name, data = str(document.file and document.file.stem), document.data
    made = tuple(_code(f"{name}.{key}", said) for key, said in data["codes"].items())
    return Taxonomy(name, Said(**data["title"]), Said(**data["source"]), int(data["version"]), made)


def _code(key: str, said: dict[str, Any]) -> Code:
    return Code(
        key,
        Said(said["zh"], said["en"]),
        clause=str(said.get("clause", "")),
        conditional=bool(said.get("conditional", False)),
        rule=Said(**said["rule"]) if "rule" in said else None,
        items=tuple(_code(f"{key}.{sub}", more) for sub, more in said.get("items", {}).items()),
    )
