"""Arrangements, as far as an actor may see them."""

from __future__ import annotations

from django.db.models import QuerySet

from guanbao.apps.arrangements.choices import Stage
from guanbao.apps.arrangements.models import Arrangement, Link, Place
from guanbao.apps.arrangements.permissions import ARRANGEMENT_VIEW
from guanbao.platform.access.reach import Columns, reach
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


def arrangements_visible(*, actor: Actor) -> QuerySet[Arrangement]:
    """Arrangements, with their parties."""
    rows = Arrangement.objects.select_related("institution", "department", "contractor")
    return reach(actor, ARRANGEMENT_VIEW).rows(rows, ARRANGEMENTS)


def links_visible(*, actor: Actor) -> QuerySet[Link]:
    """Links of sub-outsourcing chains."""
    rows = Link.objects.select_related("arrangement")
    return reach(actor, ARRANGEMENT_VIEW).rows(rows, OF_ARRANGEMENT)


def places_visible(*, actor: Actor) -> QuerySet[Place]:
    """Places of arrangements."""
    rows = Place.objects.select_related("arrangement")
    return reach(actor, ARRANGEMENT_VIEW).rows(rows, OF_ARRANGEMENT)
