"""Arrangements, as far as an actor may see them."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from guanbao.apps.arrangements.choices import Stage
from guanbao.apps.arrangements.models import Arrangement, Link, MaterialChange, Place, Waiver
from guanbao.apps.arrangements.permissions import ARRANGEMENT_VIEW, GATE_VIEW
from guanbao.apps.arrangements.rules import rules_of
from guanbao.apps.parties.models import Institution
from guanbao.platform.access.reach import NOTHING, Columns, reach
from guanbao.platform.actors import Actor


def columns(prefix: str = "") -> Columns:
    """Where scopes are found from a model whose lookup of the arrangement is `prefix`, such as `arrangement__`."""
    return Columns(
        institution=f"{prefix}institution__organisation",
        contractor=f"{prefix}contractor__organisation",
        department=f"{prefix}department",
        arrangement=f"{prefix}pk",
        over=(f"{prefix}stage", Stage.CLOSED),
    )


ARRANGEMENTS = columns()
OF_ARRANGEMENT = columns("arrangement__")
# The fields of an arrangement by which it is chosen who decides about what belongs to it.
CHOOSING = ("importance", "has_personal_data", "uses_cloud", "is_cross_border", "is_related")
RULEBOOKS = Columns(institution="institution__organisation")


def arrangements_visible(*, actor: Actor) -> QuerySet[Arrangement]:
    """Arrangements, with their parties."""
    rows = Arrangement.objects.select_related("institution", "department", "contractor")
    return reach(actor, ARRANGEMENT_VIEW).rows(rows, ARRANGEMENTS)


def arrangements_late(*, actor: Actor) -> QuerySet[Arrangement]:
    """Those that have been in their stage for longer than their institution's rules say, the longest first."""
    today, late = timezone.localdate(), NOTHING
    ours = Institution.objects.filter(organisation=actor.organisation_id).values_list("pk", flat=True)
    for institution in ours:
        for stage, days in rules_of(institution).days.items():
            late |= Q(institution=institution, stage=stage, stage_since__lt=today - timedelta(days=days))
    return arrangements_visible(actor=actor).filter(late, suspended_on=None).order_by("stage_since", "pk")


def links_visible(*, actor: Actor) -> QuerySet[Link]:
    """Links of sub-outsourcing chains."""
    rows = Link.objects.select_related("arrangement")
    return reach(actor, ARRANGEMENT_VIEW).rows(rows, OF_ARRANGEMENT)


def places_visible(*, actor: Actor) -> QuerySet[Place]:
    """Places of arrangements."""
    rows = Place.objects.select_related("arrangement")
    return reach(actor, ARRANGEMENT_VIEW).rows(rows, OF_ARRANGEMENT)


def material_changes_visible(*, actor: Actor) -> QuerySet[MaterialChange]:
    """Material changes of arrangements."""
    rows = MaterialChange.objects.select_related("arrangement__institution")
    return reach(actor, GATE_VIEW).rows(rows, OF_ARRANGEMENT)


def waivers_visible(*, actor: Actor) -> QuerySet[Waiver]:
    """Waivers of gates, in force or not."""
    rows = Waiver.objects.select_related("arrangement__institution")
    return reach(actor, GATE_VIEW).rows(rows, OF_ARRANGEMENT)
