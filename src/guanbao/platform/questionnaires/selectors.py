"""Questionnaires, as far as an actor may see them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Q, QuerySet

from guanbao.platform.access.permissions import Permission
from guanbao.platform.access.reach import NOTHING, Columns, reach
from guanbao.platform.actors import Actor
from guanbao.platform.files.models import Document
from guanbao.platform.files.selectors import documents_visible
from guanbao.platform.identity.choices import Side
from guanbao.platform.questionnaires.attaching import attached
from guanbao.platform.questionnaires.choices import ANSWERED, State
from guanbao.platform.questionnaires.models import Answer, Issue, QuestionnaireVersion
from guanbao.platform.questionnaires.permissions import (
    QUESTIONNAIRE_ANSWER,
    QUESTIONNAIRE_REVIEW,
    QUESTIONNAIRE_VIEW,
    VERSION_VIEW,
)
from guanbao.platform.questionnaires.shipped import shipped

RECORD = "questionnaires"  # by which name documents are attached to issues
ISSUES = Columns(
    institution="institution", contractor="shared_with", department="department", arrangement="arrangement"
)
VERSIONS = Columns(institution="organisation")


class Choice(NamedTuple):
    """A questionnaire that can be put: its name, what it is called, who answers."""

    name: str
    title: str
    side: Side


def issues_visible(*, actor: Actor) -> QuerySet[Issue]:
    """Issues of the institution; of a contractor's people those that were sent to them, of what is not over."""
    found = reach(actor, QUESTIONNAIRE_VIEW)
    rows = found.rows(Issue.objects.all(), ISSUES)
    return rows.exclude(_over()) if found.side is Side.CONTRACTOR else rows


def _over() -> Q:
    """The issues about rows that are the institution's alone by now."""
    ends = ((each.name, each.model, each.columns.over) for each in attached())
    over = (
        Q(record=name, record_id__in=model._default_manager.filter(at).values("pk"))  # noqa: SLF001 - any model's
        for name, model, at in ends
        if at is not None
    )
    return reduce(or_, over, NOTHING)


def versions_visible(*, actor: Actor) -> QuerySet[QuestionnaireVersion]:
    """Versions of one's own institution."""
    return reach(actor, VERSION_VIEW).rows(QuestionnaireVersion.objects.all(), VERSIONS)


def issues_reached(*, actor: Actor, permission: Permission) -> QuerySet[Issue]:
    """Those visible issues with which the actor may do something."""
    return reach(actor, permission).rows(issues_visible(actor=actor), ISSUES)


def issues_to_answer(*, actor: Actor) -> QuerySet[Issue]:
    """Those that wait for an answer of the actor's side."""
    side = reach(actor, QUESTIONNAIRE_ANSWER).side
    waiting = Q(state=State.SENT) | Q(state=State.REVIEW, returned__gt=0)
    rows = issues_reached(actor=actor, permission=QUESTIONNAIRE_ANSWER)
    return rows.filter(waiting, side=side) if side else rows.filter(NOTHING)


def issues_to_review(*, actor: Actor) -> QuerySet[Issue]:
    """Those that wait for a review, and that the actor did not answer; what was returned waits for others."""
    rows = issues_reached(actor=actor, permission=QUESTIONNAIRE_REVIEW).filter(state__in=ANSWERED, returned=0)
    return rows.exclude(pk__in=Answer.objects.filter(answered_by=actor.person_id or 0).values("issue"))


def answers_for(actor: Actor, issue: Issue) -> bool:
    """Whether the actor is among those who answer it, by their side and their rights."""
    found = reach(actor, QUESTIONNAIRE_ANSWER)
    return actor.person_id is not None and found.side == issue.side and found.covers(issue, ISSUES)


def may_answer(actor: Actor, issue: Issue) -> bool:
    """Whether they can do so now."""
    return issue.state in (State.SENT, State.REVIEW) and answers_for(actor, issue)


def may_review(actor: Actor, issue: Issue) -> bool:
    """Whether the actor may review it now: an institution's person who wrote none of its answers."""
    found = reach(actor, QUESTIONNAIRE_REVIEW)
    inside = found.side is Side.INSTITUTION and actor.person_id is not None
    if issue.state not in ANSWERED or not inside or not found.covers(issue, ISSUES):
        return False
    return not Answer.objects.filter(issue=issue, answered_by=actor.person_id).exists()


def scores_seen(actor: Actor, issue: Issue) -> bool:
    """Whether weights, scores and remarks on accepted answers are the actor's to see."""
    return issue.scores_shown or reach(actor, QUESTIONNAIRE_VIEW).side is not Side.CONTRACTOR


def answers_of(issue: Issue) -> dict[str, Answer]:
    """The current answer to each question that has one."""
    return {each.question: each for each in Answer.objects.filter(issue=issue, is_current=True)}


def documents_of(actor: Actor, issue: Issue) -> Mapping[int, Document]:
    """The documents of an issue that the actor sees, by key."""
    rows = documents_visible(actor=actor).filter(record=RECORD, record_id=issue.pk)
    return {each.pk: each for each in rows.order_by("pk")[:500]}


def questionnaires_for(*, actor: Actor) -> list[Choice]:
    """What an actor can put: what came with the product, and what is in force in the institution instead or beside."""
    found = {name: Choice(name, str(each.title), each.answered_by) for name, each in shipped().items()}
    kept = versions_visible(actor=actor).exclude(enforced_at=None).order_by("enforced_at", "number")
    for version in kept:
        content = version.content
        found[version.name] = Choice(version.name, str(content.title), content.answered_by)
    return sorted(found.values(), key=lambda each: each.title)
