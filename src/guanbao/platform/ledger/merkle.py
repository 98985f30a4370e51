"""The Merkle tree of RFC 9162, section 2.1: root, proofs, and their verification. Hashes only, no storage."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

EMPTY = hashlib.sha256().digest()
# The tree hash over the leaves from one index up to, not including, another.
RootOf = Callable[[int, int], bytes]


def leaf_hash(body: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\0" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two trees side by side."""
    return hashlib.sha256(b"\1" + left + right).digest()


def split(size: int) -> int:
    """How many of `size` leaves, at least two, stand in the left half: the largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


class Frontier:
    """A tree that grows at its right end, kept as the complete trees in it, widest first."""

    def __init__(self) -> None:
        self.size = 0
        self._trees: list[tuple[int, bytes]] = []

    def add(self, tree: bytes, width: int = 1) -> None:
        """Put a leaf, or a complete tree of `width` leaves, at the right end; nothing narrower may stand there."""
        self.size += width
        while self._trees and self._trees[-1][0] == width:
            tree = node_hash(self._trees.pop()[1], tree)
            width *= 2
        self._trees.append((width, tree))

    def root(self) -> bytes:
        """The tree hash over what was added."""
        if not self._trees:
            return EMPTY
        root = self._trees[-1][1]
        for _, tree in reversed(self._trees[:-1]):
            root = node_hash(tree, root)
        return root


def tree_hash(leaves: Iterable[bytes]) -> bytes:
    """The tree hash over leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.add(leaf)
    return frontier.root()


def inclusion_proof(index: int, size: int, root_of: RootOf) -> list[bytes]:
    """What leads from a leaf to the root over `size` leaves (2.1.3.1), from the bottom up."""
    start, end, proof = 0, size, []
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            proof.append(root_of(middle, end))
            end = middle
        else:
            proof.append(root_of(start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, root_of: RootOf) -> list[bytes]:
    """What shows that the first `old` of `new` leaves are still the same (2.1.4.1), from the bottom up."""
    if old in (0, new):
        return []
    start, end, proof = 0, new, []
    while end != old:
        middle = start + split(end - start)
        if old <= middle:
            proof.append(root_of(middle, end))
            end = middle
        else:
            proof.append(root_of(start, middle))
            start = middle
    if start:  # the old root itself is known to whoever asks
        proof.append(root_of(start, end))
    return proof[::-1]


def inclusion_holds(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from the leaf to the root (2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(step, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def consistency_holds(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the new tree begins with the old one (2.1.4.2)."""
    if old == 0 or old >= new:
        return not proof and (old_root == EMPTY if old == 0 else old == new and old_root == new_root)
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path or not proof:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    found_old = found_new = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            found_old, found_new = node_hash(step, found_old), node_hash(step, found_new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found_new = node_hash(found_new, step)
        at, last = at >> 1, last >> 1
    return last == 0 and found_old == old_root and found_new == new_root
