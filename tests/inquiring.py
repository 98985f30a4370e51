"""The questionnaire of a due diligence, gone through by both sides."""

from guanbao.platform.files.services.adding import document_add
from guanbao.platform.files.services.deciding import document_release
from guanbao.platform.questionnaires.models import Issue
from guanbao.platform.questionnaires.services.answering import Filled, answers_save, issue_submit
from guanbao.platform.questionnaires.services.reviewing import Judged, answers_review, issue_conclude

# Every text of it says whose it is.
ASKED = """
name: {name}
title: {{zh: "卷 {said}", en: "Q {said}"}}
source: "from {said}"
version: 1
answered_by: {side}
pass_at: 50
explanation: {{zh: "说明 {said}", en: "Why {said}"}}
sections:
  - code: first
    title: {{zh: "节 {said}", en: "S {said}"}}
    questions:
      - code: met
        kind: partial
        text: {{zh: "达 {said}", en: "Met {said}"}}
        weight: 2
        critical: true
        evidence: optional
      - code: how
        kind: text
        text: {{zh: "如何 {said}", en: "How {said}"}}
        when: {{question: met, is_not: ["no"]}}
"""


def asked_in(diligence):
    """The questionnaire of a due diligence."""
    return Issue.objects.get(record="due-diligence", record_id=diligence.pk)


def answered(diligence, *, seller, reviewer, releaser=None, value="yes"):
    """Answered by the contractor, with evidence only where it is demanded, reviewed and concluded."""
    issue = asked_in(diligence)
    given = {code: Filled(value) for code in issue.content.questions}
    for code, question in issue.content.questions.items():
        if question.evidence == "required":
            document = document_add(actor=seller, record="questionnaires", record_id=issue.pk, kind="other",
                                    pieces=[b"As stated"], title=f"Proof {code}")  # fmt: skip
            document_release(actor=releaser, document=document, state_reason="Looked at")
            given[code] = Filled(value, documents=(document.pk,))
    assert answers_save(actor=seller, issue=issue, filled=given).faults == {}
    issue_submit(actor=seller, issue=issue)
    accepted = {code: Judged("accepted", "", 1) for code in given}
    assert answers_review(actor=reviewer, issue=issue, judged=accepted) == {}
    issue_conclude(actor=reviewer, issue=issue)
    return diligence
