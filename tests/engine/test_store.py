"""The store: a batch is there whole or not at all, whenever the import that writes it is killed."""

import json
import os
import random
import re
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from guanbao.engine import documents
from guanbao.engine.documents import ValueWrong
from guanbao.engine.errors import GuanbaoError
from guanbao.engine.records import store as store_module
from guanbao.engine.records.datasets import DATASETS, dataset
from guanbao.engine.records.imports import ArrangementUnknown, Inputs, records_import, records_open
from guanbao.engine.records.mappings import mapping, mapping_of
from guanbao.engine.records.store import ManifestBroken, Store, StoreBusy, StoreUnwritable, local_path
from guanbao.engine.statements.engines import digest_of, engine_named, records_table

LOG = "number,sys_mod_count,sys_updated_at,opened_at,incident_state,priority,assignment_group,assigned_to,"
LOG += "reassignment_count,reopen_count,knowledge,made_sla,category,resolved_at,closed_at\n"
CALLS = """\
name: calls
version: 1
dataset: interactions
columns:
  id: id
  arrived_at: at
  outcome: "'answered'"
"""


def calls(first, count):
    return "id,at\n" + "".join(f"K{n},2021-0{1 + n % 5}-01 10:00\n" for n in range(first, first + count))


def log(first, count):
    """Updates of tickets; each batch also goes on with the tickets of the one before."""
    lines = [
        f"I{n // 3},{n % 3},{1 + n % 9}/{1 + n % 4}/2016 09:00,1/1/2016 09:00,S{n % 3},3,G,?,0,0,false,true,c,?,?\n"
        for n in range(first, first + count)
    ]
    return LOG + "".join(lines)


KINDS = {"interactions": (CALLS, calls), "tickets": (None, log)}


def inputs_of(kind, folder, batch):
    """The inputs of the first or the second batch of a kind, whose files are made."""
    text, content = KINDS[kind]
    file = folder / f"{kind}-{batch}.csv"
    file.write_text(content(20 * (batch - 1), 21), encoding="utf-8")
    found = mapping("servicenow-incident-log") if text is None else mapping_of(documents.parse(text))
    return Inputs([file], found)


def seen(store):
    """What a reader sees: the rows and the digest of each dataset."""
    try:
        records = records_open(store, arrangement="A")
    except ArrangementUnknown:
        return {}
    with engine_named("duckdb") as engine:
        return {
            name: digest_of(engine, records_table(engine, records, name), dataset(name))
            for name in sorted(records.files)
        }


def orphans(store):
    """Files that belong to no visible batch, or to no file of the table."""
    visible = {f"{number:08d}" for number in range(1, len(store.batches()) + 1)}
    listed = {path for kind in DATASETS.values() for path in store.files(kind)}
    found = []
    for path in store.folder.rglob("*"):
        if not path.is_file() or "_delta_log" in path.parts or path.name == ".lock":
            continue
        ours = path.name[:8] in visible and (path.suffix != ".parquet" or str(path) in listed)
        found += [] if ours else [path]
    return found


@pytest.fixture(scope="module")
def unkilled(tmp_path_factory):
    """What stands after no, one and two batches of each kind."""
    after = {}
    for kind in KINDS:
        folder = tmp_path_factory.mktemp(kind)
        store = Store(folder / "store")
        after[kind, 0] = {}
        for batch in (1, 2):
            records_import(inputs_of(kind, folder, batch), arrangement="A", store=store)
            after[kind, batch] = seen(store)
    return after


# Killed before every step of a write. The children fork from a process that has loaded everything and begun nothing.

STEPS = [
    "os.open",
    "os.fsync",
    "os.mkdir",
    "os.rename",
    "os.unlink",
    "os.close",
    "io.open",
    "Store._sweep",
    "Store.append",
    "Store.commit",
    "DeltaTable.create_write_transaction",
    "DeltaTable.delete",
    "imports.parquet_write",
    "imports._write_quarantine",
    "imports._report",
    "store.create_table_with_add_actions",
]
SERVER = """\
import io, os, random, shutil, signal, sys, time, traceback
from pathlib import Path
from unittest import mock
from deltalake import DeltaTable
sys.path.insert(0, sys.argv[1])
import test_store
from guanbao.engine.records import imports, store
from guanbao.engine.records.store import Store

folder, kind, batch, randomly = Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
owners = dict(os=os, io=io, Store=Store, DeltaTable=DeltaTable, imports=imports, store=store)
count = 0

def watched(name, real, where, kill_at):
    def do(*args, **kwargs):
        global count
        system = name.startswith(("os.", "io."))
        if not system or any(isinstance(a, int) or str(where) in str(a) for a in args[:2]):
            count += 1
            if count == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)
    return do

def child(where, kill_at):
    try:
        inputs = test_store.inputs_of(kind, where.parent, batch)
        for name in test_store.STEPS:
            owner, attribute = name.split(".")
            real = getattr(owners[owner], attribute)
            mock.patch.object(owners[owner], attribute, watched(name, real, where, kill_at)).start()
        imports.records_import(inputs, arrangement="A", store=Store(where))
    except BaseException:
        traceback.print_exc()
        os._exit(9)
    os._exit(0)

def fork(name, kill_at, after=None):
    where = folder / name / "store"
    shutil.copytree(folder / "base", where)
    pid = os.fork()
    if pid == 0:
        child(where, kill_at)
    if after is not None:
        time.sleep(after)
        os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

for number in range(randomly):
    print(fork(f"random-{number}", 0, after=random.Random(number).uniform(0.02, 0.6)), flush=True)
at = 1
while not randomly:
    ended = fork(f"step-{at}", at)
    print(ended, flush=True)
    if ended != -signal.SIGKILL:
        break
    at += 1
"""


def killed(folder, kind, batch, *, randomly=0):
    """Stores in which an import of a batch was killed at each of its steps, or at random times."""
    (folder / "base").mkdir()
    for before in range(1, batch):
        records_import(inputs_of(kind, folder, before), arrangement="A", store=Store(folder / "base"))
    words = [str(Path(__file__).parent), str(folder), kind, str(batch), str(randomly)]
    ran = subprocess.run([sys.executable, "-c", SERVER, *words], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    ended = [int(code) for code in ran.stdout.split()]
    assert set(ended) <= {0, -signal.SIGKILL}, ran.stderr
    name = "random" if randomly else "step"
    return ended, [Store(folder / f"{name}-{n + (not randomly)}" / "store") for n in range(len(ended))]


def shape(store):
    """The names of a store's files; what differs by chance only is alike."""
    chance = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
    return tuple(sorted(chance.sub("*", str(p.relative_to(store.folder))) for p in store.folder.rglob("*")))


def visible(store):
    """The files that a reader opens, by their names."""
    try:
        files = records_open(store, arrangement="A").files
    except ArrangementUnknown:
        return {}
    return {name: [str(Path(path).relative_to(store.folder)) for path in found] for name, found in files.items()}


def whole_or_absent(store, kind, batch, unkilled):
    """What readers see is a state between imports, and the next import makes good what was left."""
    there = len(store.batches())
    assert there in (batch - 1, batch)
    assert seen(store) == unkilled[kind, there]
    report = records_import(inputs_of(kind, store.folder.parent, batch), arrangement="A", store=store)
    assert report.batch == (batch if there < batch else None)
    assert seen(store) == unkilled[kind, batch]
    assert orphans(store) == []
    return there


SCENES = [("interactions", 1), ("tickets", 2)]
if os.environ.get("GUANBAO_KILLS"):
    SCENES += [("interactions", 2), ("tickets", 1)]


@pytest.mark.parametrize(("kind", "batch"), SCENES)
def test_an_import_killed_at_any_step_is_whole_or_absent(kind, batch, unkilled, tmp_path, capsys):
    ended, stores = killed(tmp_path, kind, batch)
    assert ended[-1] == 0, "the last one was not killed"
    shapes = {shape(store): store for store in reversed(stores)}
    for store in shapes.values():
        if len(store.batches()) < batch:
            assert visible(store) == visible(Store(tmp_path / "base"))
    some = list(shapes.values())
    if not os.environ.get("GUANBAO_KILLS"):
        some = some[:1] + random.Random(batch).sample(some[1:], 7)
    ends = [whole_or_absent(store, kind, batch, unkilled) for store in some]
    assert set(ends) == {batch - 1, batch}
    with capsys.disabled():
        print(f"\n  {kind}, batch {batch}: killed at {len(ended) - 1} steps, {len(shapes)} states left behind", end="")


def test_an_import_killed_at_any_time_is_whole_or_absent(unkilled, tmp_path):
    ended, stores = killed(tmp_path, "tickets", 2, randomly=int(os.environ.get("GUANBAO_KILLS") or 6))
    assert -signal.SIGKILL in ended
    for store in stores:
        whole_or_absent(store, "tickets", 2, unkilled)


@pytest.mark.parametrize("left", ["_commit_0.json.tmp", "00000000000000000000.json#1", None])
def test_what_a_first_import_leaves_in_a_log_does_not_stop_the_next(left, unkilled, tmp_path):
    store = Store(tmp_path / "store")
    log_folder = tmp_path / "store/interactions/_delta_log"
    log_folder.mkdir(parents=True)
    if left:
        (log_folder / left).write_bytes(b"{")
    part = tmp_path / "store/interactions/arrangement=A/month=2021-01"
    part.mkdir(parents=True)
    (part / "00000001-cut.parquet").write_bytes(b"PAR1 cut")
    (tmp_path / "store/quarantine").mkdir()
    (tmp_path / "store/quarantine/00000001.csv").write_bytes(b"cut")
    (tmp_path / "store/manifest").mkdir()
    (tmp_path / "store/manifest/00000001.tmp").write_bytes(b"{")
    assert seen(store) == {}
    whole_or_absent(store, "interactions", 1, unkilled)
    assert left is None or not (log_folder / left).exists()


def test_an_error_while_writing_leaves_nothing_visible(unkilled, tmp_path, monkeypatch):
    store = Store(tmp_path / "store")

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            records_import(inputs_of("tickets", tmp_path, 1), arrangement="A", store=store)
    whole_or_absent(store, "tickets", 1, unkilled)


def test_a_reader_does_not_open_what_is_not_visible(tmp_path):
    store = Store(tmp_path / "store")
    records_import(inputs_of("interactions", tmp_path, 1), arrangement="A", store=store)
    records_import(inputs_of("interactions", tmp_path, 2), arrangement="A", store=store)
    (tmp_path / "store/manifest/00000002.json").unlink()
    files = records_open(store, arrangement="A").files["interactions"]
    assert files
    assert all(Path(file).name.startswith("00000001") for file in files)


# One writer at a time


IMPORT = """\
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import test_store
folder = Path(sys.argv[2])
inputs = test_store.inputs_of("interactions", folder, int(sys.argv[3]))
report = test_store.records_import(inputs, arrangement="A", store=test_store.Store(folder / "store"))
print(report.batch, report.counts.accepted)
"""


def test_imports_at_once_wait_for_each_other(unkilled, tmp_path):
    command = [sys.executable, "-c", IMPORT, str(Path(__file__).parent), str(tmp_path)]
    both = [subprocess.Popen([*command, str(n)], stdout=subprocess.PIPE, text=True) for n in (1, 2)]
    said = sorted(process.communicate()[0].split() for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert [batch for batch, _ in said] == ["1", "2"]
    store = Store(tmp_path / "store")
    # The files overlap by one call, which is known to whichever came second.
    assert sorted(int(accepted) for _, accepted in said) == [20, 21]
    assert seen(store) == unkilled["interactions", 2]
    assert orphans(store) == []


def test_a_store_in_use_is_busy_after_a_while(tmp_path, monkeypatch):
    monkeypatch.setattr(store_module, "_WAIT_S", 0.2)
    store = Store(tmp_path / "store")
    with store.writing() as number, pytest.raises(StoreBusy), Store(tmp_path / "store").writing():
        pass
    assert number == 1
    with store.writing() as number:
        assert number == 1


# Names


ODD_NAMES = [
    "WB/1 银行%20",
    "..",
    ".",
    "../../outside",
    "/etc",
    "a=b",
    "'q' \"x\"",
    "a%2Fb",
    "a\nb",
    "*?[x]",
    "01",
    "1999-02",
    " a ",
    "~",
    "a\\b",
    "é",
    "e\u0301",
    "😀",
    "x" * 200,
    "银" * 26,
]


def test_odd_names_of_arrangements_stay_inside_and_read_back(tmp_path):
    store = Store(tmp_path / "in/store")
    given = inputs_of("interactions", tmp_path, 1)
    some = ODD_NAMES if os.environ.get("GUANBAO_KILLS") else ODD_NAMES[:8] + ODD_NAMES[-2:]
    for name in some:
        report = records_import(given, arrangement=name, store=store)
        assert report.counts.accepted == 21
        with engine_named("duckdb") as engine:
            table = records_table(engine, records_open(store, arrangement=name), "interactions")
            assert digest_of(engine, table, dataset("interactions"))[0] == 21
            assert table.select("arrangement").distinct().to_pyarrow().column(0).to_pylist() == [name]
    assert orphans(store) == []
    assert {path.name for path in (tmp_path / "in").iterdir()} == {"store"}
    assert {path.name for path in tmp_path.iterdir()} == {"in", "interactions-1.csv"}
    assert [entry["arrangement"] for entry in store.batches()] == some


@pytest.mark.parametrize("name", ["", " ", "x" * 300, "银" * 80, "__HIVE_DEFAULT_PARTITION__", "NULL", "null"])
def test_a_name_that_no_folder_can_have_is_refused(name, tmp_path):
    with pytest.raises(ValueWrong, match="arrangement"):
        records_import(inputs_of("interactions", tmp_path, 1), arrangement=name, store=Store(tmp_path / "store"))
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("name", ["it's", "银 行", "a#b", "a=b", "100%", "{x}", "-"])
def test_odd_names_of_stores(name, unkilled, tmp_path):
    store = Store(tmp_path / name)
    for batch in (1, 2):
        records_import(inputs_of("interactions", tmp_path, batch), arrangement="A", store=store)
    assert seen(store) == unkilled["interactions", 2]
    assert orphans(store) == []


@pytest.mark.parametrize("name", ["a%20b", "a*", "a?", "[a]"])
def test_a_store_whose_name_would_mean_another_is_refused(name, tmp_path):
    with pytest.raises(StoreUnwritable, match="taken for another"):
        records_import(inputs_of("interactions", tmp_path, 1), arrangement="A", store=Store(tmp_path / name))
    assert not (tmp_path / name).exists()


def test_a_relative_store(unkilled, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = Store(Path("store"))
    for batch in (1, 2):
        records_import(inputs_of("interactions", Path(), batch), arrangement="A", store=store)
    assert seen(store) == unkilled["interactions", 2]


def test_what_cannot_be_a_store(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for folder in (tmp_path / "file", tmp_path / "file/below"):
        with pytest.raises(StoreUnwritable):
            records_import(inputs_of("interactions", tmp_path, 1), arrangement="A", store=Store(folder))


def test_reading_makes_nothing(tmp_path):
    store = Store(tmp_path / "none")
    assert store.batches() == []
    assert store.files(dataset("tickets")) == []
    with pytest.raises(ArrangementUnknown, match="none"):
        records_open(store, arrangement="A")
    assert not (tmp_path / "none").exists()


def test_local_path():
    assert local_path("file:///a%20b/%25.parquet") == "/a b/%.parquet"
    assert local_path("/a%20b") == "/a%20b"


# The manifest


@pytest.fixture(scope="module")
def stocked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stocked")
    for batch in (1, 2):
        records_import(inputs_of("interactions", folder, batch), arrangement="A", store=Store(folder / "store"))
    return Store(folder / "store")


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b"{}",
        b'{"form": 1, "batch": 1}',
        b'{"form": 2, "batch": 1}',
        b"\xff\xfe",
        b"[" * 100_000,
        lambda entry: entry | {"batch": 2},
        lambda entry: {key: value for key, value in entry.items() if key != "tables"},
        lambda entry: {key: value for key, value in entry.items() if key != "arrangement"},
    ],
    ids=range(13),
)
def test_a_damaged_manifest_is_an_error_with_its_file(damage, stocked):
    file = stocked.folder / "manifest/00000001.json"
    good = file.read_bytes()
    file.write_bytes(damage if isinstance(damage, bytes) else json.dumps(damage(json.loads(good))).encode())
    try:
        with pytest.raises(ManifestBroken, match=r"00000001\.json: "):
            records_open(stocked, arrangement="A")
        with pytest.raises(GuanbaoError), stocked.writing():
            pass
    finally:
        file.write_bytes(good)
    assert len(stocked.batches()) == 2


def test_a_lost_manifest_is_an_error(stocked):
    file = stocked.folder / "manifest/00000001.json"
    good = file.read_bytes()
    file.unlink()
    try:
        with pytest.raises(ManifestBroken, match=r"00000002\.json: "):
            stocked.batches()
    finally:
        file.write_bytes(good)


def test_what_a_manifest_says(stocked):
    first, second = stocked.batches()
    assert (first["batch"], first["dataset"], first["arrangement"], first["files"]) == (
        1,
        "interactions",
        "A",
        ["interactions-1.csv"],
    )
    assert second["counts"]["known"] == 1
    assert second["tables"] == {"interactions": second["counts"]["accepted"]}
    assert stocked.batches(cut=1) == [first]
    assert stocked.batches(cut=0) == []


@pytest.mark.parametrize(("first", "outcome", "versions"), [(100_000, "answered", 0), (1, "abandoned", 60_000)])
def test_a_second_import_needs_no_more_memory_than_there_is(first, outcome, versions, tmp_path):
    store, file = Store(tmp_path / "store"), tmp_path / "calls.csv"
    for start, said in ((1, "answered"), (first, outcome)):
        file.write_text(calls(start, 60_000))
        inputs = Inputs([file], mapping_of(documents.parse(CALLS.replace("answered", said))))
        report = records_import(inputs, arrangement="A", store=store, memory_mib=16)
        assert report.counts.accepted == 60_000
    assert report.counts.versions == versions


def test_a_key_that_stands_twice_in_a_file_replaces_what_is_stored_and_then_itself(tmp_path):
    store, file = Store(tmp_path / "store"), tmp_path / "calls.csv"
    said = mapping_of(documents.parse(CALLS.replace("'answered'", "outcome")))
    head, at, counts = "id,at,outcome\n", "2021-01-01 10:00", []
    for rows in (
        f"A,{at},answered\n",
        f"A,{at},abandoned\nB,{at},answered\nA,{at},left_before_queue\nA,{at},answered\n",
    ):
        file.write_text(head + rows)
        counts.append(records_import(Inputs([file], said), arrangement="A", store=store).counts)
    assert [(c.accepted, c.known, c.versions) for c in counts] == [(1, 0, 0), (3, 1, 2)]
    files = [str(path) for path in store.files(dataset("interactions"), arrangement="A")]
    rows = duckdb.sql(f"select id, batch, line, content, replaces from read_parquet({files}) order by batch, line")
    first, second, other, third = rows.fetchall()
    assert (first[4], second[4], other[4], third[4]) == (None, first[3], None, second[3])
