"""Takes every guard away in turn and sees whether a test notices: `make mutants`.

A guard is a restriction of a selector, a check of a permission, or a list of what may be written, read or asked.
Nothing is written to the source: modules are imported with a switch at each guard (`mutant_importing`). All tests run
once to tell which of them meet which guard; then each guard is switched off in a copy of a process that is ready, and
these tests run there, the likeliest first, until one fails (`mutant_judging`). What takes effect as a module is
imported is judged in a copy of a process that has imported all but our own modules (`mutant_forking`).

What was found is kept in build/mutants: `make mutants ARGS=--resume` goes on from there, judging again only what
survived, what was not judged, and what stands in files that changed since; `--met` keeps only which tests meet what.
`GUANBAO_MUTANTS=40` takes a sample of so many, by `GUANBAO_MUTANTS_SEED`; `GUANBAO_MUTANTS_ONLY=parties` some files;
`GUANBAO_MUTANTS_LIMIT=60` gives each that many seconds: what is not caught by then survives, till the next `--resume`.
"""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import mutant_forking
from guards import guards
from mutant_forking import LEFT_OUT, TESTS
from mutant_keeping import KEPT, Kept

ROOT = Path(__file__).resolve().parents[2]
DOUBLED = Path(__file__).with_name("doubled.txt")
LEAST = 0.95


def doubled(every):
    """Guards whose absence changes nothing, each with its reason, by `file: line of code`.

    Raises:
        SystemExit: one of them is gone.
    """
    told = dict(line.split(" | ", 1) for line in DOUBLED.read_text(encoding="utf-8").splitlines() if line[:1] != "#")
    if gone := told.keys() - {guard.place for guard in every}:
        sys.exit(f"these are no guards: {sorted(gone)}")
    return told


def across(chosen):
    """Guards in an order in which every file comes soon."""
    turns = {}
    for guard in chosen:
        turns.setdefault(guard.file, []).append(guard)
    return sorted(chosen, key=lambda guard: (turns[guard.file].index(guard), guard.file))


def met(kept):
    """Have the tests run once that are new, or changed since; those that pass."""
    files = [str(path.relative_to(ROOT)) for folder in TESTS for path in sorted((ROOT / folder).rglob("test_*.py"))]
    if stale := kept.stale([file for file in files if file not in LEFT_OUT]):
        args = [*stale, "-n", os.environ.get("WORKERS", "2"), "--dist", "loadfile"]
        _pytest(*args, plugin="mutant_importing", GUANBAO_MET=str(kept.met_folder))
        kept.met_now(stale)
    return kept.tests()


def _pytest(*args, plugin, **said):
    """One run of the tests with a plugin of ours.

    Raises:
        RuntimeError: pytest itself could not run.
    """
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent), "PYTHONDONTWRITEBYTECODE": "1"} | said
    asked = [sys.executable, "-m", "pytest", "-q", "--tb=short", "--show-capture=no", "-p", plugin, *args]
    with Path(KEPT, f"{plugin}.log").open("w") as log:
        done = subprocess.run(asked, cwd=ROOT, env=environment, stdout=log, stderr=log, check=False)
    if done.returncode not in {0, 1}:
        raise RuntimeError(Path(log.name).read_text()[-3000:])


def main():
    """Judge them, some at a time; the survivors by file and line."""
    whole = list(guards())
    equal, begun = doubled(whole), time.monotonic()
    every = [guard for guard in whole if os.environ.get("GUANBAO_MUTANTS_ONLY", "") in guard.file]
    most, seed = int(os.environ.get("GUANBAO_MUTANTS", "0")), int(os.environ.get("GUANBAO_MUTANTS_SEED", "1"))
    chosen = random.Random(seed).sample(every, most) if 0 < most < len(every) else every
    print(f"{len(chosen)} of {len(whole)} guards, seed {seed}", flush=True)
    if not {"--resume", "--met"} & set(sys.argv):
        shutil.rmtree(KEPT, ignore_errors=True)
    kept = Kept()
    if "--resume" not in sys.argv:
        kept.forget()
    print(f"{len(met(kept))} tests pass, {time.monotonic() - begun:.0f} s", flush=True)
    left = across([guard for guard in chosen if not kept.caught(guard)])
    kept.ask([guard for guard in left if guard.is_lazy])
    if any(guard.is_lazy for guard in left):
        _pytest("-s", *TESTS, *mutant_forking.left_out(), plugin="mutant_judging")
    print(f"{sum(map(bool, map(kept.caught, chosen)))} caught, {time.monotonic() - begun:.0f} s", flush=True)
    mutant_forking.judge([guard for guard in left if not guard.is_lazy], kept)
    by = {guard.key: kept.caught(guard) for guard in chosen}
    survivors = [guard for guard in chosen if not by[guard.key]]
    share = 1 - len(survivors) / len(chosen)
    for guard in chosen:
        if by[guard.key]:
            print(f"{guard.file}:{guard.line} {guard.what}: {by[guard.key]}")
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} caught ({share:.1%}) in "
          f"{(time.monotonic() - begun) / 60:.0f} min, {kept.seconds(chosen) / 60:.0f} min of judging")  # fmt: skip
    for guard in survivors:
        print(f"survives: {guard.file}:{guard.line} without its {guard.what} {equal.get(guard.place, '')}")
    noticed = sorted({guard.place for guard in chosen if guard.place in equal}
                     - {guard.place for guard in survivors})  # fmt: skip
    for place in noticed:
        print(f"is noticed, so not doubled: {place}")
    sys.exit(bool(share < LEAST or noticed))


if __name__ == "__main__":
    main()
