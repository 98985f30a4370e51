"""Tenders and what belongs to them, as far as an actor may see it."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from guanbao.apps.arrangements.selectors import OF_ARRANGEMENT
from guanbao.apps.parties.choices import Standing
from guanbao.apps.sourcing.choices import READ, State
from guanbao.apps.sourcing.models import Bid, Clarification, Invitation, Opener, Question, Tender
from guanbao.apps.sourcing.permissions import (
    BID_SUBMIT,
    BID_VIEW,
    INVITATION_VIEW,
    QUESTION_ASK,
    QUESTION_VIEW,
    TENDER_VIEW,
)
from guanbao.platform.access.reach import Columns, reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side

# No contractor stands here: what is about a tender as a whole is the institution's alone.
TENDERS = Columns(
    institution=OF_ARRANGEMENT.institution, department=OF_ARRANGEMENT.department, arrangement=OF_ARRANGEMENT.arrangement
)
OF_TENDER = Columns(
    institution="tender__arrangement__institution__organisation",
    department="tender__arrangement__department",
    arrangement="tender__arrangement__pk",
)
INVITATIONS = Columns(institution="institution", contractor="shared_with")
CLARIFICATIONS = Columns(
    institution="tender__arrangement__institution__organisation", contractor="tender__invitations__shared_with"
)
BIDS = Columns(institution="institution", department=OF_TENDER.department, arrangement=OF_TENDER.arrangement)
# Before bids are opened not even the institution's auditors are told who bid: it is the bidder's own.
OWN = Columns(contractor="shared_with")
WELCOME = (Standing.CANDIDATE, Standing.ADMITTED)
_GONE = (Standing.LEFT, Standing.BARRED)


def tenders_visible(*, actor: Actor) -> QuerySet[Tender]:
    """Tenders; a contractor has invitations instead."""
    return reach(actor, TENDER_VIEW).rows(Tender.objects.select_related("arrangement"), TENDERS)


def invitations_visible(*, actor: Actor) -> QuerySet[Invitation]:
    """Invitations; of a contractor's people those that were sent to them."""
    found = reach(actor, INVITATION_VIEW)
    rows = found.rows(Invitation.objects.select_related("tender", "contractor"), INVITATIONS)
    return rows.exclude(contractor__standing__in=_GONE) if found.side is Side.CONTRACTOR else rows


def questions_visible(*, actor: Actor) -> QuerySet[Question]:
    """Questions; of a contractor's people their own."""
    rows = Question.objects.select_related("invitation__contractor")
    found = reach(actor, QUESTION_VIEW)
    rows = found.rows(rows, INVITATIONS)
    return rows.exclude(invitation__contractor__standing__in=_GONE) if found.side is Side.CONTRACTOR else rows


def clarifications_visible(*, actor: Actor) -> QuerySet[Clarification]:
    """What was answered to all who are invited."""
    rows, found = Clarification.objects.all(), reach(actor, INVITATION_VIEW)
    if found.side is not Side.CONTRACTOR:
        return found.rows(rows, CLARIFICATIONS)
    return rows.filter(tender__in=invitations_visible(actor=actor).values("tender"))


def bids_visible(*, actor: Actor) -> QuerySet[Bid]:
    """Bids that were opened: before that, nobody at the institution knows who bid."""
    rows = Bid.objects.select_related("contractor", "tender").filter(tender__state__in=READ, opened_at__isnull=False)
    return reach(actor, BID_VIEW).rows(rows, BIDS)


def bid_own(*, actor: Actor, invitation: Invitation) -> Bid | None:
    """The bid that an actor's own organisation handed in; None for everybody else."""
    if reach(actor, INVITATION_VIEW).side is not Side.CONTRACTOR:
        return None
    return Bid.objects.filter(invitation=invitation, shared_with=actor.organisation_id).first()


def opener_of(*, actor: Actor, tender: Tender) -> Opener | None:
    """The actor as an opening officer of a tender."""
    return Opener.objects.filter(tender=tender, person=actor.person_id or 0).first()


def may_bid(actor: Actor, invitation: Invitation) -> bool:
    """Whether the actor may hand in or withdraw a bid now."""
    ours = reach(actor, BID_SUBMIT).side is Side.CONTRACTOR and invitation.shared_with_id == actor.organisation_id
    return ours and invitation.tender.state == State.PUBLISHED and timezone.now() < invitation.tender.closes_at


def may_ask(actor: Actor, invitation: Invitation) -> bool:
    """Whether the actor may ask now."""
    ours = reach(actor, QUESTION_ASK).side is Side.CONTRACTOR and invitation.shared_with_id == actor.organisation_id
    return ours and invitation.tender.state == State.PUBLISHED and timezone.now() < invitation.tender.questions_until
