"""All gates of an arrangement judged, and its workspace answered, among 10,000 arrangements of the demonstration bank.

Both are held against what a reader would wait: 30 ms for the gates of every stage, 120 ms for the page (p95).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import django
from django.test import Client
from django.utils.module_loading import import_string

MOST_MS = {"gates": 30.0, "workspace": 120.0}


def filled(most: int) -> list[Any]:
    """Copies of the bank's arrangements until there are `most`; those that it began with."""
    model = import_string("guanbao.apps.arrangements.models.Arrangement")
    bank = model.objects.order_by("pk")[0].institution_id  # its subsidiary's are not the office's to see
    rows = list(model.objects.filter(institution=bank).order_by("pk"))
    names = [field.attname for field in rows[0]._meta.concrete_fields if not field.primary_key]  # noqa: SLF001 - Django's published way
    made = []
    for n in range(most - len(rows)):
        of = rows[n % len(rows)]
        facts = {name: getattr(of, name) for name in names} | {"reference": f"{of.reference}-{n}"}
        made.append(model(**facts))
    model.objects.bulk_create(made, batch_size=1000)
    return rows


def judged(rows: list[Any], times: int) -> list[float]:
    """How long the gates of the present stage and of all that are ahead take, in ms, arrangement by arrangement."""
    gates_judged, took = import_string("guanbao.apps.arrangements.stages.gates_judged"), []
    for _n in range(times):
        for row in rows:
            began = perf_counter()
            gates_judged(row)
            gates_judged(row, ahead=True)
            took.append((perf_counter() - began) * 1000)
    return took


def answered(rows: list[Any], times: int) -> list[float]:
    """How long the workspace of each takes to answer to the outsourcing office, in ms."""
    password = import_string("guanbao.apps.operations.checks.DEMONSTRATION_PASSWORD")
    browser = Client(headers={"host": "localhost"})
    browser.post("/login", {"username": "outsourcing_office", "password": password})
    took = []
    for _n in range(times):
        for row in rows:
            began = perf_counter()
            response = browser.get(f"/arrangements/{row.pk}/?tab=gates")
            took.append((perf_counter() - began) * 1000)
            if response.status_code != 200:
                raise SystemExit(f"/arrangements/{row.pk}/ answered {response.status_code}")
    return took


def p95(took: list[float]) -> float:
    """The value that 95 of a hundred do not exceed."""
    return round(sorted(took)[int(len(took) * 0.95)], 2)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", type=Path)
    parser.add_argument("--arrangements", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "bank"
        command = [str(Path(sys.executable).with_name("guanbao")), "bank", "--home", str(home), "--check"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        os.environ.update(
            GUANBAO_HOME=str(home), GUANBAO_MFA_BY_ROLE="0", DJANGO_SETTINGS_MODULE="guanbao.config.settings"
        )
        django.setup()
        rows = filled(options.arrangements)
        judged(rows, 1), answered(rows, 1)  # what is made once is made
        found = {"gates": p95(judged(rows, options.times)), "workspace": p95(answered(rows, options.times))}
    ratio = {name: round(value / MOST_MS[name], 2) for name, value in found.items()}
    for name, value in found.items():
        print(f"{name:<12} p95 {value:>8} ms of {MOST_MS[name]}")
    said = {"arrangements": options.arrangements, "p95_ms": found, "ratio": ratio, "required": dict.fromkeys(ratio, 1)}
    if options.json:
        options.json.write_text(json.dumps(said, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
