"""The pages of tenders, as the institution has them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django.utils import timezone

from guanbao.apps.sourcing import permissions, selectors
from guanbao.apps.sourcing.choices import READ, SCORED, AwardState, Interest, State
from guanbao.apps.sourcing.forms import AddForm, AwardForm, CancelForm, EditForm, EvaluatorForm, OfficersForm
from guanbao.apps.sourcing.models import Bid, Evaluation, Opener, Tender
from guanbao.apps.sourcing.ranking import PRICE, sensitivity, shown
from guanbao.apps.sourcing.services import awards, evaluations, openers, tenders
from guanbao.apps.sourcing.services.keys import FEWEST
from guanbao.platform.access.reach import reach
from guanbao.platform.access.roles import role_title
from guanbao.platform.actors import Actor
from guanbao.platform.identity.selectors import names_of
from guanbao.platform.wording import _, told
from guanbao.web.panels import TIMELINE, rows_panel
from guanbao.web.resource import Panel, Resource, Verb

_STEPS = (State.DRAFT, State.PUBLISHED, State.OPENED, State.EVALUATED, State.AWARDED)


def is_draft(tender: Tender, _actor: Actor | None = None) -> bool:
    """Whether it can still be changed."""
    return tender.state == State.DRAFT


def _course(actor: Actor, tender: Tender) -> dict[str, Any]:
    """How far it has come, and what comes next, by whom."""
    at = _STEPS.index(State(tender.state)) if tender.state in _STEPS else -1
    steps = [(state.label, "done" if n < at else "now" if n == at else "ahead") for n, state in enumerate(_STEPS)]
    return {"tender": tender, "steps": steps if at >= 0 else [], "next": _next(actor, tender)}


def _next(actor: Actor, tender: Tender) -> tuple[str, str]:
    """What is to be done next, and where."""
    mine = selectors.opener_of(actor=actor, tender=tender)
    if tender.state == State.DRAFT:
        named = list(tender.openers.all())
        if mine and not mine.public_key:
            return told("Set your passphrase for opening the bids"), f"/tenders/{tender.pk}/key"
        if len(named) < FEWEST:
            return told("Name two opening officers"), "officers"
        if not all(each.public_key for each in named):
            return told("The opening officers set their passphrases"), ""
        return told("Publish the tender"), "publish"
    if tender.state == State.OPENED:
        return _next_of_opened(actor, tender)
    return _next_of_published(mine, tender) if tender.state == State.PUBLISHED else _next_of_evaluated(tender)


def _next_of_evaluated(tender: Tender) -> tuple[str, str]:
    if tender.state != State.EVALUATED:
        return "", ""
    award = tender.awards.filter(state=AwardState.PROPOSED).first()
    return (told("Conclude the award"), f"/awards/{award.pk}/") if award else (told("Propose an award"), "award")


def _next_of_opened(actor: Actor, tender: Tender) -> tuple[str, str]:
    mine = tender.evaluations.filter(person=actor.person_id or 0, submitted_at=None, released_at=None).first()
    if mine is not None and not mine.interest:
        return told("Declare whether you have a conflict of interest"), f"/evaluations/{mine.pk}/declare"
    if mine is not None and mine.interest == Interest.NONE:
        return told("Score the bids"), f"/evaluations/{mine.pk}/score"
    return told("Evaluators score the bids, each without seeing the others"), ""


def _next_of_published(mine: Opener | None, tender: Tender) -> tuple[str, str]:
    if timezone.now() < tender.closes_at:
        return told("Bids are taken until {at}", at=_at(tender.closes_at)), ""
    if mine and mine.turned_at is None:
        return told("Open the bids with your passphrase"), f"/tenders/{tender.pk}/opening"
    return told("Two opening officers open the bids"), ""


def _at(moment: Any) -> str:  # noqa: ANN401 - a time
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")


def _officers(actor: Actor, tender: Tender) -> dict[str, Any]:
    """Who opens the bids, and whether they are ready."""
    rows = list(tender.openers.order_by("number"))
    names = names_of([row.person_id for row in rows], organisation_id=actor.organisation_id)
    said = [(names.get(row.person_id, "—"), role_title(row.post), row.keyed_at, row.turned_at) for row in rows]
    return {"rows": said}


def _takes_evaluators(tender: Tender, _actor: Actor) -> bool:
    return tender.state in (State.DRAFT, State.PUBLISHED, State.OPENED)


def _ranking(actor: Actor, tender: Tender) -> dict[str, Any]:
    """The bids by their points, what each criterion brings, and how far a weight can move."""
    rows, weights = selectors.ranking_of(actor=actor, tender=tender), selectors.weights_of(tender)
    bids = {bid.pk: bid for bid in selectors.bids_visible(actor=actor).filter(tender=tender)}
    titles = {str(n): each.title for n, each in enumerate(tender.weighed)} | {PRICE: told("Price")}
    places = [
        (
            row.place, bids[row.key], shown(row.total),
            [(titles[name], shown(row.points[name]), shown(weight * row.points[name] / 100)) for name, weight in
             weights.items()],
        )
        for row in rows
    ]  # fmt: skip
    moves = [
        (titles[each.name], each.weight, shown(each.low), shown(each.high), _strip(each.low, each.high))
        for each in sensitivity(weights, rows)
    ]
    heads = [(titles[name], weight) for name, weight in weights.items()]
    people = tender.evaluations.exclude(submitted_at=None).count()
    return {"rows": places, "heads": heads, "moves": moves, "is_closed": tender.state in SCORED, "people": people}


def _strip(low: Fraction, high: Fraction) -> tuple[str, str]:
    """Where the part of a strip of a hundred begins, and how long it is."""
    return str(shown(low)), str(shown(high - low))


def _takes(tender: Tender) -> bool:
    return tender.state in (State.DRAFT, State.PUBLISHED)


def _reads_bids(actor: Actor) -> bool:
    return not reach(actor, permissions.BID_VIEW).is_empty


def _bids(actor: Actor, tender: Tender) -> dict[str, Any]:
    """The bids, the cheapest first, once they are opened."""
    rows = selectors.bids_visible(actor=actor).filter(tender=tender).order_by("total", "pk")
    unseen = ["—"] * len(tender.lots)  # prices in the second envelope
    told_rows = [(bid, list(zip(tender.lots, bid.prices or unseen, strict=True))) for bid in rows]
    return {"rows": told_rows, "tender": tender, "is_open": tender.state in READ}


def _takes_award(tender: Tender, _actor: Actor) -> bool:
    return tender.state == State.EVALUATED and not tender.awards.filter(state=AwardState.PROPOSED).exists()


def _releases(evaluation: Evaluation, actor: Actor) -> bool:
    runs = evaluation.tender.state in (State.DRAFT, State.PUBLISHED, State.OPENED)
    return runs and evaluations.waits(evaluation) and evaluation.person_id != actor.person_id


def _declares(evaluation: Evaluation, actor: Actor) -> bool:
    is_own = evaluation.person_id == actor.person_id and evaluation.released_at is None
    return is_own and not evaluation.interest and evaluation.tender.state == State.OPENED


def _scores(actor: Actor, evaluation: Evaluation) -> dict[str, Any]:
    """The points that were given, as far as the reader may see them."""
    rows = selectors.scores_visible(actor=actor).filter(evaluation=evaluation).select_related("bid__contractor")
    criteria = evaluation.tender.weighed
    said = [(row.bid, criteria[row.criterion].title, row) for row in rows.order_by("bid", "criterion")]
    scores = evaluation.person_id == actor.person_id and evaluation.interest == Interest.NONE
    may = scores and evaluations.waits(evaluation) and evaluation.tender.state == State.OPENED
    return {"rows": said, "may": may, "evaluation": evaluation}


TENDERS = Resource(
    name="tenders",
    model=Tender,
    title=_("Tenders"),
    singular=_("Tender"),
    group=_("Sourcing"),
    empty=_("No tender yet. Begin one for an arrangement whose contractor is looked for."),
    view=permissions.TENDER_VIEW,
    rows=selectors.tenders_visible,
    columns=("reference", "title", "kind", "state", "closes_at", "arrangement"),
    shown=(
        "arrangement", "kind", "justification", "description", "lots", "criteria", "price_weight", "formula",
        "is_two_envelope", "fewest", "currency", "questions_until", "closes_at", "published_at", "opened_at",
        "cancelled_reason",
    ),
    answers=(
        "reference", "title", "state", "arrangement", "kind", "justification", "description", "lots", "criteria",
        "price_weight", "formula", "is_two_envelope", "fewest", "currency", "questions_until", "closes_at",
        "published_at", "opened_at", "cancelled_reason",
    ),
    search=("reference", "title"),
    filters=("state", "kind", "arrangement"),
    order=("-closes_at", "pk"),
    add=Verb("add", _("New tender"), permissions.TENDER_EDIT, tenders.tender_add, form=AddForm),
    verbs=(
        Verb("publish", _("Publish"), permissions.TENDER_EDIT, tenders.tender_publish, when=is_draft),
        Verb("award", _("Propose an award"), permissions.AWARD_PROPOSE, awards.award_propose, form=AwardForm,
             when=_takes_award),
        Verb("close", _("Close the evaluation"), permissions.TENDER_EDIT, evaluations.tender_close,
             when=lambda tender, _actor: tender.state == State.OPENED),
        Verb("evaluator", _("Name an evaluator"), permissions.TENDER_EDIT, evaluations.tender_evaluator_add,
             form=EvaluatorForm, when=_takes_evaluators),
        Verb("officers", _("Name opening officers"), permissions.TENDER_EDIT, openers.tender_officers_set,
             form=OfficersForm, when=is_draft),
        Verb("edit", _("Edit"), permissions.TENDER_EDIT, tenders.tender_edit, form=EditForm, when=is_draft),
        Verb(
            "cancel", _("Call off"), permissions.TENDER_EDIT, tenders.tender_cancel, form=CancelForm, grave=True,
            when=lambda tender, _actor: tender.state not in (State.AWARDED, State.CANCELLED),
        ),
    ),
    panels=(
        Panel("course", _("How far it has come"), "sourcing/course.html", _course, slot="head"),
        Panel("bids", _("Bids"), "sourcing/bids.html", _bids, may=_reads_bids),
        Panel("ranking", _("Ranking"), "sourcing/ranking.html", _ranking, may=_reads_bids),
        rows_panel("awards", by="tender", columns=("contractor", "place", "total", "state", "proposed_at")),
        rows_panel("evaluations", by="tender"),
        rows_panel("tender-invitations", by="tender", columns=("contractor", "outcome"), grows=_takes),
        rows_panel("questions", by="invitation__tender", grows=lambda _row: False),
        rows_panel("clarifications", by="tender"),
        Panel("officers", _("Opening officers"), "sourcing/officers.html", _officers, slot="side"),
        TIMELINE,
    ),
)  # fmt: skip
BIDS = Resource(
    name="bids",
    model=Bid,
    title=_("Bids"),
    singular=_("Bid"),
    group=_("Sourcing"),
    empty=_("No bid was opened yet. Until two officers open them nobody sees who bid, or what."),
    view=permissions.BID_VIEW,
    rows=selectors.bids_visible,
    columns=("contractor", "tender", "total", "submitted_at", "opened_at"),
    shown=("contractor", "tender", "total", "prices", "offer", "submitted_at", "opened_at", "number", "digest"),
    filters=("tender", "contractor"),
    order=("-opened_at", "pk"),
    parent="tender",
    panels=(TIMELINE,),
)
EVALUATIONS = Resource(
    name="evaluations",
    model=Evaluation,
    title=_("Evaluations"),
    singular=_("Evaluation"),
    group=_("Sourcing"),
    empty=_("Nobody is named to evaluate yet."),
    view=permissions.TENDER_VIEW,
    rows=selectors.evaluations_visible,
    columns=("person", "tender", "interest", "declared_at", "submitted_at", "released_at"),
    shown=(
        "person", "tender", "interest", "interest_note", "declared_at", "submitted_at", "released_at",
        "release_reason",
    ),
    filters=("tender", "interest"),
    order=("-pk",),
    parent="tender",
    verbs=(
        Verb(
            "declare", _("Declare interests"), permissions.TENDER_EVALUATE, evaluations.evaluation_declare,
            ("interest", "interest_note"), when=_declares,
        ),
        Verb(
            "release", _("Release the evaluator"), permissions.EVALUATOR_RELEASE, evaluations.evaluator_release,
            ("release_reason",), when=_releases, grave=True,
        ),
    ),
    panels=(Panel("scores", _("Scores"), "sourcing/scores.html", _scores), TIMELINE),
)  # fmt: skip
OF_ARRANGEMENT = rows_panel("tenders", by="arrangement", columns=("reference", "title", "kind", "state", "closes_at"))
