"""What an import says of itself: what became of each row, and which working times it worked out."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Counts:
    """What became of the source's rows: read = accepted + filtered + rejected + known.

    `entities` are the records that the accepted rows made or changed, `incomplete` those that lack a required
    value so far (a call still in the queue at the end of the log), `versions` new contents of known keys.
    """

    read: int = 0
    accepted: int = 0
    filtered: dict[str, int] = field(default_factory=dict)
    rejected: int = 0
    known: int = 0
    entities: int = 0
    incomplete: int = 0
    versions: int = 0


@dataclass(frozen=True)
class Prepared:
    """Working times that an import worked out: by which open time, over which instants (ms of UTC)."""

    digest: str
    first: int
    last: int
