"""The people behind a permission: who may do something to a row, as `reach` would answer each of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import Q
from django.utils import timezone

from guanbao.platform.access.choices import Scope
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.access.permissions import Permission
from guanbao.platform.access.reach import current
from guanbao.platform.identity.models import Person


def holders(
    permission: Permission,
    *,
    organisation_id: int,
    scopes: Mapping[str, int],
    role: str = "",
    on: date | None = None,
) -> list[Person]:
    """The people of an organisation who hold `permission` on a day (today) over a row of these scopes; no machines.

    Where a `role` is named, those who hold it by that role.
    """
    day = on or timezone.localdate()
    named = Role.objects.filter(code=role) if role else Role.objects.all()
    roles = [each.pk for each in named if permission.name in each.permissions]
    within = Q(scope=Scope.ORGANISATION)
    for scope, key in scopes.items():
        within |= Q(scope=scope, key=key)
    granted = Grant.objects.filter(
        within, current(day), organisation=organisation_id, role__in=roles, revoked_at=None
    ).values("person")
    # In one condition: in two, a closed organisation's people would be found by their place in another.
    member = Q(memberships__organisation=organisation_id, memberships__organisation__closed_at=None)
    member &= current(day, "memberships__")
    found = Person.objects.filter(member, pk__in=granted, left_at=None, is_machine=False)
    return list(found.distinct().order_by("pk"))
