"""Service levels that ship as packs, each naming its source; a bank copies one and fills in its own."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from guanbao.engine import documents
from guanbao.engine.documents import Document
from guanbao.engine.errors import InputError
from guanbao.engine.statements.levels import ServiceLevel, service_level_of, service_level_read


def shipped() -> list[str]:
    """The names of the presets."""
    folder = resources.files("guanbao").joinpath("packs/service_levels")
    return sorted(item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml"))


def preset(name: str) -> Document:
    """The preset of that name. Raises PresetUnknown."""
    if name not in shipped():
        raise PresetUnknown(name=name, known=shipped())
    text = resources.files("guanbao").joinpath(f"packs/service_levels/{name}.yaml").read_text(encoding="utf-8")
    return documents.parse(text, file=Path(f"{name}.yaml"))


def service_level_named(name: str) -> ServiceLevel:
    """The service level in the file of that name, or the preset of that name."""
    if not Path(name).exists() and name in shipped():
        return service_level_of(preset(name))
    return service_level_read(Path(name))


def preset_filled(name: str, **ours: Any) -> str:  # noqa: ANN401
    """The preset as YAML text with some of its top keys replaced by ours, such as `arrangement` and `calendar`."""
    data = {**preset(name).data, **ours}
    order = [
        "title",
        "source",
        "arrangement",
        "contractor",
        "calendar",
        "fee",
        "terms",
        "credit",
        "exclusions",
    ]
    sorted_data = {key: data[key] for key in order if key in data}
    return yaml.safe_dump(sorted_data, allow_unicode=True, sort_keys=False, width=110)


class PresetUnknown(InputError):
    """There is no preset «{name}».

    Known presets: {known}.
    """
