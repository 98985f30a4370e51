"""Proposals to leave records out: made by one side, decided by the other, and then the statement is computed anew."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.selectors import ARRANGEMENTS, OF_ARRANGEMENT
from guanbao.apps.service_levels import events, notices
from guanbao.apps.service_levels.choices import Effect, ExclusionState
from guanbao.apps.service_levels.documents import level_read, level_text
from guanbao.apps.service_levels.errors import DecidedAlready, DecidedByProposer, LevelMissing
from guanbao.apps.service_levels.models import Exclusion, Statement
from guanbao.apps.service_levels.permissions import EXCLUSION_DECIDE, EXCLUSION_PROPOSE
from guanbao.apps.service_levels.selectors import level_in_force
from guanbao.engine.errors import InputError
from guanbao.engine.language import explain
from guanbao.platform.access.reach import need_object, reach
from guanbao.platform.actors import Actor, system_of
from guanbao.platform.changes import row_change
from guanbao.platform.identity.choices import Side
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.tasks.services import job_start
from guanbao.platform.wording import reader_language, told

_MOST_RECORDS = 1_000


def exclusion_propose(
    *,
    actor: Actor,
    arrangement: Arrangement,
    period_from: date,
    reason: str,
    records: list[str] | None = None,
    starts_at: str = "",
    ends_at: str = "",
    effect: Effect | str = Effect.DROP,
    terms: list[str] | None = None,
) -> Exclusion:
    """Propose to leave single records, or all of a window, out of a month.

    Raises NotPermitted; LevelMissing; ValidationError by field: neither or both, a term that the month does not have.
    """
    need_object(actor, EXCLUSION_PROPOSE, arrangement, ARRANGEMENTS)
    month = period_from.replace(day=1)
    keys = sorted({key.strip() for key in records or [] if key.strip()})
    with transaction.atomic():
        made = Exclusion(proposed_at=timezone.now(), proposed_by_id=actor.person_id)
        made.side = reach(actor, EXCLUSION_PROPOSE).side or Side.INSTITUTION
        row_change(
            made,
            arrangement=arrangement,
            period_from=month,
            reason=reason,
            records=keys,
            starts_at=starts_at,
            ends_at=ends_at,
            effect=effect,
            terms=terms or [],
        )
        _need_readable(made)
        made.save()
        said = {
            "n": len(keys),
            "month": f"{month:%Y-%m}",
            "terms": made.terms,
            "effect": made.effect,
            "side": made.side,
        }
        _tell(actor, events.EXCLUSION_PROPOSED, made, said)
        notices.exclusion_proposed(actor, made)
    return made


def _need_readable(exclusion: Exclusion) -> None:
    """That the engine takes the proposal, so that accepting it later cannot fail.

    Raises ValidationError, LevelMissing.
    """
    if bool(exclusion.records) == bool(exclusion.starts_at or exclusion.ends_at):
        raise ValidationError({"records": told("Name either records or a window.")})
    if len(exclusion.records) > _MOST_RECORDS:
        raise ValidationError({"records": told("At most {n} records at once.", n=_MOST_RECORDS)})
    level = level_in_force(exclusion.arrangement, exclusion.period_from)
    if level is None:
        raise LevelMissing(reference=exclusion.arrangement.reference, month=f"{exclusion.period_from:%Y-%m}")
    try:
        level_read(level_text(level, [exclusion]))
    except InputError as error:
        field = "records" if exclusion.records else "starts_at"
        raise ValidationError({field: explain(error, reader_language())}) from error


def exclusion_decide(*, actor: Actor, exclusion: Exclusion, state: ExclusionState | str, decision: str) -> Exclusion:
    """Accept or reject what the other side proposed, with a reason. What is accepted has its month computed anew.

    Raises NotPermitted; DecidedByProposer, DecidedAlready; ValidationError by field.
    """
    need_object(actor, EXCLUSION_DECIDE, exclusion, OF_ARRANGEMENT)
    with transaction.atomic():
        rows = Exclusion.objects.select_for_update(of=("self",)).select_related("arrangement__contractor")
        exclusion = rows.get(pk=exclusion.pk)
        if exclusion.state != ExclusionState.PROPOSED:
            raise DecidedAlready
        if not is_to_decide(exclusion, actor):
            raise DecidedByProposer
        if state not in (ExclusionState.ACCEPTED, ExclusionState.REJECTED):
            raise ValidationError({"state": told("Accept or reject.")})
        if not decision.strip():
            raise ValidationError({"decision": told("Say why.")})
        exclusion.decided_at, exclusion.decided_by_id = timezone.now(), actor.person_id
        row_change(exclusion, state=state, decision=decision)
        exclusion.save()
        side = Side.CONTRACTOR if exclusion.side == Side.INSTITUTION else Side.INSTITUTION
        _tell(actor, events.EXCLUSION_DECIDED, exclusion, {"state": state, "side": side})
        notices.exclusion_decided(actor, exclusion)
        if state == ExclusionState.ACCEPTED and _has_statement(exclusion):
            # Whoever decided may be the contractor, who drafts nothing: what was agreed is carried out by the system.
            job_start(
                actor=system_of(ARRANGEMENTS.scopes_of(exclusion.arrangement)["institution"]),
                kind="statement.draft",
                arguments={"arrangement_id": exclusion.arrangement_id, "month": exclusion.period_from.isoformat()},
                key=f"exclusion-{exclusion.pk}",
                subject=str(exclusion),
            )
    return exclusion


def is_to_decide(exclusion: Exclusion, actor: Actor) -> bool:
    """Whether nobody decided it yet, and it is for the actor's side to do so."""
    ours = reach(actor, EXCLUSION_DECIDE).side or Side.INSTITUTION
    return bool(exclusion.state == ExclusionState.PROPOSED and exclusion.side != ours)


def _has_statement(exclusion: Exclusion) -> bool:
    return Statement.objects.filter(arrangement=exclusion.arrangement_id, period_from=exclusion.period_from).exists()


def _tell(actor: Actor, event: Any, exclusion: Exclusion, after: dict[str, Any]) -> None:  # noqa: ANN401 - an EventType
    scopes = exclusion.arrangement.ledger_scopes
    ledger_append(actor=actor, event=event, subject=exclusion, after=after, scopes=scopes)
