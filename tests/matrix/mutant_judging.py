"""A plugin of pytest that, once everything is imported, judges mutants in copies of its process.

GUANBAO_JUDGE is a file that says which tests meet which guard, on which routes; each that is caught gets a line in
GUANBAO_ANSWER. A test that also fails in a copy with all guards catches nothing.
"""

import json
import os
import select
import signal
import sys
import time
from pathlib import Path

import pytest
from mutant_importing import *  # noqa: F403 - the same hooks
from mutant_importing import State

LIMIT_S = 300
_failed = []


def pytest_runtest_logreport(report):
    """What failed."""
    if report.failed:
        _failed.append(report.nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    """Make the database ready by one test, then judge."""
    asked = json.loads(Path(os.environ["GUANBAO_JUDGE"]).read_text())
    items = {item.nodeid: item for item in session.items}
    ready = next(item for item in session.items if "db" in item.fixturenames)
    other = min(session.items, key=lambda item: len(os.path.commonpath([item.path, ready.path])))
    ready.config.hook.pytest_runtest_protocol(item=ready, nextitem=other)
    if _failed:
        raise pytest.UsageError(f"{_failed} without any mutant")
    judge = Judge(items, asked["took"])
    with Path(os.environ["GUANBAO_ANSWER"]).open("w") as answer:
        for key, test in judge.all(asked["mutants"]):
            answer.write(f"{key} {test}\n")
            answer.flush()
    return True


class Judge:
    """Some copies at a time."""

    def __init__(self, items, took):
        self.items, self.took = items, took
        self.running, self.sound = {}, {}
        self.workers = int(os.environ.get("WORKERS", "2"))

    def all(self, mutants):
        """Each mutant that is caught, and by which test."""
        queue = list(mutants.items())
        while queue or self.running:
            while queue and len(self.running) < self.workers:
                key, tests = queue.pop(0)
                self._start(key, {test: on for test, on in tests.items() if self.sound.get(test, True)})
            for key, test in self._ended():
                if not test:
                    continue
                if test not in self.sound:
                    self.sound[test] = self._is_sound(test)
                if self.sound[test]:
                    yield key, test
                else:
                    queue.append((key, mutants[key]))

    def _is_sound(self, test):
        """Whether a test passes with all guards."""
        reading, pid = self._fork("", {test: [""]})
        select.select([reading], [], [], LIMIT_S)
        os.kill(pid, signal.SIGKILL)
        said = os.read(reading, 9999).decode()
        os.close(reading)
        os.waitpid(pid, 0)
        return said == "-"

    def _start(self, key, tests):
        reading, pid = self._fork(key, tests)
        self.running[reading] = (key, pid, time.monotonic() + LIMIT_S)

    def _ended(self):
        """What has come to an end, or run out of time, within the next second."""
        ready, _, _ = select.select(list(self.running), [], [], 1)
        for reading, (key, pid, until) in list(self.running.items()):
            if reading in ready or time.monotonic() > until:
                said = os.read(reading, 9999).decode() if reading in ready else ""
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                os.close(reading)
                del self.running[reading]
                yield key, said.removeprefix("-")

    def _fork(self, key, tests):
        reading, writing = os.pipe()
        if pid := os.fork():
            os.close(writing)
            return reading, pid
        try:
            said = self._first_failing(key, tests)
            os.write(writing, (said or "-").encode())
        finally:
            os._exit(0)

    def _first_failing(self, key, tests):
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        State.off = key
        least = {}
        for test in tests:
            file = test.split("::")[0]
            least[file] = min(self.took[test], least.get(file, 9999))
        order = sorted((least[test.split("::")[0]], test.split("::")[0], self.took[test], test) for test in tests)
        chosen = [self.items[test] for *_, test in order if test in self.items]
        for item, after in zip(chosen, [*chosen[1:], None], strict=True):
            _narrow(set(tests[item.nodeid]))
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            if _failed:
                return _failed[0]
        return ""


def _narrow(routes):
    """The matrix asks only on these routes, where there are some."""
    if "probes" not in sys.modules:
        return
    prober = sys.modules["probes"].Prober
    if not hasattr(prober, "judge_"):
        prober.judge_ = prober.judge

    def judge(self, who, probe):
        if not routes - {""} or State.route in routes:
            self.judge_(who, probe)

    prober.judge = judge
