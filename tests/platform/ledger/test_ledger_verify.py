"""Checkpoints, exports, the command, and the program that trusts none of them."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from ledgers import entry_of, store

import guanbao_verify
from guanbao.cli.application import build
from guanbao.cli.speech import run
from guanbao.engine.statements.signing import keys_new, statement_sign
from guanbao.engine.statements.statement import statement_digest
from guanbao.platform.ledger.errors import CheckpointUnreadable, LedgerForked, NotUnderCheckpoint
from guanbao.platform.ledger.export import checkpoint_write, ledger_export
from guanbao.platform.ledger.merkle import consistency_holds, consistency_proof, inclusion_holds, inclusion_proof
from guanbao.platform.ledger.models import Checkpoint, Entry, Head, Node
from guanbao.platform.ledger.services import checkpoint_make, ledger_size
from guanbao.platform.ledger.tree import root_of, wrong_node
from guanbao.platform.ledger.triggers import disarmed
from guanbao.platform.ledger.verify import checkpoint_read, ledger_verify

LEAVES = [entry_of(index) for index in range(1000)]


@pytest.fixture
def grown(db, key):  # noqa: ARG001
    """A ledger with 1,000 entries and checkpoints over 10, 600 and 990 of them."""
    made = []
    for start, end in ((0, 10), (10, 600), (600, 990), (990, 1000)):
        store(LEAVES[start:end])
        if end < 1000:
            made.append(checkpoint_make())
    return made


@pytest.fixture
def verify(key_pair, capsys):
    """Run `guanbao-verify`; its exit code and what it says."""

    def call(file, *words, lang="en"):
        code = guanbao_verify.main([str(file), "--key", str(key_pair[1]), *map(str, words), "--lang", lang])
        return code, capsys.readouterr().out.strip()

    return call


@pytest.mark.django_db
def test_a_ledger_of_nothing_has_a_checkpoint(key, key_pair):
    made = checkpoint_make()
    assert (made.size, bytes(made.root)) == (0, guanbao_verify.EMPTY)
    assert ledger_verify(keys=[key_pair[1]]).fault is None
    assert key


def test_checkpoints_and_stored_trees_fit_the_entries(grown, key_pair):
    report = ledger_verify(keys=[key_pair[1]], held=grown)
    assert (report.fault, report.size, report.checkpoints, report.covered) == (None, 1000, 6, 990)
    assert list(Node.objects.order_by("index").values_list("level", "index")) == [(1, 0), (1, 1), (1, 2)]
    assert wrong_node(1000) is None


def test_proofs_come_from_stored_trees_and_from_entries(grown):
    root = bytes(grown[2].root)
    for index in (0, 255, 256, 511, 767, 768, 989):
        assert inclusion_holds(LEAVES[index].leaf, index, 990, inclusion_proof(index, 990, root_of), root)
    proof = consistency_proof(600, 990, root_of)
    assert consistency_holds(600, 990, bytes(grown[1].root), root, proof)


def test_a_ledger_that_was_forked_gets_no_new_checkpoint(grown):
    with disarmed(connection):
        Entry.objects.filter(index=980).update(leaf=bytes(32))
    with pytest.raises(LedgerForked):
        checkpoint_make()
    assert Checkpoint.objects.count() == len(grown)


@pytest.mark.parametrize(
    ("attack", "told"),
    [
        (lambda: Node.objects.filter(index=1).update(hash=bytes(32)), "The stored tree 1 of level 1"),
        (lambda: Checkpoint.objects.filter(size=600).update(root=bytes(32)), "over 600 entries is not signed"),
        (lambda: Checkpoint.objects.filter(size=600).update(size=601), "over 601 entries is not signed"),
        (lambda: Checkpoint.objects.filter(size=600).update(key_id="x"), "names the key x"),
        (lambda: Head.objects.update(size=999), "Entry 999 stands beyond the head"),
        (lambda: Head.objects.update(size=1001), "Entry 1000 is missing"),
    ],
)
@pytest.mark.usefixtures("grown")
def test_everything_around_the_entries_is_verified(key_pair, attack, told):
    with disarmed(connection):
        attack()
    fault = ledger_verify(keys=[key_pair[1]]).fault
    assert fault is not None
    assert told in fault.in_words("en")


def test_a_checkpoint_is_kept_in_a_file(grown, tmp_path, verify):
    checkpoint_write(grown[1], tmp_path / "c.json")
    assert checkpoint_read(tmp_path / "c.json").payload() == grown[1].payload()
    code, said = verify(tmp_path / "c.json")
    assert (code, said) == (0, f"holds: a checkpoint over 600 entries, root {bytes(grown[1].root).hex()}")
    (tmp_path / "d.json").write_text("[]", encoding="utf-8")
    with pytest.raises(CheckpointUnreadable):
        checkpoint_read(tmp_path / "d.json")


def test_an_export_is_verified_by_somebody_else(grown, tmp_path, verify):
    assert ledger_export(tmp_path / "log") == 1000
    checkpoint_write(grown[1], tmp_path / "held")
    code, said = verify(tmp_path / "log", "--checkpoint", tmp_path / "held")
    assert code == 0
    assert "1000 entries" in said
    assert "3 checkpoints; 10 entries stand under none" in said
    assert verify(tmp_path / "log", lang="zh")[1].startswith("完好：完整存证日志，共 1000 条")


def test_a_part_is_verified_by_its_proofs(grown, tmp_path, verify):
    part = Entry.objects.filter(object_id="7", index__lt=990)
    assert ledger_export(tmp_path / "part", part=part) == 10
    checkpoint_write(grown[0], tmp_path / "held")
    code, said = verify(tmp_path / "part", "--checkpoint", tmp_path / "held")
    assert (code, said) == (0, "holds: 10 entries of a ledger with 990, each proven to stand under its checkpoint")
    with pytest.raises(NotUnderCheckpoint):
        ledger_export(tmp_path / "part", part=Entry.objects.filter(index=995))


def put(text, old, new):
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: [put(line, '"person 0"', '"person 9"') if '"index":7,' in line else line for line in lines],
        lambda lines: [line for line in lines if '"index":7,' not in line] + ["{}"],
        lambda lines: [put(line, '"size":600', '"size":601') if '"size":600' in line else line for line in lines],
        lambda lines: [line for line in lines if '"size":600' not in line],
        lambda lines: [line for line in lines if '"index":7,' in line or "ledger_export" in line],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [*lines, "nonsense"],
        lambda lines: [put(line, '"form":1', '"form":1,"form":1') if '"index":7,' in line else line for line in lines],
    ],
)
@pytest.mark.usefixtures("grown")
def test_a_damaged_export_is_found(tmp_path, verify, damage, whole):
    file = tmp_path / "log"
    ledger_export(file, part=None if whole else Entry.objects.filter(object_id="7", index__lt=990))
    file.write_text("\n".join(damage(file.read_text(encoding="utf-8").splitlines())) + "\n", encoding="utf-8")
    assert verify(file)[0] == 1


def test_an_export_is_held_against_a_checkpoint_of_another_ledger(grown, tmp_path, verify):
    checkpoint_write(grown[2], tmp_path / "held")
    with disarmed(connection):
        Entry.objects.filter(index__gte=900).delete()
        Head.objects.update(size=900)
        Checkpoint.objects.filter(size=990).delete()
    ledger_export(tmp_path / "log")
    assert verify(tmp_path / "log")[0] == 0
    assert verify(tmp_path / "log", "--checkpoint", tmp_path / "held")[0] == 1


def test_another_key_is_no_key(grown, tmp_path, capsys):
    _, other = keys_new(tmp_path, "other")
    checkpoint_write(grown[0], tmp_path / "c")
    assert guanbao_verify.main([str(tmp_path / "c"), "--key", str(other)]) == 1
    assert guanbao_verify.main([str(tmp_path / "c"), "--key", str(tmp_path / "c")]) == 2
    assert guanbao_verify.main([str(tmp_path / "none"), "--key", str(other)]) == 2
    assert "cannot be read" in capsys.readouterr().out


def test_a_statement_of_the_engine(tmp_path, verify, key_pair):
    statement = {"period": "1999-02", "terms": [{"id": "a", "value": "0.5"}]}
    statement["digest"] = statement_digest(statement)
    file = tmp_path / "statement.json"
    signed = statement_sign(statement, key_pair[0])
    file.write_text(json.dumps(signed, indent=1), encoding="utf-8")
    assert verify(file) == (0, f"holds: a statement, digest {statement['digest']}")
    for wrong in (
        statement,
        {**signed, "period": "1999-03"},
        {**signed, "digest": "0"},
        {**signed, "signature": "a..b"},
    ):
        file.write_text(json.dumps(wrong), encoding="utf-8")
        assert verify(file)[0] == 1
    file.write_text("[]", encoding="utf-8")
    assert verify(file)[0] == 2


def test_the_program_uses_nothing_of_ours():
    tree = ast.parse(Path(guanbao_verify.__file__).read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    packages = {name.split(".")[0] for name in names} - set(sys.stdlib_module_names)
    assert packages == {"cryptography", "rfc8785"}


def test_the_program_runs_as_one_file(tmp_path):
    command = [sys.executable, guanbao_verify.__file__, tmp_path / "none", "--key", tmp_path / "none"]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 2


# The command


@pytest.fixture
def guanbao(capsys):
    """Run the command in this process; its exit code, output and errors."""

    def call(*words, lang="en"):
        code = run(build, ["ledger", *map(str, words), "--lang", lang])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


@pytest.mark.usefixtures("grown")
def test_the_command_verifies_exports_and_signs(guanbao, tmp_path, verify):
    file = tmp_path / "c"
    assert guanbao("checkpoint", file)[:2] == (0, f"Checkpoint over 1000 entries: {file}\n")
    code, said, _ = guanbao("verify", "--checkpoint", file)
    assert code == 0
    assert "The ledger holds: 1000 entries" in said
    assert guanbao("export", tmp_path / "log", "--about", "test.thing:7")[:2] == (
        0,
        f"10 entries are in {tmp_path / 'log'}.\n",
    )
    assert verify(tmp_path / "log", "--checkpoint", file)[0] == 0
    with disarmed(connection):
        Entry.objects.filter(index=5).update(actor_name="nobody")
    code, said, _ = guanbao("verify", lang="zh")
    assert (code, said) == (1, "存证日志不完好。\n第 5 条：列 actor 与正文不一致。\n")
    code, said, _ = guanbao("verify", "--json")
    assert (code, json.loads(said)["fault"]["index"]) == (1, 5)
    assert ledger_size() == 1000


def test_the_command_says_where_no_ledger_is(tmp_path):
    script = "from guanbao.cli import main; main()"
    env = {"GUANBAO_HOME": str(tmp_path / "none"), "GUANBAO_LANG": "en", "PYTHONPATH": ":".join(sys.path)}
    command = [sys.executable, "-c", script, "ledger", "verify"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=env)
    assert (done.returncode, done.stdout) == (2, "")
    assert "The ledger cannot be read: unable to open database file" in done.stderr
