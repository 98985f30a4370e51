"""Evidence taken out of the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import transaction

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.selectors import ARRANGEMENTS
from guanbao.apps.evidence.events import LEDGER_EXPORTED, PACK_MADE
from guanbao.apps.evidence.permissions import LEDGER_EXPORT
from guanbao.apps.evidence.selectors import entries_asked
from guanbao.platform.access.reach import need
from guanbao.platform.actors import Actor
from guanbao.platform.ledger.export import ledger_export
from guanbao.platform.ledger.services import Subject, ledger_append
from guanbao.platform.ledger.witness import checkpoint_publish


def evidence_export(*, actor: Actor, asked: dict[str, Any], file: Path) -> int:
    """Write the entries that the filters let through to a file that `guanbao-verify` accepts; how many they are.

    They are put under a checkpoint first. The ledger says that they were taken before anybody has the file.

    Raises NotPermitted, LedgerForked, ExportUnwritable.
    """
    need(actor, LEDGER_EXPORT)
    checkpoint = checkpoint_publish()
    part = entries_asked(actor=actor, asked=asked).filter(index__lt=checkpoint.size)
    count = ledger_export(file, part=part)
    with transaction.atomic():
        filters = {name: value for name, value in asked.items() if value not in (None, "")}
        after = {"entries": count, "filters": filters}
        ledger_append(actor=actor, event=LEDGER_EXPORTED, subject=Subject("ledger", "entries"), after=after)
    return count


def pack_taken(*, actor: Actor, arrangement: Arrangement, sha256: str, files: int, left_out: int) -> None:
    """Record that somebody takes the evidence of an arrangement, before they have it."""
    with transaction.atomic():
        after = {"files": files, "left_out": left_out, "sha256": sha256}
        ledger_append(
            actor=actor, event=PACK_MADE, subject=arrangement, after=after, scopes=ARRANGEMENTS.scopes_of(arrangement)
        )
