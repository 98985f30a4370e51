"""What stands about questionnaires on other pages: those of a record, one in whole, what waits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Model, Q
from django.urls import reverse
from django.utils import timezone

from guanbao.apps.surveys.showing import OUTCOMES, STATES, shown
from guanbao.platform.access.reach import reach
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.identity.selectors import names_of
from guanbao.platform.questionnaires.attaching import attached
from guanbao.platform.questionnaires.choices import ENDED, Outcome, State
from guanbao.platform.questionnaires.models import Issue
from guanbao.platform.questionnaires.permissions import QUESTIONNAIRE_PUT, QUESTIONNAIRE_VIEW
from guanbao.platform.questionnaires.selectors import (
    issues_to_answer,
    issues_to_review,
    issues_visible,
    may_answer,
    may_review,
    scores_seen,
)
from guanbao.platform.questionnaires.services.reviewing import digest_of
from guanbao.platform.wording import _, told
from guanbao.web.frame import Task
from guanbao.web.resource import Panel, resource_of

_MOST = 100


def of_record(actor: Actor, row: Model) -> dict[str, Any]:
    """The questionnaires about a record, the latest first."""
    at = next(each for each in attached() if isinstance(row, each.model))
    found = list(issues_visible(actor=actor).filter(record=at.name, record_id=row.pk).order_by("-pk")[: _MOST + 1])
    may = reach(actor, QUESTIONNAIRE_PUT).rows(at.rows(actor=actor).filter(pk=row.pk), at.columns)
    inside = reach(actor, QUESTIONNAIRE_VIEW).side is not Side.CONTRACTOR
    return {
        "rows": [(each, *standing(each, scored=inside or each.scores_shown)) for each in found[:_MOST]],
        "inside": inside,
        "all": reverse("questionnaires-list") if len(found) > _MOST else "",
        "put": reverse("questionnaire-put", args=[at.name, row.pk]) if may.exists() else "",
    }


def standing(issue: Issue, *, scored: bool) -> tuple[str, str, str, str, bool]:
    """How it stands and in which colour, its outcome and that colour, and whether it is overdue."""
    state = State(issue.state)
    outcome = Outcome(issue.outcome) if issue.outcome and scored else None
    late = state not in ENDED and issue.due_on < timezone.localdate()
    said = "" if outcome in (None, Outcome.NONE) else str(Outcome(issue.outcome).label)
    return str(state.label), STATES[state], said, OUTCOMES[outcome] if outcome else "", late


def head(actor: Actor, issue: Issue) -> dict[str, Any]:
    """How an issue stands, what it is about, and the reader's own next step."""
    at = next((each for each in attached() if each.name == issue.record), None)
    about = None if at is None else at.rows(actor=actor).filter(pk=issue.record_id).first()
    resource = None if about is None else resource_of(type(about))
    state, colour, outcome, outcome_colour, late = standing(issue, scored=scores_seen(actor, issue))
    bound = issue.state == State.CONCLUDED and reach(actor, QUESTIONNAIRE_VIEW).side is Side.INSTITUTION
    return {
        "issue": issue,
        "about": about,
        "about_url": f"{resource.url('detail', issue.record_id)}?tab=questionnaires" if resource else "",
        "state": state,
        "colour": colour,
        "outcome": outcome,
        "outcome_colour": outcome_colour,
        "late": late,
        "answer": may_answer(actor, issue),
        "review": may_review(actor, issue),
        "bound": bound,
        "is_whole": bound and digest_of(issue) == issue.digest,
    }


def questions(actor: Actor, issue: Issue) -> dict[str, Any]:
    """Every question with its answer."""
    found = shown(actor, issue)
    people = [each.answered_by_id for each in issue.answers.all()]
    names = names_of(people, organisation_id=actor.organisation_id)
    return {"shown": found, "issue": issue, "names": names, "explanation": explanation_of(issue)}


def explanation_of(issue: Issue) -> str:
    """What the field beside each answer is called."""
    return str(issue.content.explanation or told("Explanation"))


def waits_for(actor: Actor) -> Iterator[Task]:
    """What is to be answered, and what is to be reviewed, for the first page."""
    if reach(actor, QUESTIONNAIRE_VIEW).is_empty:
        return
    home = reverse("questionnaires-list")
    mine = issues_to_answer(actor=actor)
    counted = mine.aggregate(new=Count("pk", filter=Q(state=State.SENT)), back=Count("pk", filter=Q(returned__gt=0)))
    yield Task(told("Questionnaires to answer"), f"{home}?state=sent", counted["new"])
    yield Task(told("Returned answers to amend"), f"{home}?state=review", counted["back"])
    yield Task(told("Questionnaires to review"), home, issues_to_review(actor=actor).count())


OF_RECORD = Panel(
    "questionnaires",
    _("Questionnaires"),
    "surveys/of_record.html",
    of_record,
    may=lambda actor: not reach(actor, QUESTIONNAIRE_VIEW).is_empty,
    rank=54,
)
HEAD = Panel("standing", _("Questionnaire"), "surveys/head.html", head, slot="head")
QUESTIONS = Panel("questions", _("Questions and answers"), "surveys/questions.html", questions, rank=10)
