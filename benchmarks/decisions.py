"""Decisions a second through services, with locks, constraints and the ledger; one worker; and where the time goes.

On SQLite in a file, and on the PostgreSQL of DATABASE_URL; without one, this starts itself again under
tools/postgresql.sh. Each approval is a tiered review of an important arrangement: ten decisions.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import django
from django.utils.module_loading import import_string

REQUIRED = {"postgresql": 25}
HERE = Path(__file__).resolve()


def in_own_process(approvals: int, command: list[str]) -> dict[str, object]:
    """As `measure`, in a new process with its own database; nothing where that is missing."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "guanbao.config.settings", "GUANBAO_HOME": folder}
        env["DATABASE_URL"] = ""
        command = [*command, sys.executable, "-W", "ignore", str(HERE), "--approvals", str(approvals), "--here"]
        said = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, object] = json.loads(said.splitlines()[-1]) if said.strip() else {}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--approvals", type=int, default=40)
    parser.add_argument("--here", action="store_true", help="on the database of the settings only")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.here:
        django.setup()
        print(json.dumps(import_string("decisions_here.measure")(options.approvals)))
        return
    found = [in_own_process(options.approvals, [])]
    found.append(in_own_process(options.approvals, [str(HERE.parents[1] / "tools/postgresql.sh")]))
    kept = [one for one in found if one]
    result = {"benchmark": "decisions", "approvals": options.approvals, "required_per_s": REQUIRED, "found": kept}
    print(json.dumps(result, indent=2))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
