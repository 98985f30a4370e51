"""Evaluation: named, declared, scored and handed in by each for themselves."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from guanbao.apps.sourcing import events
from guanbao.apps.sourcing.choices import Interest, State
from guanbao.apps.sourcing.errors import EvaluationsMissing, InterestDeclared, ScoresMissing
from guanbao.apps.sourcing.models import Evaluation, Score, Tender
from guanbao.apps.sourcing.permissions import EVALUATOR_RELEASE, TENDER_EDIT, TENDER_EVALUATE
from guanbao.apps.sourcing.selectors import OF_TENDER, TENDERS
from guanbao.apps.sourcing.services.openers import prices_show
from guanbao.apps.sourcing.services.tenders import held
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.holders import holders
from guanbao.platform.access.reach import need_object
from guanbao.platform.access.writes import row_edit
from guanbao.platform.actors import Actor
from guanbao.platform.identity.models import Person
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.wording import told

FEWEST = 2  # evaluations, or none would be blind to another
_WHOLE = 100
_CENT = Decimal("0.01")


class Given(NamedTuple):
    """Points with a remark."""

    points: Decimal
    remark: str


def evaluators_for(tender: Tender) -> list[Person]:
    """Who may evaluate a tender."""
    scopes = TENDERS.scopes_of(tender)
    return holders(TENDER_EVALUATE, organisation_id=scopes["institution"], scopes=scopes)


def tender_evaluator_add(*, actor: Actor, tender: Tender, person: int) -> Tender:
    """Name an evaluator, until the evaluation is closed. Raises NotPermitted, TenderElsewhere; ValidationError."""
    need_object(actor, TENDER_EDIT, tender, TENDERS)
    with transaction.atomic():
        tender = held(tender, State.DRAFT, State.PUBLISHED, State.OPENED)
        if person not in {each.pk for each in evaluators_for(tender)}:
            raise ValidationError({"person": told("This person does not evaluate bids here.")})
        made = Evaluation(tender=tender, person_id=person)
        made.full_clean()
        made.save()
        scopes = OF_TENDER.scopes_of(made)
        ledger_append(actor=actor, event=events.EVALUATOR_NAMED, subject=made, after={"person": person}, scopes=scopes)
    return tender


def evaluation_declare(*, actor: Actor, evaluation: Evaluation, interest: str, interest_note: str = "") -> Evaluation:
    """Declare whether one has a conflict of interest with a bidder; who has one does not score.

    Raises NotPermitted, TenderElsewhere, InterestDeclared; ValidationError by field.
    """
    _need_own(actor, evaluation)
    with transaction.atomic():
        held(evaluation.tender, State.OPENED)
        stored = Evaluation.objects.select_for_update().get(pk=evaluation.pk)
        if stored.released_at is not None:
            raise NotPermitted(actor=actor.name, permission=TENDER_EVALUATE.name)
        if stored.declared_at is not None:
            raise InterestDeclared
        if interest not in Interest.values:
            raise ValidationError({"interest": told("Say whether there is one.")})
        said = {"interest": interest, "interest_note": interest_note, "declared_at": timezone.now()}
        event = events.INTEREST_DECLARED
        return row_edit(evaluation, actor=actor, event=event, columns=OF_TENDER, **said)


def scores_save(
    *, actor: Actor, evaluation: Evaluation, given: Mapping[tuple[int, int], Given], submit: bool = False
) -> Evaluation:
    """Keep points by bid and criterion; handed in, they stand. Raises NotPermitted, TenderElsewhere, ScoresMissing.

    ValidationError at `bid-criterion`. Of what is given the ledger has that it was, for others score blind.
    """
    _need_own(actor, evaluation)
    with transaction.atomic():
        tender = held(evaluation.tender, State.OPENED)
        evaluation = Evaluation.objects.select_for_update().get(pk=evaluation.pk)
        is_over = evaluation.submitted_at is not None or evaluation.released_at is not None
        if evaluation.interest != Interest.NONE or is_over:
            raise NotPermitted(actor=actor.name, permission=TENDER_EVALUATE.name)
        asked = {(bid, n) for bid in tender.bids.values_list("pk", flat=True) for n in range(len(tender.criteria))}
        _check(given, asked)
        for (bid, criterion), said in given.items():
            values = {"points": said.points, "remark": said.remark}
            Score.objects.update_or_create(evaluation=evaluation, bid_id=bid, criterion=criterion, defaults=values)
        if submit:
            if (missing := len(asked) - evaluation.scores.count()) > 0:
                raise ScoresMissing(number=missing)
            evaluation.submitted_at = timezone.now()
            evaluation.save()
            scopes = OF_TENDER.scopes_of(evaluation)
            ledger_append(actor=actor, event=events.EVALUATION_SUBMITTED, subject=evaluation, scopes=scopes)
    return evaluation


def tender_close(*, actor: Actor, tender: Tender) -> Tender:
    """Close the evaluation, once everybody who has no conflict of interest has handed in; then all is shown.

    Raises NotPermitted, TenderElsewhere, EvaluationsMissing.
    """
    need_object(actor, TENDER_EDIT, tender, TENDERS)
    with transaction.atomic():
        tender = held(tender, State.OPENED)
        need_evaluated(tender)
        for bid in tender.bids.exclude(opened_at=None).filter(total=None):
            prices_show(bid)
            bid.save()
        event = events.TENDER_EVALUATED
        return row_edit(tender, actor=actor, event=event, columns=TENDERS, state=State.EVALUATED)


def evaluator_release(*, actor: Actor, evaluation: Evaluation, release_reason: str) -> Evaluation:
    """Let nobody wait any more for an evaluator who left the bank or cannot evaluate; another can be named.

    Whoever names evaluators does not release them. What was handed in stands.
    Raises NotPermitted, TenderElsewhere; ValidationError by field.
    """
    need_object(actor, EVALUATOR_RELEASE, evaluation, OF_TENDER)
    if not release_reason.strip():
        raise ValidationError({"release_reason": told("Say why.")})
    with transaction.atomic():
        held(evaluation.tender, State.DRAFT, State.PUBLISHED, State.OPENED)
        stored = Evaluation.objects.select_for_update().get(pk=evaluation.pk)
        if stored.person_id == actor.person_id or not waits(stored):
            raise NotPermitted(actor=actor.name, permission=EVALUATOR_RELEASE.name)
        said = {"released_at": timezone.now(), "release_reason": release_reason.strip(), "person": stored.person}
        return row_edit(stored, actor=actor, event=events.EVALUATOR_RELEASED, columns=OF_TENDER, **said)


def waits(evaluation: Evaluation) -> bool:
    """Whether an evaluation is neither handed in nor released."""
    return evaluation.submitted_at is None and evaluation.released_at is None


def need_evaluated(tender: Tender) -> None:
    """That everybody has declared, and handed in who has no conflict of interest. Raises EvaluationsMissing."""
    rows = list(Evaluation.objects.select_for_update().filter(tender=tender, released_at=None))
    judging = [row for row in rows if row.interest != Interest.SOME]
    done = sum(row.submitted_at is not None and row.interest == Interest.NONE for row in judging)
    if done < max(FEWEST, len(judging)):
        raise EvaluationsMissing(fewest=FEWEST)


def _need_own(actor: Actor, evaluation: Evaluation) -> None:
    """That it is the actor's own. Raises NotPermitted."""
    need_object(actor, TENDER_EVALUATE, evaluation, OF_TENDER)
    if evaluation.person_id != actor.person_id:
        raise NotPermitted(actor=actor.name, permission=TENDER_EVALUATE.name)


def _check(given: Mapping[tuple[int, int], Given], asked: set[tuple[int, int]]) -> None:
    wrong = {}
    for at, said in given.items():
        name = f"{at[0]}-{at[1]}"
        if at not in asked:
            wrong[name] = told("There is no such bid or criterion.")
        elif (
            not said.points.is_finite() or not 0 <= said.points <= _WHOLE or said.points != said.points.quantize(_CENT)
        ):
            wrong[name] = told("Give points from 0 to 100.")
        elif not said.remark.strip() or len(said.remark) > 1000 or "\0" in said.remark:
            wrong[name] = told("Say in a few words why.")
    if wrong:
        raise ValidationError(wrong)
