"""`guanbao-verify`: checks what Guanbao hands out, without trusting Guanbao or using any part of it.

It reads an exported ledger (whole, or a part with proofs), a checkpoint, a statement, or a pack of evidence that holds
such, and needs the public keys of whoever signed them, obtained some other way. The tree is that of RFC 9162, canonical
JSON that of RFC 8785, signatures are Ed25519 in a detached JWS (RFC 7515, RFC 8037). One file; beside Python it needs
the packages cryptography and rfc8785.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import sys
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HOLDS, FAILS, UNUSABLE = 0, 1, 2
EMPTY = hashlib.sha256().digest()
INDEX, MOST_INDEX = "index.json", 64_000_000  # bytes
UNREADABLE = (
    ValueError, KeyError, TypeError, AttributeError, RecursionError, rfc8785.CanonicalizationError,
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError,
)  # fmt: skip
CHINESE = {
    "holds: {what}": "完好：{what}",
    "does not hold: {what}": "不完好：{what}",
    "cannot be used: {what}": "无法使用：{what}",
    "{file} cannot be read": "{file} 无法读取",
    "{file} is not a public Ed25519 key in JSON form (JWK)": "{file} 不是 JSON 格式（JWK）的 Ed25519 公钥",
    "{file} is neither a ledger, a checkpoint, a statement nor a pack": "{file} 不是存证日志、检查点、考核单或证据包",
    "line {line} is not in the form of an export": "第 {line} 行不是导出文件的格式",
    "a whole ledger with {count} entries, root {root}, {checkpoints} checkpoints; {open} entries stand under none": (
        "完整存证日志，共 {count} 条，根 {root}，检查点 {checkpoints} 个；{open} 条尚未被检查点覆盖"
    ),
    "{count} entries of a ledger with {size}, each proven to stand under its checkpoint": (
        "共 {size} 条的存证日志中的 {count} 条，均证明在其检查点之下"
    ),
    "a checkpoint over {size} entries, root {root}": "{size} 条处的检查点，根 {root}",
    "a statement, digest {digest}": "考核单，摘要 {digest}",
    "entry {index} stands where entry {expected} should (line {line})": (
        "第 {index} 条出现在第 {expected} 条的位置（第 {line} 行）"
    ),
    "the file ends after {count} entries, but says that there are {size}": "文件只有 {count} 条，却称有 {size} 条",
    "entry {index} is not proven to stand in the ledger (line {line})": (
        "第 {index} 条未能证明在存证日志中（第 {line} 行）"
    ),
    "the checkpoint over {size} entries is not signed by a key that was given": (
        "{size} 条处的检查点不是由给出的密钥所签"
    ),
    "the checkpoint over {size} entries is not what its entries lead to": "各条目推不出 {size} 条处的检查点",
    "the checkpoint over {size} entries does not continue the one before": "{size} 条处的检查点不是前一个检查点的延续",
    "the checkpoint over {size} entries stands out of order": "{size} 条处的检查点次序不对",
    "the checkpoint held elsewhere, over {size} entries, is not in this ledger": (
        "另行保管的 {size} 条处的检查点不属于此存证日志"
    ),
    "a pack of evidence of {about}: {files} files, of them {statements} statements; "
    "{entries} entries of the ledger; {left_out} left out": (
        "{about}的证据包：{files} 个文件，其中考核单 {statements} 份、存证 {entries} 条；未包含 {left_out} 项"
    ),
    "the index of the pack is not signed by a key that was given": "证据包的目录不是由给出的密钥所签",
    "the pack names {path} twice, or holds it twice": "证据包中 {path} 重复",
    "the pack holds {path}, which its index does not name": "证据包中的 {path} 不在目录中",
    "{path} is named by the index of the pack, but is not in it": "目录中的 {path} 不在证据包中",
    "{path} is not what the index of the pack says": "{path} 与证据包的目录不符",
    "{path} in the pack does not hold: {what}": "证据包中的 {path} 不完好：{what}",
    "the statement does not have its digest": "考核单与其摘要不符",
    "the statement is not signed by a key that was given": "考核单不是由给出的密钥所签",
}


class Verdict(Exception):
    """The end of a check: exit code, sentence, and what fills it."""

    def __init__(self, code: int, sentence: str, **params: object) -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.params = code, sentence, params


def fail(sentence: str, **params: object) -> NoReturn:
    """End the check: it does not hold."""
    raise Verdict(FAILS, sentence, **params)


# Hashes, proofs, signatures


def leaf_hash(body: bytes) -> bytes:
    """RFC 9162, 2.1.1: the hash of a leaf."""
    return hashlib.sha256(b"\0" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 9162, 2.1.1: the hash of two trees side by side."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root_by_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """RFC 9162, 2.1.3.2: the root that the proof leads to; None where it does not fit the tree."""
    if not 0 <= index < size:
        return None
    at, last, root = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return None
        if at & 1 or at == last:
            root = node_hash(step, root)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            root = node_hash(root, step)
        at, last = at >> 1, last >> 1
    return root if last == 0 else None


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """RFC 9162, 2.1.4.2: whether the tree of `new` leaves begins with that of `old`."""
    if old in (0, new):
        return not proof and old_root == (EMPTY if old == 0 else new_root)
    if old > new or not proof:
        return False
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, step)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def is_signed(payload: bytes, signature: object, keys: Sequence[Ed25519PublicKey]) -> bool:
    """Whether a detached JWS is one over `payload` by one of the keys."""
    try:
        head, middle, tail = str(signature).split(".")
        header = strict(unbase64(head))
        if middle or header.get("alg") not in ("Ed25519", "EdDSA") or "crit" in header or "b64" in header:
            return False
        told, mark = f"{head}.{base64.urlsafe_b64encode(payload).decode().rstrip('=')}".encode(), unbase64(tail)
    except (ValueError, AttributeError):
        return False
    return any(_verifies(key, mark, told) for key in keys)


def _verifies(key: Ed25519PublicKey, mark: bytes, told: bytes) -> bool:
    try:
        key.verify(mark, told)
    except InvalidSignature:
        return False
    return True


def unbase64(text: str) -> bytes:
    """What is written in base64url without padding."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def strict(text: str | bytes) -> Any:  # noqa: ANN401 - JSON
    """JSON that everybody reads alike: no key twice, no binary floats.

    Raises:
        ValueError: it is none.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a key stands twice")
        return found

    def refuse(number: str) -> NoReturn:
        raise ValueError(f"{number} is not exact")

    return json.loads(text, object_pairs_hook=once, parse_float=refuse, parse_constant=refuse)


# The three kinds of file


@dataclass
class Growing:
    """A tree that grows at its right end, kept as the complete trees in it, widest first."""

    size: int = 0
    trees: list[tuple[int, bytes]] = field(default_factory=list)

    def add(self, leaf: bytes) -> None:
        """Put a leaf at the right end."""
        width, tree = 1, leaf
        while self.trees and self.trees[-1][0] == width:
            tree = node_hash(self.trees.pop()[1], tree)
            width *= 2
        self.trees.append((width, tree))
        self.size += 1

    def root(self) -> bytes:
        """The root over what was added."""
        root = EMPTY
        for i, (_, tree) in enumerate(reversed(self.trees)):
            root = node_hash(tree, root) if i else tree
        return root


@dataclass
class Checkpoint:
    """What a ledger was, as its keeper signed it."""

    data: dict[str, Any]

    def __post_init__(self) -> None:
        self.size, self.root = int(self.data["size"]), bytes.fromhex(self.data["root"])

    def check(self, keys: Sequence[Ed25519PublicKey]) -> None:
        """Fail where it is not signed."""
        payload = rfc8785.dumps({name: value for name, value in self.data.items() if name != "signature"})
        if "ledger_checkpoint" not in self.data or not is_signed(payload, self.data.get("signature"), keys):
            fail("the checkpoint over {size} entries is not signed by a key that was given", size=self.size)


@dataclass
class Ledger:
    """An export, read line by line; only hashes are kept."""

    lines: Iterator[bytes]
    keys: Sequence[Ed25519PublicKey]
    held: list[Checkpoint]
    tree: Growing = field(default_factory=Growing)
    last: Checkpoint | None = None
    checkpoints: int = 0
    previous: int = -1

    def check(self, *, whole: bool, size: int) -> NoReturn:
        """Read to the end and give the verdict."""
        count, number = 0, 1
        for number, line in enumerate(self.lines, start=2):
            try:
                data = strict(line)
                if "checkpoint" in data:
                    proof = [bytes.fromhex(step) for step in data["consistency"]]
                    self.checkpoint(Checkpoint(data["checkpoint"]), proof, whole=whole)
                elif whole:
                    self.next_entry(data["entry"], number)
                    count += 1
                else:
                    self.proven_entry(data["entry"], [bytes.fromhex(step) for step in data["inclusion"]], number)
                    count += 1
            except (ValueError, KeyError, TypeError, AttributeError, rfc8785.CanonicalizationError) as error:
                raise Verdict(FAILS, "line {line} is not in the form of an export", line=number) from error
        if whole and count != size:
            fail("the file ends after {count} entries, but says that there are {size}", count=count, size=size)
        if whole:
            self.held_ones(self.tree.size, self.tree.root())
        for checkpoint in self.held:
            fail("the checkpoint held elsewhere, over {size} entries, is not in this ledger", size=checkpoint.size)
        if whole:
            under = self.last.size if self.last else 0
            said = (
                "a whole ledger with {count} entries, root {root}, {checkpoints} checkpoints; "
                "{open} entries stand under none"
            )
            root = self.tree.root().hex()
            raise Verdict(HOLDS, said, count=count, root=root, checkpoints=self.checkpoints, open=count - under)
        said = "{count} entries of a ledger with {size}, each proven to stand under its checkpoint"
        raise Verdict(HOLDS, said, count=count, size=self.last.size if self.last else 0)

    def checkpoint(self, found: Checkpoint, proof: list[bytes], *, whole: bool) -> None:
        """Hold a checkpoint against the entries before it, and against the checkpoint before it."""
        found.check(self.keys)
        size, root = (self.last.size, self.last.root) if self.last else (0, EMPTY)
        if whole and found.size != self.tree.size:
            fail("the checkpoint over {size} entries stands out of order", size=found.size)
        if whole and found.root != self.tree.root():
            fail("the checkpoint over {size} entries is not what its entries lead to", size=found.size)
        if not is_consistent(size, found.size, root, found.root, proof):
            fail("the checkpoint over {size} entries does not continue the one before", size=found.size)
        self.held_ones(found.size, found.root)
        self.last = found
        self.checkpoints += 1

    def held_ones(self, size: int, root: bytes) -> None:
        """Hold what is held elsewhere over that many entries against their root."""
        for checkpoint in [held for held in self.held if held.size == size]:
            if checkpoint.root != root:
                fail("the checkpoint held elsewhere, over {size} entries, is not in this ledger", size=size)
            self.held.remove(checkpoint)

    def next_entry(self, entry: dict[str, Any], line: int) -> None:
        """Put the next entry of a whole ledger into the tree."""
        if entry["index"] != self.tree.size:
            said = "entry {index} stands where entry {expected} should (line {line})"
            fail(said, index=entry["index"], expected=self.tree.size, line=line)
        self.held_ones(self.tree.size, self.tree.root()) if self.held else None
        self.tree.add(leaf_hash(rfc8785.dumps(entry)))

    def proven_entry(self, entry: dict[str, Any], proof: list[bytes], line: int) -> None:
        """Hold an entry of a part, by its proof, against the last checkpoint."""
        index, leaf = int(entry["index"]), leaf_hash(rfc8785.dumps(entry))
        in_order, self.previous = index > self.previous, index
        if not in_order or self.last is None or root_by_inclusion(leaf, index, self.last.size, proof) != self.last.root:
            fail("entry {index} is not proven to stand in the ledger (line {line})", index=index, line=line)


def check_statement(statement: dict[str, Any], keys: Sequence[Ed25519PublicKey]) -> NoReturn:
    """Hold a statement against its digest and its signature."""
    body = {name: value for name, value in statement.items() if name not in ("digest", "signature")}
    digest = hashlib.sha256(rfc8785.dumps(body)).hexdigest()
    if statement["digest"] != digest:
        fail("the statement does not have its digest")
    if not is_signed(digest.encode(), statement.get("signature"), keys):
        fail("the statement is not signed by a key that was given")
    raise Verdict(HOLDS, "a statement, digest {digest}", digest=digest)


def check_pack(pack: zipfile.ZipFile, keys: Sequence[Ed25519PublicKey], held: list[Checkpoint]) -> NoReturn:
    """Hold a pack's index against its signature, and each file against the index; statements and ledger too."""
    index = strict(_opened(pack, INDEX, MOST_INDEX))
    payload = rfc8785.dumps({name: value for name, value in index.items() if name != "signature"})
    if "evidence_pack" not in index or not is_signed(payload, index.get("signature"), keys):
        fail("the index of the pack is not signed by a key that was given")
    named = Counter([INDEX, *(file["path"] for file in index["files"])])
    lying = Counter(pack.namelist())
    for path, times in (named | lying).items():
        if times > 1:
            fail("the pack names {path} twice, or holds it twice", path=path)
    for path in lying - named:
        fail("the pack holds {path}, which its index does not name", path=path)
    counts = {"statement": 0, "ledger": 0}
    for file in index["files"]:
        path = file["path"]
        if path not in lying:
            fail("{path} is named by the index of the pack, but is not in it", path=path)
        if _digest(pack, path, file["size"]) != file["sha256"]:
            fail("{path} is not what the index of the pack says", path=path)
        counts[file["kind"]] = counts.get(file["kind"], 0) + _held_in_pack(pack, file, keys, held)
    about = f"{index['institution']} {index['arrangement']['reference']}"
    said = (
        "a pack of evidence of {about}: {files} files, of them {statements} statements; "
        "{entries} entries of the ledger; {left_out} left out"
    )
    left_out, entries = len(index["left_out"]), counts["ledger"]
    numbers = {
        "files": len(index["files"]),
        "statements": counts["statement"],
        "entries": entries,
        "left_out": left_out,
    }
    raise Verdict(HOLDS, said, about=about, **numbers)


def _held_in_pack(
    pack: zipfile.ZipFile, file: dict[str, Any], keys: Sequence[Ed25519PublicKey], held: list[Checkpoint]
) -> int:
    """How many statements or entries a file of a pack holds, each checked; fail where one does not hold."""
    if file["kind"] not in ("statement", "ledger"):
        return 0
    try:
        if file["kind"] == "statement":
            check_statement(strict(_opened(pack, file["path"], file["size"])), keys)
        with pack.open(file["path"]) as lines:
            head = strict(lines.readline())
            Ledger(iter(lines), keys, list(held)).check(whole=head["whole"], size=head["size"])
    except Verdict as verdict:
        if verdict.code != HOLDS:
            fail("{path} in the pack does not hold: {what}", path=file["path"], what=verdict)
        return int(verdict.params.get("count", 1))  # type: ignore[call-overload, no-any-return]
    raise AssertionError


def _opened(pack: zipfile.ZipFile, path: str, most: int) -> bytes:
    """What a file of a pack holds, if it is no more than that. Raises KeyError, ValueError."""
    with pack.open(path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise ValueError("it is too long")
    return data


def _digest(pack: zipfile.ZipFile, path: str, size: int) -> str | None:
    """The SHA-256 of a file of a pack; None where it is of another size: no more than that is unpacked."""
    digest, left = hashlib.sha256(), size
    with pack.open(path) as file:
        while piece := file.read(min(left, 1 << 20) + 1):
            left -= len(piece)
            if left < 0:
                return None
            digest.update(piece)
    return digest.hexdigest() if left == 0 else None


def check(file: Path, keys: Sequence[Ed25519PublicKey], held: list[Checkpoint]) -> NoReturn:
    """Find out what the file is, and check it."""
    for checkpoint in held:
        checkpoint.check(keys)
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as pack:
            check_pack(pack, keys, held)
    with file.open("rb") as lines:
        first = lines.readline()
        if b'"ledger_export"' in first:
            head = strict(first)
            Ledger(iter(lines), keys, held).check(whole=head["whole"], size=head["size"])
        data = strict(first + lines.read())
    if "ledger_checkpoint" in data:
        found = Checkpoint(data)
        found.check(keys)
        raise Verdict(HOLDS, "a checkpoint over {size} entries, root {root}", size=found.size, root=found.root.hex())
    check_statement(data, keys)


def key_of(text: bytes) -> Ed25519PublicKey:
    """A public key in JSON form (JWK)."""
    data = json.loads(text)
    if data["kty"] != "OKP" or data["crv"] != "Ed25519":
        raise ValueError("another kind of key")
    return Ed25519PublicKey.from_public_bytes(unbase64(data["x"]))


@contextmanager
def reading(file: Path, otherwise: str) -> Iterator[None]:
    """A stretch in which a file that is not what it should be ends the check, with the sentence `otherwise`."""
    try:
        yield
    except OSError as error:
        raise Verdict(UNUSABLE, "{file} cannot be read", file=file) from error
    except UNREADABLE as error:
        raise Verdict(UNUSABLE, otherwise, file=file) from error


def judged(file: Path, key_files: Sequence[Path], held_files: Sequence[Path]) -> Verdict:
    """The verdict on a file."""
    keys: list[Ed25519PublicKey] = []
    held: list[Checkpoint] = []
    try:
        for path in key_files:
            with reading(path, "{file} is not a public Ed25519 key in JSON form (JWK)"):
                keys.append(key_of(path.read_bytes()))
        for path in held_files:
            with reading(path, "{file} is neither a ledger, a checkpoint, a statement nor a pack"):
                held.append(Checkpoint(strict(path.read_bytes())))
        with reading(file, "{file} is neither a ledger, a checkpoint, a statement nor a pack"):
            check(file, keys, held)
    except Verdict as verdict:
        return verdict


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a file; 0 it holds, 1 it does not, 2 it cannot be used."""
    parser = argparse.ArgumentParser(prog="guanbao-verify", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("file", type=Path, help="an exported ledger, a checkpoint, a statement, or a pack")
    parser.add_argument("--key", type=Path, action="append", required=True, help="a public key; may be repeated")
    parser.add_argument("--checkpoint", type=Path, action="append", default=[], help="one that was held elsewhere")
    parser.add_argument("--lang", choices=("zh", "en"), default=os.environ.get("GUANBAO_LANG", "en"))
    asked = parser.parse_args(arguments)
    said = judged(asked.file, asked.key, asked.checkpoint)

    def word(sentence: str, **params: object) -> str:
        params = {name: word(v.sentence, **v.params) if isinstance(v, Verdict) else v for name, v in params.items()}
        return (CHINESE[sentence] if asked.lang.startswith("zh") else sentence).format(**params)

    frame = {HOLDS: "holds: {what}", FAILS: "does not hold: {what}", UNUSABLE: "cannot be used: {what}"}[said.code]
    print(word(frame, what=word(said.sentence, **said.params)))  # noqa: T201 - this is how it answers
    return said.code


if __name__ == "__main__":
    sys.exit(main())
