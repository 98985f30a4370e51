"""What an institution has outsourced, as concentration counts it, and what stops where a part of it fails."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Prefetch

from guanbao.apps.arrangements.choices import Activity, Stage
from guanbao.apps.arrangements.models import Arrangement, Place
from guanbao.apps.catalogue.choices import Criticality
from guanbao.apps.contracts.choices import RUNNING
from guanbao.apps.contracts.selectors import contracts_visible
from guanbao.apps.parties.models import Contractor
from guanbao.apps.sourcing.choices import Readiness
from guanbao.apps.sourcing.concentration import Held, fee_yearly
from guanbao.apps.sourcing.models import Backup, Concentration
from guanbao.platform.actors import Actor

CRITICAL = (Criticality.CRITICAL, Criticality.IMPORTANT)
_PLACES = Prefetch("places", Place.objects.filter(activity=Activity.SERVICE).order_by("pk"), to_attr="serving")


@dataclass(frozen=True)
class Stopped:
    """An arrangement that stops, who would go on with it, and what is known of its end."""

    arrangement: Arrangement
    held: Held
    backups: list[Backup]
    judged: Concentration | None
    notice_months: int | None

    @property
    def fee(self) -> str:
        """The yearly fee as it is written."""
        return "" if self.held.fee is None else f"{self.held.fee:,.2f}"

    @property
    def is_covered(self) -> bool:
        """Whether somebody was seen to be able to take over."""
        return any(backup.readiness == Readiness.TESTED for backup in self.backups)


def tops(institution: int) -> dict[int, int]:
    """Of each contractor of an institution the top of its chain of parents."""
    above = dict(Contractor.objects.filter(institution=institution).values_list("pk", "parent"))
    found = {}
    for pk in above:
        top, seen = pk, {pk}
        while (parent := above.get(top)) is not None and parent not in seen:
            seen.add(parent)
            top = parent
        found[pk] = top
    return found


def arrangements_live(institution: int) -> list[Arrangement]:
    """What is outsourced or about to be: every stage but the conclusion, with whatever the figures are made of."""
    rows = Arrangement.objects.filter(institution=institution).exclude(stage=Stage.CLOSED)
    related = rows.select_related("contractor", "function", "department")
    return list(related.prefetch_related(_PLACES).order_by("reference", "pk"))


def held_of(arrangement: Arrangement, contractor: Contractor, group: int, fee: Decimal | None) -> Held:
    """An arrangement as it counts with a contractor at a yearly fee."""
    function = arrangement.function
    return Held(
        key=arrangement.pk,
        contractor=contractor.pk,
        group=group,
        countries=_countries(arrangement) or (contractor.country,),
        function=arrangement.function_id,
        is_critical=function is not None and function.criticality in CRITICAL,
        fee=fee,
        currency=arrangement.fee_currency if fee is not None else "",
    )


def holdings(rows: Iterable[Arrangement], groups: dict[int, int]) -> list[Held]:
    """Those with a contractor, as they count."""
    return [
        held_of(row, row.contractor, groups[row.contractor.pk], fee_yearly(row.fee_monthly))
        for row in rows
        if row.contractor is not None
    ]


def stopped(actor: Actor, rows: list[Arrangement], held: Iterable[Held], today: date) -> list[Stopped]:
    """What is known of these arrangements on the day after, those of critical functions first."""
    counted, keys = {row.key: row for row in held}, [row.pk for row in rows]
    backups: dict[int, list[Backup]] = {}
    planned = Backup.objects.filter(arrangement__in=keys, review_by__gte=today)
    for backup in planned.select_related("contractor").order_by("takes_over_d", "pk"):
        backups.setdefault(backup.arrangement_id, []).append(backup)
    done = Concentration.objects.filter(arrangement__in=keys).exclude(outcome="").order_by("judged_on", "pk")
    judgements = {(row.arrangement_id, row.contractor_id): row for row in done}
    contracts = contracts_visible(actor=actor).filter(arrangement__in=keys, state__in=RUNNING).order_by("pk")
    notice = dict(contracts.values_list("arrangement", "notice_months"))
    found = [
        Stopped(
            row, counted[row.pk], backups.get(row.pk, []), judgements.get((row.pk, row.contractor_id or 0)),
            notice.get(row.pk),
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: (not one.held.is_critical, one.is_covered, one.arrangement.reference))


def _countries(arrangement: Arrangement) -> tuple[str, ...]:
    """Where the service is provided, as its places say."""
    serving: list[Place] | None = getattr(arrangement, "serving", None)
    if serving is None:
        serving = list(arrangement.places.filter(activity=Activity.SERVICE).order_by("pk"))
    return tuple(sorted({place.country for place in serving}))
