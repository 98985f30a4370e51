"""Putting a questionnaire to somebody: prepared, sent, cancelled."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.reach import need, need_object
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.ledger.events import EventType
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.questionnaires import events
from guanbao.platform.questionnaires.attaching import attached, record_of
from guanbao.platform.questionnaires.choices import ENDED, State
from guanbao.platform.questionnaires.errors import IssueNotOpen, NobodyToAnswer
from guanbao.platform.questionnaires.hearing import tell
from guanbao.platform.questionnaires.models import Issue
from guanbao.platform.questionnaires.permissions import QUESTIONNAIRE_PUT
from guanbao.platform.questionnaires.selectors import ISSUES
from guanbao.platform.questionnaires.services.versions import version_current
from guanbao.platform.wording import told

_SOONEST = date(2000, 1, 1)


def issue_prepare(
    *,
    actor: Actor,
    record: str,
    record_id: int,
    questionnaire: str,
    due_on: date | None,
    scores_shown: bool | None = None,
) -> Issue:
    """Prepare a questionnaire about a record; nobody is asked before it is sent.

    `scores_shown` says whether the contractor sees weights and scores; where nothing is said, its definition does.
    Raises NothingToAsk, NotPermitted, QuestionnaireUnknown, NobodyToAnswer; ValidationError by field.
    """
    at, row = record_of(actor=actor, name=record, pk=record_id)
    if not need(actor, QUESTIONNAIRE_PUT).rows(at.rows(actor=actor).filter(pk=row.pk), at.columns).exists():
        raise NotPermitted(actor=actor.name, permission=QUESTIONNAIRE_PUT.name)
    scopes = at.columns.scopes_of(row)
    if due_on is None or due_on < _SOONEST:
        raise ValidationError({"due_on": told("State the day by which it is to be answered.")})
    with transaction.atomic():
        version = version_current(organisation_id=scopes[Side.INSTITUTION], name=questionnaire)
        content = version.content
        if content.answered_by is Side.CONTRACTOR and Side.CONTRACTOR not in scopes:
            raise NobodyToAnswer(label=str(row))
        made = Issue(
            institution_id=scopes[Side.INSTITUTION],
            side=content.answered_by,
            record=record,
            record_id=row.pk,
            department=scopes.get("department"),
            arrangement=scopes.get("arrangement"),
            label=str(row)[:300],
            name=version.name,
            number=version.number,
            title=version.title,
            title_en=version.title_en,
            definition=version.definition,
            scores_shown=content.scores_shown if scores_shown is None else scores_shown,
            due_on=due_on,
            prepared_by_id=actor.person_id,
            prepared_at=timezone.now(),
        )
        made.save()
        issue_told(actor, made, events.ISSUE_PREPARED)
    return made


def issue_send(*, actor: Actor, issue: Issue) -> Issue:
    """Ask. From now on the contractor sees it, if it is to answer.

    Raises NotPermitted, IssueNotOpen, NobodyToAnswer.
    """
    need_object(actor, QUESTIONNAIRE_PUT, issue, ISSUES)
    with transaction.atomic():
        issue = issue_held(issue, State.DRAFT)
        if issue.side == Side.CONTRACTOR:
            issue.shared_with_id = _contractor_of(issue)
        issue.state, issue.sent_at = State.SENT, timezone.now()
        issue.save(update_fields=["state", "sent_at", "shared_with"])
        issue_told(actor, issue, events.ISSUE_SENT)
        tell(actor, issue, "sent")
    return issue


def issue_cancel(*, actor: Actor, issue: Issue, cancelled_reason: str) -> Issue:
    """Ask no longer. Raises NotPermitted, IssueNotOpen; ValidationError by field."""
    need_object(actor, QUESTIONNAIRE_PUT, issue, ISSUES)
    if not cancelled_reason.strip():
        raise ValidationError({"cancelled_reason": told("Say why it is cancelled.")})
    with transaction.atomic():
        issue = issue_held(issue, *(state for state in State if state not in ENDED))
        was_sent = issue.state != State.DRAFT
        issue.state, issue.cancelled_reason, issue.returned = State.CANCELLED, cancelled_reason.strip()[:500], 0
        issue.save(update_fields=["state", "cancelled_reason", "returned"])
        issue_told(actor, issue, events.ISSUE_CANCELLED)
        if was_sent:
            tell(actor, issue, "cancelled")
    return issue


def issue_held(issue: Issue, *states: State) -> Issue:
    """The issue, locked until the transaction ends, if it stands at one of these. Raises IssueNotOpen."""
    held = Issue.objects.select_for_update(of=("self",)).get(pk=issue.pk)
    if held.state not in states:
        raise IssueNotOpen(state=str(State(held.state).label))
    return held


def issue_told(actor: Actor, issue: Issue, event: EventType, **more: object) -> None:
    """Tell the ledger of an issue."""
    after = {
        "record": issue.record,
        "record_id": issue.record_id,
        "name": issue.name,
        "number": issue.number,
        "definition": issue.content.digest,
        "side": issue.side,
        "due_on": issue.due_on,
        "state": issue.state,
    }
    ledger_append(actor=actor, event=event, subject=issue, after=after | more, scopes=ISSUES.scopes_of(issue))


def _contractor_of(issue: Issue) -> int:
    """The organisation of the contractor that the record has now."""
    at = next((each for each in attached() if each.name == issue.record), None)
    row = None if at is None else at.model._default_manager.filter(pk=issue.record_id).first()  # noqa: SLF001 - any model's
    found = None if at is None or row is None else at.columns.scopes_of(row).get(Side.CONTRACTOR)
    if found is None:
        raise NobodyToAnswer(label=issue.label)
    return found
