"""The catalogue, as far as an actor may see it, and what a rule of scope forbids."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

from django.db.models import Q, QuerySet

from guanbao.apps.catalogue.choices import Direction
from guanbao.apps.catalogue.models import Function, Service
from guanbao.apps.catalogue.permissions import FUNCTION_VIEW, SERVICE_VIEW
from guanbao.apps.catalogue.taxonomies import NO_RULE, Code, codes
from guanbao.platform.access.reach import Columns, reach
from guanbao.platform.actors import Actor

SERVICES = Columns(institution="institution__organisation", contractor="contractor__organisation")
# What an institution requires is also its contractor's to read, where an arrangement of theirs is of it.
_REQUIRED = Columns(contractor="arrangements__contractor__organisation", arrangement="arrangements__pk")
FUNCTIONS = Columns(institution="institution__organisation", department="department")


def services_visible(*, actor: Actor) -> QuerySet[Service]:
    """Services; a contractor's own people see what it offers, and what is required of it by its arrangements."""
    found = reach(actor, SERVICE_VIEW)
    required = found.rows(Service.objects.filter(direction=Direction.REQUIRED), _REQUIRED)
    rows = Service.objects.select_related("institution", "contractor")
    return rows.filter(found.limit(SERVICES) | Q(pk__in=required.values("pk")))


def functions_visible(*, actor: Actor) -> QuerySet[Function]:
    """Functions."""
    rows = Function.objects.select_related("institution", "department")
    return reach(actor, FUNCTION_VIEW).rows(rows, FUNCTIONS)


class Breach(NamedTuple):
    """A service or function, and the rule of scope that forbids to outsource it; none where nobody has looked."""

    what: Service | Function
    rule: Code | None


def scope_check(*, services: Iterable[Service] = (), functions: Iterable[Function] = ()) -> list[Breach]:
    """What of these may not be outsourced, as the database has them now (GB/T 32314-2015, clause 1 and 5.1.2)."""
    asked: Iterable[Service | Function] = chain(
        Service.objects.filter(pk__in=[row.pk for row in services]).order_by("pk"),
        Function.objects.filter(pk__in=[row.pk for row in functions]).order_by("pk"),
    )
    return [Breach(row, codes().get(row.scope_rule)) for row in asked if row.scope_rule != NO_RULE]
