"""The report of an award: what stands of a closed evaluation, as texts and whole numbers that canonical JSON holds."""

from __future__ import annotations

from typing import Any

from guanbao.apps.sourcing.models import Score, Tender
from guanbao.apps.sourcing.ranking import PRICE, Ranked, sensitivity, shown
from guanbao.apps.sourcing.selectors import weights_of
from guanbao.platform.workflow.attaching import digest_of

_TERMS = ("reference", "title", "kind", "justification", "formula", "currency", "lots", "criteria", "price_weight")


def award_report(tender: Tender, rows: list[Ranked]) -> dict[str, Any]:
    """Evaluations, ranking with points and prices, each score with its remark, and how far weights can move."""
    weights = weights_of(tender)
    bids = {bid.pk: bid for bid in tender.bids.select_related("contractor")}
    people = tender.evaluations.order_by("pk")
    scores = Score.objects.filter(evaluation__tender=tender, evaluation__submitted_at__isnull=False)
    return {
        "tender": {name: getattr(tender, name) for name in _TERMS},
        "evaluations": [
            {
                "person": each.person_id,
                "interest": each.interest,
                "submitted_at": each.submitted_at and each.submitted_at.isoformat(),
                "is_released": each.released_at is not None,
            }
            for each in people
        ],
        "ranking": [
            {
                "place": row.place,
                "bid": row.key,
                "contractor": bids[row.key].contractor.name,
                "total": str(shown(row.total)),
                "price": str(bids[row.key].total),
                "prices": bids[row.key].prices,
                "points": {name: str(shown(value)) for name, value in row.points.items()},
                "brought": {name: str(shown(weights[name] * value / 100)) for name, value in row.points.items()},
            }
            for row in rows
        ],
        "scores": [
            {
                "person": each.evaluation.person_id,
                "bid": each.bid_id,
                "criterion": each.criterion,
                "points": str(each.points),
                "remark": each.remark,
            }
            for each in scores.select_related("evaluation").order_by("bid", "criterion", "evaluation")
        ],
        "sensitivity": [
            {"name": each.name, "weight": each.weight, "low": str(shown(each.low)), "high": str(shown(each.high))}
            for each in sensitivity(weights, rows)
        ],
    }


def report_digest(report: dict[str, Any]) -> str:
    """The digest by which an approval binds a report."""
    return digest_of(report)


def titles_of(report: dict[str, Any], price: str) -> dict[str, str]:
    """What the parts of its points are called, with their weights: criteria by their numbers, and the price."""
    terms = report["tender"]
    return {str(n): line for n, line in enumerate(terms["criteria"])} | {PRICE: f"{terms['price_weight']}% {price}"}
