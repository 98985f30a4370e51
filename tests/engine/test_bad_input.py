"""Ten thousand damaged files: each is accepted, quarantined row by row or refused, and never half of it is stored.

The suite runs some hundreds; GUANBAO_MUTATIONS=10000 runs as many.
"""

import csv
import io
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from mutations import CLASSES, MAPPING, case_of, csv_of, rows_of

from guanbao.cli import speech
from guanbao.cli.application import build
from guanbao.engine import documents
from guanbao.engine.errors import GuanbaoError
from guanbao.engine.records.imports import Inputs, records_import, records_open, records_read
from guanbao.engine.records.mappings import mapping_of
from guanbao.engine.records.store import Store
from guanbao.engine.statements.engines import digest_of, engine_named, records_table

EACH = max(1, int(os.environ.get("GUANBAO_MUTATIONS", "160")) // len(CLASSES))


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a store but its lock, which is no content."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def attempt(case, folder, store):
    """The outcome of reading one damaged file; an error that is not ours passes through and fails the test."""
    file = case.write(folder)
    into = folder / "records"
    quarantine = folder / "quarantine.csv"
    try:
        found = mapping_of(documents.parse(case.mapping, file=Path("m.yaml")))
    except GuanbaoError:
        return "refused"
    inputs = Inputs([file], found, case.encoding)
    try:
        _, report = records_read(inputs, arrangement="A", folder=into, quarantine=quarantine)
    except GuanbaoError:
        assert not list(into.glob("*.parquet")), "a refused file leaves no records"
        before = tree(store.folder)
        with pytest.raises(GuanbaoError):
            records_import(inputs, arrangement="A", store=store)
        assert tree(store.folder) == before, "a refused file leaves the store as it was"
        return "refused"
    counts = report.counts
    assert counts.read == counts.accepted + sum(counts.filtered.values()) + counts.rejected + counts.known
    assert counts.entities <= counts.accepted
    listed = list(csv.reader(io.StringIO(quarantine.read_text("utf-8-sig"), newline=""))) if counts.rejected else [[]]
    assert len(listed) - 1 == counts.rejected, "every rejected row is listed"
    assert not any(cell[:1] in "=+-@\t\r" for row in listed for cell in row if cell)
    assert all(int(line) > 0 for _, line, *_ in listed[1:])
    return "quarantined" if counts.rejected else "accepted"


@pytest.fixture(scope="module")
def stocked(tmp_path_factory):
    """A store with one good batch."""
    folder = tmp_path_factory.mktemp("store")
    file = folder / "good.csv"
    file.write_text(csv_of(rows_of(1000)), encoding="utf-8")
    store = Store(folder / "store")
    records_import(Inputs([file], mapping_of(documents.parse(MAPPING))), arrangement="A", store=store)
    return store


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_of_damage(name, stocked, tmp_path, capsys):
    outcomes = Counter()
    for number in range(EACH):
        folder = tmp_path / str(number)
        folder.mkdir()
        try:
            outcome = attempt(case_of(name, number), folder, stocked)
        except Exception as error:
            raise AssertionError(f"case_of({name!r}, {number})") from error
        outcomes[outcome] += 1
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
    with capsys.disabled():
        shown = "  ".join(f"{outcome} {outcomes[outcome]:5,}" for outcome in ("accepted", "quarantined", "refused"))
        print(f"\n  {name:34} {shown}", end="")
    assert outcomes["refused"] < EACH or EACH < 5, "a class that is always refused tests one line"


def content_of(store):
    with engine_named("duckdb") as engine:
        records = records_open(store, arrangement="A")
        table = records_table(engine, records, "complaints")
        return digest_of(engine, table, mapping_of(documents.parse(MAPPING)).dataset)


def test_what_is_refused_among_others_refuses_all(stocked, tmp_path):
    (tmp_path / "a.csv").write_text(csv_of([["Z1", *row[1:]] for row in rows_of(3, 1)]), encoding="utf-8")
    (tmp_path / "b.csv.gz").write_bytes(b"\x1f\x8b\x08\x00 cut")
    before, content = tree(stocked.folder), content_of(stocked)
    inputs = Inputs([tmp_path / "a.csv", tmp_path / "b.csv.gz"], mapping_of(documents.parse(MAPPING)))
    with pytest.raises(GuanbaoError, match=r"b\.csv\.gz"):
        records_import(inputs, arrangement="A", store=stocked)
    assert (tree(stocked.folder), content_of(stocked)) == (before, content)


# Through the command


def arguments_of(case, folder):
    (folder / "m.yaml").write_bytes(case.mapping.encode("utf-8", "surrogatepass"))
    words = ["records", "import", "complaints" if "complaints" in case.mapping else "interactions"]
    words += [str(case.write(folder)), "--mapping", str(folder / "m.yaml"), "--arrangement", "A"]
    words += ["--store", str(folder / "store"), "--lang", "en"]
    return words + (["--encoding", case.encoding] if case.encoding else [])


@pytest.mark.parametrize("name", CLASSES)
def test_the_command_ends_with_a_code_and_a_place(name, tmp_path, capsys):
    for number in range(90_000, 90_000 + max(1, EACH // 10)):
        folder = tmp_path / str(number)
        folder.mkdir()
        case = case_of(name, number)
        code = speech.run(build, arguments_of(case, folder))
        said = capsys.readouterr()
        assert code in (speech.DONE, speech.WRONG_INPUT), (number, said.err)
        assert "Traceback" not in said.out + said.err
        assert "inside guanbao itself" not in said.err
        if code == speech.WRONG_INPUT:
            assert case.name in said.err or "m.yaml" in said.err or "wrong for" in said.err, (number, said.err)
            assert not list((folder / "store").glob("manifest/*"))


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("id,product,channel,received,answered,timely\nA,Karte,x,gestern,,ja\n", "f.csv:2:received_at: "),
        ("id,product,received,answered\n", "f.csv:1: "),
        ('id,product,channel,received,answered,timely\nA,Karte,x,y,"z,ja\n', "f.csv:2: "),
        ("", "f.csv: "),
    ],
)
def test_the_command_as_a_program(content, place, tmp_path):
    (tmp_path / "f.csv").write_text(content, encoding="utf-8")
    (tmp_path / "m.yaml").write_text(MAPPING, encoding="utf-8")
    words = ["records", "import", "complaints", "f.csv", "--mapping", "m.yaml", "--arrangement", "A", "--store", "s"]
    command = [sys.executable, "-c", "from guanbao.cli import main; main()", *words, "--lang", "en"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == speech.WRONG_INPUT
    assert place in ran.stderr
    assert "Traceback" not in ran.stdout + ran.stderr
