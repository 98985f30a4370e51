"""The witness: a folder outside the database, best on another machine, that is given every checkpoint."""

from __future__ import annotations

from django.conf import settings

from guanbao.platform.ledger.export import checkpoint_write
from guanbao.platform.ledger.models import Checkpoint
from guanbao.platform.ledger.services import checkpoint_make, ledger_size
from guanbao.platform.ledger.verify import checkpoint_read


def checkpoint_publish() -> Checkpoint:
    """Sign what the ledger is now, unless the last checkpoint is over all of it, and give it to the witness.

    Raises LedgerForked, KeyUnusable, HeadMissing. ExportUnwritable: the witness cannot be reached.
    """
    last = Checkpoint.objects.order_by("-size", "-id").first()
    made = last if last is not None and last.size == ledger_size() else checkpoint_make()
    if settings.GUANBAO_WITNESS is not None:
        file = settings.GUANBAO_WITNESS / f"checkpoint-{made.size:012}-{made.pk}.json"
        if not file.exists():
            checkpoint_write(made, file)
    return made


def checkpoints_witnessed() -> list[Checkpoint]:
    """What the witness holds. Raises CheckpointUnreadable."""
    folder = settings.GUANBAO_WITNESS
    return [checkpoint_read(file) for file in sorted(folder.glob("checkpoint-*.json"))] if folder else []
