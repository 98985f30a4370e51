"""Concentration: assessments, the whole of an institution by four dimensions, and what stops if one part fails."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.catalogue.models import Function
from guanbao.apps.parties.countries import countries
from guanbao.apps.parties.models import Contractor, Institution
from guanbao.apps.sourcing import concentration as counting
from guanbao.apps.sourcing import holdings, permissions, selectors
from guanbao.apps.sourcing.choices import Dimension, Readiness
from guanbao.apps.sourcing.concentration import Held
from guanbao.apps.sourcing.forms import VerdictForm
from guanbao.apps.sourcing.models import Concentration
from guanbao.apps.sourcing.services import concentrations
from guanbao.platform.access.acting import actor_of
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.wording import _, told
from guanbao.web.frame import Page
from guanbao.web.panels import TIMELINE, rows_panel
from guanbao.web.resource import Panel, Resource, Verb

PAGE = Page("concentration", _("Concentration"), _("Sourcing"), permissions.CONCENTRATION_VIEW)
_DRAWN = 10


def concentration_routes() -> list[URLPattern]:
    """The addresses that no declaration makes."""
    return [
        path("concentration/", concentration_page, name="concentration"),
        path("concentration/<slug:dimension>/<str:key>/", failure_page, name="concentration-failure"),
    ]


def _sees_all(actor: Actor) -> bool:
    """Whether the whole of an institution is the actor's to see: of a part, no share would be true."""
    found = reach(actor, permissions.CONCENTRATION_VIEW)
    return found.side is Side.INSTITUTION and found.whole


def _institution(actor: Actor) -> Institution:
    """The actor's institution. Raises Http404."""
    found = Institution.objects.filter(organisation=actor.organisation_id).first() if _sees_all(actor) else None
    if found is None:
        raise Http404
    return found


@require_safe
def concentration_page(request: HttpRequest) -> HttpResponse:
    """Shares and indices by contractor, group, country and function; who sees a part is told why not."""
    actor = actor_of(request)
    if reach(actor, permissions.CONCENTRATION_VIEW).side is Side.INSTITUTION and not _sees_all(actor):
        return render(request, "sourcing/concentration.html", {"title": PAGE.title, "is_part": True})
    institution = _institution(actor)
    rows = holdings.arrangements_live(institution.pk)
    held = holdings.holdings(rows, holdings.tops(institution.pk))
    currency = counting.currency_of(held)
    left = counting.apart(held, currency)
    names = _names(institution, held)
    context = {
        "title": PAGE.title,
        "counted": len(held),
        "critical": sum(row.is_critical for row in held),
        "without_contractor": len(rows) - len(held),
        "left": left,
        "other": [(code, number, f"{amount:,.2f}") for code, (number, amount) in left.other.items()],
        "currency": currency,
        "bounds": (counting.MODERATE, counting.HIGH),
        "dimensions": [_dimension(held, dimension, currency, names) for dimension in Dimension],
    }
    return render(request, "sourcing/concentration.html", context)


def _dimension(
    held: list[Held], dimension: Dimension, currency: str, names: Mapping[tuple[str, int | str], str]
) -> dict[str, Any]:
    """One dimension: its indices, its parts from the greatest, and its chart."""
    found = counting.spread(held, dimension, currency)
    critical = counting.spread([row for row in held if row.is_critical], dimension, currency).number
    number, fee, grave = counting.shares(found.number), counting.shares(found.fee), counting.shares(critical)
    keys = sorted(number, key=lambda key: (-fee.get(key, Fraction(0)), -number[key], names[dimension, key]))
    parts = [
        {
            "name": names[dimension, key],
            "url": reverse("concentration-failure", args=[dimension.value, key]),
            "number": found.held[key],
            "by_number": counting.percent(number[key]),
            "by_fee": counting.percent(fee.get(key, Fraction(0))) if fee else None,
            "critical": counting.percent(grave.get(key, Fraction(0))) if grave else None,
        }
        for key in keys
    ]
    by_fee, by_number = counting.herfindahl(found.fee), counting.herfindahl(found.number)
    drawn = fee or number
    chart = {
        "unit": "%",
        "names": [names[dimension, key] for key in keys[:_DRAWN]],
        "values": [float(counting.percent(drawn.get(key, Fraction(0))) or 0) for key in keys[:_DRAWN]],
        "opens": [part["url"] for part in parts[:_DRAWN]],
    }
    indices = [
        (label, counting.rounded(index), counting.level_of(index))
        for label, index in ((told("By yearly fee"), by_fee), (told("By number"), by_number))
    ]
    return {
        "name": dimension.value, "title": dimension.label, "outside": found.outside, "parts": parts, "chart": chart,
        "chart_id": f"chart-{dimension.value}", "indices": indices, "is_by_fee": bool(fee),
    }  # fmt: skip


def _names(institution: Institution, held: list[Held]) -> dict[tuple[str, int | str], str]:
    """What each part is called."""
    contractors = {row.pk: str(row) for row in Contractor.objects.filter(institution=institution)}
    functions = Function.objects.filter(pk__in={row.function for row in held if row.function is not None})
    called: dict[tuple[str, int | str], str] = {(Dimension.COUNTRY, code): str(name) for code, name in countries()}
    for pk, name in contractors.items():
        called[Dimension.CONTRACTOR, pk] = called[Dimension.GROUP, pk] = name
    return called | {(Dimension.FUNCTION, row.pk): str(row) for row in functions}


@require_safe
def failure_page(request: HttpRequest, dimension: str, key: str) -> HttpResponse:
    """What stops if this contractor, group, country or function fails tomorrow."""
    actor = actor_of(request)
    institution = _institution(actor)
    if dimension not in Dimension.values:
        raise Http404
    rows = holdings.arrangements_live(institution.pk)
    held = holdings.holdings(rows, holdings.tops(institution.pk))
    hit = [row for row in held if key in map(str, row.parts(dimension))]
    if not hit:
        raise Http404
    part = next(one for one in hit[0].parts(dimension) if str(one) == key)
    name = _names(institution, hit)[dimension, part]
    context = {"title": name, "dimension": Dimension(dimension).label, "given": _failing(actor, rows, hit)}
    return render(request, "sourcing/failure.html", context)


def _failing(actor: Actor, rows: list[Arrangement], hit: list[Held]) -> dict[str, Any]:
    """The arrangements that stop, and what they take with them."""
    keys = {row.key for row in hit}
    found = holdings.stopped(actor, [row for row in rows if row.pk in keys], hit, timezone.localdate())
    fees: dict[str, Decimal] = {}
    for row in hit:
        if row.fee is not None:
            fees[row.currency] = fees.get(row.currency, Decimal(0)) + row.fee
    functions = {one.arrangement.function for one in found if one.arrangement.function is not None}
    return {
        "stopped": found,
        "critical": len({one.arrangement.function_id for one in found if one.held.is_critical}),
        "functions": len(functions),
        "departments": sorted({str(one.arrangement.department) for one in found}),
        "uncovered": sum(not one.is_covered for one in found),
        "fees": [f"{amount:,.2f} {currency}" for currency, amount in sorted(fees.items())],
        "rto": min((each.rto_h for each in functions if each.rto_h is not None), default=None),
        "tested": Readiness.TESTED.value,
    }


def _of_contractor(actor: Actor, contractor: Contractor) -> dict[str, Any]:
    """The same of a contractor, and whether its group has more."""
    rows = holdings.arrangements_live(contractor.institution_id)
    groups = holdings.tops(contractor.institution_id)
    held = holdings.holdings(rows, groups)
    hit = [row for row in held if row.contractor == contractor.pk]
    top = groups[contractor.pk]
    group = [row for row in held if row.group == top]
    url = reverse("concentration-failure", args=[Dimension.GROUP, top]) if len(group) > len(hit) else ""
    return _failing(actor, rows, hit) | {"group_url": url, "group_number": len(group)}


def _figures(_actor: Actor, row: Concentration) -> dict[str, Any]:
    """The figures of the day, by dimension: now, and after the award."""
    figures = row.figures
    lines = [
        (Dimension(name).label, told(label), of[f"{by}_now"], of[f"{by}_after"], _level(of[f"{by}_after"]["index"]))
        for name, of in figures["dimensions"].items()
        for by, label in (("fee", "By yearly fee"), ("number", "By number"))
    ]
    today = timezone.localdate()
    return {
        "row": row, "figures": figures, "lines": lines, "holds": row.holds(today),
        "is_changed": row.revision != row.arrangement.revision,
        "other": [(code, of["number"], of["fee"]) for code, of in figures["other_currencies"].items()],
    }  # fmt: skip


def _level(index: str) -> str:
    level = counting.level_of(Fraction(index)) if index else None
    return "" if level is None else str(level.label)


def _may_judge(row: Concentration, actor: Actor) -> bool:
    return not row.outcome and row.assessed_by_id != actor.person_id


CONCENTRATIONS = Resource(
    name="concentration-assessments",
    model=Concentration,
    title=_("Assessments of concentration"),
    singular=_("Assessment of concentration"),
    group=_("Sourcing"),
    empty=_("Nothing is assessed yet. Where the rules ask for it, no selection is left without one."),
    view=permissions.CONCENTRATION_VIEW,
    rows=selectors.concentrations_visible,
    columns=("arrangement", "contractor", "substitutability", "assessed_on", "outcome", "valid_until"),
    shown=(
        "arrangement", "contractor", "fee_yearly", "substitutability", "substitutability_reason", "alternatives",
        "assessed_on", "outcome", "conclusion", "judged_on", "valid_until", "digest",
    ),
    filters=("arrangement", "contractor", "substitutability", "outcome"),
    order=("-assessed_on", "-pk"),
    add=Verb(
        "add", _("Assess concentration"), permissions.CONCENTRATION_ASSESS, concentrations.concentration_assess,
        (
            "arrangement", "contractor", "fee_yearly", "substitutability", "substitutability_reason", "alternatives",
        ),
    ),
    verbs=(
        Verb("judge", _("Judge"), permissions.CONCENTRATION_JUDGE, concentrations.concentration_judge,
             form=VerdictForm, when=_may_judge),
    ),
    panels=(Panel("figures", _("Figures"), "sourcing/concentrated.html", _figures, slot="head"), TIMELINE),
)  # fmt: skip
OF_ARRANGEMENT = rows_panel(
    CONCENTRATIONS.name, by="arrangement", columns=("contractor", "substitutability", "outcome", "valid_until")
)
OF_CONTRACTOR = Panel(
    "failure", _("If this one fails tomorrow"), "sourcing/failing.html", _of_contractor, may=_sees_all, rank=20
)
