"""The ledger as evidence: a file of JSON lines that `guanbao-verify` checks without us.

The first line says what follows. A whole ledger is every entry in order, each checkpoint after the last entry that
it is over. A part is the checkpoints, then entries that each prove that they stand under the last of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from django.db.models import QuerySet

from guanbao.engine.errors import Where
from guanbao.platform.ledger.errors import ExportUnwritable, NotUnderCheckpoint
from guanbao.platform.ledger.merkle import consistency_proof, inclusion_proof
from guanbao.platform.ledger.models import Checkpoint, Entry
from guanbao.platform.ledger.services import ledger_size
from guanbao.platform.ledger.tree import root_of
from guanbao.platform.ledger.verify import entries_up_to

FORM = 1
_ENTRY = '{"entry":'


def ledger_export(file: Path, *, part: QuerySet[Entry] | None = None) -> int:
    """Write the whole ledger, or `part` of it, to a file; how many entries it holds.

    Raises:
        NotUnderCheckpoint: an entry of the part is newer than every checkpoint. ExportUnwritable.
    """
    unfinished = file.with_name(f"{file.name}.part")
    count = 0
    try:
        with unfinished.open("w", encoding="utf-8", newline="\n") as out:
            for line in _whole() if part is None else _part(part):
                count += line.startswith(_ENTRY)
                out.write(line + "\n")
        unfinished.replace(file)
    except OSError as error:
        raise ExportUnwritable(Where(file), reason=error.strerror or error) from error
    return count


def checkpoint_write(checkpoint: Checkpoint, file: Path) -> None:
    """Write a checkpoint to a file, to be kept elsewhere.

    Raises:
        ExportUnwritable.
    """
    try:
        file.write_text(_line(checkpoint.document()) + "\n", encoding="utf-8")
    except OSError as error:
        raise ExportUnwritable(Where(file), reason=error.strerror or error) from error


def _whole() -> Iterator[str]:
    checkpoints = _checkpoints()
    ahead = next(checkpoints, None)
    size = ledger_size()  # asked after the checkpoints: it counts all that they are over
    yield _line({"ledger_export": FORM, "whole": True, "size": size})
    while ahead is not None and ahead[0] == 0:
        yield ahead[1]
        ahead = next(checkpoints, None)
    for entry in entries_up_to(size):
        yield f"{_ENTRY}{_body(entry)}}}"
        while ahead is not None and ahead[0] <= entry.index + 1:
            yield ahead[1]
            ahead = next(checkpoints, None)


def _part(part: QuerySet[Entry]) -> Iterator[str]:
    last = Checkpoint.objects.order_by("-size", "-id").first()
    size = last.size if last else 0
    yield _line({"ledger_export": FORM, "whole": False, "size": size})
    yield from (line for _, line in _checkpoints())
    for entry in part.order_by("index"):
        if entry.index >= size:
            raise NotUnderCheckpoint(index=entry.index)
        proof = [step.hex() for step in inclusion_proof(entry.index, size, root_of)]
        yield f'{_ENTRY}{_body(entry)},"inclusion":{_line(proof)}}}'


def _checkpoints() -> Iterator[tuple[int, str]]:
    """Size and line of each checkpoint, with the proof that it continues the one before."""
    before = 0
    for checkpoint in Checkpoint.objects.order_by("size", "id"):
        proof = [step.hex() for step in consistency_proof(before, checkpoint.size, root_of)]
        yield checkpoint.size, _line({"checkpoint": checkpoint.document(), "consistency": proof})
        before = checkpoint.size


def _body(entry: Entry) -> str:
    # Verbatim: what was changed in the database is not mended on the way out.
    return bytes(entry.body).decode("utf-8", errors="replace")


def _line(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
