"""The Merkle tree over the stored entries: hashes of complete trees come from `Node` where they are stored."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from guanbao.platform.ledger.merkle import Frontier, tree_hash
from guanbao.platform.ledger.models import Entry, Node

FAN = 256  # children of a node: leaves for level 1, nodes of the level below for the others
_PAGE = 10_000


def root_of(start: int, end: int) -> bytes:
    """The tree hash over the entries from `start` up to, not including, `end`.

    Both are ends of a tree as RFC 9162 splits it: `start` is a multiple of a power of two not below the width.
    """
    frontier = Frontier()
    for level in range(level_of(end - start), 0, -1):
        width = FAN**level
        first = (start + frontier.size) // width
        for tree in stored(level, first, end // width):
            frontier.add(tree, width)
    for leaf in stored(0, start + frontier.size, end):
        frontier.add(leaf)
    return frontier.root()


def stored(level: int, first: int, last: int) -> Iterator[bytes]:
    """The hashes of a level from the `first`, up to the `last` or where they end; level 0 are the leaves."""
    # By the key and page by page: no cursor stays open, and nobody who writes has to wait.
    rows = Node.objects.filter(level=level).values_list("hash") if level else Entry.objects.values_list("leaf")
    for start in range(first, last, _PAGE):
        page = rows.filter(index__gte=start, index__lt=min(start + _PAGE, last)).order_by("index")
        found = [bytes(value) for (value,) in page]
        yield from found
        if len(found) < min(_PAGE, last - start):
            return


def nodes_make(size: int) -> None:
    """Store the complete trees among the first `size` entries that are not stored yet."""
    for level in range(1, level_of(size) + 1):
        done, whole = Node.objects.filter(level=level).count(), size // FAN**level
        under = stored(level - 1, done * FAN, whole * FAN)
        made = [Node(level=level, index=i, hash=tree_hash(islice(under, FAN))) for i in range(done, whole)]
        # Who makes a checkpoint at the same time makes the same.
        Node.objects.bulk_create(made, ignore_conflicts=True, batch_size=500)


def wrong_node(size: int) -> tuple[int, int] | None:
    """Level and index of the first stored tree that is not over what stands under it."""
    for level in range(1, level_of(size) + 1):
        whole = size // FAN**level
        under = stored(level - 1, 0, whole * FAN)
        for index, tree in enumerate(stored(level, 0, whole)):
            if tree != tree_hash(islice(under, FAN)):
                return level, index
    return None


def level_of(width: int) -> int:
    """The highest level that has a node within `width` entries."""
    level = 0
    while FAN ** (level + 1) <= width:
        level += 1
    return level
