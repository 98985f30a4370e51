"""What is done with documents by itself."""

from __future__ import annotations

from datetime import time

from django.conf import settings
from django.utils import timezone

from guanbao.platform.actors import Actor
from guanbao.platform.files.services.deciding import documents_scan, documents_sweep
from guanbao.platform.tasks.declaring import job, schedule
from guanbao.platform.tasks.running import Running
from guanbao.platform.tasks.whens import Daily, Hourly
from guanbao.platform.wording import _


@schedule(Hourly(minute=20))
@job("documents.scan", title=_("Scan documents in quarantine"), outcome=_("{cleared} cleared, {infected} refused."))
def scan_waiting(job: Running, *, actor: Actor) -> dict[str, int]:  # noqa: ARG001 - as every job
    """Have the scanner look at what came while it was away."""
    cleared, infected = documents_scan() if settings.GUANBAO_CLAMAV else (0, 0)
    return {"cleared": cleared, "infected": infected}


@schedule(Daily(at=time(4)))
@job("documents.sweep", title=_("Remove what unfinished uploads left"), outcome=_("{n} removed."))
def sweep(job: Running, *, actor: Actor) -> dict[str, int]:  # noqa: ARG001 - as every job
    """Remove stored bytes that belong to no document."""
    return {"n": documents_sweep(now=timezone.now())}
