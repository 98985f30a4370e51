"""A plugin of pytest that, once everything is imported, judges mutants in copies of its process.

`mutant_keeping` says which tests meet which guard, on which routes, and keeps by which test each is caught. A test
that also fails in a copy with all guards catches nothing.
"""

import json
import os
import select
import signal
import sys
import time
from collections import Counter

import pytest
from mutant_importing import *  # noqa: F403 - the same hooks
from mutant_importing import State
from mutant_keeping import ASKED, keep, near

LIMIT_S = int(os.environ.get("GUANBAO_MUTANTS_LIMIT", "300"))
NEAR_S = 40  # of tests near a guard, before the matrix is asked
_failed = []


def pytest_runtest_logreport(report):
    """What failed."""
    if report.failed:
        _failed.append(report.nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    """Make the database ready by one test, then judge."""
    asked = json.loads(ASKED.read_text())
    items = {item.nodeid: item for item in session.items}
    ready = next(item for item in session.items if "db" in item.fixturenames)
    other = min(session.items, key=lambda item: len(os.path.commonpath([item.path, ready.path])))
    ready.config.hook.pytest_runtest_protocol(item=ready, nextitem=other)
    if _failed:
        raise pytest.UsageError(f"{_failed} without any mutant")
    Judge(items, asked["took"]).all(asked["mutants"])
    return True


class Judge:
    """Some copies at a time."""

    def __init__(self, items, took):
        self.items, self.took = items, took
        self.running, self.sound, self.catches = {}, {}, Counter()
        self.workers = int(os.environ.get("WORKERS", "2"))

    def all(self, mutants):
        """Judge each, and keep by which test it is caught."""
        queue = list(mutants.items())
        while queue or self.running:
            while queue and len(self.running) < self.workers:
                key, tests = queue.pop(0)
                self._start(key, {test: on for test, on in tests.items() if self.sound.get(test, True)})
            for key, test, seconds in self._ended():
                if test and test not in self.sound:
                    self.sound[test] = self._is_sound(test)
                if test and not self.sound[test]:
                    queue.append((key, mutants[key]))
                    continue
                self.catches[test.split("::")[0]] += 1
                keep(key, test, seconds)

    def _is_sound(self, test):
        """Whether a test passes with all guards."""
        reading, pid = self._fork("", [test], {})
        select.select([reading], [], [], LIMIT_S)
        os.kill(pid, signal.SIGKILL)
        said = os.read(reading, 9999).decode()
        os.close(reading)
        os.waitpid(pid, 0)
        return said == "-"

    def _start(self, key, tests):
        reading, pid = self._fork(key, self._ordered(key, tests), tests)
        self.running[reading] = (key, pid, time.monotonic())

    def _ended(self):
        """What has come to an end, or run out of time, within the next second."""
        ready, _, _ = select.select(list(self.running), [], [], 1)
        for reading, (key, pid, since) in list(self.running.items()):
            took = time.monotonic() - since
            if reading in ready or took > LIMIT_S:
                said = os.read(reading, 9999).decode() if reading in ready else ""
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                os.close(reading)
                del self.running[reading]
                yield key, said.removeprefix("-"), took

    def _ordered(self, key, tests):
        """The likeliest first: quick ones near the guard, then the matrix on the routes that meet it, then the others.

        Of files of the matrix each has its world, so their tests stay together.
        """
        place, spent, order = near(key), 0.0, []
        for test in sorted(tests, key=lambda test: (-self.catches[test.split("::")[0]] * (place in test),
                                                    self.took[test])):  # fmt: skip
            if test.startswith(place) and not test.startswith("tests/matrix/") and spent < NEAR_S:
                spent += self.took[test]
                order.append((0, "", len(order), test))
            elif test.startswith("tests/matrix/"):
                file = test.split("::")[0]
                order.append((1 if file.endswith("test_matrix.py") else 3, file, self.took[test], test))
            else:
                order.append((2, "", self.took[test] * (0.2 if test.startswith(place) else 1), test))
        return [test for *_, test in sorted(order)]

    def _fork(self, key, tests, routes):
        reading, writing = os.pipe()
        if pid := os.fork():
            os.close(writing)
            return reading, pid
        try:
            said = self._first_failing(key, tests, routes)
            os.write(writing, (said or "-").encode())
        finally:
            os._exit(0)

    def _first_failing(self, key, tests, routes):
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        State.off = key
        chosen = [self.items[test] for test in tests if test in self.items]
        for item, after in zip(chosen, [*chosen[1:], None], strict=True):
            _narrow(set(routes.get(item.nodeid, ())))
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
