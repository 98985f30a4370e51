"""The questionnaires that come with the product."""

from __future__ import annotations

from functools import cache
from importlib import resources

from guanbao.platform.questionnaires.definitions import Definition, definition_read

_FOLDER = "packs/questionnaires"


@cache
def shipped_texts() -> dict[str, str]:
    """The YAML of each, by its name."""
    files = sorted(resources.files("guanbao").joinpath(_FOLDER).iterdir(), key=lambda file: file.name)
    return {
        file.name.removesuffix(".yaml"): file.read_text(encoding="utf-8")
        for file in files
        if file.name.endswith(".yaml")
    }


@cache
def shipped() -> dict[str, Definition]:
    """Each, by its name."""
    return {name: definition_read(text) for name, text in shipped_texts().items()}


def questionnaire_title(name: str) -> str:
    """What a questionnaire that is shipped is called; a bank's own by its name."""
    return str(shipped()[name].title) if name in shipped() else name
