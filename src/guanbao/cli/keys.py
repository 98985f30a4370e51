"""`guanbao keys`: new, turn."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from guanbao.cli import speech
from guanbao.cli.setting_up import django_ready
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

    @app.command(help=_("Wrap the keys of all documents under a new key. The key before goes the next time."))
    def turn() -> None:
        """Make a new key for files; the old one can be put away after the next time."""
        settings = django_ready()
        from guanbao.platform.access.tenancy import limited_to
        from guanbao.platform.actors import SYSTEM
        from guanbao.platform.files.services.keeping import keys_turn

        with limited_to(SYSTEM):
            count = keys_turn(actor=SYSTEM)
        told = _("{n} documents are under a new key in {file}.", n=count, file=settings.GUANBAO_FILES_KEY)
        speech.out.print(told, markup=False)

    @app.callback()
    def root() -> None:
        """A group, though it has one verb."""

    return app
