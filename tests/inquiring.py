"""The questionnaire of a due diligence, gone through by both sides."""

from guanbao.platform.files.services.adding import document_add
from guanbao.platform.files.services.deciding import document_release
from guanbao.platform.questionnaires.models import Issue
from guanbao.platform.questionnaires.services.answering import Filled, answers_save, issue_submit
from guanbao.platform.questionnaires.services.reviewing import Judged, answers_review, issue_conclude


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
