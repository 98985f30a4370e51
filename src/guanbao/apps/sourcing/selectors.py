"""Tenders and what belongs to them, as far as an actor may see it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q, QuerySet
from django.utils import timezone

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.rules import rules_of
from guanbao.apps.arrangements.selectors import OF_ARRANGEMENT
from guanbao.apps.parties.choices import Standing
from guanbao.apps.sourcing.choices import READ, SCORED, AwardState, Inquiry, State
from guanbao.apps.sourcing.models import (
    Award,
    Backup,
    Bid,
    Clarification,
    Concentration,
    Diligence,
    Evaluation,
    Invitation,
    Opener,
    Question,
    Score,
    Tender,
)
from guanbao.apps.sourcing.permissions import (
    BACKUP_VIEW,
    BID_SUBMIT,
    BID_VIEW,
    CONCENTRATION_VIEW,
    DILIGENCE_VIEW,
    INVITATION_VIEW,
    QUESTION_ASK,
    QUESTION_VIEW,
    TENDER_VIEW,
)
from guanbao.apps.sourcing.presets import inquiries
from guanbao.apps.sourcing.ranking import PRICE, Ranked, price_points, quality_points, ranked
from guanbao.platform.access.reach import Columns, reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.questionnaires.choices import State as IssueState
from guanbao.platform.questionnaires.models import Issue

# No contractor stands here: what is about a tender as a whole is the institution's alone.
TENDERS = Columns(
    institution=OF_ARRANGEMENT.institution, department=OF_ARRANGEMENT.department, arrangement=OF_ARRANGEMENT.arrangement
)
OF_TENDER = Columns(
    institution="tender__arrangement__institution__organisation",
    department="tender__arrangement__department",
    arrangement="tender__arrangement__pk",
)
# Whose people answer questionnaires about a due diligence; the row itself is not theirs to see.
DILIGENCES = Columns(
    institution=TENDERS.institution, department=TENDERS.department, arrangement=TENDERS.arrangement,
    contractor="contractor__organisation",
)  # fmt: skip
INVITATIONS = Columns(institution="institution", contractor="shared_with")
CLARIFICATIONS = Columns(
    institution="tender__arrangement__institution__organisation", contractor="tender__invitations__shared_with"
)
BIDS = Columns(institution="institution", department=OF_TENDER.department, arrangement=OF_TENDER.arrangement)
OF_SCORE = Columns(
    institution="evaluation__tender__arrangement__institution__organisation",
    department="evaluation__tender__arrangement__department",
    arrangement="evaluation__tender__arrangement__pk",
)
# Before bids are opened not even the institution's auditors are told who bid: it is the bidder's own.
OWN = Columns(contractor="shared_with")
DILIGENCE_RECORD = "due-diligence"  # how questionnaires name what they are about
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


def evaluations_visible(*, actor: Actor) -> QuerySet[Evaluation]:
    """Who evaluates; whoever does so sees of others nothing, not even whether they are done, before all is closed."""
    rows = reach(actor, TENDER_VIEW).rows(Evaluation.objects.select_related("tender", "person"), OF_TENDER)
    mine = Evaluation.objects.filter(person=actor.person_id or 0).values("tender")
    return rows.filter(Q(person=actor.person_id or 0) | Q(tender__state__in=SCORED) | ~Q(tender__in=mine))


def scores_visible(*, actor: Actor) -> QuerySet[Score]:
    """Points: one's own, and everybody's once the evaluation is closed."""
    rows = reach(actor, TENDER_VIEW).rows(Score.objects.select_related("evaluation__person"), OF_SCORE)
    return rows.filter(Q(evaluation__person=actor.person_id or 0) | Q(evaluation__tender__state__in=SCORED))


def weights_of(tender: Tender) -> dict[str, int]:
    """The weights of a tender's criteria, by their numbers, and of its price."""
    return {str(n): each.weight for n, each in enumerate(tender.weighed)} | {PRICE: tender.price_weight}


def ranking_of(*, actor: Actor, tender: Tender) -> list[Ranked]:
    """The bids of a closed evaluation by their points; nothing before."""
    bids = list(bids_visible(actor=actor).filter(tender=tender, tender__state__in=SCORED))
    return _ranking(tender, bids, scores_visible(actor=actor)) if bids else []


def ranking_whole(tender: Tender) -> list[Ranked]:
    """As `ranking_of`, whoever asks: of every bid that was opened and every evaluation that was handed in."""
    bids = list(Bid.objects.filter(tender=tender, tender__state__in=SCORED, opened_at__isnull=False))
    return _ranking(tender, bids, Score.objects.all()) if bids else []


def _ranking(tender: Tender, bids: list[Bid], scores: QuerySet[Score]) -> list[Ranked]:
    given: dict[tuple[int, int], list[Decimal]] = defaultdict(list)
    for score in scores.filter(evaluation__tender=tender, evaluation__submitted_at__isnull=False):
        given[score.bid_id, score.criterion].append(score.points)
    totals = {bid.pk: bid.total for bid in bids if bid.total is not None}
    prices = price_points(tender.formula, totals)
    points: dict[int, dict[str, Fraction]] = {
        bid.pk: {PRICE: prices[bid.pk]}
        | {str(n): quality_points(given[bid.pk, n]) for n in range(len(tender.criteria))}
        for bid in bids
    }
    return ranked(weights_of(tender), points, totals)


def awards_visible(*, actor: Actor) -> QuerySet[Award]:
    """Proposals to award and what became of them: the institution's alone."""
    rows = Award.objects.select_related("tender", "contractor", "bid__contractor", "arrangement__institution")
    return reach(actor, TENDER_VIEW).rows(rows, TENDERS)


def backups_visible(*, actor: Actor) -> QuerySet[Backup]:
    """Plans for back-up contractors: no contractor knows that it is one, or has one."""
    rows = Backup.objects.select_related("arrangement__institution", "contractor")
    return reach(actor, BACKUP_VIEW).rows(rows, TENDERS)


def diligences_visible(*, actor: Actor) -> QuerySet[Diligence]:
    """Due diligence: the institution's alone, whoever answered its questionnaire."""
    rows = Diligence.objects.select_related("arrangement__institution", "contractor")
    return reach(actor, DILIGENCE_VIEW).rows(rows, TENDERS)


def diligence_lacking(arrangement: Arrangement, on: date) -> list[Inquiry]:
    """The types that the rules ask for, and of which none counts for the contractor that is or would be awarded."""
    asked = rules_of(arrangement.institution_id).diligence(arrangement)
    chosen = contractor_chosen(arrangement)
    rows = Diligence.objects.filter(arrangement=arrangement, contractor=chosen).exclude(outcome="")
    latest = {row.kind: row for row in rows.select_related("arrangement").order_by("concluded_on", "pk")}
    return [Inquiry(kind) for kind in asked if kind not in latest or not latest[kind].holds(on)]


def inquiries_of(diligence: Diligence) -> QuerySet[Issue]:
    """The questionnaires of its type that were put for a due diligence, whatever else was asked about it."""
    name = inquiries()[Inquiry(diligence.kind)]
    return Issue.objects.filter(record=DILIGENCE_RECORD, record_id=diligence.pk, name=name).exclude(
        state=IssueState.CANCELLED
    )


def concentrations_visible(*, actor: Actor) -> QuerySet[Concentration]:
    """Assessments of concentration: the institution's alone."""
    rows = Concentration.objects.select_related("arrangement__institution", "contractor")
    return reach(actor, CONCENTRATION_VIEW).rows(rows, TENDERS)


def contractor_chosen(arrangement: Arrangement) -> int | None:
    """The contractor that an arrangement has, or that the latest award of it would give it."""
    if arrangement.contractor_id is not None:
        return arrangement.contractor_id
    awards = Award.objects.filter(arrangement=arrangement, renewals=arrangement.renewals)
    return awards.exclude(state=AwardState.WITHDRAWN).order_by("pk").values_list("contractor", flat=True).last()


def concentration_latest(arrangement: Arrangement, contractor: int | None) -> Concentration | None:
    """The latest assessment of a contractor for an arrangement: one that waits, before those that are judged."""
    rows = Concentration.objects.filter(arrangement=arrangement, contractor=contractor)
    return rows.select_related("arrangement").order_by("pk").last()


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
