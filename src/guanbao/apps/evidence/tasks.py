"""What is done with the ledger by itself, and in the background."""

from __future__ import annotations

import hashlib
from datetime import date, time
from typing import Any

from django.conf import settings
from django.db import transaction

from guanbao.apps.evidence.events import LEDGER_VERIFIED
from guanbao.apps.evidence.packs import pack_write
from guanbao.apps.evidence.permissions import EVIDENCE_PACK, LEDGER_CHECKPOINT, LEDGER_EXPORT
from guanbao.apps.evidence.selectors import VERIFY, arrangements_packed
from guanbao.apps.evidence.services import evidence_export, pack_taken
from guanbao.engine.language import _
from guanbao.platform.actors import Actor
from guanbao.platform.identity.selectors import in_language_of
from guanbao.platform.ledger.services import Subject, ledger_append
from guanbao.platform.ledger.verify import ledger_verify
from guanbao.platform.ledger.witness import checkpoint_publish, checkpoints_witnessed
from guanbao.platform.tasks.declaring import job, schedule
from guanbao.platform.tasks.files import job_file_writing
from guanbao.platform.tasks.running import Running
from guanbao.platform.tasks.whens import Daily, Hourly
from guanbao.platform.wording import _ as title_

CHECKPOINT, EXPORT, PACK = "ledger.checkpoint", "ledger.export", "evidence.pack"


@schedule(Hourly(minute=5))
@job(
    CHECKPOINT,
    title=title_("Checkpoint of the ledger"),
    permission=LEDGER_CHECKPOINT,
    outcome=_("Signed over {size} entries."),
)
def checkpoint(job: Running, *, actor: Actor) -> dict[str, Any]:  # noqa: ARG001 - as every job
    """Sign what the ledger is now, unless that stands signed; give it to the witness."""
    return {"size": checkpoint_publish().size}


@schedule(Daily(at=time(4)))
@job(VERIFY, title=title_("Verification of the ledger"), outcome=_("{size} entries were computed anew."))
def verify(job: Running, *, actor: Actor) -> dict[str, Any]:
    """Compute the whole ledger anew, and hold it against its checkpoints and those of the witness."""
    key = settings.GUANBAO_LEDGER_KEY

    def told(done: int, total: int) -> None:
        job.progress(done, total, _("Computing entries anew"))

    report = ledger_verify(keys=[key] if key.exists() else [], held=checkpoints_witnessed(), told=told)
    fault = report.fault
    said = {"size": report.size, "root": report.root, "holds": fault is None}
    with transaction.atomic():
        ledger_append(actor=actor, event=LEDGER_VERIFIED, subject=Subject("ledger", "entries"), after=said)
    found = None if fault is None else {"sentence": fault.sentence, "params": dict(fault.params)}
    return {**said, "covered": report.covered, "checkpoints": report.checkpoints, "fault": found}


@job(
    EXPORT,
    title=title_("Evidence from the ledger"),
    permission=LEDGER_EXPORT,
    outcome=_("{entries} entries with their proofs. The file can be fetched for a day."),
)
def export(job: Running, *, actor: Actor, asked: dict[str, Any]) -> dict[str, Any]:
    """Write what whoever asked may read by now."""
    days = {name: date.fromisoformat(asked[name]) for name in ("since", "until") if asked.get(name)}
    with job_file_writing(job.number) as file:
        count = evidence_export(actor=actor, asked=asked | days, file=file)
    return {"entries": count, "url": f"/ledger/evidence/{job.number}"}


@job(
    PACK,
    title=title_("Evidence of an arrangement"),
    permission=EVIDENCE_PACK,
    outcome=_("{files} files in one archive. It can be fetched for a day."),
)
def pack(job: Running, *, actor: Actor, arrangement_id: int) -> dict[str, Any]:
    """Put together what whoever asked may see by now, in their language."""
    arrangement = arrangements_packed(actor=actor).get(pk=arrangement_id)
    with in_language_of(actor.person_id), job_file_writing(job.number) as file:
        index = pack_write(file, actor=actor, arrangement=arrangement, progress=job.progress)
        with file.open("rb") as written:
            sha256 = hashlib.file_digest(written, "sha256").hexdigest()
        counts = {"files": len(index["files"]), "left_out": len(index["left_out"])}
        pack_taken(actor=actor, arrangement=arrangement, sha256=sha256, **counts)
    return {**counts, "url": f"/evidence/{job.number}"}
