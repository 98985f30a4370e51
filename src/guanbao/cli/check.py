"""`guanbao check`: what is unsafe for production, and what to do."""

from __future__ import annotations

from typing import Annotated

import typer

from guanbao.cli import speech
from guanbao.cli.speech import _


def add(app: typer.Typer) -> None:
    """Register the verb."""

    @app.command(help=_("Say what makes this installation unsafe for production, and what to do."))
    def check(
        json: Annotated[bool, typer.Option("--json", help=_("Machine-readable."))] = False,
    ) -> None:
        """Exit with 1 where something is unsafe."""
        from os import environ

        environ.setdefault("DJANGO_SETTINGS_MODULE", "guanbao.config.settings")
        import django
        from django.core.checks import run_checks
        from django.db import DatabaseError

        from guanbao.engine.language import explain

        django.setup()
        from guanbao.apps.operations.checks import TAG
        from guanbao.platform.ledger.errors import LedgerUnreadable

        try:
            found = run_checks(tags=[TAG], include_deployment_checks=True, databases=["default"])
        except DatabaseError as error:
            raise LedgerUnreadable(reason=str(error).splitlines()[0]) from error
        unsafe = [one.obj for one in found]
        if json:
            speech.print_json([{"what": type(one).__name__, "told": explain(one, "en")} for one in unsafe])
        else:
            for one in unsafe:
                speech.out.print(f"✗ {explain(one, speech.language())}", markup=False)
            if not unsafe:
                speech.out.print(_("Nothing unsafe was found."), markup=False)
        if unsafe:
            raise typer.Exit(speech.DIFFERS)
