"""Service levels, imports, statements, exclusions and amounts, as far as an actor may see them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.selectors import OF_ARRANGEMENT, columns
from guanbao.apps.contracts.crediting import Credit
from guanbao.apps.service_levels import permissions
from guanbao.apps.service_levels.choices import AmountKind, ExclusionState, LevelState, StatementState
from guanbao.apps.service_levels.models import (
    Amount,
    Exclusion,
    Import,
    Level,
    Standing,
    Statement,
    Term,
    WorkingCalendar,
)
from guanbao.platform.access.permissions import Permission
from guanbao.platform.access.reach import Columns, reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side

CALENDARS = Columns(institution="institution__organisation", contractor="levels__arrangement__contractor__organisation")
OF_LEVEL = columns("level__arrangement__")


def _of_arrangements(actor: Actor, permission: Permission, rows: QuerySet[Any]) -> QuerySet[Any]:
    return reach(actor, permission).rows(rows.select_related("arrangement"), OF_ARRANGEMENT)


def _open_to(actor: Actor, prefix: str = "") -> Q:
    """Of service levels: all for an institution, those in force for a contractor."""
    is_ours = reach(actor, permissions.LEVEL_VIEW).side is not Side.CONTRACTOR
    return Q() if is_ours else Q(**{f"{prefix}state": LevelState.IN_FORCE})


def calendars_visible(*, actor: Actor) -> QuerySet[WorkingCalendar]:
    """Working calendars; a contractor sees those that its service levels go by."""
    rows = WorkingCalendar.objects.select_related("institution").filter(_open_to(actor, "levels__"))
    return reach(actor, permissions.LEVEL_VIEW).rows(rows, CALENDARS).distinct()


def levels_visible(*, actor: Actor) -> QuerySet[Level]:
    """Versions of service levels; what the institution still drafts is not the contractor's to read."""
    rows = Level.objects.select_related("calendar").filter(_open_to(actor))
    return _of_arrangements(actor, permissions.LEVEL_VIEW, rows)


def terms_visible(*, actor: Actor) -> QuerySet[Term]:
    """Terms of service levels."""
    rows = Term.objects.select_related("level__arrangement").filter(_open_to(actor, "level__"))
    return reach(actor, permissions.LEVEL_VIEW).rows(rows, OF_LEVEL)


def imports_visible(*, actor: Actor) -> QuerySet[Import]:
    """Imports of records."""
    return _of_arrangements(actor, permissions.RECORDS_VIEW, Import.objects.select_related("sent_by"))


def statements_visible(*, actor: Actor) -> QuerySet[Statement]:
    """Statements with their service level."""
    rows = Statement.objects.select_related("level", "arrangement__contractor")
    return _of_arrangements(actor, permissions.STATEMENT_VIEW, rows)


def exclusions_visible(*, actor: Actor) -> QuerySet[Exclusion]:
    """Proposals to leave records out."""
    return _of_arrangements(actor, permissions.STATEMENT_VIEW, Exclusion.objects.all())


def amounts_visible(*, actor: Actor) -> QuerySet[Amount]:
    """Credits and bonuses."""
    return _of_arrangements(actor, permissions.AMOUNT_VIEW, Amount.objects.select_related("statement__arrangement"))


def standing_visible(*, actor: Actor, arrangement: Arrangement) -> Standing | None:
    """Where an arrangement stands in the month that runs."""
    rows = Standing.objects.filter(arrangement=arrangement)
    return reach(actor, permissions.STATEMENT_VIEW).rows(rows, OF_ARRANGEMENT).first()


def calendar_of_office(organisation_id: int) -> str:
    """By which calendar an institution itself works, as a file holds it; empty where it says nothing."""
    rows = WorkingCalendar.objects.filter(institution__organisation=organisation_id, is_office=True)
    return rows.values_list("definition", flat=True).first() or ""


def level_in_force(arrangement: Arrangement, month: date) -> Level | None:
    """The version that holds in a month: the last that came into force by then."""
    rows = Level.objects.filter(arrangement=arrangement, state=LevelState.IN_FORCE, holds_from__lte=month)
    return rows.select_related("calendar", "arrangement__contractor").order_by("-holds_from").first()


def exclusions_accepted(arrangement: Arrangement, month: date) -> list[Exclusion]:
    """What is left out of a month, in the order of its proposal."""
    rows = Exclusion.objects.filter(arrangement=arrangement, period_from=month, state=ExclusionState.ACCEPTED)
    return list(rows.order_by("pk"))


def statements_latest(*, actor: Actor, arrangement: Arrangement, most: int = 12) -> list[Statement]:
    """The statement that speaks for each of the last months, the oldest first: the issued one, else the draft."""
    rows = statements_visible(actor=actor).filter(arrangement=arrangement)
    found: dict[date, Statement] = {}
    for row in rows.exclude(state=StatementState.SUPERSEDED).order_by("-period_from", "-state")[: 2 * most]:
        found.setdefault(row.period_from, row)  # of a month "issued" comes before "draft", from the end of the alphabet
    return [found[month] for month in sorted(found)][-most:]


def credits_standing(arrangement_id: int) -> Iterator[Credit]:
    """What a contractor owes by its statements, whoever asks, with what was taken back."""
    rows = Amount.objects.filter(arrangement=arrangement_id, kind=AmountKind.CREDIT).order_by("month", "pk")
    for row in rows:
        yield Credit(row.month, row.amount, row.currency, f"/amounts/{row.pk}/")
