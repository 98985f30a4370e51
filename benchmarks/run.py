"""Every benchmark, one after another, each a ratio from one run. Writes JSON and prints a table."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "results"
BENCHMARKS = ("tickets", "working_time", "imports", "ledger", "uploads", "pages", "gates")


def main() -> None:
    RESULTS.mkdir(exist_ok=True)
    rows = []
    for name in BENCHMARKS:
        print(f"== {name}", flush=True)
        target = RESULTS / f"{name}.json"
        subprocess.run([sys.executable, str(HERE / f"{name}.py"), "--json", str(target)], check=True)
        found = json.loads(target.read_text(encoding="utf-8"))
        ratios = found["ratio"] if isinstance(found["ratio"], dict) else {"": found["ratio"]}
        required = found["required"] if isinstance(found["required"], dict) else {"": found["required"]}
        rows += [(f"{name} {part}".strip(), ratio, required.get(part)) for part, ratio in ratios.items()]
    print("\nbenchmark                      ratio   required")
    for name, ratio, bound in rows:
        sense = "" if bound is None else (">= " if name.startswith(("working_time", "uploads")) else "<= ") + str(bound)
        print(f"{name:<28} {ratio:>8}   {sense}")


if __name__ == "__main__":
    main()
