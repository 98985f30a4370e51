"""The pages of questionnaires: their lists, and what can be done with one."""

from __future__ import annotations

from typing import Any

from guanbao.apps.surveys.forms import CancelForm
from guanbao.apps.surveys.panels import HEAD, QUESTIONS
from guanbao.platform.actors import Actor
from guanbao.platform.questionnaires import permissions, selectors
from guanbao.platform.questionnaires.choices import ANSWERED, ENDED, State
from guanbao.platform.questionnaires.models import Issue, QuestionnaireVersion
from guanbao.platform.questionnaires.services.answering import issue_submit
from guanbao.platform.questionnaires.services.issuing import issue_cancel, issue_send
from guanbao.platform.questionnaires.services.reviewing import issue_conclude
from guanbao.platform.questionnaires.services.versions import version_enforce
from guanbao.platform.questionnaires.shipped import questionnaire_title
from guanbao.platform.telling import tell
from guanbao.platform.wording import _
from guanbao.web.frame import Page
from guanbao.web.panels import TIMELINE
from guanbao.web.resource import Panel, Resource, Verb, resource_title

_GROUP = _("Assurance")
VERSION_INDEX = Page("questionnaire-index", _("Questionnaires in force"), _GROUP, permissions.VERSION_VIEW)
tell(Issue, record=resource_title, name=questionnaire_title)
tell(QuestionnaireVersion, name=questionnaire_title)


def _definition(_actor: Actor, version: QuestionnaireVersion) -> dict[str, Any]:
    return {"content": version.content, "version": version}


ISSUES = Resource(
    name="questionnaires",
    model=Issue,
    title=_("Questionnaires"),
    singular=_("Questionnaire"),
    group=_GROUP,
    empty=_("No questionnaire was put yet. They are put on the pages of what they are about."),
    view=permissions.QUESTIONNAIRE_VIEW,
    rows=selectors.issues_visible,
    columns=("title", "label", "side", "state", "due_on", "returned", "score", "outcome"),
    shown=(
        "label", "number", "side", "due_on", "scores_shown", "sent_at", "submitted_at", "concluded_at", "score",
        "outcome", "digest", "cancelled_reason",
    ),
    answers=(
        "title", "title_en", "name", "number", "record", "record_id", "label", "side", "state", "due_on", "returned",
        "scores_shown", "prepared_at", "sent_at", "submitted_at", "concluded_at", "score", "outcome", "digest",
        "cancelled_reason",
    ),
    search=("title", "title_en", "label"),
    filters=("state", "side", "outcome"),
    order=("-pk",),
    inside=frozenset({"record_id", "score", "outcome", "scores_shown", "digest", "prepared_at"}),
    verbs=(
        Verb(
            "send",
            _("Send"),
            permissions.QUESTIONNAIRE_PUT,
            issue_send,
            when=lambda issue, _actor: issue.state == State.DRAFT,
            bulk=True,
        ),
        Verb(
            "submit",
            _("Hand in"),
            permissions.QUESTIONNAIRE_ANSWER,
            issue_submit,
            when=lambda issue, actor: issue.state == State.SENT and selectors.may_answer(actor, issue),
        ),
        Verb(
            "conclude",
            _("Conclude"),
            permissions.QUESTIONNAIRE_REVIEW,
            issue_conclude,
            when=lambda issue, actor: (
                issue.state in ANSWERED and not issue.returned and selectors.may_review(actor, issue)
            ),
            grave=True,
        ),
        Verb(
            "cancel",
            _("Cancel the questionnaire"),
            permissions.QUESTIONNAIRE_PUT,
            issue_cancel,
            form=CancelForm,
            when=lambda issue, _actor: issue.state not in ENDED,
            grave=True,
        ),
    ),
    panels=(HEAD, QUESTIONS, TIMELINE),
)  # fmt: skip
VERSIONS = Resource(
    name="questionnaire-versions",
    model=QuestionnaireVersion,
    title=_("Versions of questionnaires"),
    singular=_("Version of a questionnaire"),
    group=_GROUP,
    empty=_("No version was kept yet."),
    view=permissions.VERSION_VIEW,
    rows=selectors.versions_visible,
    columns=("title", "number", "is_shipped", "uploaded_by", "enforced_by", "enforced_at"),
    shown=(
        "number", "source", "digest", "is_shipped", "uploaded_by", "uploaded_at", "enforced_by", "enforced_at",
    ),
    answers=(
        "title", "title_en", "name", "number", "source", "digest", "is_shipped", "uploaded_at", "enforced_at",
    ),
    search=("title", "title_en", "name"),
    order=("name", "-number"),
    parent="organisation",
    verbs=(
        Verb(
            "enforce",
            _("Put in force"),
            permissions.VERSION_ENFORCE,
            version_enforce,
            when=lambda version, actor: version.enforced_at is None and version.uploaded_by_id != actor.person_id,
            grave=True,
        ),
    ),
    panels=(Panel("definition", _("Questions"), "surveys/definition.html", _definition), TIMELINE),
)  # fmt: skip
