"""Rule packs: which gates bind which class of arrangement, by which rule, and how long a stage should take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from guanbao.apps.arrangements.models import Arrangement, Rulebook
from guanbao.engine import documents
from guanbao.platform.wording import Said, lazily

USUAL = "cn_bank"


@dataclass(frozen=True)
class Class:
    """A class of arrangements, those whose fields are as `when` says, and its gates, each with the rule that asks.

    `diligence` are the types of due diligence that it asks for.
    """

    code: str
    title: Said
    when: Mapping[str, object]
    gates: Mapping[str, Said | str]
    diligence: tuple[str, ...] = ()

    def holds(self, arrangement: Arrangement) -> bool:
        """Whether an arrangement is of it."""
        return all(getattr(arrangement, name) == value for name, value in self.when.items())


@dataclass(frozen=True)
class RulePack:
    """A rule pack. `days` a stage should take at most; `never_waived` are gates, `reported` fields as in `when`."""

    name: str
    title: Said
    source: Said
    version: int
    classes: tuple[Class, ...]
    never_waived: frozenset[str]
    days: Mapping[str, int]
    reported: Mapping[str, object]

    def binding(self, arrangement: Arrangement) -> dict[str, str]:
        """The gates that bind an arrangement, each with every rule that asks for it."""
        found: dict[str, list[str]] = {}
        for one in self.classes:
            if one.holds(arrangement):
                for name, rule in one.gates.items():
                    found.setdefault(name, []).append(str(rule))
        return {name: "; ".join(dict.fromkeys(rules)) for name, rules in found.items()}

    def leaves_by(self, arrangement: Arrangement) -> date | None:
        """By when it should leave its stage; None where nothing says so, or it is suspended."""
        days = self.days.get(arrangement.stage)
        return None if days is None or arrangement.suspended_on else arrangement.stage_since + timedelta(days=days)

    def diligence(self, arrangement: Arrangement) -> list[str]:
        """The types of due diligence that are asked of an arrangement."""
        return list(dict.fromkeys(kind for one in self.classes if one.holds(arrangement) for kind in one.diligence))


@cache
def rule_packs() -> Mapping[str, RulePack]:
    """Every pack that is shipped, by name."""
    folder = resources.files("guanbao").joinpath("packs/gates")
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".yaml")), key=lambda item: item.name)
    return {file.name.removesuffix(".yaml"): _read(file.name, file.read_text(encoding="utf-8")) for file in files}


def pack_choices() -> list[tuple[str, Any]]:
    """The packs to choose among."""
    return [(name, lazily(pack.title)) for name, pack in rule_packs().items()]


def pack_title(name: str) -> str:
    """What a pack is called; its name, where none is of that name any more."""
    return str(rule_packs()[name].title) if name in rule_packs() else name


def rules_of(institution_id: int) -> RulePack:
    """The pack that an institution goes by; that of banks in China, where it chose none."""
    chosen = Rulebook.objects.filter(institution=institution_id).values_list("pack", flat=True).first()
    return rule_packs()[chosen or USUAL]


def needs_report(arrangement: Arrangement) -> bool:
    """Whether the rules have the supervisor told of it beforehand."""
    asked = rules_of(arrangement.institution_id).reported
    return bool(asked) and all(getattr(arrangement, name) == value for name, value in asked.items())


def _read(file: str, text: str) -> RulePack:
    data: dict[str, Any] = documents.parse(text, file=Path(file)).data
    classes = tuple(
        Class(
            code,
            Said(**said["title"]),
            said.get("when") or {},
            {name: _said(rule) for name, rule in said["gates"].items()},
            tuple(said.get("diligence", ())),
        )
        for code, said in data["classes"].items()
    )
    title = Said(**data["title"])
    name = file.removesuffix(".yaml")
    never = frozenset(data.get("never_waived", ()))
    return RulePack(
        name, title, _said(data["source"]), data["version"], classes, never, data["days"], data.get("reported") or {}
    )


def _said(given: Any) -> Said:  # noqa: ANN401 - of a pack
    """A text in both languages, or one that is written the same in both."""
    return Said(**given) if isinstance(given, dict) else Said(given, given)
