"""The command's tree: which verbs there are and what they are called."""

from __future__ import annotations

from typing import Annotated

import typer

from guanbao.cli import (
    bank,
    calendars,
    check,
    demo,
    house,
    keys,
    ledger,
    measure,
    measures,
    presets,
    records,
    reference,
    taking_over,
    usage,
    worker,
)
from guanbao.cli.speech import _


def build() -> typer.Typer:
    """The whole command."""
    app = typer.Typer(
        help=_("Guanbao: from raw service records to a statement that anyone can recompute."),
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def root(
        lang: Annotated[str | None, typer.Option(help=_("zh or en; default: by locale. May stand anywhere."))] = None,
    ) -> None:
        """Options before the verb."""

    measure.add(app)
    demo.add(app)
    reference.add(app)
    house.add(app)
    taking_over.add(app)
    bank.add(app)
    worker.add(app)
    check.add(app)
    for part in (calendars, records, measures, presets, keys, ledger):
        app.add_typer(part.build())
    return usage.spoken(app)
