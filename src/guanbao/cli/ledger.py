"""`guanbao ledger`: verify, export, checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from os import environ
from pathlib import Path
from typing import Annotated

import typer

from guanbao.cli import speech
from guanbao.cli.speech import _


def build() -> typer.Typer:
    """The verbs about the ledger."""
    app = typer.Typer(name="ledger", help=_("The ledger: what happened, provably unchanged."), no_args_is_help=True)

    @app.command(help=_("Compute the whole ledger anew and hold it against its checkpoints."))
    def verify(
        checkpoint: Annotated[
            list[Path] | None, typer.Option(help=_("A checkpoint that was kept elsewhere; may be repeated."))
        ] = None,
        key: Annotated[
            list[Path] | None,
            typer.Option(help=_("A public key that signed checkpoints, besides the ledger's own; may be repeated.")),
        ] = None,
        json: Annotated[bool, typer.Option("--json", help=_("Machine-readable."))] = False,
    ) -> None:
        """Exit with 1 where something is wrong."""
        with _ledger():
            from django.conf import settings

            from guanbao.platform.ledger.verify import checkpoint_read, ledger_verify

            own = [settings.GUANBAO_LEDGER_KEY] if settings.GUANBAO_LEDGER_KEY.exists() else []
            held = [checkpoint_read(file) for file in checkpoint or ()]
            report = ledger_verify(keys=[*own, *(key or ())], held=held)
        if json:
            fault = report.fault and {
                "index": report.fault.index,
                "what": report.fault.in_words("en"),
                **report.fault.params,
            }
            speech.print_json({**asdict(report), "fault": fault})
        elif report.fault:
            speech.out.print(_("The ledger does not hold."), style="bold red", markup=False)
            speech.out.print(report.fault.in_words(speech.language()), markup=False)
        else:
            told = _("The ledger holds: {size} entries, root {root}.", size=report.size, root=report.root)
            speech.out.print(told, markup=False)
            told = _(
                "{checkpoints} checkpoints lead to it; {open} entries stand under none yet.",
                checkpoints=report.checkpoints,
                open=report.size - report.covered,
            )
            speech.out.print(told, markup=False)
        if report.fault:
            raise typer.Exit(speech.DIFFERS)

    @app.command(help=_("Write the ledger to a file that guanbao-verify checks."))
    def export(
        file: Annotated[Path, typer.Argument(help=_("The file to write to."))],
        about: Annotated[
            str | None,
            typer.Option(
                help=_("Only what concerns one object, such as contracts.contract:12, each entry with its proof.")
            ),
        ] = None,
    ) -> None:
        """Write the whole or a part."""
        with _ledger():
            from guanbao.platform.ledger.export import ledger_export
            from guanbao.platform.ledger.models import Entry

            kind, _colon, key = (about or "").partition(":")
            part = Entry.objects.filter(object_type=kind, object_id=key) if about is not None else None
            count = ledger_export(file, part=part)
        speech.out.print(_("{count} entries are in {file}.", count=count, file=file), markup=False)

    @app.command(help=_("Sign what the ledger is now, and write that to a file to be kept elsewhere."))
    def checkpoint(file: Annotated[Path, typer.Argument(help=_("The file to write to."))]) -> None:
        """Make a checkpoint."""
        with _ledger():
            from guanbao.platform.ledger.export import checkpoint_write
            from guanbao.platform.ledger.services import checkpoint_make

            made = checkpoint_make()
            checkpoint_write(made, file)
        speech.out.print(_("Checkpoint over {size} entries: {file}", size=made.size, file=file), markup=False)

    return app


@contextmanager
def _ledger() -> Iterator[None]:
    """Django set up, and what its database refuses said as our error."""
    environ.setdefault("DJANGO_SETTINGS_MODULE", "guanbao.config.settings")
    import django
    from django.db import OperationalError, ProgrammingError

    django.setup()
    from guanbao.platform.ledger.errors import LedgerUnreadable

    try:
        yield
    except (OperationalError, ProgrammingError) as error:
        raise LedgerUnreadable(reason=str(error).splitlines()[0]) from error
