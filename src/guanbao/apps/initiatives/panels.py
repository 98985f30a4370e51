"""What one rather looks at: the worth of a business case, its table of duties, and how targets stand."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from guanbao.apps.initiatives.choices import Direction, Family, Letter, Line
from guanbao.apps.initiatives.figures import parts_wrong, worth_of
from guanbao.apps.initiatives.models import BusinessCase, CaseLine, Strategy, Target
from guanbao.apps.initiatives.permissions import INITIATIVE_EDIT, STRATEGY_EDIT
from guanbao.apps.initiatives.selectors import is_draft
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.wording import told


class Standing(NamedTuple):
    """A target and the latest that was reached of it."""

    target: Target
    family: str
    wanted: str
    reached: Decimal | None
    reviewed_on: str
    met: bool | None


def worth(_actor: Actor, case: BusinessCase) -> dict[str, Any]:
    """Costs and benefits by year, the net present value, and pictures: by service, shares, usage."""
    lines = list(case.lines.order_by("year", "service"))
    years = range(max((line.year for line in lines), default=-1) + 1)
    found = worth_of(lines, case.discount_percent)
    table = [
        (
            kind.label,
            [_sum(lines, kind, year) for year in years],
            sum((x.amount for x in lines if x.kind == kind), Decimal()),
        )
        for kind in Line
        if any(line.kind == kind for line in lines)
    ]
    outsourced = [line for line in lines if line.kind == Line.OUTSOURCED]
    services = list(dict.fromkeys(line.service for line in outsourced))
    totals = [sum((x.amount for x in outsourced if x.service == name), Decimal()) for name in services]
    names = [told("Year {n}", n=year) for year in years]
    usage = [name for name in services if any(x.usage is not None for x in outsourced if x.service == name)]
    charts = {
        "bars": {"unit": case.currency, "names": services, "values": [float(total) for total in totals]},
        "shares": {
            "parts": [
                {"name": name, "value": float(total)} for name, total in zip(services, totals, strict=True) if total
            ]
        },
        "usage": {
            "names": names,
            "lines": [{"name": name, "values": [_usage(outsourced, name, year) for year in years]} for name in usage],
        },
    }
    return {
        "case": case,
        "years": names,
        "table": table,
        "net": _money([found.net[year] for year in years]),
        "present": _money([found.present])[0],
        "worth": found,
        "charts": charts if services else None,
        "has_usage": bool(usage),
    }


def duties(actor: Actor, case: BusinessCase) -> dict[str, Any]:
    """The table of duties: activities by posts, and what is wrong with it."""
    parts = list(case.parts.order_by("activity", "post"))
    posts = list(dict.fromkeys(part.post for part in parts))
    cells = {(part.activity, part.post): part for part in parts}
    rows = [
        (activity, [cells.get((activity, post)) for post in posts])
        for activity in dict.fromkeys(part.activity for part in parts)
    ]
    return {
        "case": case,
        "can": not reach(actor, INITIATIVE_EDIT).is_empty,
        "posts": posts,
        "rows": rows,
        "wrong": parts_wrong(parts),
        "letters": [(letter.value, letter.label) for letter in Letter],
    }


def targets(actor: Actor, strategy: Strategy) -> dict[str, Any]:
    """Each target with the latest that was reached of it."""
    rows = strategy.targets.order_by("family", "due_on").prefetch_related("reviews")
    found = [_standing(row) for row in rows]
    missing = [family.label for family in Family if family not in {one.target.family for one in found}]
    can = not reach(actor, STRATEGY_EDIT).is_empty and is_draft(strategy)
    return {"strategy": strategy, "targets": found, "missing": missing, "can": can}


def _standing(target: Target) -> Standing:
    latest = max(target.reviews.all(), key=lambda one: (one.reviewed_on, one.pk), default=None)
    wanted = f"{Direction(target.direction).label} {target.value.normalize():f} {target.unit}"
    if latest is None:
        return Standing(target, str(Family(target.family).label), wanted, None, "", None)
    met = latest.reached >= target.value if target.direction == Direction.AT_LEAST else latest.reached <= target.value
    return Standing(
        target, str(Family(target.family).label), wanted, latest.reached.normalize(), str(latest.reviewed_on), met
    )


def _sum(lines: Iterable[CaseLine], kind: Line, year: int) -> Decimal:
    return sum((line.amount for line in lines if line.kind == kind and line.year == year), Decimal())


def _usage(lines: Iterable[CaseLine], service: str, year: int) -> int | None:
    found = [line.usage for line in lines if line.service == service and line.year == year and line.usage is not None]
    return sum(found) if found else None


def _money(amounts: Iterable[Decimal]) -> list[str]:
    return [f"{amount:,.2f}" for amount in amounts]
