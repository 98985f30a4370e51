"""A small write in its own transaction, commit included, with its entry in the ledger and without.

On SQLite in a file, and on the PostgreSQL of DATABASE_URL; without one, this starts itself again under
tools/postgresql.sh. Both kinds of write take turns, on a ledger that holds entries already.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection, transaction
from django.utils.module_loading import import_string

REQUIRED = 1.5
HERE = Path(__file__).resolve()


def measure(writes: int) -> dict[str, float]:
    """Milliseconds of a write, median, on the database of the settings: an update of one row, and an insert."""
    django.setup()
    call_command("migrate", verbosity=0)
    # Django's models can be imported only now.
    organisation = import_string("guanbao.platform.identity.models.Organisation")
    append = import_string("guanbao.platform.ledger.services.ledger_append")
    system = import_string("guanbao.platform.actors.SYSTEM")
    declare = import_string("guanbao.platform.ledger.events.declare")
    event = declare(
        "bench.changed", en="{actor} renamed {object} {name}", zh="{actor} 将 {object} 改名为 {name}", clear=["name"]
    )
    row = organisation.objects.create(side="contractor", name="Contractor")

    def update(number: int) -> object:
        row.name = f"Contractor {number}"
        row.save()
        return row

    def insert(number: int) -> object:
        return organisation.objects.create(side="institution", name=f"Bank {number}")

    def timed(write: Callable[[int], object], number: int, *, recorded: bool) -> float:
        start = time.perf_counter()
        with transaction.atomic():
            subject = write(number)
            if recorded:
                said = {"name": f"Contractor {number}"}
                append(actor=system, event=event, subject=subject, before=said, after=said, scopes={"contractor": 1})
        return (time.perf_counter() - start) * 1000

    for number in range(writes):  # the ledger is not empty
        timed(update, number, recorded=True)
    found = {}
    for name, write in (("update", update), ("insert", insert)):
        took: dict[bool, list[float]] = {True: [], False: []}
        for number in range(2 * writes):
            recorded = number % 2 == 0
            took[recorded].append(timed(write, writes + number, recorded=recorded))
        found[f"{connection.vendor} {name} without"] = statistics.median(took[False])
        found[f"{connection.vendor} {name} with"] = statistics.median(took[True])
    connection.close()
    return found


def in_own_process(writes: int, url: str, command: list[str]) -> dict[str, float]:
    """As `measure`, in a new process with its own database; nothing where that is missing."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "guanbao.config.settings", "GUANBAO_HOME": folder}
        env["DATABASE_URL"] = url
        command = [*command, sys.executable, str(HERE), "--writes", str(writes), "--here"]
        said = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, float] = json.loads(said or "{}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writes", type=int, default=3000)
    parser.add_argument("--here", action="store_true", help="on the database of the settings only")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.here:
        print(json.dumps(measure(options.writes)))
        return
    took = in_own_process(options.writes, "", [])
    took |= in_own_process(options.writes, "", [str(HERE.parents[1] / "tools/postgresql.sh")])
    parts = [name.removesuffix(" with") for name in took if name.endswith(" with")]
    result = {
        "benchmark": "ledger",
        "writes": options.writes,
        "milliseconds": {name: round(value, 3) for name, value in took.items()},
        "ratio": {part: round(took[f"{part} with"] / took[f"{part} without"], 2) for part in parts},
        "required": dict.fromkeys(parts, REQUIRED),
    }
    print(json.dumps(result, indent=2))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
