"""What service levels put on an arrangement's workspace: figures, trend, heat map, records, standing."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.service_levels.documents import level_read
from guanbao.apps.service_levels.models import Statement
from guanbao.apps.service_levels.pages.panels import exact_value
from guanbao.apps.service_levels.permissions import (
    AMOUNT_VIEW,
    LEVEL_EDIT,
    LEVEL_VIEW,
    RECORDS_IMPORT,
    RECORDS_VIEW,
    STATEMENT_DRAFT,
    STATEMENT_VIEW,
)
from guanbao.apps.service_levels.selectors import (
    amounts_visible,
    imports_visible,
    levels_visible,
    standing_visible,
    statements_latest,
)
from guanbao.engine.measures.catalogue import MEASURES, Unit
from guanbao.engine.reports.numbers import money_text, percent_text, value_text
from guanbao.engine.reports.words import level_text as target_level_text
from guanbao.engine.statements.levels import Term
from guanbao.platform.access.permissions import Permission
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.wording import _, reader_language, told
from guanbao.web.resource import Panel

_SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "==": "="}
_AXIS = {Unit.SHARE: "%", Unit.SECONDS: " s"}
_RECENT = 10


def _may(permission: Permission) -> Any:  # noqa: ANN401 - a condition of a panel
    return lambda actor: not reach(actor, permission).is_empty


def _tiles(actor: Actor, arrangement: Arrangement) -> dict[str, Any]:
    """The latest month in a few figures, and when the arrangement ends."""
    lang, tiles = reader_language(), []
    latest = statements_latest(actor=actor, arrangement=arrangement, most=2)
    if latest:
        now = latest[-1]
        judged = [term for term in now.content["terms"] if term["met"] is not None]
        before = latest[0] if len(latest) > 1 else None
        change = ""
        if before is not None and before.score is not None and now.score is not None:
            change = told("{change} on the month before", change=f"{now.score - before.score:+}")
        tiles.append(
            (told("Score of {month}", month=now.month), now.content["score"] or "—", change, f"/statements/{now.pk}/")
        )
        tiles.append(
            (told("Terms missed"), f"{now.missed} / {len(judged)}", now.get_state_display(), f"/statements/{now.pk}/")
        )
        credit = now.content["credit"]
        if credit["amount"] is not None:
            note = told("capped") if credit["capped"] else told("by the terms' steps")
            tiles.append(
                (
                    told("Credit due"),
                    money_text(Decimal(credit["amount"]), credit["currency"], lang),
                    note,
                    f"/statements/{now.pk}/",
                )
            )
    if arrangement.ends_on:
        days = (arrangement.ends_on - timezone.localdate()).days
        note = told("in {n} days", n=days) if days >= 0 else told("{n} days ago", n=-days)
        tiles.append((told("Ends on"), arrangement.ends_on.isoformat(), note, ""))
    return {"tiles": tiles}


def _levels(actor: Actor, arrangement: Arrangement) -> dict[str, Any]:
    """Trend and heat map over the last twelve months, the statements, and the versions of the service level."""
    statements = statements_latest(actor=actor, arrangement=arrangement)
    versions = levels_visible(actor=actor).filter(arrangement=arrangement).order_by("-version")
    return {
        "arrangement": arrangement,
        "trend": _trend(statements) if statements else None,
        "heat": _heat(statements) if statements else None,
        "statements": list(reversed(statements)),
        "versions": list(versions[:_RECENT]),
        "may_edit": _may(LEVEL_EDIT)(actor),
        "may_draft": _may(STATEMENT_DRAFT)(actor),
    }


def _trend(statements: list[Statement]) -> dict[str, Any]:
    """Every term with a target as a line: value and target in the unit that people read, and where each month opens."""
    lang = reader_language()
    terms = {term.id: term for term in level_read(statements[-1].definitions).terms if term.measure and term.target}
    lines = []
    for code, term in terms.items():
        unit = term.measure.unit  # type: ignore[union-attr] # terms without a measure are left out above
        points = []
        for statement in statements:
            said = next((each for each in statement.content["terms"] if each["id"] == code), None)
            value = exact_value(said, unit) if said else None
            points.append(
                {
                    "value": None if value is None else _drawn(value, unit),
                    "told": value_text(value, unit, lang),
                    "good": said["met"] if said else None,
                    "opens": f"/statements/{statement.pk}/records/{code}",
                }
            )
        level = term.target.level  # type: ignore[union-attr]
        lines.append(
            {
                "title": term.title or code,
                "target": _drawn(level, unit),
                "told": _promise(term),
                "points": points,
                "unit": _AXIS.get(unit, ""),
            }
        )
    return {"months": [statement.month for statement in statements], "lines": lines}


def _drawn(value: Fraction, unit: Unit) -> float:
    """A value as a picture needs it, in per cent or its unit; pictures alone take floats."""
    return round(float(value * 100 if unit is Unit.SHARE else value), 4)


def _promise(term: Term) -> str:
    target, measure = term.target, term.measure
    if target is None or measure is None:
        return "—"
    return f"{_SIGNS[target.operator]} {target_level_text(target.level, measure.unit, reader_language())}"


def _heat(statements: list[Statement]) -> dict[str, Any]:
    """Each month and term: met, missed, or not judged."""
    titles = {term.id: term.title or term.id for term in level_read(statements[-1].definitions).terms if term.target}
    cells = []
    for y, code in enumerate(titles):
        for x, statement in enumerate(statements):
            said = next((each for each in statement.content["terms"] if each["id"] == code), None)
            met = said["met"] if said else None
            unit = MEASURES[said["measure"]].unit if said and said["measure"] in MEASURES else Unit.COUNT
            cells.append(
                {
                    "x": x,
                    "y": y,
                    "state": {True: 1, False: 0, None: 2}[met],
                    "told": value_text(exact_value(said, unit), unit, reader_language()) if said else "—",
                    "opens": f"/statements/{statement.pk}/records/{code}",
                }
            )
    words = [told("missed"), told("met"), told("not judged")]
    return {"months": [s.month for s in statements], "titles": list(titles.values()), "cells": cells, "words": words}


def _records(actor: Actor, arrangement: Arrangement) -> dict[str, Any]:
    """The latest imports, and the way to send more."""
    rows = imports_visible(actor=actor).filter(arrangement=arrangement).order_by("-at", "-pk")[:_RECENT]
    return {"arrangement": arrangement, "imports": list(rows), "may": _may(RECORDS_IMPORT)(actor)}


def _amounts(actor: Actor, arrangement: Arrangement) -> dict[str, Any]:
    """What is owed, month by month."""
    rows = amounts_visible(actor=actor).filter(arrangement=arrangement).order_by("-month", "-pk")[:60]
    return {"rows": list(rows), "arrangement": arrangement}


def _standing(actor: Actor, arrangement: Arrangement) -> dict[str, Any]:
    """Where each term stands in the month that runs, what it still needs, and how likely it is missed."""
    found = standing_visible(actor=actor, arrangement=arrangement)
    if found is None:
        return {"rows": [], "found": None}
    return {"rows": [_standing_row(row) for row in found.content], "found": found}


def _standing_row(row: dict[str, Any]) -> dict[str, Any]:
    lang, unit = reader_language(), Unit(row["unit"])
    value = None if row["value"] is None else Fraction(row["value"])
    sign, level = _split(row["target"])
    said = {
        "title": f"{row['title']} {sign} {level}",
        "value": value_text(value, unit, lang),
        "good": row["met"],
        "needs": "",
        "chance": "",
    }
    if row.get("missing"):
        missed, draws = row["missing"]
        said["chance"] = told("chance of missing {share}", share=percent_text(Fraction(missed, draws), 0))
        said["percent"] = round(100 * missed / draws)
    if row.get("needed") and row.get("expected"):
        said["needs"] = _needs(Fraction(row["needed"]), unit, row["expected"], upwards=sign in "≥>")
    return said


def _needs(needed: Fraction, unit: Unit, expected: int, *, upwards: bool) -> str:
    """What the records to come must reach, in words."""
    least, most = (0, 1) if unit is Unit.SHARE else (0, None)
    if upwards:
        if needed <= least:
            return told("Met however the rest goes.")
        if most is not None and needed > most:
            return told("Cannot be met any more, by what usually comes.")
        return told(
            "Of about {n} to come, {share} must be in target.",
            n=f"{expected:,}",
            share=value_text(needed, unit, reader_language()),
        )
    if needed < 0:
        return told("Cannot be met any more, by what usually comes.")
    if most is not None and needed >= most:
        return told("Met however the rest goes.")
    return told(
        "The about {n} to come may reach {share} at most.",
        n=f"{expected:,}",
        share=value_text(needed, unit, reader_language()),
    )


def _split(target: str) -> tuple[str, str]:
    text = target.strip()
    operator = next(each for each in (">=", "<=", "==", ">", "<") if text.startswith(each))
    return _SIGNS[operator], text.removeprefix(operator).strip()


PANELS = (
    Panel("figures", _("Figures"), "service_levels/tiles.html", _tiles, slot="head", may=_may(STATEMENT_VIEW)),
    Panel("levels", _("Service levels"), "service_levels/levels.html", _levels, may=_may(LEVEL_VIEW), rank=10),
    Panel("records", _("Records"), "service_levels/records.html", _records, may=_may(RECORDS_VIEW), rank=20),
    Panel("amounts", _("Credits and bonuses"), "service_levels/amounts.html", _amounts, may=_may(AMOUNT_VIEW), rank=30),
    Panel(
        "standing",
        _("Still needed this month"),
        "service_levels/standing.html",
        _standing,
        slot="side",
        may=_may(STATEMENT_VIEW),
    ),
)
