"""`guanbao keys`: new."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from guanbao.cli import speech
from guanbao.cli.speech import _
from guanbao.engine.statements.signing import keys_new


def build() -> typer.Typer:
    """The verbs about signing keys."""
    app = typer.Typer(name="keys", help=_("Keys that sign statements."), no_args_is_help=True)

    @app.command(help=_("Make an Ed25519 key pair. Keep the private half; give the public half to whoever verifies."))
    def new(
        folder: Annotated[Path, typer.Argument(help=_("The folder to write to."))] = Path(),
        name: Annotated[str, typer.Option(help=_("The key's name."))] = "guanbao",
    ) -> None:
        """Write NAME.key.json and NAME.pub.json."""
        private, public = keys_new(folder, name)
        speech.out.print(_("Private key, to sign with: {file}", file=private), markup=False)
        speech.out.print(_("Public key, to verify with: {file}", file=public), markup=False)

    @app.callback()
    def root() -> None:
        """A group, though it has one verb."""

    return app
