"""`reach`: the one answer to what an actor may see and do."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from guanbao.platform.access.choices import Scope
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.models import Grant
from guanbao.platform.access.permissions import Permission
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side

NOTHING = Q(pk__in=())


@dataclass(frozen=True)
class Columns:
    """Where a model keeps what scopes go by: lookups such as `arrangement__institution`, None where it has none.

    `over` is a lookup and the value by which what a row belongs to is over: from then on it is the institution's alone.
    """

    institution: str | None = None
    contractor: str | None = None
    department: str | None = None
    arrangement: str | None = None
    over: tuple[str, str] | None = None

    def of(self, scope: str) -> str | None:
        """The lookup of a scope."""
        found: str | None = getattr(self, scope)
        return found

    def scopes_of(self, row: Model) -> dict[str, int]:
        """Whose a row is, as the ledger keeps it: the key of each scope that it has."""
        found = {scope: _at(row, lookup) for scope in _SCOPES if (lookup := self.of(scope)) is not None}
        return {scope: key for scope, key in found.items() if key is not None}


_SCOPES = tuple(field.name for field in fields(Columns) if field.name != "over")


@dataclass(frozen=True)
class Reach:
    """How far a permission goes for an actor: within one organisation, everything or some scopes of it."""

    organisation_id: int | None
    side: Side | None
    scopes: frozenset[tuple[str, int | None]]
    everywhere: bool = False

    @property
    def is_empty(self) -> bool:
        """Nothing at all."""
        return not (self.everywhere or self.scopes)

    @property
    def whole(self) -> bool:
        """Everything of the organisation."""
        return self.everywhere or (Scope.ORGANISATION, None) in self.scopes

    def limit(self, columns: Columns) -> Q:
        """The rows within reach, as a condition that the database answers."""
        if self.everywhere:
            return Q()
        if self.side is None or (tenant := columns.of(self.side)) is None:
            return NOTHING
        ours = Q(**{tenant: self.organisation_id})
        if columns.over is not None and self.side is Side.CONTRACTOR:
            ours &= ~Q(**dict([columns.over]))
        if self.whole:
            return ours
        parts = [
            Q(**{column: key})
            for scope, key in sorted(self.scopes, key=str)
            if (column := columns.of(scope)) is not None
        ]
        return ours & reduce(or_, parts) if parts else NOTHING

    def covers(self, row: Model, columns: Columns) -> bool:
        """Whether a row that is at hand is within reach, as `limit` has it of rows in the database."""
        if self.everywhere:
            return True
        kept = columns.scopes_of(row)
        ours = self.side is not None and kept.get(self.side) == self.organisation_id
        if columns.over is not None and self.side is Side.CONTRACTOR:
            ours = ours and _value(row, columns.over[0]) != columns.over[1]
        return ours and (self.whole or any((scope, key) in self.scopes for scope, key in kept.items()))

    def rows(self, rows: QuerySet[Any], columns: Columns) -> QuerySet[Any]:
        """Those of `rows` that are within reach."""
        return rows.filter(self.limit(columns))


def reach(actor: Actor, permission: Permission, *, on: date | None = None) -> Reach:
    """What `actor` may see or do under `permission`, by the grants that hold on that day (today)."""
    if actor.kind == "system":
        return Reach(None, None, frozenset(), everywhere=True)
    known = {} if actor.read is None or on is not None else actor.read  # a page asks for the same thirty times
    if ("reach", permission.name) not in known:
        held = [grant for grant in grants_of(actor, on=on) if permission.name in grant.role.permissions]
        side = Side(held[0].organisation.side) if held else None
        scopes = frozenset((grant.scope, grant.key) for grant in held)
        known["reach", permission.name] = Reach(actor.organisation_id, side, scopes)
    found: Reach = known["reach", permission.name]
    return found


def grants_of(actor: Actor, *, on: date | None = None) -> list[Grant]:
    """The grants an actor holds on a day: of somebody who is a member and has not left. Read once in each request."""
    if actor.person_id is None or actor.organisation_id is None:
        return []
    day = on or timezone.localdate()
    if actor.read is None:
        return _grants(actor, day)
    if ("grants", day) not in actor.read:
        actor.read["grants", day] = _grants(actor, day)
    found: list[Grant] = actor.read["grants", day]
    return found


def _grants(actor: Actor, day: date) -> list[Grant]:
    held = Grant.objects.select_related("role", "organisation").filter(
        current(day),
        person=actor.person_id,
        organisation=actor.organisation_id,
        revoked_at=None,
        person__left_at=None,
        organisation__closed_at=None,
    )
    member = Q(person__memberships__organisation=actor.organisation_id) & current(day, "person__memberships__")
    return list(held.filter(member))


def need(actor: Actor, permission: Permission) -> Reach:
    """As `reach`, for what cannot be done without it.

    Raises:
        NotPermitted: the actor holds no grant of it.
    """
    found = reach(actor, permission)
    if found.is_empty:
        raise NotPermitted(actor=actor.name, permission=permission.name)
    return found


def need_object(actor: Actor, permission: Permission, row: Any, columns: Columns) -> None:  # noqa: ANN401 - a model
    """That `permission` reaches this row, as the database has it.

    Raises:
        NotPermitted.
    """
    if not need(actor, permission).rows(type(row)._default_manager.filter(pk=row.pk), columns).exists():  # noqa: SLF001
        raise NotPermitted(actor=actor.name, permission=permission.name)


def _at(row: Any, lookup: str) -> int | None:  # noqa: ANN401 - a model
    """The key that a lookup leads to from a row."""
    *_way, last = lookup.split("__")
    found: int | None = _value(row, lookup if last == "pk" else f"{lookup}_id")
    return found


def _value(row: Any, lookup: str) -> Any:  # noqa: ANN401 - a model, and what its field holds
    """What a lookup leads to from a row; None where it leads nowhere."""
    for name in lookup.split("__"):
        row = getattr(row, name, None)
    return row


def current(day: date, prefix: str = "") -> Q:
    """That a grant or a membership, found by `prefix`, holds on a day."""
    return Q(**{f"{prefix}since__lte": day}) & (Q(**{f"{prefix}until": None}) | Q(**{f"{prefix}until__gte": day}))
