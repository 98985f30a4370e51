"""`guanbao measures`: list, show."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from guanbao.cli import speech
from guanbao.cli.speech import _
from guanbao.engine.language import say_value
from guanbao.engine.measures import MEASURES, Measure, measure_named
from guanbao.engine.measures.catalogue import WAITING, expected


def build() -> typer.Typer:
    """The verbs about the catalogue of measures."""
    app = typer.Typer(name="measures", help=_("The catalogue of measures."), no_args_is_help=True)

    @app.command("list", help=_("List every measure."))
    def list_(json: Annotated[bool, typer.Option("--json", help=_("Machine-readable."))] = False) -> None:
        """Ids, titles, units, directions."""
        found = sorted(MEASURES.values(), key=lambda m: m.id)
        if json:
            speech.print_json([as_data(measure) for measure in found])
            return
        speech.table("", [_("Measure"), _("Title"), _("Formula")], [(m.id, _(m.title), _(m.formula)) for m in found])
        for name, waits_for in WAITING.items():
            speech.out.print(
                _("{measure} waits for the dataset {dataset}.", measure=name, dataset=waits_for), markup=False
            )

    @app.command(help=_("Show one measure with its parameters."))
    def show(measure: str, json: Annotated[bool, typer.Option("--json", help=_("Machine-readable."))] = False) -> None:
        """Everything the catalogue says of it."""
        found = measure_named(measure)
        if json:
            speech.print_json(as_data(found))
            return
        facts = [
            (_("Measure"), found.id),
            (_("Title"), _(found.title)),
            (_("Dataset"), found.dataset),
            (_("Unit"), _(found.unit.value)),
            (_("Direction"), _(found.direction.value)),
            (_("Formula"), _(found.formula)),
            (_("Source"), found.source),
            (_("Version"), found.version),
        ]
        speech.table("", ["", ""], facts)
        rows = [
            (
                p.name,
                say_value(expected(p.kind), speech.language()),
                _("required") if p.required else default_text(p.default),
            )
            for p in found.parameters
        ]
        if rows:
            speech.table(_("Parameters"), [_("Name"), _("Expected"), _("Default")], rows)

    return app


def default_text(value: object) -> str:
    """A default as YAML would write it."""
    return "[]" if value == () else "–" if value is None else str(value)


def as_data(measure: Measure) -> dict[str, Any]:
    """A measure for machines."""
    return {
        "id": measure.id,
        "dataset": measure.dataset,
        "title": measure.title,
        "unit": measure.unit.value,
        "direction": measure.direction.value,
        "formula": measure.formula,
        "source": measure.source,
        "version": measure.version,
        "parameters": [
            {
                "name": p.name,
                "expected": expected(p.kind),
                "required": p.required,
                "default": default_text(p.default),
            }
            for p in measure.parameters
        ],
    }
