"""A plugin of pytest that imports every module with a switch at each guard; GUANBAO_MUTANT (`file:number`) is off.

With GUANBAO_MET, a folder, it writes down there which guards each test meets, and in the matrix on which route.
"""

import importlib.machinery
import json
import os
import sys
from pathlib import Path

import pytest
from guards import FOLDERS, SOURCE, switched


class State:
    """Which guard is off; the guards that were met since, each on which routes; the route that is being asked."""

    off = os.environ.get("GUANBAO_MUTANT", "")
    met: dict = {}  # noqa: RUF012 - one of it
    route = ""


_tests, _folder = {}, os.environ.get("GUANBAO_MET")
_get_code = importlib.machinery.SourceFileLoader.get_code
_ours = tuple(str(SOURCE / "guanbao" / folder) + os.sep for folder in FOLDERS)


def guard_is_off(key):
    """Asked by every switch."""
    State.met.setdefault(key, set()).add(State.route)
    return key == State.off


def get_code(self, fullname):
    """A module's code, with switches where it has guards."""
    if self.path.startswith(_ours) and "migrations" not in self.path:
        tree, found = switched(str(Path(self.path).relative_to(SOURCE)))
        if found:
            return compile(tree, self.path, "exec", dont_inherit=True)
    return _get_code(self, fullname)


importlib.machinery.SourceFileLoader.get_code = get_code


def pytest_collection_finish():
    """From here on, the matrix says which route it asks, where it is asked at all."""
    if "probes" not in sys.modules:
        return
    prober = sys.modules["probes"].Prober
    probes = prober.probes

    def told(self, who, route):
        State.route = route.name
        return probes(self, who, route)

    prober.probes = told


def pytest_runtest_logstart():
    """A test begins: no guard was met."""
    State.met, State.route = {}, ""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A test that passes is written down, with what it met."""
    report = yield
    if _folder:
        told = _tests.setdefault(item.nodeid, {"test": item.nodeid, "s": 0.0, "bad": False})
        told["s"] += call.duration
        told["bad"] |= report.outcome != "passed"
        if call.when == "teardown" and not told["bad"]:
            told["met"] = {key: sorted(routes) for key, routes in State.met.items()}
            with Path(_folder, f"{os.getpid()}.jsonl").open("a") as out:
                out.write(json.dumps(told) + "\n")
    return report
