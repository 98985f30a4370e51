"""Parties, as far as an actor may see them."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from guanbao.apps.parties.models import (
    Branch,
    Certificate,
    Contact,
    Contractor,
    Department,
    Identifier,
    Institution,
    StandingChange,
)
from guanbao.apps.parties.permissions import (
    CERTIFICATE_VIEW,
    CONTACT_VIEW,
    CONTRACTOR_VIEW,
    DEPARTMENT_VIEW,
    IDENTIFIER_VIEW,
    INSTITUTION_VIEW,
    STANDING_VIEW,
)
from guanbao.platform.access.reach import Columns, reach
from guanbao.platform.actors import Actor

INSTITUTIONS = Columns(institution="organisation")
DEPARTMENTS = Columns(institution="institution__organisation", department="pk")
CONTRACTORS = Columns(institution="institution__organisation", contractor="organisation")
IDENTIFIERS = Columns(institution="institution__organisation", contractor="contractor__organisation")
PARTICULARS = Columns(institution="contractor__institution__organisation", contractor="contractor__organisation")
BRANCHES = Columns(institution="institution__organisation")
SOON_D = 90  # certificates that end within so many days are listed as ending


def institutions_visible(*, actor: Actor) -> QuerySet[Institution]:
    """Institutions."""
    return reach(actor, INSTITUTION_VIEW).rows(Institution.objects.all(), INSTITUTIONS)


def departments_visible(*, actor: Actor) -> QuerySet[Department]:
    """Departments."""
    return reach(actor, DEPARTMENT_VIEW).rows(Department.objects.select_related("institution"), DEPARTMENTS)


def contractors_visible(*, actor: Actor) -> QuerySet[Contractor]:
    """Contractors; a contractor's own people see how each institution keeps them."""
    return reach(actor, CONTRACTOR_VIEW).rows(Contractor.objects.select_related("institution"), CONTRACTORS)


def branches_visible(*, actor: Actor) -> QuerySet[Branch]:
    """Branches of institutions."""
    return reach(actor, INSTITUTION_VIEW).rows(Branch.objects.select_related("institution"), BRANCHES)


def standings_visible(*, actor: Actor) -> QuerySet[StandingChange]:
    """How contractors stood; for institutions only."""
    found = reach(actor, STANDING_VIEW)
    return found.rows(StandingChange.objects.select_related("contractor"), PARTICULARS)


def identifiers_visible(*, actor: Actor) -> QuerySet[Identifier]:
    """Identifiers, of contractors as each institution keeps them."""
    rows = Identifier.objects.select_related("institution", "contractor")
    return reach(actor, IDENTIFIER_VIEW).rows(rows, IDENTIFIERS)


def contacts_visible(*, actor: Actor) -> QuerySet[Contact]:
    """Contacts of contractors."""
    return reach(actor, CONTACT_VIEW).rows(Contact.objects.select_related("contractor"), PARTICULARS)


def certificates_visible(*, actor: Actor) -> QuerySet[Certificate]:
    """Licences and certificates of contractors."""
    return reach(actor, CERTIFICATE_VIEW).rows(Certificate.objects.select_related("contractor"), PARTICULARS)


def certificates_ending(*, actor: Actor) -> QuerySet[Certificate]:
    """Those that have ended, or end within 90 days."""
    soon = timezone.localdate() + timedelta(days=SOON_D)
    return certificates_visible(actor=actor).filter(valid_until__lte=soon)
