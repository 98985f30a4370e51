"""What contractors have: invitations, questions, answers to all. The institution has the same pages from its side."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from guanbao.apps.sourcing import permissions, selectors
from guanbao.apps.sourcing.choices import Outcome, State
from guanbao.apps.sourcing.forms import AnswerForm
from guanbao.apps.sourcing.models import Clarification, Invitation, Question
from guanbao.apps.sourcing.services import bids, questions, tenders
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.wording import _
from guanbao.web.panels import TIMELINE, rows_panel
from guanbao.web.resource import Panel, Resource, Verb


def _contractors(actor: Actor) -> bool:
    return reach(actor, permissions.INVITATION_VIEW).side is Side.CONTRACTOR


def _tender(actor: Actor, invitation: Invitation) -> dict[str, Any]:
    """What is asked for: as it was published, and nothing else of the tender."""
    tender = invitation.tender
    return {
        "tender": tender,
        "lots": list(enumerate(tender.lots, 1)),
        "is_open": tender.state == State.PUBLISHED and timezone.now() < tender.closes_at,
        "ours": _contractors(actor),
    }


def _decided(_actor: Actor, invitation: Invitation) -> dict[str, Any]:
    """What became of it for whom was invited: nothing about anybody else."""
    is_decided = invitation.outcome != Outcome.OPEN
    return {"invitation": invitation, "is_decided": is_decided, "is_chosen": invitation.outcome == Outcome.CHOSEN}


def _own_bid(actor: Actor, invitation: Invitation) -> dict[str, Any]:
    """The receipt of one's own bid, and the way to hand one in."""
    return {
        "bid": selectors.bid_own(actor=actor, invitation=invitation),
        "may": selectors.may_bid(actor, invitation),
        "invitation": invitation,
    }


def _clarifications(actor: Actor, invitation: Invitation) -> dict[str, Any]:
    """What all were answered."""
    rows = selectors.clarifications_visible(actor=actor).filter(tender=invitation.tender_id)
    return {"rows": list(rows.order_by("answered_at", "pk"))}


def _has_bid(invitation: Invitation, actor: Actor) -> bool:
    return selectors.may_bid(actor, invitation) and selectors.bid_own(actor=actor, invitation=invitation) is not None


INVITATIONS = Resource(
    name="tender-invitations",
    model=Invitation,
    title=_("Invitations to tenders"),
    singular=_("Invitation"),
    group=_("Sourcing"),
    empty=_("No invitation."),
    view=permissions.INVITATION_VIEW,
    rows=selectors.invitations_visible,
    columns=("reference", "title", "kind", "contractor", "questions_until", "closes_at", "outcome"),
    shown=("kind", "questions_until", "closes_at", "outcome"),
    answers=("reference", "title", "kind", "tender", "contractor", "questions_until", "closes_at", "outcome"),
    search=("reference", "title"),
    filters=("tender", "outcome"),
    inside=frozenset({"tender"}),
    order=("-closes_at", "pk"),
    add=Verb(
        "add", _("Invite a contractor"), permissions.TENDER_EDIT, tenders.invitation_add, ("tender", "contractor")
    ),
    verbs=(
        Verb(
            "remove", _("Do not invite"), permissions.TENDER_EDIT, tenders.invitation_remove, grave=True,
            when=lambda invitation, _actor: invitation.tender.state == State.DRAFT,
        ),
        Verb("withdraw", _("Withdraw the bid"), permissions.BID_SUBMIT, bids.bid_withdraw, grave=True, when=_has_bid),
    ),
    panels=(
        Panel("decided", _("Outcome"), "sourcing/decided.html", _decided, slot="head", may=_contractors),
        Panel("asked", _("What is asked for"), "sourcing/asked.html", _tender),
        rows_panel("questions", by="invitation"),
        Panel("answers", _("Answers to all"), "sourcing/answers.html", _clarifications),
        Panel("bid", _("Our bid"), "sourcing/own_bid.html", _own_bid, slot="side", may=_contractors),
        TIMELINE,
    ),
)  # fmt: skip
QUESTIONS = Resource(
    name="questions",
    model=Question,
    title=_("Questions about tenders"),
    singular=_("Question"),
    group=_("Sourcing"),
    empty=_("Nothing was asked."),
    view=permissions.QUESTION_VIEW,
    rows=selectors.questions_visible,
    columns=("text", "invitation", "asked_at", "is_answered"),
    filters=("is_answered",),
    order=("-asked_at", "pk"),
    parent="invitation",
    add=Verb("add", _("Ask"), permissions.QUESTION_ASK, questions.question_ask, ("invitation", "text")),
    verbs=(
        Verb(
            "answer", _("Answer all"), permissions.QUESTION_ANSWER, questions.question_answer, form=AnswerForm,
            when=lambda question, _actor: not question.is_answered,
        ),
    ),
)  # fmt: skip
CLARIFICATIONS = Resource(
    name="clarifications",
    model=Clarification,
    title=_("Answers to all bidders"),
    singular=_("Answer"),
    group=_("Sourcing"),
    empty=_("Nothing was answered yet."),
    view=permissions.INVITATION_VIEW,
    rows=selectors.clarifications_visible,
    columns=("text", "answer", "answered_at"),
    order=("answered_at", "pk"),
    parent="tender",
)
