"""Verifying: somebody's statement is computed again from the records, and what differs is named."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guanbao.engine.errors import InputError, Where
from guanbao.engine.records.imports import RecordSet, records_open
from guanbao.engine.records.store import Store
from guanbao.engine.statements.engines import Engine
from guanbao.engine.statements.levels import ServiceLevel
from guanbao.engine.statements.periods import Period, period
from guanbao.engine.statements.statement import Progress, statement_compute, statement_digest

MOST_BYTES = 50_000_000
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")


@dataclass(frozen=True)
class Difference:
    """One place where a statement says otherwise than the records."""

    path: str
    stated: Any
    computed: Any


def statement_read(file: Path) -> dict[str, Any]:
    """A statement's JSON.

    Raises:
        StatementUnreadable: it is not one; numbers that are no integers are refused.
    """

    def refuse(text: str) -> Any:  # noqa: ANN401
        reason = f"it holds the number {text}; a statement has whole numbers and text only"
        raise StatementUnreadable(Where(file), reason=reason)

    try:
        raw = file.read_bytes()
        if len(raw) > MOST_BYTES:
            raise StatementUnreadable(Where(file), reason="it is too large")
        said = json.loads(raw, parse_float=refuse, parse_constant=refuse)
    except OSError as error:
        raise StatementUnreadable(Where(file), reason=error.strerror or error) from error
    except (ValueError, RecursionError) as error:
        raise StatementUnreadable(Where(file), reason=f"it is not JSON ({error})") from error
    if (
        not isinstance(said, dict)
        or not isinstance(said.get("period"), dict)
        or not isinstance(said.get("records"), dict)
    ):
        raise StatementUnreadable(Where(file), reason="it has no period or no records")
    return said


def stated_period(said: dict[str, Any]) -> Period:
    """The period that a statement names. Raises PeriodUnreadable."""
    return period(f"{said['period'].get('from')}/{said['period'].get('to')}")


def statement_verify(
    said: dict[str, Any],
    level: ServiceLevel,
    records: RecordSet,
    *,
    engine: Engine,
    progress: Progress = lambda _: None,
) -> list[Difference]:
    """What differs between a statement and the records, in the order of the statement; nothing if it holds.

    Raises:
        InputError: what `statement_compute` raises; PeriodUnreadable, StatementUnreadable.
    """
    as_of = said.get("as_of")
    if as_of is not None and (not isinstance(as_of, str) or not _INSTANT.fullmatch(as_of)):
        raise StatementUnreadable(reason=f"its as_of is «{as_of}»")
    at = None if as_of is None else level.calendar.instant(as_of)
    found = statement_compute(level, records, stated_period(said), engine=engine, as_of=at, progress=progress).statement
    differences = list(_differences(said, found, ""))
    if not differences and statement_digest(said) != said.get("digest"):
        differences.append(Difference("digest", said.get("digest"), statement_digest(said)))
    return differences


def records_as_stated(said: dict[str, Any], store: Store, arrangement: str, digests: Any) -> RecordSet:  # noqa: ANN401
    """The cut of a store that a statement was made from: the newest whose records have the stated digests.

    `digests` computes {dataset: digest} of a record set. Without such a cut, the records as they are now.
    """
    wanted = {name: entry.get("digest") for name, entry in said["records"].items() if isinstance(entry, dict)}
    ours = [entry["batch"] for entry in store.batches() if entry["arrangement"] == arrangement]
    for cut in reversed(ours):
        records = records_open(store, arrangement=arrangement, cut=cut)
        if digests(records) == wanted:
            return records
    return records_open(store, arrangement=arrangement)


def _differences(stated: Any, computed: Any, path: str) -> Iterator[Difference]:  # noqa: ANN401
    if isinstance(stated, dict) and isinstance(computed, dict):
        for key in [*computed, *(key for key in stated if key not in computed)]:
            if key != "signature" or path:
                yield from _differences(stated.get(key), computed.get(key), f"{path}.{key}" if path else key)
    elif isinstance(stated, list) and isinstance(computed, list):
        for i in range(max(len(stated), len(computed))):
            ours = computed[i] if i < len(computed) else None
            theirs = stated[i] if i < len(stated) else None
            name = (ours or theirs or {}).get("id", i) if isinstance(ours or theirs, dict) else i
            yield from _differences(theirs, ours, f"{path}[{name}]")
    elif type(stated) is not type(computed) or stated != computed:
        yield Difference(path, stated, computed)


class StatementUnreadable(InputError):
    """This is not a statement: {reason}.

    Give the JSON that guanbao measure --json wrote.
    """
