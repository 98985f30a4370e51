"""A questionnaire of every kind of question, and people of both sides."""

from datetime import date
from types import SimpleNamespace

import pytest

from guanbao.platform.files.keys import files_key_make
from guanbao.platform.questionnaires.services.answering import Filled, answers_save, issue_submit
from guanbao.platform.questionnaires.services.issuing import issue_prepare, issue_send
from guanbao.platform.questionnaires.services.versions import version_enforce, version_upload

EVERY = """
name: every_kind
title: {{zh: 全题型, en: Every kind}}
source: made up
version: 1
answered_by: {side}
scores_shown: {shown}
pass_at: 50
sections:
  - code: first
    title: {{zh: 第一部分, en: First part}}
    questions:
      - {{code: met, kind: partial, text: {{zh: 是否达标, en: Is it met}}, weight: 2, critical: true, passes_at: 0.5}}
      - {{code: way, kind: choice, text: {{zh: 方式, en: Way}}, weight: 1, options: [{{code: own, text: {{zh: 自建, en: Own}}, share: 1}}, {{code: rented, text: {{zh: 租用, en: Rented}}, share: 0}}]}}
      - {{code: why, kind: text, text: {{zh: 租用理由, en: Why rented}}, when: {{question: way, is: [rented]}}}}
  - code: second
    title: {{zh: 第二部分, en: Second part}}
    questions:
      - {{code: parts, kind: multiple, text: {{zh: 范围, en: Parts}}, required: false, options: [{{code: a, text: {{zh: 甲, en: A}}}}, {{code: b, text: {{zh: 乙, en: B}}}}]}}
      - {{code: grade, kind: number, text: {{zh: 评分, en: Grade}}, weight: 1, from: 0, to: 10, may_not_apply: true}}
      - {{code: day, kind: date, text: {{zh: 日期, en: Day}}, required: false}}
      - {{code: proof, kind: file, text: {{zh: 证明, en: Proof}}, required: false}}
"""  # noqa: E501 - a line is a question
FULL = {"met": Filled("yes"), "way": Filled("own"), "grade": Filled("7.5")}


class Desk:
    """An arrangement with its people, and questionnaires about it."""

    def __init__(self, house, thread):
        self.house, self.thread = house, thread
        self.office = thread.office[1]
        self.manager = thread.manager[1]
        self.colleague = house.person("colleague", house.calls.organisation, "service_manager")[1]
        self.rival = house.person("rival", house.cards.organisation, "service_manager")[1]
        self.risk = house.person("risk", house.bank.organisation, "risk")[1]
        self.compliance = house.person("compliance", house.bank.organisation, "compliance")[1]
        self.elsewhere = house.person("elsewhere", house.other.organisation, "outsourcing_office")[1]

    def version(self, *, side="contractor", shown="false", text=EVERY):
        """A version of the questionnaire of every kind, in force."""
        made = version_upload(actor=self.office, text=text.format(side=side, shown=shown))
        return version_enforce(actor=self.compliance, questionnaireversion=made)

    def prepared(self, questionnaire="every_kind", **more):
        """Prepared about the first arrangement."""
        about = {"record": "arrangements", "record_id": self.thread.calls.pk, "due_on": date(2027, 1, 1)}
        return issue_prepare(actor=self.office, questionnaire=questionnaire, **about | more)

    def sent(self, **more):
        """Sent to the contractor, or to the bank's own."""
        return issue_send(actor=self.office, issue=self.prepared(**more))

    def submitted(self, filled=FULL, by=None):
        """Answered and handed in."""
        issue, by = self.sent(), by or self.manager
        assert not answers_save(actor=by, issue=issue, filled=filled).faults
        return issue_submit(actor=by, issue=issue)


@pytest.fixture
def desk(house, thread, settings, tmp_path):
    """The desk, with a questionnaire in force that the contractor answers."""
    settings.HOME = tmp_path
    settings.GUANBAO_FILES_KEY = tmp_path / "files.key.json"
    files_key_make(settings.GUANBAO_FILES_KEY)
    made = Desk(house, thread)
    made.version()
    return made


@pytest.fixture
def filled():
    """Answers to all that must be answered."""
    return dict(FULL)


@pytest.fixture
def every():
    """The text of the questionnaire."""
    return SimpleNamespace(text=EVERY)
