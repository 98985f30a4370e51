"""The whole ledger computed anew, and held against every checkpoint: what is wrong first, if anything is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from guanbao.engine.errors import Where
from guanbao.engine.language import Lang, _, say
from guanbao.engine.statements.signing import key_id, payload_signed
from guanbao.platform.ledger.errors import CheckpointUnreadable
from guanbao.platform.ledger.merkle import Frontier, leaf_hash
from guanbao.platform.ledger.models import Checkpoint, Entry
from guanbao.platform.ledger.services import ledger_size
from guanbao.platform.ledger.tree import wrong_node

_PAGE = 2000
_LOWEST = -(2**63)


@dataclass(frozen=True)
class Fault:
    """What is wrong, by a sentence and what fills it; `index` is the entry's where it is known."""

    sentence: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def index(self) -> int | None:
        """The entry at fault; None where only a span of entries is known."""
        found = self.params.get("index")
        return found if isinstance(found, int) else None

    def in_words(self, lang: Lang) -> str:
        """The fault in words."""
        return say(self.sentence, lang, **self.params)


@dataclass(frozen=True)
class Report:
    """What was found: the tree's size and root, how many checkpoints lead to it, how many entries stand under one."""

    size: int
    root: str
    checkpoints: int
    covered: int
    fault: Fault | None


def ledger_verify(
    *,
    keys: Sequence[Path],
    held: Sequence[Checkpoint] = (),
    told: Callable[[int, int], None] = lambda _done, _all: None,
) -> Report:
    """Compute the ledger anew from the database.

    `keys` are the public keys that checkpoints may be signed with; `held` are checkpoints kept elsewhere. `told` is
    told how many entries of how many were read.

    Raises:
        KeyUnusable: a key file. HeadMissing.
    """
    own = list(Checkpoint.objects.order_by("size", "id"))
    size = ledger_size()  # what is written from here on is left to the next time
    judge = Judge(size, own, held, {key_id(file): file for file in keys})
    fault = judge.first_fault(_telling(entries_up_to(size), size, told)) or _beyond() or _stored_trees(size)
    return Report(judge.tree.size, judge.tree.root().hex(), judge.matched, judge.covered, fault)


class Judge:
    """Holds entries in their order against the head's size and against checkpoints."""

    def __init__(
        self, size: int, own: Sequence[Checkpoint], held: Sequence[Checkpoint], keys: Mapping[str, Path]
    ) -> None:
        self.tree = Frontier()
        self.matched = self.covered = 0
        self._size = size
        self._keys = keys
        signed = [(checkpoint, False) for checkpoint in own] + [(checkpoint, True) for checkpoint in held]
        self._ahead = sorted(signed, key=lambda pair: pair[0].size, reverse=True)

    def first_fault(self, entries: Iterable[Entry]) -> Fault | None:
        """The first thing wrong with the entries, from the left."""
        fault = self._reached()
        for entry in entries:
            if fault := fault or self._wrong(entry):
                return fault
            self.tree.add(bytes(entry.leaf))
            fault = self._reached()
        if fault is None and self.tree.size < self._size:
            fault = Fault(_("Entry {index} is missing."), {"index": self.tree.size})
        if fault is None and self._ahead:
            params = {"size": self._ahead[-1][0].size, "found": self.tree.size}
            fault = Fault(_("A checkpoint was signed over {size} entries, of which {found} are there."), params)
        return fault

    def _wrong(self, entry: Entry) -> Fault | None:
        expected = self.tree.size
        if entry.index > expected:
            return Fault(_("Entry {index} is missing."), {"index": expected})
        if entry.index < expected:
            params = {"index": entry.index, "expected": expected}
            return Fault(_("Entry {index} stands where entry {expected} should."), params)
        if expected >= self._size:
            return _past_head(entry.index, self._size)
        if leaf_hash(bytes(entry.body)) != bytes(entry.leaf):
            return Fault(_("Entry {index}: its body does not have the hash of its leaf."), {"index": entry.index})
        if column := _disagreeing(entry):
            sentence = _("Entry {index}: the column {column} does not say what its body says.")
            return Fault(sentence, {"index": entry.index, "column": column})
        return None

    def _reached(self) -> Fault | None:
        """What is wrong with the checkpoints over as many entries as were read."""
        root = None
        while self._ahead and self._ahead[-1][0].size <= self.tree.size:
            checkpoint, held = self._ahead.pop()
            root = root or self.tree.root()
            if fault := self._unsigned(checkpoint) or self._differs(checkpoint, root, held=held):
                return fault
            self.matched += 1
            self.covered = checkpoint.size
        return None

    def _unsigned(self, checkpoint: Checkpoint) -> Fault | None:
        params = {"size": checkpoint.size, "key": checkpoint.key_id}
        if checkpoint.key_id not in self._keys:
            return Fault(_("The checkpoint over {size} entries names the key {key}, which was not given."), params)
        if not payload_signed(checkpoint.payload(), checkpoint.signature, self._keys[checkpoint.key_id]):
            return Fault(_("The checkpoint over {size} entries is not signed by its key {key}."), params)
        return None

    def _differs(self, checkpoint: Checkpoint, root: bytes, *, held: bool) -> Fault | None:
        if checkpoint.size == self.tree.size and bytes(checkpoint.root) == root:
            return None
        params = {"size": checkpoint.size, "first": self.covered, "last": checkpoint.size - 1}
        if held:
            return Fault(
                _(
                    "The entries do not lead to the checkpoint over {size} entries that is held elsewhere: "
                    "entries from {first} to {last} were changed, moved, put in or left out."
                ),
                params,
            )
        return Fault(
            _(
                "The entries do not lead to the checkpoint over {size} entries: "
                "entries from {first} to {last} were changed, moved, put in or left out."
            ),
            params,
        )


def checkpoint_read(file: Path) -> Checkpoint:
    """A checkpoint that was kept in a file.

    Raises:
        CheckpointUnreadable: the file is none, or cannot be read.
    """
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return Checkpoint(
            size=int(data["size"]),
            root=bytes.fromhex(data["root"]),
            at=datetime.fromisoformat(data["at"]),
            key_id=data["key"],
            signature=data["signature"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointUnreadable(Where(file)) from error


def entries_up_to(size: int) -> Iterator[Entry]:
    """The entries in order, read page by page: no cursor stays open, and nobody who writes has to wait."""
    last = _LOWEST
    while page := list(Entry.objects.filter(index__gt=last, index__lt=size).order_by("index")[:_PAGE]):
        yield from page
        last = page[-1].index


def _telling(entries: Iterable[Entry], size: int, told: Callable[[int, int], None]) -> Iterator[Entry]:
    for done, entry in enumerate(entries):
        if done % _PAGE == 0:
            told(done, size)
        yield entry


def _beyond() -> Fault | None:
    """An entry that the head does not count. The entry is asked for first: the head may only have grown since."""
    last = Entry.objects.order_by("-index").values_list("index", flat=True).first()
    size = ledger_size()
    return None if last is None or last < size else _past_head(last, size)


def _past_head(index: int, size: int) -> Fault:
    return Fault(_("Entry {index} stands beyond the head, which counts {size}."), {"index": index, "size": size})


def _stored_trees(size: int) -> Fault | None:
    if found := wrong_node(size):
        params = {"level": found[0], "number": found[1]}
        return Fault(_("The stored tree {number} of level {level} is not over its entries."), params)
    return None


def _disagreeing(entry: Entry) -> str | None:
    """The first part of an entry in which columns and body differ."""
    try:
        body = json.loads(bytes(entry.body))
    except ValueError:
        return "body"
    content = entry.content()
    if body == content:
        return None
    if not isinstance(body, dict):
        return "body"
    return next((name for name in content if name not in body or body[name] != content[name]), "body")
