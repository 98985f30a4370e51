"""Countries and areas by the two letters of ISO 3166-1, from a pack."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from guanbao.engine import documents
from guanbao.platform.wording import Said, lazily


def countries() -> list[tuple[str, Any]]:
    """Code and name of each, as choices of a field."""
    return [(code, lazily(said)) for code, said in _names().items()]


@cache
def _names() -> dict[str, Said]:
    text = resources.files("guanbao").joinpath("packs/parties/countries.yaml").read_text(encoding="utf-8")
    data = documents.parse(text, file=Path("countries.yaml")).data
    return {code: Said(**said) for code, said in data["codes"].items()}
