"""Templates of duties, from the packs: what an arrangement is usually given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from guanbao.engine import documents
from guanbao.platform.obligations.declaring import LEADS
from guanbao.platform.wording import Said, lazily


@dataclass(frozen=True)
class Template:
    """A duty that can be started on an arrangement; without an `anchor` it is counted from a day that is given."""

    code: str
    pack: str
    title: Said
    clause: Said
    source: str
    version: int
    anchor: str
    facts: dict[str, Any]


@cache
def templates_shipped() -> dict[str, Template]:
    """Every template by its code, pack by pack."""
    found = {}
    folder = resources.files("guanbao").joinpath("packs/obligations")
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".yaml"):
            data: dict[str, Any] = documents.parse(file.read_text(encoding="utf-8"), file=Path(file.name)).data
            pack = file.name.removesuffix(".yaml")
            for code, said in data["templates"].items():
                found[code] = _template(code, pack, data, said)
    return found


def template_choices() -> list[tuple[str, Any]]:
    """Templates to choose from."""
    return [(code, lazily(each.title)) for code, each in templates_shipped().items()]


def _template(code: str, pack: str, data: dict[str, Any], said: dict[str, Any]) -> Template:
    title = Said(**said["title"])
    facts = {
        "title": title.zh, "title_en": title.en, "role": said["role"], "escalate_to": said["escalate_to"],
        "offset": said.get("offset", ""), "every": said.get("every", ""), "rolls": said.get("rolls", "stays"),
        "leads": list(said.get("leads", LEADS)), "grace_d": int(said.get("grace_d", 0)),
        "is_shared": bool(said.get("shared", False)),
    }  # fmt: skip
    return Template(
        code, pack, title, Said(**said["clause"]), data["source"], int(data["version"]), said.get("anchor", ""), facts
    )
