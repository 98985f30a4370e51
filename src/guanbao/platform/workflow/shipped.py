"""The models that come with the product, each with its tables."""

from __future__ import annotations

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from guanbao.platform.workflow.diagrams import Node, diagram_in

_FOLDER = "packs/workflow"


@cache
def models_shipped() -> dict[str, tuple[str, tuple[str, ...]]]:
    """BPMN and DMN by the model's name."""
    files = {file.name: file for file in resources.files("guanbao").joinpath(_FOLDER).iterdir()}
    found = {}
    for name in sorted(files):
        if name.endswith(".bpmn"):
            model = name.removesuffix(".bpmn")
            tables = [one for one in sorted(files) if one.startswith(f"{model}.") and one.endswith(".dmn")]
            found[model] = (_read(files[name]), tuple(_read(files[table]) for table in tables))
    return found


def model_title(name: str) -> str:
    """What a model that is shipped is called; another by its name."""
    found = models_shipped().get(name)
    return diagram_in(found[0]).title if found else name


def level_title(level: str) -> str:
    """What a level of the models that are shipped is called; one of a bank's own by its name there."""
    found = (nodes[level] for nodes in _nodes() if level in nodes)
    return next((node.title for node in found), level)


@cache
def _nodes() -> list[dict[str, Node]]:
    return [diagram_in(bpmn).nodes for bpmn, _ in models_shipped().values()]


def _read(file: Traversable) -> str:
    return file.read_text(encoding="utf-8")
