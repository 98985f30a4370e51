"""An arrangement moves: along the line through its gates, off the line, and back to an earlier stage."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.apps.arrangements import events
from guanbao.apps.arrangements.choices import BEFORE_CONTRACT, RUNNING, Outcome, Stage
from guanbao.apps.arrangements.errors import (
    ArrangementSuspended,
    GatesShut,
    MoveNotOpen,
    NotSuspended,
    StageIsLast,
)
from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.permissions import ARRANGEMENT_ADVANCE, ARRANGEMENT_END, ARRANGEMENT_REJECT
from guanbao.apps.arrangements.selectors import ARRANGEMENTS
from guanbao.apps.arrangements.services.arrangements import arrangement_held, scope_need_of
from guanbao.apps.arrangements.stages import gates_judged, stage_after
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.permissions import Permission
from guanbao.platform.access.reach import need_object
from guanbao.platform.actors import Actor
from guanbao.platform.changes import row_change
from guanbao.platform.ledger.events import EventType
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.wording import told


def arrangement_advance(*, actor: Actor, arrangement: Arrangement, on: date | None = None) -> Arrangement:
    """Take an arrangement to its next stage.

    Raises NotPermitted; GatesShut, with why each is shut; StageIsLast, ArrangementSuspended; NeverOutsourced,
    ScopeUnstated.
    """
    need_object(actor, ARRANGEMENT_ADVANCE, arrangement, ARRANGEMENTS)
    with transaction.atomic():
        arrangement = arrangement_held(arrangement)
        following = stage_after(arrangement.stage)
        if following is None:
            raise StageIsLast(reference=arrangement.reference)
        _need_going(arrangement)
        if arrangement.stage == Stage.SCOPE:
            scope_need_of(arrangement)
        need_gates_open(arrangement)
        facts: dict[str, object] = {"stage": following, "stage_since": on or timezone.localdate()}
        if following == Stage.CLOSED:
            facts |= {"outcome": arrangement.outcome or Outcome.COMPLETED, "ended_from": arrangement.stage}
        return _changed(actor, arrangement, events.ARRANGEMENT_ADVANCED, **facts)


def arrangement_take_over(*, actor: Actor, arrangement: Arrangement, stage: Stage | str, reason: str) -> Arrangement:
    """Put an arrangement that ran before it was entered here at the stage where it stands; no gate is asked.

    The system's own hand alone does so, when an institution begins with Guanbao: no person's, by no page and no
    endpoint, for it passes every gate. Only what nobody has moved yet is taken over.

    Raises NotPermitted; MoveNotOpen; ValidationError by field.
    """
    if actor.kind != "system":
        raise NotPermitted(actor=actor.name, permission="arrangement.take_over")
    with transaction.atomic():
        arrangement = arrangement_held(arrangement)
        if arrangement.stage != Stage.SCOPE or arrangement.outcome:
            raise MoveNotOpen(reference=arrangement.reference, stage=Stage(arrangement.stage).label)
        scope_need_of(arrangement)
        facts = {"stage": stage, "stage_since": timezone.localdate(), "stage_reason": _reason("stage_reason", reason)}
        if stage == Stage.CLOSED:
            facts |= {"outcome": Outcome.COMPLETED}
        return _changed(actor, arrangement, events.ARRANGEMENT_TAKEN_OVER, **facts)


def arrangement_withdraw(*, actor: Actor, arrangement: Arrangement, stage_reason: str) -> Arrangement:
    """Give an intention up before it is a contract. Raises NotPermitted, MoveNotOpen; ValidationError by field."""
    return _end(actor, arrangement, Outcome.WITHDRAWN, stage_reason, events.ARRANGEMENT_WITHDRAWN, ARRANGEMENT_END)


def arrangement_reject(*, actor: Actor, arrangement: Arrangement, stage_reason: str) -> Arrangement:
    """Refuse an intention before it is a contract. Raises NotPermitted, MoveNotOpen; ValidationError by field."""
    return _end(actor, arrangement, Outcome.REJECTED, stage_reason, events.ARRANGEMENT_REJECTED, ARRANGEMENT_REJECT)


def arrangement_terminate(*, actor: Actor, arrangement: Arrangement, stage_reason: str) -> Arrangement:
    """End an arrangement before its day, from any stage.

    One that may have a contract goes to renewal or exit, and leaves there by the gates of the exit alone; an intention
    is closed at once.

    Raises NotPermitted, MoveNotOpen; ValidationError by field.
    """
    return _end(actor, arrangement, Outcome.TERMINATED, stage_reason, events.ARRANGEMENT_TERMINATED, ARRANGEMENT_END)


def arrangement_renew(*, actor: Actor, arrangement: Arrangement, back_to: str, stage_reason: str) -> Arrangement:
    """Go on after the end: back to the selection, or with the same contractor back to the contract.

    Raises NotPermitted; MoveNotOpen where it is not at renewal or exit, or is to be ended; ArrangementSuspended;
    ValidationError by field.
    """
    need_object(actor, ARRANGEMENT_ADVANCE, arrangement, ARRANGEMENTS)
    if back_to not in (Stage.SELECTION, Stage.CONTRACT):
        raise ValidationError({"back_to": told("Choose the selection or the contract.")})
    with transaction.atomic():
        arrangement = arrangement_held(arrangement)
        _need_going(arrangement)
        if arrangement.stage != Stage.RENEWAL or arrangement.outcome:
            raise MoveNotOpen(reference=arrangement.reference, stage=Stage(arrangement.stage).label)
        facts = {"stage": back_to, "stage_since": timezone.localdate(), "renewals": arrangement.renewals + 1}
        reason = _reason("stage_reason", stage_reason)
        return _changed(actor, arrangement, events.ARRANGEMENT_RENEWED, stage_reason=reason, **facts)


def arrangement_suspend(*, actor: Actor, arrangement: Arrangement, suspension_reason: str) -> Arrangement:
    """Let nothing move until it is resumed. Raises NotPermitted, ArrangementSuspended, StageIsLast."""
    need_object(actor, ARRANGEMENT_END, arrangement, ARRANGEMENTS)
    with transaction.atomic():
        arrangement = arrangement_held(arrangement)
        if arrangement.stage == Stage.CLOSED:
            raise StageIsLast(reference=arrangement.reference)
        _need_going(arrangement)
        reason = _reason("suspension_reason", suspension_reason)
        facts = {"suspended_on": timezone.localdate(), "suspension_reason": reason}
        return _changed(actor, arrangement, events.ARRANGEMENT_SUSPENDED, **facts)


def arrangement_resume(*, actor: Actor, arrangement: Arrangement) -> Arrangement:
    """Go on where it was suspended. Raises NotPermitted, NotSuspended."""
    need_object(actor, ARRANGEMENT_END, arrangement, ARRANGEMENTS)
    with transaction.atomic():
        arrangement = arrangement_held(arrangement)
        if arrangement.suspended_on is None:
            raise NotSuspended(reference=arrangement.reference)
        facts = {"suspended_on": None, "suspension_reason": ""}
        return _changed(actor, arrangement, events.ARRANGEMENT_RESUMED, **facts)


def need_gates_open(arrangement: Arrangement, *, but: Collection[str] = ()) -> None:
    """That every gate of the present stage is open or waived, `but` those of these names. Raises GatesShut."""
    if shut := [
        f"{judged.gate.title}: {judged.shut.because.rstrip('.。')}"
        for judged in gates_judged(arrangement)
        if judged.shut and judged.holds_back and judged.gate.name not in but
    ]:
        stage = Stage(arrangement.stage).label
        raise GatesShut(reference=arrangement.reference, stage=stage, reasons="; ".join(shut))


def _end(  # noqa: PLR0917 - one sentence of what ends, how and by whose right
    actor: Actor, arrangement: Arrangement, outcome: Outcome, given: str, event: EventType, may: Permission
) -> Arrangement:
    need_object(actor, may, arrangement, ARRANGEMENTS)
    reason = _reason("stage_reason", given)
    with transaction.atomic():
        arrangement = arrangement_held(arrangement)
        early = arrangement.stage in BEFORE_CONTRACT
        # Whether a contract is in force is known to another app; from its stage on there may be one, and then an exit.
        exits = outcome == Outcome.TERMINATED and arrangement.stage in RUNNING
        if arrangement.outcome or not (early or exits):
            raise MoveNotOpen(reference=arrangement.reference, stage=Stage(arrangement.stage).label)
        following = Stage.RENEWAL if exits else Stage.CLOSED
        return _changed(
            actor, arrangement, event, stage=following, stage_since=timezone.localdate(), outcome=outcome,
            stage_reason=reason, ended_from=arrangement.stage, suspended_on=None, suspension_reason="",
        )  # fmt: skip


def _need_going(arrangement: Arrangement) -> None:
    """That it is not suspended. Raises ArrangementSuspended."""
    if arrangement.suspended_on is not None:
        raise ArrangementSuspended(reference=arrangement.reference, reason=arrangement.suspension_reason)


def _reason(field: str, given: str) -> str:
    if not given.strip():
        raise ValidationError({field: told("State the reason.")})
    return given.strip()


def _changed(actor: Actor, arrangement: Arrangement, event: EventType, **facts: object) -> Arrangement:
    change = row_change(arrangement, **facts)
    arrangement.save()
    ledger_append(
        actor=actor,
        event=event,
        subject=arrangement,
        before=change.before,
        after=change.after,
        scopes=arrangement.ledger_scopes,
    )
    return arrangement
