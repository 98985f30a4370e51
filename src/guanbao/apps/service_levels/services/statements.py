"""Writes of statements: drafted from the records, commented on, issued, superseded, never changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.selectors import ARRANGEMENTS, OF_ARRANGEMENT
from guanbao.apps.service_levels import events, notices
from guanbao.apps.service_levels.choices import AmountKind, ExclusionState, StatementState
from guanbao.apps.service_levels.computing import computed, cut_of, evidence_make, folder_of, month_of, standing_now
from guanbao.apps.service_levels.documents import level_text
from guanbao.apps.service_levels.errors import (
    ExclusionsOpen,
    IssuerIsDrafter,
    LevelMissing,
    StatementIsIssued,
    StatementOutdated,
)
from guanbao.apps.service_levels.models import Amount, Exclusion, Remark, Standing, Statement
from guanbao.apps.service_levels.permissions import STATEMENT_DRAFT, STATEMENT_ISSUE, STATEMENT_REMARK
from guanbao.apps.service_levels.selectors import exclusions_accepted, level_in_force
from guanbao.engine.statements.periods import Period
from guanbao.engine.statements.signing import statement_sign
from guanbao.platform.access.reach import need_object, reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.obligations.services.arming import record_changed


def statement_draft(
    *, actor: Actor, arrangement: Arrangement, month: date, progress: Callable[[str], None] = lambda _: None
) -> Statement:
    """Compute the statement of a month from all records that have come, as its next version.

    A draft of the month is superseded. Where nothing has changed since the last version, that one comes back.

    Raises NotPermitted; LevelMissing; InputError: the records do not suffice.
    """
    need_object(actor, STATEMENT_DRAFT, arrangement, ARRANGEMENTS)
    period = month_of(month)
    level = level_in_force(arrangement, period.first)
    if level is None:
        raise LevelMissing(reference=arrangement.reference, month=f"{period.first:%Y-%m}")
    text = level_text(level, exclusions_accepted(arrangement, period.first))
    cut = cut_of(arrangement)
    with computed(arrangement, text, period, cut=cut, progress=progress) as computation:
        said = computation.statement
        evidence_make(computation, arrangement, said["digest"])
    with transaction.atomic():
        Arrangement.objects.select_for_update().get(pk=arrangement.pk)
        rows = Statement.objects.filter(arrangement=arrangement, period_from=period.first, period_to=period.end)
        last = rows.order_by("-version").first()
        if last is not None and (last.digest, last.definitions) == (said["digest"], text):
            return last
        rows.filter(state=StatementState.DRAFT).update(state=StatementState.SUPERSEDED)
        statement = Statement.objects.create(
            arrangement=arrangement,
            period_from=period.first,
            period_to=period.end,
            version=(rows.aggregate(n=Max("version"))["n"] or 0) + 1,
            level=level,
            content=said,
            definitions=text,
            cut=cut,
            digest=said["digest"],
            score=None if said["score"] is None else Decimal(said["score"]),
            missed=sum(term["met"] is False for term in said["terms"]),
            drafted_at=timezone.now(),
            drafted_by_id=actor.person_id,
        )
        told = _told(statement) | ({"supersedes": last.version} if last is not None else {})
        _tell(actor, events.STATEMENT_DRAFTED, statement, told)
        notices.statement_told(actor, statement, notices.STATEMENT_DRAFTED)
    return statement


def statement_issue(*, actor: Actor, statement: Statement) -> Statement:
    """Issue a draft: it is signed, its amounts are entered, and the version that was issued before is superseded.

    Raises NotPermitted; IssuerIsDrafter; StatementIsIssued; ExclusionsOpen; StatementOutdated: something has come
    since it was drafted.
    """
    need_object(actor, STATEMENT_ISSUE, statement, OF_ARRANGEMENT)
    stands_at = _stands_at(statement)  # before the transaction: nobody should wait for a computation
    with transaction.atomic():
        Arrangement.objects.select_for_update().get(pk=statement.arrangement_id)
        rows = Statement.objects.select_for_update(of=("self",)).select_related("arrangement__contractor", "level")
        statement = rows.get(pk=statement.pk)
        if statement.state != StatementState.DRAFT:
            raise StatementIsIssued
        if statement.drafted_by_id is not None and statement.drafted_by_id == actor.person_id:
            raise IssuerIsDrafter
        _need_current(statement, stands_at)
        before = rows.filter(
            arrangement=statement.arrangement, period_from=statement.period_from, state=StatementState.ISSUED
        ).first()
        if before is not None:
            before.state = StatementState.SUPERSEDED
            before.save(update_fields=["state"])
        signed = statement_sign(dict(statement.content), settings.GUANBAO_STATEMENT_KEY)
        statement.signature, statement.state = signed["signature"], StatementState.ISSUED
        statement.issued_at, statement.issued_by_id = timezone.now(), actor.person_id
        statement.save(update_fields=["signature", "state", "issued_at", "issued_by"])
        _amounts_enter(actor, statement)
        record_changed("arrangements", statement.arrangement_id)
        _tell(actor, events.STATEMENT_ISSUED, statement, _told(statement))
        notices.statement_told(actor, statement, notices.STATEMENT_ISSUED)
    return statement


def _stands_at(statement: Statement) -> int:
    """The newest cut of the store at which the statement's terms are what it says: records of other months may come."""
    arrangement, newest = statement.arrangement, cut_of(statement.arrangement)
    if newest != statement.cut:
        period = Period(statement.period_from, statement.period_to)
        with computed(arrangement, statement.definitions, period, cut=newest) as computation:
            if computation.statement["terms"] != statement.content["terms"]:
                return statement.cut
    return newest


def _need_current(statement: Statement, stands_at: int) -> None:
    """That nothing is undecided, and nothing has come that changes the figures.

    Raises ExclusionsOpen, StatementOutdated.
    """
    arrangement, month = statement.arrangement, statement.period_from
    waiting = Exclusion.objects.filter(arrangement=arrangement, period_from=month, state=ExclusionState.PROPOSED)
    if (n := waiting.count()) > 0:
        raise ExclusionsOpen(n=n)
    level = level_in_force(arrangement, month)
    same = level is not None and level_text(level, exclusions_accepted(arrangement, month)) == statement.definitions
    if not same or cut_of(arrangement) != stands_at:
        raise StatementOutdated


def _amounts_enter(actor: Actor, statement: Statement) -> None:
    """Enter what the statement says, and take back what an earlier version of the month had entered."""
    arrangement, month, now = statement.arrangement, statement.period_from, timezone.now()
    standing = Amount.objects.filter(arrangement=arrangement, month=month, reverses=None, reversed_by=None)
    made = [
        Amount(kind=row.kind, amount=-row.amount, currency=row.currency, statement=statement, reverses=row)
        for row in standing
    ]
    for kind in AmountKind:
        said = statement.content[kind.value]
        if said["amount"] is not None and Decimal(said["amount"]):
            made.append(
                Amount(kind=kind, amount=Decimal(said["amount"]), currency=said["currency"], statement=statement)
            )
    for row in made:
        row.arrangement, row.month, row.at = arrangement, month, now
        row.save(force_insert=True)
        told = {
            "kind": row.kind,
            "amount": row.amount,
            "currency": row.currency,
            "month": f"{month:%Y-%m}",
            "reverses": row.reverses_id,
        }
        scopes = arrangement.ledger_scopes
        ledger_append(actor=actor, event=events.AMOUNT_ENTERED, subject=row, after=told, scopes=scopes)


def remark_add(*, actor: Actor, statement: Statement, text: str) -> Remark:
    """Say something about a statement. Raises NotPermitted; ValidationError by field."""
    need_object(actor, STATEMENT_REMARK, statement, OF_ARRANGEMENT)
    side = reach(actor, STATEMENT_REMARK).side or Side.INSTITUTION
    with transaction.atomic():
        remark = Remark(statement=statement, side=side, person_id=actor.person_id, text=text, at=timezone.now())
        remark.full_clean()
        remark.save()
        _tell(actor, events.REMARK_ADDED, statement, {"side": side})
    return remark


def statement_taken(*, actor: Actor, statement: Statement, form: str) -> None:
    """Record that somebody took a statement away as a file."""
    with transaction.atomic():
        _tell(actor, events.STATEMENT_TAKEN, statement, {"form": form, "digest": statement.digest})


def standing_refresh(*, arrangement: Arrangement) -> Standing | None:
    """Compute where the terms stand in the month that runs; it changes no promise and no figure."""

    def text_for(month: date) -> str | None:
        level = level_in_force(arrangement, month)
        return None if level is None else level_text(level, exclusions_accepted(arrangement, month))

    found = standing_now(arrangement, text_for, now=timezone.now())
    if found is None:
        return None
    values = {"month": found.month, "as_of": found.as_of, "content": found.rows, "computed_at": timezone.now()}
    return Standing.objects.update_or_create(arrangement=arrangement, defaults=values)[0]


def evidence_folder(statement: Statement) -> Path:
    """Where the labelled records of a statement lie."""
    return folder_of(statement.arrangement, "evidence", statement.digest)


def _told(statement: Statement) -> dict[str, Any]:
    return {
        "digest": statement.digest,
        "definitions_digest": statement.content["definitions_digest"],
        "score": statement.score,
        "missed": statement.missed,
        "cut": statement.cut,
        "version": statement.version,
        "period_from": statement.period_from,
    }


def _tell(actor: Actor, event: Any, statement: Statement, after: dict[str, Any]) -> None:  # noqa: ANN401 - an EventType
    scopes = statement.arrangement.ledger_scopes
    ledger_append(actor=actor, event=event, subject=statement, after=after, scopes=scopes)
