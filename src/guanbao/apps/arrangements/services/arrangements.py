"""What an arrangement is: entered, and corrected."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from guanbao.apps.arrangements import events
from guanbao.apps.arrangements.choices import Importance, Stage
from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.permissions import ARRANGEMENT_ADD, ARRANGEMENT_EDIT, CONTRACTOR_NAME
from guanbao.apps.arrangements.selectors import ARRANGEMENTS
from guanbao.apps.catalogue.models import Function, Service
from guanbao.apps.catalogue.services import scope_need
from guanbao.apps.parties.models import Contractor, Department, Institution
from guanbao.platform.access.reach import Columns, need_object
from guanbao.platform.actors import Actor
from guanbao.platform.changes import Change, need_known, row_change
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.wording import told

_INSTITUTIONS = Columns(institution="organisation")


def arrangement_add(
    *,
    actor: Actor,
    institution: Institution,
    reference: str,
    title: str,
    department: Department,
    title_en: str = "",
    elements: list[str] | None = None,
    contractor: Contractor | None = None,
    services: Iterable[Service] = (),
    function: Function | None = None,
    importance: Importance | str = Importance.GENERAL,
    importance_reason: str = "",
    is_it: bool = False,
    is_off_site: bool = False,
    is_cross_border: bool = False,
    is_related: bool = False,
    is_intra_group: bool = False,
    uses_cloud: bool = False,
    has_personal_data: bool = False,
    starts_on: date | None = None,
    ends_on: date | None = None,
    fee_monthly: Decimal | None = None,
    fee_currency: str = "CNY",
) -> Arrangement:
    """Enter an arrangement at its first stage.

    Raises NotPermitted; NeverOutsourced, ScopeUnstated; ValidationError by field.
    """
    need_object(actor, ARRANGEMENT_ADD, institution, _INSTITUTIONS)
    facts = {name: value for name, value in locals().items() if name not in ("actor", "services")}
    facts["elements"] = elements or []
    with transaction.atomic():
        arrangement = Arrangement(stage=Stage.SCOPE, stage_since=timezone.localdate())
        change = row_change(arrangement, **facts)
        arrangement.save()
        _services_set(arrangement, services, change)
        scope_need_of(arrangement)
        ledger_append(
            actor=actor,
            event=events.ARRANGEMENT_ADDED,
            subject=arrangement,
            after=change.after,
            scopes=arrangement.ledger_scopes,
        )
    return arrangement


def arrangement_edit(*, actor: Actor, arrangement: Arrangement, **facts: object) -> Arrangement:
    """Correct what an arrangement is; institution, reference and stage are not among it.

    Raises NotPermitted; NeverOutsourced, ScopeUnstated; ValidationError by field.
    """
    need_object(actor, ARRANGEMENT_EDIT, arrangement, ARRANGEMENTS)
    need_known(facts, EDITED)
    with transaction.atomic():
        arrangement = arrangement_held(arrangement)
        services: Any = facts.pop("services", arrangement.services.all())
        change = row_change(arrangement, **facts)
        _services_set(arrangement, services, change)
        scope_need_of(arrangement)
        if change.after:
            arrangement.save()
            ledger_append(
                actor=actor,
                event=events.ARRANGEMENT_EDITED,
                subject=arrangement,
                before=change.before,
                after=change.after,
                scopes=arrangement.ledger_scopes,
            )
    return arrangement


def arrangement_contractor_name(*, actor: Actor, arrangement: Arrangement, contractor: Contractor) -> Arrangement:
    """Give an arrangement the contractor that was chosen for it; services that another one offers are left out.

    Raises NotPermitted; ValidationError by field.
    """
    need_object(actor, CONTRACTOR_NAME, arrangement, ARRANGEMENTS)
    with transaction.atomic():
        arrangement = arrangement_held(arrangement)
        change = row_change(arrangement, contractor=contractor)
        own = Q(contractor=None) | Q(contractor=contractor)
        _services_set(arrangement, arrangement.services.filter(own), change)
        if change.after:
            arrangement.save()
            ledger_append(
                actor=actor,
                event=events.CONTRACTOR_NAMED,
                subject=arrangement,  # whom it was meant for before is not the contractor's to know
                after=change.after,
                scopes=arrangement.ledger_scopes,
            )
    return arrangement


EDITED = (
    "title", "title_en", "elements", "department", "contractor", "importance", "importance_reason", "services",
    "function", "is_it", "is_off_site", "is_cross_border", "is_related", "is_intra_group", "uses_cloud",
    "has_personal_data", "starts_on", "ends_on", "fee_monthly", "fee_currency",
)  # fmt: skip


def _services_set(arrangement: Arrangement, services: Iterable[Service], change: Change) -> None:
    """Let the arrangement be of these services; what differs is told among the other changes."""
    given = list(services)
    others = {arrangement.contractor_id, None}
    if any(one.institution_id != arrangement.institution_id or one.contractor_id not in others for one in given):
        raise ValidationError({"services": told("Choose what this institution requires or this contractor offers.")})
    was, now = sorted(arrangement.services.values_list("pk", flat=True)), sorted(one.pk for one in given)
    if was != now:
        change.before["services"], change.after["services"] = was, now
        arrangement.services.set(given)


def scope_need_of(arrangement: Arrangement) -> None:
    """That nothing of it is what may never be outsourced. Raises NeverOutsourced, ScopeUnstated."""
    functions = [arrangement.function] if arrangement.function else []
    scope_need(services=arrangement.services.all(), functions=functions)


def arrangement_held(arrangement: Arrangement) -> Arrangement:
    """The row, as the database has it, held until the end of the transaction."""
    rows = Arrangement.objects.select_for_update(of=("self",))
    return rows.select_related("institution", "department", "contractor").get(pk=arrangement.pk)
