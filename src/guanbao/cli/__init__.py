"""The `guanbao` command. Each module adds its verbs to the tree; `speech` is how all of them talk."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command and exit with its code: 0 done, 1 a term missed or a statement differs, 2 wrong input."""
    from guanbao.cli.speech import asked_language, run

    asked_language(sys.argv[1:])  # some help texts are made when their module is loaded
    try:
        from guanbao.cli.application import build
    except Exception:  # noqa: BLE001 - a language that is not known: `run` says so
        asked_language([])
        from guanbao.cli.application import build
    sys.exit(run(build, sys.argv[1:]))
