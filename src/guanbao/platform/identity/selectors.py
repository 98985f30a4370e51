"""Who people are, as others ask."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from guanbao.platform.identity.models import Membership, Person


def memberships_current(*, person: Person, on: date) -> QuerySet[Membership]:
    """A person's memberships on a day, the oldest first; none of organisations that were closed."""
    return (
        person.memberships.select_related("organisation")
        .filter(Q(until=None) | Q(until__gte=on), since__lte=on, organisation__closed_at=None)
        .order_by("since", "pk")
    )
