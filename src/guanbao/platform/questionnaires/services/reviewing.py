"""Reviewing: each answer accepted or returned by somebody who wrote none of them; then concluded, for good."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.reach import need_object, reach
from guanbao.platform.actors import Actor
from guanbao.platform.files.models import Document
from guanbao.platform.identity.choices import Side
from guanbao.platform.ledger.canonical import canonical, plain
from guanbao.platform.ledger.services import ledger_append
from guanbao.platform.questionnaires import events
from guanbao.platform.questionnaires.choices import ANSWERED, State, Verdict
from guanbao.platform.questionnaires.errors import OwnAnswers, ReviewIncomplete
from guanbao.platform.questionnaires.hearing import tell
from guanbao.platform.questionnaires.models import Answer, Issue
from guanbao.platform.questionnaires.permissions import QUESTIONNAIRE_REVIEW
from guanbao.platform.questionnaires.reading import MOST_EXPLAINED, given_of
from guanbao.platform.questionnaires.scoring import Score, score_of
from guanbao.platform.questionnaires.selectors import ISSUES, answers_of
from guanbao.platform.questionnaires.services.answering import asked_of, missing_of, named
from guanbao.platform.questionnaires.services.issuing import issue_held, issue_told
from guanbao.platform.wording import told


@dataclass(frozen=True)
class Judged:
    """What a reviewer says of an answer, and of which amendment of it."""

    verdict: str
    remark: str = ""
    seen: int = 0


def answers_review(*, actor: Actor, issue: Issue, judged: Mapping[str, Judged], whole: bool = False) -> dict[str, str]:
    """Accept answers, or return them with a remark; what is wrong at a question, where nothing was done to it.

    `whole` does nothing at all where anything is wrong.

    Raises NotPermitted, OwnAnswers, IssueNotOpen.
    """
    _need_reviewer(actor, issue)
    with transaction.atomic():
        issue = issue_held(issue, *ANSWERED)
        _need_other(actor, issue)
        answers = answers_of(issue)
        asked = asked_of(issue, answers)
        given = {code: answers.get(code) if code in asked else None for code in judged}
        faults = {code: fault for code, said in judged.items() if (fault := _unfit(given[code], said))}
        if whole and faults:
            return faults
        done: dict[str, list[str]] = {Verdict.ACCEPTED: [], Verdict.RETURNED: []}
        for code, said in judged.items():
            answer = given[code]
            if (
                code not in faults
                and answer is not None
                and (answer.verdict, answer.remark) != (said.verdict, said.remark.strip())
            ):
                answer.verdict, answer.remark = said.verdict, said.remark.strip()
                answer.reviewed_by_id, answer.reviewed_at = actor.person_id, timezone.now()
                answer.save(update_fields=["verdict", "remark", "reviewed_by", "reviewed_at"])
                done[said.verdict].append(code)
        if any(done.values()):
            _reviewed(actor, issue, done)
    return faults


def issue_conclude(*, actor: Actor, issue: Issue) -> Issue:
    """Conclude it, once every answer is accepted: the score is frozen and bound by a digest, and nothing changes.

    Raises NotPermitted, OwnAnswers, IssueNotOpen, ReviewIncomplete.
    """
    _need_reviewer(actor, issue)
    with transaction.atomic():
        issue = issue_held(issue, *ANSWERED)
        _need_other(actor, issue)
        answers = answers_of(issue)
        asked = asked_of(issue, answers)
        open_ = [each for code, each in asked.items() if code in answers and answers[code].verdict != Verdict.ACCEPTED]
        if open_ := list({each.code: each for each in (*open_, *missing_of(issue, answers))}.values()):
            raise ReviewIncomplete(questions=named(open_))
        score = score_of(issue.content, given_of(issue.content.questions, answers))
        issue.state, issue.concluded_by_id, issue.concluded_at = State.CONCLUDED, actor.person_id, timezone.now()
        issue.result, issue.outcome = score.said(), score.outcome
        issue.score = None if score.shown is None else Decimal(score.shown).scaleb(-2)
        issue.digest = digest_of(issue)
        issue.save()
        said = {"digest": issue.digest, "score": issue.score, "outcome": issue.outcome}
        issue_told(actor, issue, events.ISSUE_CONCLUDED, **said)
        tell(actor, issue, "concluded")
    return issue


def score_now(issue: Issue, answers: Mapping[str, Answer]) -> Score:
    """What the answers are worth as they stand."""
    return score_of(issue.content, given_of(issue.content.questions, answers))


def digest_of(issue: Issue) -> str:
    """The digest of all that was concluded: the definition, each answer with its review and documents, the result."""
    rows = list(Answer.objects.filter(issue=issue).order_by("question", "number"))
    keys = {key for row in rows for key in row.documents}
    bytes_ = dict(Document.objects.filter(pk__in=keys).values_list("pk", "sha256"))
    said: dict[str, Any] = {
        "issue": issue.pk,
        "definition": issue.content.digest,
        "record": f"{issue.record} {issue.record_id}",
        "result": issue.result,
        "answers": [
            {
                "question": row.question,
                "number": row.number,
                "value": row.value,
                "is_unfit": row.is_unfit,
                "explanation": row.explanation,
                "documents": [[key, bytes_.get(key, "")] for key in row.documents],
                "answered_by": row.answered_by_id,
                "verdict": row.verdict,
                "remark": row.remark,
                "reviewed_by": row.reviewed_by_id,
            }
            for row in rows
        ],
    }
    return hashlib.sha256(canonical(plain(said, "questionnaire")).encode()).hexdigest()


def _need_reviewer(actor: Actor, issue: Issue) -> None:
    """That the issue is the actor's to review, as an institution's person."""
    need_object(actor, QUESTIONNAIRE_REVIEW, issue, ISSUES)
    if reach(actor, QUESTIONNAIRE_REVIEW).side is not Side.INSTITUTION or actor.person_id is None:
        raise NotPermitted(actor=actor.name, permission=QUESTIONNAIRE_REVIEW.name)


def _need_other(actor: Actor, issue: Issue) -> None:
    """That the actor wrote none of the answers, and did not hand them in. Raises OwnAnswers."""
    wrote = Answer.objects.filter(issue=issue, answered_by=actor.person_id).exists()
    if wrote or issue.submitted_by_id == actor.person_id:
        raise OwnAnswers


def _unfit(answer: Answer | None, said: Judged) -> str:
    if answer is None or not answer.is_given:
        return told("There is no answer to review.")
    if answer.number != said.seen:
        return told("It was amended meanwhile: look at the new answer.")
    if said.verdict not in Verdict.values:
        return told("Accept it or return it.")
    if said.verdict == Verdict.RETURNED and not said.remark.strip():
        return told("Say what is to be amended.")
    if len(said.remark) > MOST_EXPLAINED or "\0" in said.remark:
        return told("At most {n} characters.", n=MOST_EXPLAINED)
    return ""


def _reviewed(actor: Actor, issue: Issue, done: Mapping[str, list[str]]) -> None:
    issue.state = State.REVIEW
    issue.returned = Answer.objects.filter(issue=issue, is_current=True, verdict=Verdict.RETURNED).count()
    issue.save(update_fields=["state", "returned"])
    after = {"accepted": len(done[Verdict.ACCEPTED]), "returned": len(done[Verdict.RETURNED]), "state": issue.state}
    ledger_append(actor=actor, event=events.ISSUE_REVIEWED, subject=issue, after=after, scopes=ISSUES.scopes_of(issue))
    if done[Verdict.RETURNED]:
        tell(actor, issue, "returned")
