"""What duties are about and which dates arm them, as apps declare it: a line each.

attach("certificates", Certificate, rows=certificates_visible, columns=PARTICULARS)
RENEW = duty_kind("certificate.renew", title_("…"), on="certificates", day=lambda row: row.valid_until, role="…")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model, Q, QuerySet

from guanbao.platform.access.permissions import Permission
from guanbao.platform.access.reach import Columns, Reach, reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.obligations.days import LATEST, Rule
from guanbao.platform.obligations.errors import CarrierTwice, DutyKindTwice, DutyKindUndeclared

_CARRIERS: dict[str, Carrier] = {}
_KINDS: dict[str, DutyKind] = {}
_FOLLOWING: list[Callable[[Carrier], None]] = []
LEADS = (30, 15, 7, 1)
ONCE = Rule()
OWN = "own"  # the kind of what people add by hand


@dataclass(frozen=True)
class Carrier:
    """A model whose rows have duties: by which name its pages go, who sees a row and of whom it is.

    `within` limits rows of it to a reach. `dates` are the row's own dates from which duties can be counted, by name.
    `is_over` tells that nothing is due of a row any more.
    """

    name: str
    model: type[Model]
    rows: Callable[..., QuerySet[Any]]
    within: Callable[[Reach, QuerySet[Any]], QuerySet[Any]]
    scopes: Callable[[Any], dict[str, int]]
    label: Callable[[Any], str]
    dates: tuple[str, ...]
    is_over: Callable[[Any], bool]

    def reached(self, actor: Actor, permission: Permission) -> QuerySet[Any]:
        """The rows that an actor sees and that a permission of theirs reaches."""
        return self.within(reach(actor, permission), self.rows(actor=actor))

    def subjects(self, found: Reach) -> Q:
        """The duties of rows within reach, as a condition."""
        rows = self.within(found, self.model._default_manager.all())  # noqa: SLF001 - any model's
        return Q(record=self.name, record_id__in=rows.order_by().values("pk"))

    def row(self, pk: int) -> Any:  # noqa: ANN401 - a model
        """The row of a key, whoever asks; None where there is none."""
        return self.model._default_manager.filter(pk=pk).first()  # noqa: SLF001 - any model's

    def date_of(self, row: Any, name: str) -> date | None:  # noqa: ANN401 - a model
        """A date of a row, None where it has none, or one that stands for never."""
        found: date | None = getattr(row, name)
        return found if found is not None and found <= LATEST else None


@dataclass(frozen=True)
class DutyKind:
    """A kind of duty: what it is called, which date of a row arms it, who has to do it and to whom it goes up.

    `day` gives the date of a row, None where nothing is due; `met(row, day)` tells that it was done on the record
    itself, of what recurs for that day. A role of the contractor's side makes it the contractor's; another that
    `is_shared` the contractor sees.
    """

    name: str
    title: str
    on: str
    day: Callable[[Any], date | None]
    role: str
    rule: Rule
    leads: tuple[int, ...]
    grace_d: int
    escalate_to: str
    is_shared: bool
    met: Callable[[Any, date], bool]


def attach(
    name: str,
    model: type[Model],
    *,
    rows: Callable[..., QuerySet[Any]],
    columns: Columns,
    dates: tuple[str, ...] = (),
    label: Callable[[Any], str] = str,
    is_over: Callable[[Any], bool] = lambda _row: False,
) -> None:
    """Let rows of a model have duties, under the name of its pages; an app does so once, in its `apps`.

    Raises CarrierTwice.
    """

    def within(found: Reach, every: QuerySet[Any]) -> QuerySet[Any]:
        return found.rows(every, columns)

    carrier_add(Carrier(name, model, rows, within, columns.scopes_of, label, dates, is_over))


def carrier_add(carrier: Carrier) -> None:
    """As `attach`, for a model that says otherwise whose a row is. Raises CarrierTwice."""
    if carrier.name in _CARRIERS:
        raise CarrierTwice(name=carrier.name)
    _CARRIERS[carrier.name] = carrier
    for follow in _FOLLOWING:
        follow(carrier)


def duty_kind(
    name: str,
    title: str,
    *,
    on: str,
    day: Callable[[Any], date | None],
    role: str,
    rule: Rule = ONCE,
    leads: tuple[int, ...] = LEADS,
    grace_d: int = 0,
    escalate_to: str = "outsourcing_office",
    is_shared: bool = False,
    met: Callable[[Any, date], bool] = lambda _row, _day: False,
) -> DutyKind:
    """Declare a kind; `title` is an English sentence with Chinese wording. Raises DutyKindTwice."""
    if name in _KINDS or name == OWN:
        raise DutyKindTwice(kind=name)
    made = DutyKind(name, title, on, day, role, rule, leads, grace_d, escalate_to, is_shared, met)
    _KINDS[name] = made
    return made


def duty_kinds() -> tuple[DutyKind, ...]:
    """Every kind, by name."""
    return tuple(_KINDS[name] for name in sorted(_KINDS))


def duty_kind_named(name: str) -> DutyKind:
    """The kind of that name. Raises DutyKindUndeclared."""
    if name not in _KINDS:
        raise DutyKindUndeclared(kind=name)
    return _KINDS[name]


def kinds_on(carrier: Carrier) -> list[DutyKind]:
    """The kinds that rows of a carrier have."""
    return [kind for kind in duty_kinds() if kind.on == carrier.name]


def carriers() -> tuple[Carrier, ...]:
    """Everything that has duties."""
    return tuple(_CARRIERS.values())


def carrier_named(name: str) -> Carrier | None:
    """That of a name; None, where no app attaches it any more."""
    return _CARRIERS.get(name)


def carriers_follow(follow: Callable[[Carrier], None]) -> None:
    """Call `follow` for what duties are attached to, and for what they will be."""
    _FOLLOWING.append(follow)
    for each in carriers():
        follow(each)


def side_of(role: str, shipped: Mapping[str, Any]) -> Side:
    """Whose people hold a role: a contractor's where it is one of theirs that is shipped."""
    known = shipped.get(role)
    return Side(known.side) if known else Side.INSTITUTION
