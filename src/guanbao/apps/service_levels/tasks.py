"""What is done in the background: imports, drafts, and where things stand."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.selectors import ARRANGEMENTS
from guanbao.apps.service_levels.choices import ImportState, LevelState
from guanbao.apps.service_levels.errors import LevelMissing
from guanbao.apps.service_levels.models import Import, Level
from guanbao.apps.service_levels.permissions import RECORDS_IMPORT, STATEMENT_DRAFT
from guanbao.apps.service_levels.services.imports import import_run, imports_sweep
from guanbao.apps.service_levels.services.statements import standing_refresh, statement_draft
from guanbao.engine.errors import InputError
from guanbao.platform.actors import Actor, system_of
from guanbao.platform.tasks.declaring import job, schedule
from guanbao.platform.tasks.running import Running
from guanbao.platform.tasks.services import job_start
from guanbao.platform.tasks.whens import Daily, Monthly
from guanbao.platform.wording import _


@job("records.import", title=_("Import records"), permission=RECORDS_IMPORT)
def records_import_job(job: Running, *, actor: Actor, import_id: int) -> dict[str, Any]:
    """Import what was received, then see where the arrangement stands."""
    row = Import.objects.select_related("arrangement__contractor").get(pk=import_id)
    done = import_run(actor=actor, import_=row, progress=lambda step: job.progress(0, 1, step))
    if done.state == ImportState.DONE and done.batch is not None:
        ours = system_of(ARRANGEMENTS.scopes_of(row.arrangement)["institution"])
        job_start(actor=ours, kind="standing.refresh", arguments={"arrangement_id": done.arrangement_id})
    return {"state": done.state, "counts": done.counts}


@schedule(Daily(at=time(3)))
@job("records.sweep", title=_("Give up uploads that do not go on"))
def records_sweep_job(job: Running, *, actor: Actor) -> dict[str, Any]:  # noqa: ARG001 - as every job
    """Remove what abandoned uploads left."""
    return {"given_up": imports_sweep(now=timezone.now())}


@job("statement.draft", title=_("Draft a statement"), permission=STATEMENT_DRAFT)
def statement_draft_job(job: Running, *, actor: Actor, arrangement_id: int, month: str) -> dict[str, Any]:
    """Draft the statement of a month."""
    arrangement = Arrangement.objects.select_related("institution", "contractor").get(pk=arrangement_id)
    made = statement_draft(
        actor=actor,
        arrangement=arrangement,
        month=date.fromisoformat(month),
        progress=lambda step: job.progress(0, 1, step),
    )
    return {"statement": made.pk, "digest": made.digest}


@job("standing.refresh", title=_("See where an arrangement stands"))
def standing_refresh_job(job: Running, *, actor: Actor, arrangement_id: int) -> dict[str, Any]:  # noqa: ARG001
    """Compute the standing of the month that runs."""
    found = standing_refresh(arrangement=Arrangement.objects.get(pk=arrangement_id))
    return {"as_of": found.as_of.isoformat() if found else None}


@schedule(Monthly(day=1, at=time(6)))
@job("statement.draft_all", title=_("Draft the statements of the past month"))
def statement_draft_all(job: Running, *, actor: Actor) -> dict[str, Any]:
    """Draft last month's statement of every arrangement with a service level in force; one fault stops no other."""
    month = (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)
    rows = list(_with_level())
    drafted, refused = 0, {}
    for n, arrangement in enumerate(rows):
        job.progress(n, len(rows), arrangement.reference)
        try:
            statement_draft(actor=actor, arrangement=arrangement, month=month)
            drafted += 1
        except (InputError, LevelMissing) as error:
            refused[arrangement.reference] = type(error).__name__
    return {"drafted": drafted, "refused": refused}


@schedule(Daily(at=time(5)))
@job("standing.refresh_all", title=_("See where all arrangements stand"))
def standing_refresh_all(job: Running, *, actor: Actor) -> dict[str, Any]:  # noqa: ARG001 - it changes nothing that is anybody's
    """Compute the standing of every arrangement with a service level in force."""
    rows = list(_with_level())
    done = 0
    for n, arrangement in enumerate(rows):
        job.progress(n, len(rows), arrangement.reference)
        try:
            done += standing_refresh(arrangement=arrangement) is not None
        except InputError:
            continue  # nothing was imported yet, or not of what a term counts
    return {"refreshed": done}


def _with_level() -> Any:  # noqa: ANN401 - a queryset
    levels = Level.objects.filter(state=LevelState.IN_FORCE)
    return Arrangement.objects.select_related("institution", "contractor").filter(levels__in=levels).distinct()
