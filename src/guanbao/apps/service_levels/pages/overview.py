"""What service levels show on the first page: the months of all arrangements at one glance."""

from __future__ import annotations

from typing import Any

from guanbao.apps.service_levels.choices import StatementState
from guanbao.apps.service_levels.models import Statement
from guanbao.apps.service_levels.permissions import STATEMENT_VIEW
from guanbao.apps.service_levels.selectors import statements_visible
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.wording import _, told
from guanbao.web.resource import Panel

_MONTHS, _ARRANGEMENTS, _READ = 12, 15, 400


def months(actor: Actor, _row: None) -> dict[str, Any]:
    """Arrangements by month as a heat map: whether all terms were met; what was missed last comes first."""
    rows = statements_visible(actor=actor).exclude(state=StatementState.SUPERSEDED)
    latest: dict[tuple[int, str], Statement] = {}
    wanted = rows.defer("content", "definitions").order_by("-period_from", "-state", "-pk")
    for row in wanted[:_READ]:  # of a month "issued" comes before "draft", from the end of the alphabet
        latest.setdefault((row.arrangement_id, row.month), row)
    shown = sorted({month for _, month in latest})[-_MONTHS:]
    last: dict[int, Statement] = {}
    for row in latest.values():
        last.setdefault(row.arrangement_id, row)
    lines = sorted(last, key=lambda key: (-last[key].missed, last[key].arrangement.reference))[:_ARRANGEMENTS]
    cells = [
        _cell(row, shown.index(month), lines.index(key))
        for (key, month), row in latest.items()
        if month in shown and key in lines
    ]
    titles = [last[key].arrangement.reference for key in lines]
    words = [told("missed"), told("met"), told("not judged")]
    return {"heat": {"months": shown, "titles": titles, "cells": cells, "words": words} if cells else None}


def _cell(row: Statement, x: int, y: int) -> dict[str, Any]:
    state = 2 if row.score is None else int(row.missed == 0)
    said = f"{row.arrangement.title}  " + told("Score") + f" {row.score if row.score is not None else '—'}"
    return {
        "x": x,
        "y": y,
        "state": state,
        "label": str(row.score or ""),
        "told": said,
        "opens": f"/statements/{row.pk}/",
    }


MONTHS = Panel(
    "months",
    _("Terms met, month by month"),
    "service_levels/months.html",
    months,
    may=lambda actor: not reach(actor, STATEMENT_VIEW).is_empty,
)
