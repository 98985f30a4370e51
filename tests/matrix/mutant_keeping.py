"""What is known of mutants: which tests meet a guard, and by which test each was caught. Kept in build/mutants."""

import json
import os
from hashlib import sha256
from pathlib import Path

from guards import SOURCE

KEPT = Path(os.environ.get("GUANBAO_MUTANTS_KEPT") or Path(__file__).resolve().parents[2] / "build/mutants")
ASKED, JUDGED = KEPT / "asked.json", KEPT / "judged.jsonl"


class Kept:
    """The files of one run, which another can go on with."""

    def __init__(self):
        KEPT.mkdir(parents=True, exist_ok=True)
        self.met_folder, self._done = KEPT / "met", KEPT / "met.done"

    @property
    def is_met(self):
        """Whether all tests have run."""
        return self._done.exists()

    def met_done(self):
        """They have."""
        self._done.touch()

    def tests(self):
        """Of each test that passes: how long it takes, and which guards it meets on which routes."""
        lines = [line for file in self.met_folder.glob("*.jsonl") for line in file.read_text().splitlines()]
        return {told["test"]: told for told in map(json.loads, lines)}

    def forget(self):
        """What was judged."""
        JUDGED.unlink(missing_ok=True)

    def ask(self, chosen):
        """Write down which tests may catch each of these, for `mutant_judging`."""
        tests = self.tests()
        wanted = {
            guard.key: {test: told["met"][guard.key] for test, told in tests.items() if guard.key in told["met"]}
            for guard in chosen
        }
        ASKED.write_text(json.dumps({"mutants": wanted, "took": {test: told["s"] for test, told in tests.items()}}))

    def caught(self, guard):
        """By which test; nothing where none is known in the file as it stands."""
        told = self._judged().get(guard.key, {})
        return told.get("test", "") if told.get("of") == digest(guard.file) else ""

    def seconds(self, chosen):
        """How long these were judged."""
        judged = self._judged()
        return sum(judged[guard.key]["s"] for guard in chosen if guard.key in judged)

    @staticmethod
    def _judged():
        lines = JUDGED.read_text().splitlines() if JUDGED.exists() else []
        return {told["key"]: told for told in map(json.loads, lines)}


def keep(key, test, seconds):
    """What became of a mutant: the test that caught it, or nothing."""
    told = {"key": key, "of": digest(key.rpartition(":")[0]), "test": test, "s": round(seconds, 1)}
    with JUDGED.open("a") as out:
        out.write(json.dumps(told) + "\n")


def digest(file):
    """Of a module's text: what was judged holds only for it."""
    return sha256((SOURCE / file).read_bytes()).hexdigest()[:16]


def near(file):
    """Where the tests of a module stand."""
    _guanbao, folder, *rest = Path(file).parts
    return f"tests/{folder}/" if folder in ("web", "api") else f"tests/{folder}/{rest[0]}/"
