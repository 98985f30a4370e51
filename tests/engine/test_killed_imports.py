"""An import that is killed between any two of its writes is there whole or not at all."""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from guanbao.engine.records.datasets import DATASETS
from guanbao.engine.records.imports import ArrangementUnknown, Inputs, records_import, records_open
from guanbao.engine.records.mappings import mapping
from guanbao.engine.records.store import Store
from guanbao.engine.statements.engines import DuckDB, digest_of, records_table

SAMPLES = Path(__file__).parents[2] / "src/guanbao/packs/samples"

# Runs an import and dies before or after the n-th write of any kind: Parquet, Delta's log, files, names, syncs.
CHILD = """
import os, sys
from pathlib import Path
from guanbao.engine.records import imports, store
from guanbao.engine.records.mappings import mapping

file, folder, nth, when = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
seen = 0

def guarded(owner, name):
    real = getattr(owner, name)
    def write(*given, **named):
        global seen
        seen += 1
        mine = seen
        if mine == nth and when == "before":
            os._exit(137)
        made = real(*given, **named)
        if mine == nth and when == "after":
            os._exit(137)
        return made
    setattr(owner, name, write)

for owner, names in (
    (imports, ["parquet_write", "_write_quarantine"]),
    (store, ["create_table_with_add_actions"]),
    (store.DeltaTable, ["create_write_transaction", "delete"]),
    (store.Store, ["append", "commit"]),
    (Path, ["rename", "unlink", "mkdir"]),
    (os, ["fsync"]),
):
    for name in names:
        guarded(owner, name)
inputs = imports.Inputs([Path(file)], mapping("servicenow-incident-log"))
imports.records_import(inputs, arrangement="IT", store=store.Store(Path(folder)))
print(seen)
"""


@pytest.fixture(scope="module")
def halves(tmp_path_factory):
    """Two files of updates, with tickets that continue from the first to the second, and a row that is rejected."""
    folder = tmp_path_factory.mktemp("halves")
    with gzip.open(SAMPLES / "incidents_2016_03.csv.gz") as packed:
        header, *rows = packed.readlines()
    rows = rows[:400]
    parts = []
    for n in range(2):
        part = folder / f"{n}.csv"
        broken = rows[n].replace(b"/2016", b"/20l6")
        part.write_bytes(b"".join([header, *rows[n::2], b"9" + broken]))
        parts.append(part)
    return parts


def visible(folder):
    """What a reader sees: the digests of all datasets, or nothing."""
    try:
        records = records_open(Store(folder), arrangement="IT")
    except ArrangementUnknown:
        return {}
    engine = DuckDB()
    found = {
        name: digest_of(engine, table, DATASETS[name])
        for name in records.files
        if (table := records_table(engine, records, name)) is not None
    }
    engine.close()
    engine.backend.disconnect()
    return found


def child(file, folder, nth, when):
    words = [sys.executable, "-c", CHILD, str(file), str(folder), str(nth), when]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("second", [False, True])
def test_killed_at_every_write(halves, tmp_path, second):
    servicenow = mapping("servicenow-incident-log")

    def before(folder):
        if second:
            records_import(Inputs([halves[0]], servicenow), arrangement="IT", store=Store(folder))
        return folder

    file = halves[1] if second else halves[0]
    earlier = visible(before(tmp_path / "earlier"))
    whole = before(tmp_path / "whole")
    ran = child(file, whole, 0, "never")
    assert ran.returncode == 0, ran.stderr
    writes, finished = int(ran.stdout), visible(whole)
    assert finished != earlier
    outcomes = set()
    for nth in range(1, writes + 1):
        when = ("before", "after")[nth % 2]
        folder = before(tmp_path / f"{nth}")
        assert child(file, folder, nth, when).returncode == 137
        seen = visible(folder)
        assert seen in (earlier, finished), f"write {nth} of {writes}, killed {when} it"
        outcomes.add(seen == finished)
        # The next import starts clean: it leaves the same records, and no file that nobody knows.
        records_import(Inputs([file], servicenow), arrangement="IT", store=Store(folder))
        assert visible(folder) == finished
        for name in ("tickets", "ticket_events"):
            known = set(Store(folder).files(DATASETS[name]))
            assert {str(path) for path in (folder / name).rglob("*.parquet")} == known
    assert outcomes == {True, False}  # some kills come before the manifest, some after it


def test_two_imports_at_once_wait_for_each_other(halves, tmp_path):
    words = [[sys.executable, "-c", CHILD, str(half), str(tmp_path / "store"), "0", "never"] for half in halves]
    running = [subprocess.Popen(each, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for each in words]
    for each in running:
        _out, err = each.communicate(timeout=120)
        assert each.returncode == 0, err
    assert [entry["batch"] for entry in Store(tmp_path / "store").batches()] == [1, 2]
