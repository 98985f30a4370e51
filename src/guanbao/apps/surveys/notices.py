"""What people are told of questionnaires: what is asked of them, what waits for a review, how it ended."""

from __future__ import annotations

from guanbao.engine.language import _
from guanbao.platform.actors import Actor
from guanbao.platform.identity.choices import Side
from guanbao.platform.notices.declaring import NoticeKind, notice_kind
from guanbao.platform.notices.services import notice_send
from guanbao.platform.questionnaires.hearing import News
from guanbao.platform.questionnaires.models import Issue
from guanbao.platform.questionnaires.permissions import QUESTIONNAIRE_ANSWER, QUESTIONNAIRE_REVIEW
from guanbao.platform.questionnaires.selectors import ISSUES
from guanbao.platform.wording import _ as title_

SENT = notice_kind(
    "questionnaire.sent",
    title_("A questionnaire to answer"),
    _("{questionnaire} about {record} is to be answered by {due}."),
    QUESTIONNAIRE_ANSWER,
)
RETURNED = notice_kind(
    "questionnaire.returned",
    title_("Answers were returned"),
    _("{questionnaire} about {record}: {returned} answers are to be amended."),
    QUESTIONNAIRE_ANSWER,
)
CONCLUDED = notice_kind(
    "questionnaire.concluded",
    title_("A questionnaire was concluded"),
    _("{questionnaire} about {record} is concluded."),
    QUESTIONNAIRE_ANSWER,
)
CANCELLED = notice_kind(
    "questionnaire.cancelled",
    title_("A questionnaire was cancelled"),
    _("{questionnaire} about {record} need not be answered any more."),
    QUESTIONNAIRE_ANSWER,
)
SUBMITTED = notice_kind(
    "questionnaire.submitted",
    title_("A questionnaire to review"),
    _("{questionnaire} about {record} was answered and waits for a review."),
    QUESTIONNAIRE_REVIEW,
)
AMENDED = notice_kind(
    "questionnaire.amended",
    title_("Returned answers were amended"),
    _("{questionnaire} about {record}: what was returned is amended and waits for a review."),
    QUESTIONNAIRE_REVIEW,
)
DUE_SOON = notice_kind(
    "questionnaire.due_soon",
    title_("A questionnaire is due soon"),
    _("{questionnaire} about {record} is due on {due}."),
    QUESTIONNAIRE_ANSWER,
)
OVERDUE = notice_kind(
    "questionnaire.overdue",
    title_("A questionnaire is overdue"),
    _("{questionnaire} about {record} was due on {due}."),
    QUESTIONNAIRE_ANSWER,
    urgent=True,
)
_KINDS: dict[News, NoticeKind] = {
    "sent": SENT,
    "returned": RETURNED,
    "concluded": CONCLUDED,
    "cancelled": CANCELLED,
    "submitted": SUBMITTED,
    "amended": AMENDED,
    "soon": DUE_SOON,
    "late": OVERDUE,
}


def told(actor: Actor, issue: Issue, news: News) -> None:
    """Send what one piece of news asks for, within its transaction: to who answers, or to who reviews."""
    kind = _KINDS[news]
    scopes = ISSUES.scopes_of(issue)
    reviews = kind.permission is QUESTIONNAIRE_REVIEW
    organisation = scopes[Side.INSTITUTION if reviews else Side(issue.side)]
    notice_send(
        actor=actor,
        kind=kind,
        organisation_id=organisation,
        scopes=scopes,
        key=f"{issue.pk}-{issue.due_on if news in ('soon', 'late') else _turn(issue)}",
        url=f"/questionnaires/{issue.pk}/",
        values={
            "questionnaire": {"zh": issue.title, "en": issue.title_en or issue.title},
            "record": issue.label,
            "due": issue.due_on.isoformat(),
            "returned": issue.returned,
        },
    )


def _turn(issue: Issue) -> int:
    """What tells one turn of a review from the next: how many answers there have been, and reviews of them."""
    answers = issue.answers.all()
    return answers.count() * 1000 + answers.exclude(verdict="").count()
