"""How the command speaks: language, colours, tables, progress, and errors that end it."""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from os import environ
from typing import Any

import typer
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from guanbao.engine.errors import GuanbaoError
from guanbao.engine.language import Lang, LanguageUnknown, explain, preferred, say, say_value

DONE, DIFFERS, WRONG_INPUT, INTERNAL = 0, 1, 2, 3
out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)
_asked: list[str] = []


def asked_language(arguments: list[str]) -> list[str]:
    """Take `--lang zh|en`, wherever it stands, out of the arguments and remember it."""
    _asked.clear()
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--lang":
            _asked[:] = [next(words, "")]
        elif word.startswith("--lang="):
            _asked[:] = [word.removeprefix("--lang=")]
        else:
            rest.append(word)
    return rest


def language() -> Lang:
    """The language of this run. Raises LanguageUnknown."""
    return preferred(_asked[0] if _asked else None)


def _(sentence: str, **params: object) -> str:
    """A sentence in the language of this run."""
    return say(sentence, language(), **params)


def print_json(data: object) -> None:
    """Data for machines, on standard output."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n")


def table(title: str, columns: Sequence[str | tuple[str, str]], rows: Sequence[Sequence[object]]) -> None:
    """A table on standard output; a column may be `(heading, "right")`. Cells are text, never markup."""
    headings = [(column, "left") if isinstance(column, str) else column for column in columns]
    made = Table(
        title=escape(title) or None,
        title_justify="left",
        title_style="bold",
        header_style="dim",
        box=box.SIMPLE_HEAD,
        show_header=any(heading for heading, _justify in headings),
    )
    for i, (heading, justify) in enumerate(headings):
        words = [word for row in rows for word in str(row[i]).split()] if justify == "right" else []
        made.add_column(
            escape(heading),
            justify=justify,  # type: ignore[arg-type]
            overflow="fold",
            no_wrap=i == 0 and len(columns) > 2,  # what a row is called by is not broken up
            min_width=max(map(cell_len, words), default=None),  # nor is a number
        )
    for row in rows:
        made.add_row(*(cell if hasattr(cell, "__rich_console__") else escape(str(cell)) for cell in row))
    Console(highlight=False).print(made)


@contextmanager
def working() -> Iterator[Callable[[str], None]]:
    """A progress bar on standard error for work that takes longer than a second; yields what to tell it."""
    if not err.is_terminal:
        yield lambda _step: None
        return
    bar = Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=err, transient=True)
    task = bar.add_task("", total=None)
    started = time.monotonic()
    shown = False

    def tell(step: str) -> None:
        nonlocal shown
        bar.update(task, description=escape(say_value(step, language())))
        if not shown and time.monotonic() - started > 1:
            bar.start()
            shown = True

    try:
        yield tell
    finally:
        if shown:
            bar.stop()


def run(build: Callable[[], typer.Typer], arguments: list[str]) -> int:  # noqa: PLR0911 - one way out a kind of end
    """Build and run the command; every way out is an exit code, none a traceback."""
    try:
        rest = asked_language(arguments)
        language()
        code: Any = build()(rest, standalone_mode=False)  # help texts are made in the language that was asked for
    except GuanbaoError as error:
        lang = "en" if isinstance(error, LanguageUnknown) else language()
        err.print(f"[bold red]{escape(say('Error', lang))}[/] {escape(explain(error, lang))}")
        return WRONG_INPUT
    except typer.Exit as error:
        return int(error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        err.print(_("Stopped."))
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return DONE
    except Exception as error:  # noqa: BLE001 - the last net: no user sees a traceback
        if hasattr(error, "exit_code") and hasattr(error, "format_message"):  # a usage error of the command line
            told = say_value(error.format_message(), language())
            if told:  # a group without its verb has shown its help, and says no more
                err.print(f"[bold red]{escape(_('Error'))}[/] {escape(told)}")
            return WRONG_INPUT
        if environ.get("GUANBAO_DEBUG"):
            traceback.print_exc()
        err.print(
            escape(
                _(
                    "Something is wrong inside guanbao itself: {kind}: {reason}",
                    kind=type(error).__name__,
                    reason=error,
                )
            )
        )
        err.print(escape(_("Nothing was written. Please report it; GUANBAO_DEBUG=1 shows where it happened.")))
        return INTERNAL
    return code if isinstance(code, int) else DONE
