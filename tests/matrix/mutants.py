"""Takes every guard away in turn and sees whether a test notices: `make mutants`.

A guard is a restriction of a selector, a check of a permission, or a list of what may be written, read or asked.
Nothing is written to the source: modules are imported with a switch at each guard (`mutant_importing`). All tests run
once to tell which of them meet which guard; then each guard is switched off in a copy of a process that is ready, and
these tests run there, the shortest first, until one fails. What takes effect as a module is imported, and what seems
to survive, is judged in a process of its own.
`GUANBAO_MUTANTS=200` takes a sample of so many, by `GUANBAO_MUTANTS_SEED`; `GUANBAO_MUTANTS_ONLY=parties` some files,
`GUANBAO_MUTANTS_TESTS=tests/apps/parties` some tests. `GUANBAO_MUTANTS_MET` is a folder that keeps, for the next time,
which tests meet what; `GUANBAO_MUTANTS_TELL` prints what pytest says.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from guards import Guard, guards

ROOT = Path(__file__).resolve().parents[2]
TIME_S = 420
# Browsers, generated requests and long chains tell nothing of guards that these do not.
TESTS = os.environ.get("GUANBAO_MUTANTS_TESTS", "tests/apps tests/platform tests/web tests/api tests/matrix").split()
LEFT_OUT = [
    "tests/api/test_schemathesis.py", "tests/platform/ledger/test_tamper.py", "tests/web/test_browser.py",
    "tests/web/test_api_docs.py", "tests/web/test_passkeys.py", "tests/apps/service_levels/test_roles_in_browser.py",
    "tests/apps/arrangements/test_many.py",
]  # fmt: skip
LISTS = ["tests/api/test_openapi.py", "tests/web/test_lists_of_fields.py"]  # of fields: the shortest way to notice
DOUBLED = Path(__file__).with_name("doubled.txt")


def pytest_run(*args: str, plugin: str, limit: float | None = None, **said: str) -> str:
    """One run of the tests with a plugin of ours: the first that failed, or could not even be imported; else nothing.

    Raises:
        RuntimeError: pytest itself could not run.
    """
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent), "PYTHONDONTWRITEBYTECODE": "1"} | said
    asked = [sys.executable, "-m", "pytest", "-q", "--tb=no", "--show-capture=no", "-p", plugin, *args]
    asked += [f"--ignore={file}" for file in LEFT_OUT]
    try:
        done = subprocess.run(asked, cwd=ROOT, env=environment, capture_output=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return ""  # nobody has noticed
    if os.environ.get("GUANBAO_MUTANTS_TELL"):
        print(done.stdout.decode()[-3000:], done.stderr.decode()[-3000:], flush=True)
    if done.returncode not in {0, 1, 2}:
        raise RuntimeError(done.stdout.decode() + done.stderr.decode())
    failed = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout.decode(), re.MULTILINE)
    return "" if done.returncode == 0 else failed[1] if failed else "the import"


def met(workers: str) -> dict[str, dict]:
    """Of each test that passes: how long it takes, and which guards it meets on which routes."""
    kept = os.environ.get("GUANBAO_MUTANTS_MET")
    with tempfile.TemporaryDirectory() as fresh:
        folder = Path(kept or fresh)
        if not list(folder.glob("*.jsonl")):
            folder.mkdir(exist_ok=True)
            pytest_run("-n", workers, "--dist", "loadfile", *TESTS, plugin="mutant_importing", GUANBAO_MET=str(folder))
        lines = [line for file in folder.glob("*.jsonl") for line in file.read_text().splitlines()]
    return {told["test"]: told for told in map(json.loads, lines)}


def judged(chosen: Iterable[Guard], tests: dict[str, dict], workers: str) -> dict[str, str]:
    """By which test each guard's mutant is caught, in copies of one process."""
    with tempfile.TemporaryDirectory() as folder:
        asked, answer = Path(folder, "asked.json"), Path(folder, "answer.txt")
        wanted = {}
        for guard in chosen:
            meeting = {test: told["met"][guard.key] for test, told in tests.items() if guard.key in told["met"]}
            if meeting and guard.is_lazy:
                wanted[guard.key] = meeting
        asked.write_text(json.dumps({"mutants": wanted, "took": {test: told["s"] for test, told in tests.items()}}))
        answer.touch()
        pytest_run("-s", *TESTS, plugin="mutant_judging", GUANBAO_JUDGE=str(asked), GUANBAO_ANSWER=str(answer),
                   WORKERS=workers)  # fmt: skip
        return dict(line.split(" ", 1) for line in answer.read_text().splitlines())


def caught(guard: Guard, tests: dict[str, dict]) -> str:
    """By which tests a mutant is caught in a process of its own; nothing where it survives."""
    app = Path(guard.file).parts[2]
    near = [path for path in (f"tests/apps/{app}", f"tests/platform/{app}") if (ROOT / path).is_dir()]
    meeting = sorted((told["s"], test) for test, told in tests.items() if guard.key in told["met"])
    rounds = [[test for _s, test in meeting]] if guard.is_lazy else [LISTS, near, ["tests/api", "tests/web"]]
    for these in rounds:
        run = {"plugin": "mutant_importing", "limit": TIME_S, "GUANBAO_MUTANT": guard.key}
        if these and (test := pytest_run("-x", *these, **run)):
            return test
    return ""


def doubled(every: Iterable[Guard]) -> dict[str, str]:
    """Guards whose absence changes nothing, each with its reason, by `file: line of code`.

    Raises:
        SystemExit: one of them is gone.
    """
    told = dict(line.split(" | ", 1) for line in DOUBLED.read_text(encoding="utf-8").splitlines() if line[:1] != "#")
    if gone := told.keys() - {guard.place for guard in every}:
        sys.exit(f"these are no guards: {sorted(gone)}")
    return told


def main() -> None:
    """Judge them, some at a time; the survivors by file and line."""
    whole = list(guards())
    equal, begun = doubled(whole), time.monotonic()
    every = [guard for guard in whole if os.environ.get("GUANBAO_MUTANTS_ONLY", "") in guard.file]
    most, seed = int(os.environ.get("GUANBAO_MUTANTS", "0")), int(os.environ.get("GUANBAO_MUTANTS_SEED", "1"))
    chosen = random.Random(seed).sample(every, most) if 0 < most < len(every) else every
    workers = os.environ.get("WORKERS", "2")
    print(f"{len(chosen)} of {len(whole)} guards, seed {seed}", flush=True)
    tests = met(workers)
    print(f"{len(tests)} tests pass, {time.monotonic() - begun:.0f} s", flush=True)
    by = judged(chosen, tests, workers)
    print(f"{len(by)} caught in copies, {time.monotonic() - begun:.0f} s", flush=True)
    left = [guard for guard in chosen if guard.key not in by]
    with ThreadPoolExecutor(int(workers)) as pool:
        for guard, test in zip(left, pool.map(lambda guard: caught(guard, tests), left), strict=True):
            print(f"{guard.file}:{guard.line} {guard.what}: {test or 'SURVIVES'}", flush=True)
            if test:
                by[guard.key] = test
    survivors = [guard for guard in chosen if guard.key not in by]
    share = len(by) / len(chosen)
    print(f"{len(by)} of {len(chosen)} caught ({share:.1%}) in {(time.monotonic() - begun) / 60:.0f} min")
    for guard in survivors:
        print(f"survives: {guard.file}:{guard.line} without its {guard.what} {equal.get(guard.place, '')}")
    noticed = [guard.place for guard in chosen if guard.key in by and guard.place in equal]
    for place in noticed:
        print(f"is noticed, so not doubled: {place}")
    sys.exit(bool(share < 0.95 or noticed))


if __name__ == "__main__":
    main()
