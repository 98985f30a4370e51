"""How far an archive may go, counted over all that lies in it."""

from __future__ import annotations

from dataclasses import dataclass

from guanbao.platform.files.errors import ArchiveGrows, ArchiveTooMany

MOST_UNPACKED = 512 << 20
MOST_ENTRIES = 10_000
MOST_DIRECTORY = 2 << 20  # bytes of a zip's list of entries: read at once, so looked at before
MOST_RATIO = 100
_SMALL = 8 << 20  # below it a ratio says nothing
INNER = 32 << 20  # of an archive within an archive, which is held in memory
DEEPEST = 3  # a package of documents, one of which embeds another
PIECE = 1 << 16


@dataclass
class Bounds:
    """What is left for an archive and those within it."""

    packed: int
    entries: int = 0
    unpacked: int = 0

    def entry(self) -> None:
        """Count an entry. Raises ArchiveTooMany."""
        self.entries += 1
        if self.entries > MOST_ENTRIES:
            raise ArchiveTooMany(most=f"{MOST_ENTRIES:,}")

    def grow(self, size: int) -> None:
        """Count bytes as they come out. Raises ArchiveGrows."""
        self.unpacked += size
        most = min(MOST_UNPACKED, max(_SMALL, self.packed * MOST_RATIO))
        if self.unpacked > most:
            raise ArchiveGrows(most=f"{MOST_UNPACKED:,}", ratio=MOST_RATIO)
