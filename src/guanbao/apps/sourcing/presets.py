"""What comes with the product: kinds of procurement, and criteria to begin with."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from guanbao.apps.sourcing.choices import Inquiry, Kind, Preset
from guanbao.engine import documents
from guanbao.platform.wording import Said

_WHOLE = 100


class KindRule(NamedTuple):
    """How few bidders a kind of procurement may have, and whom it invites: `all`, `chosen` or `one`."""

    fewest: int
    invites: str


@cache
def pack(name: str) -> Any:  # noqa: ANN401 - YAML
    """A file of `packs/sourcing`."""
    text = resources.files("guanbao").joinpath(f"packs/sourcing/{name}.yaml").read_text(encoding="utf-8")
    return documents.parse(text, file=Path(f"{name}.yaml")).data


@cache
def kinds() -> dict[Kind, KindRule]:
    """The rule of each kind."""
    return {Kind(code): KindRule(**said) for code, said in pack("kinds")["kinds"].items()}


def inquiries() -> dict[Inquiry, str]:
    """The questionnaire of each type of due diligence."""
    return {Inquiry(kind): name for kind, name in pack("diligence")["kinds"].items()}


def inquiry_months() -> int:
    """For how many months a due diligence counts."""
    return int(pack("diligence")["months"])


@cache
def _presets() -> dict[Preset, list[tuple[int, Said]]]:
    said = pack("criteria")["presets"]
    return {
        Preset(code): [(each["weight"], Said(each["zh"], each["en"])) for each in every] for code, every in said.items()
    }


def criteria_of(preset: Preset, price_weight: int) -> list[str]:
    """A preset's criteria in the reader's language, with weights that leave the price its own."""
    every = _presets()[preset]
    weights = apportioned([weight for weight, _title in every], _WHOLE - price_weight)
    return [f"{weight}% {title}" for (_, title), weight in zip(every, weights, strict=True) if weight]


def apportioned(weights: list[int], whole: int) -> list[int]:
    """Whole numbers in proportion to `weights` that make `whole`, by the largest remainder."""
    every = sum(weights)
    shares = [divmod(weight * whole, every) for weight in weights]
    left = whole - sum(share for share, _ in shares)
    first = sorted(range(len(shares)), key=lambda at: (-shares[at][1], at))[:left]
    return [share + (at in first) for at, (share, _) in enumerate(shares)]
