"""What arrangements show on the first page: how far they are, which are late, which end within a year."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from guanbao.apps.arrangements import permissions, selectors
from guanbao.apps.arrangements.choices import STAGES, Stage
from guanbao.apps.arrangements.rules import rules_of
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.wording import _
from guanbao.web.resource import Panel, resource_named

_MOST, _AHEAD = 10, timedelta(days=365)


def _by_stage(actor: Actor, _row: None) -> dict[str, Any]:
    """How many arrangements are at each stage, and where they are listed."""
    counts = dict(selectors.arrangements_visible(actor=actor).order_by().values_list("stage").annotate(Count("pk")))
    home = resource_named("arrangements").url("list")
    return {"stages": [(stage.label, f"{home}?stage={stage}", counts.get(stage, 0)) for stage in STAGES]}


def _late(actor: Actor, _row: None) -> dict[str, Any]:
    """Those that have been in a stage for longer than the rules say, the longest first."""
    late = selectors.arrangements_late(actor=actor)
    today, rows = timezone.localdate(), list(late[:_MOST])
    packs = {pk: rules_of(pk) for pk in {row.institution_id for row in rows}}
    found = []
    for row in rows:
        by = packs[row.institution_id].leaves_by(row)
        found.append((row, Stage(row.stage).label, (today - by).days if by else 0))
    return {"rows": found, "number": late.count()}


def _ending(actor: Actor, _row: None) -> dict[str, Any]:
    """Those that end within a year, the next first."""
    today = timezone.localdate()
    running = Q(stage__in=(Stage.READINESS, Stage.OPERATION, Stage.RENEWAL), outcome="")
    rows = selectors.arrangements_visible(actor=actor).filter(running, ends_on__lte=today + _AHEAD).order_by("ends_on")
    return {"rows": [(row, (row.ends_on - today).days) for row in rows[:_MOST] if row.ends_on], "number": rows.count()}


def _inside(actor: Actor) -> bool:
    found = reach(actor, permissions.GATE_VIEW)
    return not found.is_empty and found.side is Side.INSTITUTION


BY_STAGE = Panel(
    "stages",
    _("Arrangements by stage"),
    "arrangements/by_stage.html",
    _by_stage,
    may=lambda actor: not reach(actor, permissions.ARRANGEMENT_VIEW).is_empty,
    rank=10,
)
LATE = Panel("late", _("Late in their stage"), "arrangements/late.html", _late, may=_inside, rank=12)
ENDING = Panel("ending", _("Ending within a year"), "arrangements/ending.html", _ending, may=_inside, rank=14)
