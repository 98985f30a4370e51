"""Parties, as far as an actor may see them."""

from __future__ import annotations

from django.db.models import QuerySet

from guanbao.apps.parties.models import Contractor, Department, Institution
from guanbao.apps.parties.permissions import CONTRACTOR_VIEW, DEPARTMENT_VIEW, INSTITUTION_VIEW
from guanbao.platform.access.reach import Columns, reach
from guanbao.platform.actors import Actor

INSTITUTIONS = Columns(institution="organisation")
DEPARTMENTS = Columns(institution="institution__organisation", department="pk")
CONTRACTORS = Columns(institution="institution__organisation", contractor="organisation")


def institutions_visible(*, actor: Actor) -> QuerySet[Institution]:
    """Institutions."""
    return reach(actor, INSTITUTION_VIEW).rows(Institution.objects.all(), INSTITUTIONS)


def departments_visible(*, actor: Actor) -> QuerySet[Department]:
    """Departments."""
    return reach(actor, DEPARTMENT_VIEW).rows(Department.objects.select_related("institution"), DEPARTMENTS)


def contractors_visible(*, actor: Actor) -> QuerySet[Contractor]:
    """Contractors; a contractor's own people see how each institution keeps them."""
    return reach(actor, CONTRACTOR_VIEW).rows(Contractor.objects.select_related("institution"), CONTRACTORS)
