"""Due diligence: begun with a questionnaire to the contractor, concluded by another when that is reviewed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.apps.arrangements.choices import Stage
from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.selectors import ARRANGEMENTS
from guanbao.apps.parties.models import Contractor
from guanbao.apps.sourcing import events
from guanbao.apps.sourcing.choices import Finding, Inquiry
from guanbao.apps.sourcing.errors import DiligenceElsewhere, DiligenceOutdated, DiligenceUnanswered
from guanbao.apps.sourcing.models import Diligence
from guanbao.apps.sourcing.permissions import DILIGENCE_EDIT
from guanbao.apps.sourcing.presets import inquiries, inquiry_months
from guanbao.apps.sourcing.selectors import DILIGENCE_RECORD, TENDERS, WELCOME, inquiries_of
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.reach import need_object
from guanbao.platform.access.writes import row_add, row_edit
from guanbao.platform.actors import Actor
from guanbao.platform.obligations.calendars import workdays_of
from guanbao.platform.obligations.days import Rule
from guanbao.platform.questionnaires.choices import Outcome, State
from guanbao.platform.questionnaires.services.issuing import issue_prepare, issue_send
from guanbao.platform.wording import told


def diligence_open(
    *, actor: Actor, arrangement: Arrangement, contractor: Contractor, kind: str, due_on: date | None,
    assistant: str = "",
) -> Diligence:  # fmt: skip
    """Begin due diligence: the contractor's people find its questionnaire in their portal, to be answered by a day.

    Raises NotPermitted; ValidationError by field.
    """
    need_object(actor, DILIGENCE_EDIT, arrangement, ARRANGEMENTS)
    if kind not in Inquiry.values:
        raise ValidationError({"kind": told("Choose one of the types.")})
    if contractor.institution_id != arrangement.institution_id or contractor.standing not in WELCOME:
        raise ValidationError({"contractor": told("Only candidates and admitted contractors are looked into.")})
    if due_on is None or due_on < timezone.localdate():
        raise ValidationError({"due_on": told("State the day by which it is to be answered.")})
    with transaction.atomic():
        held = Arrangement.objects.select_for_update(of=("self",)).get(pk=arrangement.pk)
        if held.stage == Stage.CLOSED:
            raise ValidationError({"arrangement": told("The arrangement is closed.")})
        made = Diligence(revision=held.revision, opened_by_id=actor.person_id)
        facts: dict[str, Any] = {"arrangement": held, "contractor": contractor, "kind": kind, "assistant": assistant}
        made = row_add(
            made, actor=actor, event=events.DILIGENCE_OPENED, columns=TENDERS, opened_on=timezone.localdate(), **facts
        )
        name = inquiries()[Inquiry(kind)]
        issue = issue_prepare(
            actor=actor,
            record=DILIGENCE_RECORD,
            record_id=made.pk,
            questionnaire=name,
            due_on=due_on,
            scores_shown=False,
        )
        issue_send(actor=actor, issue=issue)
    return made


def diligence_conclude(*, actor: Actor, diligence: Diligence, outcome: str, conclusion: str) -> Diligence:
    """Conclude by the latest questionnaire of its type that was; it counts for a year from the end of that review.

    Raises NotPermitted, also to who began it; DiligenceElsewhere, DiligenceUnanswered, DiligenceOutdated;
    ValidationError by field.
    """
    need_object(actor, DILIGENCE_EDIT, diligence, TENDERS)
    if outcome not in Finding.values:
        raise ValidationError({"outcome": told("Choose a conclusion.")})
    if not conclusion.strip():
        raise ValidationError({"conclusion": told("State the reasons.")})
    with transaction.atomic():
        row = Diligence.objects.select_for_update(of=("self",)).select_related("arrangement").get(pk=diligence.pk)
        if row.outcome:
            raise DiligenceElsewhere
        if row.opened_by_id == actor.person_id:
            raise NotPermitted(actor=actor.name, permission=DILIGENCE_EDIT.name)
        issue = inquiries_of(row).filter(state=State.CONCLUDED).order_by("concluded_at", "pk").last()
        if issue is None or issue.concluded_at is None:
            raise DiligenceUnanswered
        if outcome != Finding.UNFIT and row.revision != row.arrangement.revision:
            raise DiligenceOutdated(reference=row.arrangement.reference)
        if outcome == Finding.FIT and issue.outcome not in (Outcome.PASSED, Outcome.NONE):
            raise ValidationError({"outcome": told("The questionnaire was not passed: state conditions, or not fit.")})
        day = timezone.localdate(issue.concluded_at)
        Diligence.objects.filter(pk=row.pk).update(concluded_by=actor.person_id)
        return row_edit(
            row, actor=actor, event=events.DILIGENCE_CONCLUDED, columns=TENDERS, issue=issue, score=issue.score,
            outcome=outcome, conclusion=conclusion.strip(), concluded_on=day,
            valid_until=_year_on(row, day),
        )  # fmt: skip


def _year_on(row: Diligence, day: date) -> date:
    """The last day on which it counts, however that day falls."""
    working = workdays_of(row.arrangement.institution.organisation_id)
    return Rule(offset=f"{inquiry_months()}m after").due(day, 0, working).day
