"""What is known of mutants: which tests meet a guard, and by which test each was caught. Kept in build/mutants."""

import json
import os
from hashlib import sha256
from pathlib import Path

from guards import SOURCE, guards

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(os.environ.get("GUANBAO_MUTANTS_KEPT") or ROOT / "build/mutants")
ASKED, JUDGED = KEPT / "asked.json", KEPT / "judged.jsonl"


class Kept:
    """The files of one run, which another can go on with."""

    def __init__(self):
        self.met_folder, self._known = KEPT / "met", KEPT / "met.json"
        self.met_folder.mkdir(parents=True, exist_ok=True)

    def stale(self, files):
        """Those of these files with tests that have not run as they and the guards stand; what was known goes."""
        known = json.loads(self._known.read_text()) if self._known.exists() else {}
        if known.get("guards") != _guards():
            known = {}
            self._known.write_text(json.dumps({"guards": _guards()}))
        found = {file: now for file in files if known.get(file) != (now := digest(ROOT / file))}
        for path in self.met_folder.glob("*.jsonl"):
            lines = path.read_text().splitlines()
            path.write_text("".join(f"{line}\n" for line in lines if _file(json.loads(line)["test"]) not in found))
        return found

    def met_now(self, found):
        """These have run as they stood."""
        self._known.write_text(json.dumps(json.loads(self._known.read_text()) | found))

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
        return told.get("test", "") if told.get("of") == digest(SOURCE / guard.file) else ""

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
    told = {"key": key, "of": digest(SOURCE / key.rpartition(":")[0]), "test": test, "s": round(seconds, 1)}
    with JUDGED.open("a") as out:
        out.write(json.dumps(told) + "\n")


def digest(path):
    """Of a file's text: what was judged holds only for it."""
    return sha256(path.read_bytes()).hexdigest()[:16]


def _guards():
    """Of where all guards stand: a test is known to meet them by their numbers."""
    return sha256("".join(f"{guard.key} {guard.code}" for guard in guards()).encode()).hexdigest()[:16]


def _file(test):
    return test.split("::")[0]


def near(file):
    """Where the tests of a module stand; those of what is below all pages stand everywhere."""
    _guanbao, folder, *rest = Path(file).parts
    return {"web": "tests/", "api": "tests/api/"}.get(folder, f"tests/{folder}/{rest[0]}/")
