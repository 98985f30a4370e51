"""The help pages that Typer makes, in the language of this run."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from guanbao.cli.speech import _


class Command(TyperCommand):
    """A verb."""

    def get_usage(self, ctx: Any) -> str:  # noqa: ANN401 - Typer keeps the types of both to itself
        """How the verb is called, on one line."""
        return _usage(super().get_usage(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Print the verb's help page."""
        _say_page(self, ctx)
        super().format_help(ctx, formatter)


class Group(TyperGroup):
    """Several verbs."""

    def get_usage(self, ctx: Any) -> str:  # noqa: ANN401
        """How the verbs are called, on one line."""
        return _usage(super().get_usage(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Print the help page of the verbs."""
        _say_page(self, ctx)
        super().format_help(ctx, formatter)


def spoken(app: typer.Typer) -> typer.Typer:
    """`app` and all that is under it, with such help pages."""
    app.info.cls = Group
    for command in app.registered_commands:
        command.cls = Command
    for group in app.registered_groups:
        if group.typer_instance is not None:
            spoken(group.typer_instance)
    return app


def _usage(text: str) -> str:
    for word, said in (
        ("Usage: ", _("Usage: ")),
        ("[OPTIONS]", _("[OPTIONS]")),
        ("COMMAND [ARGS]...", _("COMMAND [ARGS]...")),
    ):
        text = text.replace(word, said)
    return text


def _say_page(command: Any, ctx: Any) -> None:  # noqa: ANN401
    """Typer keeps its words for the whole process, and some help texts are made at import: all are said anew."""
    from typer import rich_utils  # slow to load, and only help pages need it

    rich_utils.ARGUMENTS_PANEL_TITLE = _("Arguments")
    rich_utils.OPTIONS_PANEL_TITLE = _("Options")
    rich_utils.COMMANDS_PANEL_TITLE = _("Commands")
    rich_utils.REQUIRED_LONG_STRING = _("[required]")
    rich_utils.DEFAULT_STRING = _("[default: {}]")
    for param in command.params:
        param.help = _(param.help or "")
    command.get_help_option(ctx).help = _("Show this message and exit.")
