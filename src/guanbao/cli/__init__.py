"""The `guanbao` command. Each module adds its verbs to `app`; `speech` is how all of them talk."""

from __future__ import annotations

import sys

from guanbao.cli.speech import asked_language, run


def main() -> None:
    """Run the command and exit with its code: 0 done, 1 a term missed or a statement differs, 2 wrong input."""
    asked_language(sys.argv[1:])
    from guanbao.cli.application import build  # help texts are built in the language that was asked for

    sys.exit(run(build(), sys.argv[1:]))
