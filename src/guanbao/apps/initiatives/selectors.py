"""Strategies, rules and what stands behind an arrangement, as far as an actor may see them."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from guanbao.apps.arrangements.selectors import OF_ARRANGEMENT, columns
from guanbao.apps.initiatives.models import (
    BusinessCase,
    Candidate,
    CaseLine,
    Part,
    Policy,
    Requirement,
    ScopeCheck,
    Strategy,
    Target,
)
from guanbao.apps.initiatives.permissions import INITIATIVE_VIEW, STRATEGY_VIEW
from guanbao.platform.access.reach import Columns, reach
from guanbao.platform.actors import Actor
from guanbao.platform.workflow.services.approvals import approved_among, is_approved, is_running

OF_INSTITUTION = Columns(institution="institution__organisation")
OF_STRATEGY = Columns(institution="strategy__institution__organisation")
OF_TARGET = Columns(institution="target__strategy__institution__organisation")
OF_CASE = columns("case__arrangement__")


def strategies_visible(*, actor: Actor) -> QuerySet[Strategy]:
    """Versions of the institution's strategy."""
    rows = Strategy.objects.select_related("institution")
    return reach(actor, STRATEGY_VIEW).rows(rows, OF_INSTITUTION)


def targets_visible(*, actor: Actor) -> QuerySet[Target]:
    """Targets of strategies."""
    rows = Target.objects.select_related("strategy__institution")
    return reach(actor, STRATEGY_VIEW).rows(rows, OF_STRATEGY)


def policies_visible(*, actor: Actor) -> QuerySet[Policy]:
    """The library of rules."""
    rows = Policy.objects.select_related("institution")
    return reach(actor, STRATEGY_VIEW).rows(rows, OF_INSTITUTION)


def scope_checks_visible(*, actor: Actor) -> QuerySet[ScopeCheck]:
    """Checks of scope."""
    rows = ScopeCheck.objects.select_related("arrangement__institution")
    return reach(actor, INITIATIVE_VIEW).rows(rows, OF_ARRANGEMENT)


def requirements_visible(*, actor: Actor) -> QuerySet[Requirement]:
    """Rounds of requirements."""
    rows = Requirement.objects.select_related("arrangement__institution", "signed_by")
    return reach(actor, INITIATIVE_VIEW).rows(rows, OF_ARRANGEMENT)


def cases_visible(*, actor: Actor) -> QuerySet[BusinessCase]:
    """Business cases."""
    rows = BusinessCase.objects.select_related("arrangement__institution")
    return reach(actor, INITIATIVE_VIEW).rows(rows, OF_ARRANGEMENT)


def lines_visible(*, actor: Actor) -> QuerySet[CaseLine]:
    """Costs and benefits of business cases."""
    rows = CaseLine.objects.select_related("case__arrangement__institution")
    return reach(actor, INITIATIVE_VIEW).rows(rows, OF_CASE)


def candidates_visible(*, actor: Actor) -> QuerySet[Candidate]:
    """Candidates of business cases."""
    rows = Candidate.objects.select_related("case__arrangement__institution")
    return reach(actor, INITIATIVE_VIEW).rows(rows, OF_CASE)


def parts_visible(*, actor: Actor) -> QuerySet[Part]:
    """Duties in business cases."""
    rows = Part.objects.select_related("case__arrangement__institution")
    return reach(actor, INITIATIVE_VIEW).rows(rows, OF_CASE)


def strategy_in_force(institution_id: int) -> Strategy | None:
    """The latest version that was approved and holds today."""
    today = timezone.localdate()
    held = Strategy.objects.filter(institution=institution_id, valid_from__lte=today, valid_until__gte=today)
    rows = list(held.order_by("-version"))
    approved = approved_among(rows)
    return next((row for row in rows if row.pk in approved), None)


def is_draft(strategy: Strategy) -> bool:
    """Whether nobody decides about a version, nor has approved it: it can be changed."""
    return not (is_running(strategy) or is_approved(strategy))
