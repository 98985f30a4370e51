"""The lines of a contract's document: everything that it says, in order, whoever reads it and in whichever language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from guanbao.apps.contracts.models import Contract
from guanbao.engine import documents
from guanbao.platform.identity.choices import Side

# What turns text around, or is no character at all: a document says nothing by it.
_UNSAID = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_FACTS_IF = ("overarching", "amends", "fee_monthly", "renewal_months")
HEAD, CLAUSE = "head", "clause"


class Line(NamedTuple):
    """A paragraph: the part that it belongs to, how it is set, what it says.

    A part is `head`, `facts`, `payments`, `signatures`, a heading's `section`, or `clause:` and a clause's code.
    """

    part: str
    style: str
    text: str


def plain(text: str) -> str:
    """A text as it stands in a paragraph: on one line, one space where there is white space, no controls."""
    kept = (c if unicodedata.category(c) not in ("Cc", "Cs") else " " for c in _UNSAID.sub("", text))
    return " ".join("".join(kept).split())


def lines_of(contract: Contract) -> list[Line]:
    """What the document of a contract says."""
    every = (Line(each.part, each.style, plain(each.text)) for each in _lines(contract))
    return [each for each in every if each.text]


def _lines(contract: Contract) -> Iterator[Line]:
    said = words()
    yield Line(HEAD, "title", contract.title)
    yield _section("parties")
    for role, name in (("institution", contract.institution.name), ("contractor", contract.contractor.name)):
        yield Line(HEAD, "text", _headed(said["parties"][role], name))
    yield _section("facts")
    for name, heading in said["facts"].items():
        if name in _FACTS_IF and not _fact(contract, name):
            continue
        yield Line("facts", "text", _headed(heading, _fact(contract, name)))
    if contract.amends is not None:
        for style, language in (("text", "zh"), ("english", "en")):
            text = said["amendment"][language].format(reference=contract.amends.reference)
            yield Line("facts", style, text)
    yield _section("clauses")
    for clause in contract.clauses.order_by("position", "pk"):
        part = f"{CLAUSE}:{clause.code}"
        number = said["clause"]["zh"].format(number=clause.position)
        yield Line(part, "heading", f"{number} {clause.title} {clause.title_en}")
        for style, text in (("text", clause.text), ("english", clause.text_en)):
            yield from (Line(part, style, each) for each in text.splitlines())
    yield from _ending(contract, said)


def _ending(contract: Contract, said: dict[str, Any]) -> Iterator[Line]:
    yield _section("payments")
    for paid in contract.payments.order_by("position", "pk"):
        facts = {
            "number": paid.position, "title": paid.title, "net": f"{paid.amount_net:f}", "vat": f"{paid.amount_vat:f}",
            "gross": f"{paid.amount_gross:f}", "currency": contract.currency, "workdays": paid.workdays,
        }  # fmt: skip
        for style, language in (("text", "zh"), ("english", "en")):
            yield Line("payments", style, said["payment"][language].format_map(facts))
    yield _section("signatures")
    for row in contract.signatories.order_by("-side", "pk"):
        role = said["parties"][str(Side(row.side))]["zh"]
        text = said["signature"]["zh"].format(party=row.party, role=role, post=row.post)
        yield Line("signatures", "text", f"{text} {said['signature']['en']}")


def _section(name: str) -> Line:
    said = words()["sections"][name]
    return Line("section", "section", f"{said['zh']} {said['en']}")


def _headed(heading: dict[str, str], value: str) -> str:
    return f"{heading['zh']} {heading['en']}: {value}"


def _fact(contract: Contract, name: str) -> str:
    """A fact as both languages write it."""
    match name:
        case "kind":
            said = words()["kinds"][contract.kind]
            return f"{said['zh']} ({said['en']})"
        case "overarching" | "amends":
            found: Contract | None = getattr(contract, name)
            return "" if found is None else found.reference
        case "renewal_months" if not contract.renews_automatically:
            return ""
    value = getattr(contract, name)
    return "" if value is None else str(value)


@cache
def words() -> dict[str, Any]:
    """The fixed words, from the pack."""
    text = resources.files("guanbao").joinpath("packs/documents/contract_text.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = documents.parse(text, file=Path("contract_text.yaml")).data
    return data
