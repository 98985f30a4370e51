"""Putting, answering, reviewing, concluding: who may, what is refused, what stays."""

import threading
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client

from guanbao.apps.parties.services import department_add
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.actors import SYSTEM
from guanbao.platform.files.services.adding import document_add
from guanbao.platform.ledger.models import Entry
from guanbao.platform.questionnaires.errors import (
    AnswersMissing,
    IssueNotOpen,
    NobodyToAnswer,
    NothingToAsk,
    OwnAnswers,
    QuestionnaireUnknown,
    ReviewIncomplete,
    VersionByUploader,
    VersionEnforcedAlready,
)
from guanbao.platform.questionnaires.models import Answer, Issue, QuestionnaireVersion
from guanbao.platform.questionnaires.selectors import (
    answers_of,
    issues_to_answer,
    issues_to_review,
    issues_visible,
    questionnaires_for,
)
from guanbao.platform.questionnaires.services.answering import Filled, answers_save, issue_submit
from guanbao.platform.questionnaires.services.issuing import issue_cancel, issue_prepare, issue_send
from guanbao.platform.questionnaires.services.reviewing import Judged, answers_review, digest_of, issue_conclude
from guanbao.platform.questionnaires.services.versions import version_enforce, version_upload

pytestmark = pytest.mark.django_db


def accepted(issue, **more):
    """Every answer accepted, as it stands."""
    return {code: Judged("accepted", "", each.number) for code, each in answers_of(issue).items()} | more


def seen(actor):
    return set(issues_visible(actor=actor).values_list("pk", flat=True))


def test_the_course_of_a_questionnaire(desk, filled):
    issue = desk.prepared()
    assert issue.pk not in seen(desk.manager)
    assert issue.shared_with_id is None
    issue = issue_send(actor=desk.office, issue=issue)
    assert issue.pk in seen(desk.manager)
    assert list(issues_to_answer(actor=desk.manager)) == [issue]
    assert not answers_save(actor=desk.manager, issue=issue, filled=filled).faults
    issue = issue_submit(actor=desk.manager, issue=issue)
    assert not issues_to_answer(actor=desk.manager).exists()
    assert list(issues_to_review(actor=desk.risk)) == [issue]
    judged = accepted(issue, grade=Judged("returned", "Say how it was measured", 1))
    assert answers_review(actor=desk.risk, issue=issue, judged=judged) == {}
    issue.refresh_from_db()
    assert (issue.state, issue.returned) == ("review", 1)
    assert list(issues_to_answer(actor=desk.manager)) == [issue]
    assert not issues_to_review(actor=desk.risk).exists()
    with pytest.raises(ReviewIncomplete):
        issue_conclude(actor=desk.risk, issue=issue)
    faults = answers_save(actor=desk.manager, issue=issue, filled={"met": Filled("no", seen=1)}).faults
    assert list(faults) == ["met"]
    amended = Filled("6", explanation="By the monthly survey", seen=1)
    assert not answers_save(actor=desk.manager, issue=issue, filled={"grade": amended}).faults
    assert list(issues_to_review(actor=desk.risk)) == [issue]
    assert answers_review(actor=desk.risk, issue=issue, judged={"grade": Judged("accepted", "", 2)}) == {}
    done = issue_conclude(actor=desk.risk, issue=issue)
    assert (done.state, str(done.score), done.outcome) == ("concluded", "90.00", "passed")
    assert digest_of(done) == done.digest
    told = Entry.objects.filter(object_type="questionnaires.issue", object_id=str(done.pk)).order_by("index")
    assert [each.event.removeprefix("questionnaire.") for each in told] == [
        "prepared", "sent", "answered", "submitted", "reviewed", "answered", "reviewed", "concluded",
    ]  # fmt: skip
    assert told.last().after["digest"] == done.digest
    before = list(Answer.objects.filter(issue=done, question="grade", is_current=False))
    assert [(each.value, each.verdict) for each in before] == [("7.5", "returned")]


def test_nothing_is_changed_once_it_is_concluded(desk):
    issue = desk.submitted()
    answers_review(actor=desk.risk, issue=issue, judged=accepted(issue))
    done = issue_conclude(actor=desk.risk, issue=issue)
    before = list(Answer.objects.filter(issue=done).values())
    for attempt in (
        lambda: answers_save(actor=desk.manager, issue=done, filled={"met": Filled("no", seen=1)}),
        lambda: issue_submit(actor=desk.manager, issue=done),
        lambda: answers_review(actor=desk.risk, issue=done, judged=accepted(done)),
        lambda: issue_conclude(actor=desk.risk, issue=done),
        lambda: issue_cancel(actor=desk.office, issue=done, cancelled_reason="No"),
        lambda: issue_send(actor=desk.office, issue=done),
    ):
        with pytest.raises(IssueNotOpen):
            attempt()
    assert list(Answer.objects.filter(issue=done).values()) == before
    Answer.objects.filter(issue=done, question="met").update(value="no")
    assert digest_of(done) != done.digest


def test_whoever_answered_does_not_review(desk, filled):
    desk.version(side="institution")
    issue = desk.sent()
    assert not answers_save(actor=desk.risk, issue=issue, filled={"met": filled["met"]}).faults
    rest = {code: each for code, each in filled.items() if code != "met"}
    assert not answers_save(actor=desk.office, issue=issue, filled=rest).faults
    issue = issue_submit(actor=desk.office, issue=issue)
    for who in (desk.office, desk.risk):
        with pytest.raises(OwnAnswers):
            answers_review(actor=who, issue=issue, judged=accepted(issue))
        with pytest.raises(OwnAnswers):
            issue_conclude(actor=who, issue=issue)
    assert not issues_to_review(actor=desk.risk).exists()
    assert answers_review(actor=desk.compliance, issue=issue, judged=accepted(issue)) == {}
    assert issue_conclude(actor=desk.compliance, issue=issue).state == "concluded"


@pytest.mark.parametrize(
    "values",
    [
        {"reviewed_by": "answerer", "verdict": "accepted"},
        {"verdict": "accepted"},
        {"verdict": "returned", "reviewed_by": "other", "remark": ""},
    ],
)
def test_the_database_keeps_makers_from_checking(desk, values):
    issue = desk.submitted()
    people = {"answerer": desk.manager.person_id, "other": desk.risk.person_id}
    if "reviewed_by" in values:
        values = values | {"reviewed_by": people[values["reviewed_by"]]}
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.filter(issue=issue, question="met").update(**values)


def test_the_database_keeps_who_handed_in_from_concluding(desk):
    issue = desk.submitted()
    for values in (
        {"concluded_by": desk.manager.person_id},
        {"state": "concluded"},
        {"shared_with": None},
        {"side": "institution"},
        {"state": "unheard"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Issue.objects.filter(pk=issue.pk).update(**values)


def test_what_is_wrong_is_told_at_its_question_and_the_rest_is_kept(desk):
    issue = desk.sent()
    filled = {
        "met": Filled("perhaps"),
        "way": Filled("rented"),
        "grade": Filled("11"),
        "parts": Filled(["a", "z"]),
        "day": Filled("30.11.2026"),
        "why": Filled("x" * 4001),
        "nothing": Filled("yes"),
    }
    saved = answers_save(actor=desk.manager, issue=issue, filled=filled)
    assert saved.questions == ["way"]
    assert saved.faults.keys() == filled.keys() - {"way"}
    assert answers_save(actor=desk.manager, issue=issue, filled=filled, whole=True).questions == []
    for wrong in (Filled("NaN"), Filled("1e999"), Filled("Infinity"), Filled(["1", "2"]), Filled("1" * 30)):
        assert "grade" in answers_save(actor=desk.manager, issue=issue, filled={"grade": wrong}).faults
    assert "met" in answers_save(actor=desk.manager, issue=issue, filled={"met": Filled(is_unfit=True)}).faults
    assert "grade" in answers_save(actor=desk.manager, issue=issue, filled={"grade": Filled(is_unfit=True)}).faults


def test_what_does_not_apply_does_not_count_and_what_is_missing_is_named(desk):
    issue = desk.sent()
    answers_save(actor=desk.manager, issue=issue, filled={"met": Filled("partial"), "way": Filled("rented")})
    with pytest.raises(AnswersMissing) as caught:
        issue_submit(actor=desk.manager, issue=issue)
    assert "Why rented" in str(caught.value) or "租用理由" in str(caught.value)
    rest = {"why": Filled("Cheaper"), "grade": Filled(is_unfit=True, explanation="No surveys")}
    answers_save(actor=desk.manager, issue=issue, filled=rest)
    issue = issue_submit(actor=desk.manager, issue=issue)
    answers_review(actor=desk.risk, issue=issue, judged=accepted(issue))
    done = issue_conclude(actor=desk.risk, issue=issue)
    assert (str(done.score), done.outcome) == ("33.33", "failed")


def test_a_failed_critical_question_fails_the_whole(desk, filled):
    issue = desk.submitted(filled | {"met": Filled("no")})
    answers_review(actor=desk.risk, issue=issue, judged=accepted(issue))
    done = issue_conclude(actor=desk.risk, issue=issue)
    assert done.outcome == "critical"
    assert [part["code"] for part in done.result["parts"] if part["failed"]] == ["met"]


def test_two_who_answer_at_once_lose_nothing_silently(desk):
    issue = desk.sent()
    assert not answers_save(actor=desk.manager, issue=issue, filled={"met": Filled("yes")}).faults
    late = Filled("no")
    assert "met" in answers_save(actor=desk.colleague, issue=issue, filled={"met": late}).faults
    assert answers_of(issue)["met"].value == "yes"
    same = answers_save(actor=desk.colleague, issue=issue, filled={"met": Filled("yes")})
    assert (same.questions, same.faults) == ([], {})
    assert not answers_save(actor=desk.colleague, issue=issue, filled={"met": replace(late, seen=1)}).faults
    assert answers_of(issue)["met"].value == "no"
    assert Answer.objects.filter(issue=issue, question="met").count() == 2


@pytest.mark.django_db(transaction=True)
def test_answers_that_race_are_told_of_each_other(desk):
    """Each in a connection of its own: one is kept, every other is told that it came second."""
    if connection.vendor != "postgresql":
        pytest.skip("in memory SQLite has one connection")
    issue, results = desk.sent(), []
    ready = threading.Barrier(4)

    def answer(value):
        ready.wait()
        try:
            results.append(answers_save(actor=desk.manager, issue=issue, filled={"grade": Filled(value)}))
        finally:
            connection.close()

    threads = [threading.Thread(target=answer, args=(str(n),)) for n in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(len(each.questions) for each in results) == [0, 0, 0, 1]
    assert sum("grade" in each.faults for each in results) == 3
    assert Answer.objects.filter(issue=issue, question="grade").count() == 1


def test_a_review_of_what_was_amended_meanwhile_is_refused(desk):
    issue = desk.submitted()
    answers_review(actor=desk.risk, issue=issue, judged={"grade": Judged("returned", "Again", 1)})
    answers_save(actor=desk.manager, issue=issue, filled={"grade": Filled("9", seen=1)})
    judged = {"grade": Judged("accepted", "", 1), "met": Judged("maybe", "", 1), "way": Judged("returned", " ", 1)}
    faults = answers_review(actor=desk.risk, issue=issue, judged=judged | {"why": Judged("accepted")})
    assert faults.keys() == {"grade", "met", "way", "why"}
    assert not Answer.objects.filter(issue=issue, is_current=True).exclude(verdict="").exists()


def test_others_see_and_do_nothing(desk, filled):
    issue = desk.submitted()
    before = list(Answer.objects.filter(issue=issue).values())
    for who in (desk.rival, desk.elsewhere):
        assert issue.pk not in seen(who)
        for attempt in (
            lambda who=who: answers_save(actor=who, issue=issue, filled=filled),
            lambda who=who: issue_submit(actor=who, issue=issue),
            lambda who=who: answers_review(actor=who, issue=issue, judged=accepted(issue)),
            lambda who=who: issue_conclude(actor=who, issue=issue),
            lambda who=who: issue_cancel(actor=who, issue=issue, cancelled_reason="No"),
        ):
            with pytest.raises(NotPermitted):
                attempt()
    with pytest.raises(NotPermitted):  # the bank's people do not answer for the contractor
        answers_save(actor=desk.office, issue=issue, filled=filled)
    with pytest.raises(NotPermitted):  # nor does the contractor review
        answers_review(actor=desk.colleague, issue=issue, judged=accepted(issue))
    with pytest.raises(NothingToAsk):
        issue_prepare(
            actor=desk.elsewhere, record="arrangements", record_id=desk.thread.calls.pk, questionnaire="site",
            due_on=issue.due_on,
        )  # fmt: skip
    assert list(Answer.objects.filter(issue=issue).values()) == before


def test_who_only_reads_does_nothing(desk, filled):
    """A lawyer of the bank reads all of them, the contractor's manager their own; neither puts nor cancels any."""
    lawyer = desk.house.person("lawyer", desk.house.bank.organisation, "legal")[1]
    reader = desk.house.person("reader", desk.house.calls.organisation, "quality_reviewer")[1]
    draft, sent, answered = desk.prepared(), desk.sent(), desk.submitted()
    assert {draft.pk, sent.pk, answered.pk} <= seen(lawyer)
    assert seen(reader) == seen(desk.manager) == {sent.pk, answered.pk}
    for who in (lawyer, reader):
        assert not issues_to_answer(actor=who).exists()
        assert not issues_to_review(actor=who).exists()
        with pytest.raises(NotPermitted):
            answers_save(actor=who, issue=sent, filled=filled)
        with pytest.raises(NotPermitted):
            answers_review(actor=who, issue=answered, judged=accepted(answered))
    for who in (lawyer, reader, desk.manager):
        with pytest.raises(NotPermitted):
            issue_prepare(
                actor=who, record="arrangements", record_id=desk.thread.calls.pk, questionnaire="site",
                due_on=draft.due_on,
            )  # fmt: skip
        with pytest.raises(NotPermitted):
            issue_send(actor=who, issue=draft)
        with pytest.raises(NotPermitted):
            issue_cancel(actor=who, issue=sent, cancelled_reason="No")
    assert list(Issue.objects.order_by("pk").values_list("state", flat=True)) == ["draft", "sent", "submitted"]
    assert not Answer.objects.filter(issue=sent).exists()


def test_what_the_bank_answers_no_contractor_sees(desk, filled):
    desk.version(side="institution")
    issue = desk.sent()
    assert issue.shared_with_id is None
    assert issue.pk not in seen(desk.manager)
    assert not answers_save(actor=desk.office, issue=issue, filled=filled).faults
    with pytest.raises(NotPermitted):
        answers_save(actor=desk.manager, issue=issue, filled=filled)


def test_evidence_is_of_the_issue_and_pinned_to_its_version(desk):
    issue, other = desk.sent(), desk.sent()

    def send(about, text):
        return document_add(
            actor=desk.manager, record="questionnaires", record_id=about.pk, kind="monitoring", title=text,
            pieces=[text.encode()],
        )  # fmt: skip

    own, foreign = send(issue, "Own proof"), send(other, "Foreign proof")
    saved = answers_save(actor=desk.manager, issue=issue, filled={"proof": Filled(documents=(foreign.pk,))})
    assert "proof" in saved.faults
    assert (
        "met"
        in answers_save(actor=desk.manager, issue=issue, filled={"met": Filled("yes", documents=(own.pk,))}).faults
    )
    assert not answers_save(actor=desk.manager, issue=issue, filled={"proof": Filled(documents=(own.pk,))}).faults
    assert answers_of(issue)["proof"].documents == [own.pk]


def test_a_colleague_who_sees_less_keeps_the_evidence(desk):
    """One proves an answer by a confidential document; another, who may not see that, amends the answer."""
    desk.version(side="institution")
    issue = desk.sent()
    made = document_add(
        actor=desk.risk, record="questionnaires", record_id=issue.pk, kind="monitoring", title="Proof",
        pieces=[b"Proof"], is_confidential=True,
    )  # fmt: skip
    answers_save(actor=desk.risk, issue=issue, filled={"proof": Filled(documents=(made.pk,))})
    clerk, actor = desk.house.person("clerk", desk.house.bank.organisation, "executing_department")
    client = Client(headers={"accept-language": "en"})
    client.force_login(clerk, "django.contrib.auth.backends.ModelBackend")
    url = f"/questionnaires/{issue.pk}/answer?section=second"
    page = client.get(url).content.decode()
    assert f'<input type="hidden" name="document-proof" value="{made.pk}">' in page
    assert ">Proof<" not in page.replace("Proof</", "")
    amended = Filled(explanation="See there", documents=(made.pk,), seen=1)
    assert not answers_save(actor=actor, issue=issue, filled={"proof": amended}).faults
    assert answers_of(issue)["proof"].documents == [made.pk]


def test_scopes_hold_for_either_side(desk):
    """Who is of one department, or of one arrangement, sees what is about it and no more."""
    here = desk.sent()
    there = desk.sent(record_id=desk.thread.cards.pk)
    about = desk.sent(record="contractors", record_id=desk.house.calls.pk)
    elsewhere = department_add(actor=SYSTEM, institution=desk.house.bank, code="EL", name="Elsewhere")
    bank, calls = desk.house.bank.organisation, desk.house.calls.organisation
    ours = {"scope": "department", "key": desk.thread.department.pk}
    near = desk.house.person("near", bank, "executing_department", **ours)[1]
    far = desk.house.person("far", bank, "executing_department", scope="department", key=elsewhere.pk)[1]
    one = desk.house.person("one", calls, "service_manager", scope="arrangement", key=desk.thread.calls.pk)[1]
    assert seen(near) == {here.pk, there.pk}
    assert seen(far) == set()
    assert seen(one) == {here.pk}
    assert seen(desk.manager) == {here.pk, about.pk}
    with pytest.raises(NotPermitted):
        answers_save(actor=one, issue=about, filled={"met": Filled("yes")})


def test_a_definition_no_longer_than_people_write(desk, every):
    long = every.text.format(side="contractor", shown="false") + "#" * 300_000
    for text in (long, long.encode()):
        with pytest.raises(ValidationError):
            version_upload(actor=desk.office, text=text)
    deep = "{question: met, answered: true}"
    for _ in range(150):
        deep = f"{{all: [{deep}]}}"
    with pytest.raises(ValidationError):
        version_upload(
            actor=desk.office,
            text=every.text.format(side="contractor", shown="false").replace("{question: way, is: [rented]}", deep),
        )


def test_an_issue_stays_on_its_version(desk, every):
    issue = desk.sent()
    changed = (
        every.text.replace("weight: 2", "weight: 5")
        .replace("code: way", "code: path")
        .replace("question: way", "question: path")
    )
    newer = desk.version(text=changed)
    assert newer.number == 2
    assert "way" in Issue.objects.get(pk=issue.pk).content.questions
    assert not answers_save(actor=desk.manager, issue=issue, filled={"way": Filled("own")}).faults
    assert "path" in desk.prepared().content.questions


def test_a_version_is_checked_and_put_in_force_by_another(desk, every):
    broken = every.text.format(side="contractor", shown="false").replace("question: way", "question: gone")
    with pytest.raises(ValidationError) as caught:
        version_upload(actor=desk.office, text=broken)
    assert "gone" in caught.value.message_dict["file"][0]
    text = every.text.format(side="contractor", shown="true")
    made = version_upload(actor=desk.risk, text=text)
    with pytest.raises(VersionByUploader):
        version_enforce(actor=desk.risk, questionnaireversion=made)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuestionnaireVersion.objects.filter(pk=made.pk).update(enforced_by=desk.risk.person_id)
    assert desk.prepared().number == 1
    version_enforce(actor=desk.compliance, questionnaireversion=made)
    with pytest.raises(VersionEnforcedAlready):
        version_enforce(actor=desk.compliance, questionnaireversion=made)
    assert desk.prepared().number == 2
    for who in (desk.manager, desk.elsewhere):
        with pytest.raises(NotPermitted):
            version_enforce(actor=who, questionnaireversion=made)
    assert "every_kind" in {each.name for each in questionnaires_for(actor=desk.office)}
    assert "every_kind" not in {each.name for each in questionnaires_for(actor=desk.elsewhere)}


def test_what_comes_with_the_product_is_kept_with_its_first_use(desk):
    first, second = (desk.prepared(questionnaire="it_audit_before") for _ in range(2))
    assert first.number == second.number == 1
    assert QuestionnaireVersion.objects.get(name="it_audit_before").is_shipped
    with pytest.raises(QuestionnaireUnknown):
        desk.prepared(questionnaire="nothing")
    with pytest.raises(ValidationError):
        desk.prepared(due_on=None)


def test_a_contractor_must_be_there_to_answer(desk):
    arrangement = desk.thread.calls
    type(arrangement).objects.filter(pk=arrangement.pk).update(contractor=None, stage="scope")
    with pytest.raises(NobodyToAnswer):
        desk.prepared()
    assert desk.prepared(questionnaire="site").side == "institution"
