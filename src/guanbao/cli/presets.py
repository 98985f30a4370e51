"""`guanbao presets`: list, show."""

from __future__ import annotations

from importlib import resources
from typing import Annotated

import typer

from guanbao.cli import speech
from guanbao.cli.speech import _
from guanbao.engine.statements.presets import preset, shipped


def build() -> typer.Typer:
    """The verbs about shipped service levels."""
    app = typer.Typer(
        name="presets",
        help=_("Service levels that come with guanbao; copy one and make it yours."),
        no_args_is_help=True,
    )

    @app.command("list", help=_("List the presets with their sources."))
    def list_(json: Annotated[bool, typer.Option("--json", help=_("Machine-readable."))] = False) -> None:
        """Names, titles, sources."""
        rows = [(name, preset(name).data["title"], preset(name).data["source"].strip()) for name in shipped()]
        if json:
            speech.print_json([dict(zip(("name", "title", "source"), row, strict=True)) for row in rows])
        else:
            speech.table("", [_("Name"), _("Title"), _("Source")], rows)

    @app.command(help=_("Print a preset's YAML: guanbao presets show NAME > levels.yaml"))
    def show(name: str) -> None:
        """Print the file as it ships."""
        preset(name)
        text = resources.files("guanbao").joinpath(f"packs/service_levels/{name}.yaml").read_text(encoding="utf-8")
        print(text, end="")  # noqa: T201 - this is the output

    return app
