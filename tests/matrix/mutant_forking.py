"""Judges mutants that take effect as a module is imported, in copies of a process that has imported all but it.

The database is made once, and each copy takes a copy of it.
"""

import contextlib
import importlib
import os
import pkgutil
import select
import signal
import sqlite3
import time
from pathlib import Path

import pytest
from mutant_keeping import KEPT, keep, near

ROOT = Path(__file__).resolve().parents[2]
TESTS = ["tests/apps", "tests/platform", "tests/web", "tests/api", "tests/matrix"]
# Browsers, generated requests and long crawls tell nothing of guards that these do not.
LEFT_OUT = [
    "tests/api/test_schemathesis.py", "tests/platform/ledger/test_tamper.py", "tests/web/test_browser.py",
    "tests/web/test_api_docs.py", "tests/web/test_passkeys.py", "tests/apps/service_levels/test_roles_in_browser.py",
    "tests/apps/arrangements/test_many.py", "tests/matrix/test_bad_addresses.py", "tests/matrix/test_bad_requests.py",
    "tests/matrix/test_languages.py", "tests/matrix/test_queries.py", "tests/matrix/test_guards.py",
]  # fmt: skip
LISTS = ["tests/web/test_lists_of_fields.py", "tests/api/test_openapi.py"]  # of fields: the shortest way to notice
LIMIT_S = 300
DATABASE = KEPT / "database.sqlite3"
_PACKAGES = ("django.db.models", "django.forms", "django.core.serializers.json", "django.template", "django.test",
             "django.contrib.admin.utils", "ninja", "ibis", "duckdb", "pyarrow.parquet", "deltalake", "openpyxl",
             "joserfc.jws", "requests", "jsonschema", "docx", "allauth.utils", "guanbao.engine")  # fmt: skip


def left_out():
    """The arguments that leave these out."""
    return [f"--ignore={file}" for file in LEFT_OUT]


def judge(chosen, kept):
    """Judge each in rounds of tests: lists of fields, what stands near, all forms and endpoints, the matrix."""
    if not chosen:
        return
    _import_what_is_not_ours()
    DATABASE.unlink(missing_ok=True)
    for _made_then_taken in range(2):
        if (said := _run("", LISTS, kept)) != "-":
            raise RuntimeError(f"{said or LIMIT_S} without any mutant")
    for guard in chosen:
        begun, said = time.monotonic(), ""
        for these in (LISTS, [near(guard.file)], ["tests/matrix/test_mass_assignment.py", "tests/api", "tests/web"],
                      ["tests/matrix"]):  # fmt: skip
            said = said if said not in ("", "-") else _run(guard.key, these, kept)
        keep(guard.key, said.removeprefix("-"), time.monotonic() - begun)


def _import_what_is_not_ours():
    os.environ["DJANGO_SETTINGS_MODULE"] = "guanbao.config.settings"
    for name in _PACKAGES:
        with contextlib.suppress(ImportError):
            package = importlib.import_module(name)
            if name == "guanbao.engine":
                for found in pkgutil.walk_packages(package.__path__, f"{name}."):
                    importlib.import_module(found.name)


def _run(key, tests, kept):
    """The first of these tests that fails in a copy without this guard, though it passes with it.

    Where all pass it is "-", where their time runs out nothing.
    """
    reading, writing = os.pipe()
    if pid := os.fork():
        os.close(writing)
        said = b""
        if select.select([reading], [], [], LIMIT_S)[0]:
            said = os.read(reading, 9999)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(reading)
        return said.decode()
    try:
        os.setpgid(0, 0)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        with Path(KEPT, "mutant_forking.log").open("w") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        os.environ["GUANBAO_MUTANT"] = key
        os.chdir(ROOT)
        watching = Watching(set(kept.tests()))
        status = pytest.main(["-x", "-q", "--tb=short", "-p", "no:xdist", "-p", "mutant_importing", *tests,
                              *left_out()], plugins=[watching])  # fmt: skip
        said = watching.failed or ("" if status in (0, 5) else "the import")
        os.write(writing, (said or "-").encode())
    finally:
        os._exit(0)


class Watching:
    """A plugin that takes the database from a file, runs the shortest tests first, and tells what failed."""

    def __init__(self, passing):
        self.failed, self.passing = "", passing

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        """Those that pass with all guards, and of these first what asks no database."""
        passing = [item for item in items if item.nodeid in self.passing]
        items[:] = sorted(passing, key=lambda item: "db" in item.fixturenames)

    def pytest_runtest_logreport(self, report):
        """The first that fails."""
        if report.failed and not self.failed:
            self.failed = report.nodeid

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self):
        """Before the database is made."""
        management = importlib.import_module("django.core.management")
        connection = importlib.import_module("django.db").connection
        call = management.call_command

        def made(command, *args, **said):
            if command == "migrate" and DATABASE.exists():
                connection.ensure_connection()
                with contextlib.closing(sqlite3.connect(DATABASE)) as kept:
                    kept.backup(connection.connection)
            else:
                call(command, *args, **said)
            if command == "migrate" and not DATABASE.exists():
                DATABASE.write_bytes(connection.connection.serialize())

        management.call_command = made
