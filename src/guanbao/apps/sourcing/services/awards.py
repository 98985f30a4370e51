"""Awards: proposed with a report, approved in tiers, concluded; then each bidder is told of their own bid alone."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.services import arrangement_contractor_name
from guanbao.apps.parties.models import Contractor
from guanbao.apps.sourcing import events
from guanbao.apps.sourcing.choices import AwardState, Outcome, State
from guanbao.apps.sourcing.errors import (
    AwardElsewhere,
    AwardNotApproved,
    AwardReportChanged,
    RelatedApprovalMissing,
    SelectionOver,
)
from guanbao.apps.sourcing.models import Award, Bid, Tender
from guanbao.apps.sourcing.models.awards import FEWEST_WORDS
from guanbao.apps.sourcing.notices import decided_tell
from guanbao.apps.sourcing.permissions import AWARD_PROPOSE, AWARD_RELATED
from guanbao.apps.sourcing.reports import award_report, report_digest
from guanbao.apps.sourcing.selectors import INVITATIONS, TENDERS, WELCOME, ranking_whole
from guanbao.apps.sourcing.services.evaluations import need_evaluated
from guanbao.apps.sourcing.services.tenders import BEFORE, held
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.reach import need_object
from guanbao.platform.access.writes import row_add, row_edit
from guanbao.platform.actors import Actor
from guanbao.platform.wording import told
from guanbao.platform.workflow.services.approvals import is_approved


def award_propose(*, actor: Actor, tender: Tender, bid: int, reason: str) -> Tender:
    """Propose that a ranked bid be taken, at length where it is not the first; the report is made of what stands.

    Raises NotPermitted, TenderElsewhere, EvaluationsMissing, SelectionOver; ValidationError by field.
    """
    need_object(actor, AWARD_PROPOSE, tender, TENDERS)
    with transaction.atomic():
        tender = held(tender, State.EVALUATED)
        arrangement = _arrangement(tender)
        need_evaluated(tender)
        rows = ranking_whole(tender)
        found = next((row for row in rows if row.key == bid), None)
        if found is None:
            raise ValidationError({"bid": told("Choose one of the ranked bids.")})
        fewest = 1 if found.place == 1 else FEWEST_WORDS
        if len(reason.strip()) < fewest:
            said = told("Give the reason; where the first is passed over, in {n} characters or more.", n=FEWEST_WORDS)
            raise ValidationError({"reason": said})
        chosen = Bid.objects.select_related("contractor").get(pk=bid)
        _need_welcome(chosen.contractor)
        report = award_report(tender, rows)
        made = Award(
            report=report, proposed_by_id=actor.person_id, proposed_at=timezone.now(), renewals=arrangement.renewals
        )
        row_add(
            made, actor=actor, event=events.AWARD_PROPOSED, columns=TENDERS, arrangement=arrangement, tender=tender,
            bid=chosen, contractor=chosen.contractor, place=found.place, total=chosen.total, reason=reason.strip(),
            digest=report_digest(report), is_related_party=_is_related(arrangement, chosen.contractor),
        )  # fmt: skip
    return tender


def award_withdraw(*, actor: Actor, award: Award, withdrawn_reason: str) -> Award:
    """Take a proposal back; another can be made. Raises NotPermitted, AwardElsewhere; ValidationError by field."""
    need_object(actor, AWARD_PROPOSE, award, TENDERS)
    if not withdrawn_reason.strip():
        raise ValidationError({"withdrawn_reason": told("Say why.")})
    with transaction.atomic():
        award = _held(award)
        said = {"state": AwardState.WITHDRAWN, "withdrawn_reason": withdrawn_reason.strip()}
        return row_edit(award, actor=actor, event=events.AWARD_WITHDRAWN, columns=TENDERS, **said)


def award_related_record(
    *, actor: Actor, award: Award, related_body: str, related_number: str, related_on: date | None
) -> Award:
    """Record who approved of a transaction with a related party (关联交易审批), under which number and when.

    Raises NotPermitted, also to who proposed it; AwardElsewhere; ValidationError by field.
    """
    need_object(actor, AWARD_RELATED, award, TENDERS)
    with transaction.atomic():
        award = _held(award)
        if actor.person_id is None or award.proposed_by_id == actor.person_id:
            raise NotPermitted(actor=actor.name, permission=AWARD_RELATED.name)
        given = {"related_body": related_body, "related_number": related_number.strip(), "related_on": related_on}
        if missing := [name for name, value in given.items() if not value]:
            raise ValidationError({name: told("This field is required.") for name in missing})
        if related_on is not None and related_on > timezone.localdate():
            raise ValidationError({"related_on": told("It was approved today at the latest.")})
        Award.objects.filter(pk=award.pk).update(related_by=actor.person_id)
        event = events.AWARD_RELATED
        return row_edit(award, actor=actor, event=event, columns=TENDERS, is_related_party=True, **given)


def award_conclude(*, actor: Actor, award: Award) -> Award:
    """Award the tender: the arrangement has its contractor, and each who was invited is told what became of theirs.

    Raises NotPermitted, TenderElsewhere, AwardElsewhere, EvaluationsMissing, SelectionOver, RelatedApprovalMissing,
    AwardReportChanged, AwardNotApproved; ValidationError.
    """
    need_object(actor, AWARD_PROPOSE, award, TENDERS)
    with transaction.atomic():
        tender = held(award.tender, State.EVALUATED)
        award = _held(award)
        arrangement = _arrangement(tender)
        need_evaluated(tender)
        _need_welcome(award.contractor)
        if _is_related(arrangement, award.contractor) and not (award.is_related_party and award.related_number):
            raise RelatedApprovalMissing(contractor=award.contractor.name)
        now_said = award_report(tender, ranking_whole(tender))
        if not report_digest(award.report) == award.digest == report_digest(now_said):
            raise AwardReportChanged
        if not is_approved(award):
            raise AwardNotApproved(reference=tender.reference)
        now = timezone.now()
        Award.objects.filter(pk=award.pk).update(concluded_by=actor.person_id)
        award = row_edit(
            award, actor=actor, event=events.AWARD_CONCLUDED, columns=TENDERS, state=AwardState.AWARDED,
            approved_on=timezone.localdate(), concluded_at=now,
        )  # fmt: skip
        row_edit(tender, actor=actor, event=events.TENDER_AWARDED, columns=TENDERS, state=State.AWARDED, award=award)
        _tell_all(actor, tender, award)
        arrangement_contractor_name(actor=actor, arrangement=arrangement, contractor=award.contractor)
    return award


def _held(award: Award) -> Award:
    """The proposal as it is stored, held. Raises AwardElsewhere."""
    found = Award.objects.select_for_update(of=("self",)).select_related("tender", "contractor").get(pk=award.pk)
    if found.state != AwardState.PROPOSED:
        raise AwardElsewhere
    return found


def _arrangement(tender: Tender) -> Arrangement:
    """Whose contractor is chosen: it has not left the selection. Raises SelectionOver."""
    found = Arrangement.objects.select_for_update(of=("self",)).get(pk=tender.arrangement_id)
    if found.stage not in BEFORE:
        raise SelectionOver(reference=found.reference)
    return found


def _is_related(arrangement: Arrangement, contractor: Contractor) -> bool:
    return arrangement.is_related or contractor.is_related


def _need_welcome(contractor: Contractor) -> None:
    if contractor.standing not in WELCOME:
        raise ValidationError({"bid": told("Only candidates and admitted contractors are awarded anything.")})


def _tell_all(actor: Actor, tender: Tender, award: Award) -> None:
    """Let each who was invited know what became of it for them, and nothing of anybody else."""
    for invitation in tender.invitations.select_related("contractor").order_by("pk"):
        outcome = Outcome.CHOSEN if invitation.contractor_id == award.contractor_id else Outcome.PASSED
        told_row = row_edit(
            invitation, actor=actor, event=events.INVITATION_DECIDED, columns=INVITATIONS, outcome=outcome
        )
        decided_tell(actor, told_row)
