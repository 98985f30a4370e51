"""The pages: what each side sees, what is kept of what was typed, what waits, who is told; the endpoints."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.models import Person
from guanbao.platform.identity.tokens import token_make
from guanbao.platform.notices.models import Receipt
from guanbao.platform.questionnaires.models import Answer, Issue
from guanbao.platform.questionnaires.selectors import answers_of
from guanbao.platform.questionnaires.services.answering import Filled, answers_save
from guanbao.platform.questionnaires.services.reviewing import Judged, answers_review, issue_conclude
from guanbao.platform.tasks.models import Job
from guanbao.platform.tasks.running import job_run
from guanbao.platform.tasks.services import job_start

pytestmark = pytest.mark.django_db


def client_of(actor, **headers):
    client = Client(headers={"accept-language": "en", **headers})
    client.force_login(Person.objects.get(pk=actor.person_id), "django.contrib.auth.backends.ModelBackend")
    return client


def said(answer):
    return answer.content.decode()


def posted(issue, **values):
    """What a page of both sections sends: every question as it was shown, with these values."""
    known = answers_of(issue)
    sent = {"section": "all"}
    for code in issue.content.questions:
        sent[f"seen-{code}"] = known[code].number if code in known else 0
        if code in known and known[code].value is not None:
            sent[f"value-{code}"] = known[code].value
    return sent | values


def test_it_is_put_on_the_page_of_what_it_is_about(desk):
    arrangement, office, manager = desk.thread.calls, client_of(desk.office), client_of(desk.manager)
    tab = f"/arrangements/{arrangement.pk}/?tab=questionnaires"
    assert "Put a questionnaire" in said(office.get(tab))
    assert "Put a questionnaire" not in said(manager.get(tab))
    url = f"/questionnaires/to/arrangements/{arrangement.pk}"
    assert manager.get(url).status_code == 404
    assert client_of(desk.elsewhere).get(url).status_code == 404
    wrong = office.post(url, {"questionnaire": "every_kind", "due_on": ""})
    assert wrong.status_code == 422
    assert office.post(url, {"questionnaire": "nothing", "due_on": "2027-01-01"}).status_code == 422
    answer = office.post(url, {"questionnaire": "every_kind", "due_on": "2027-01-01", "scores_shown": "yes"})
    made = Issue.objects.get()
    assert answer["Location"] == f"/questionnaires/{made.pk}/"
    assert made.scores_shown
    assert "Every kind" in said(office.get(tab))
    assert "Every kind" not in said(manager.get(tab))
    assert office.post(f"/questionnaires/{made.pk}/send").status_code == 302
    assert "Every kind" in said(manager.get(tab))


def test_what_was_typed_stays_where_something_is_wrong(desk):
    issue, manager = desk.sent(), client_of(desk.manager)
    url = f"/questionnaires/{issue.pk}/answer"
    page = manager.post(
        url, posted(issue, **{"value-met": "yes", "value-grade": "eleven", "explanation-grade": "Why so"})
    )
    assert page.status_code == 422
    assert 'value="eleven"' in said(page)
    assert "Why so" in said(page)
    assert "Write a number" in said(page)
    assert {code: each.value for code, each in answers_of(issue).items()} == {"met": "yes"}
    page = manager.post(url, posted(issue, **{"value-grade": "7", "submit": "1"}))
    assert page.status_code == 422
    assert "An answer is missing." in said(page)
    assert answers_of(issue)["grade"].value == "7"
    assert (
        manager.post(url, posted(issue, **{"value-way": "own", "submit": "1"}))["Location"]
        == f"/questionnaires/{issue.pk}/"
    )
    issue.refresh_from_db()
    assert issue.state == "submitted"
    assert manager.get(url).status_code == 404


def test_a_condition_is_at_work_before_anything_is_kept(desk):
    issue, manager = desk.sent(), client_of(desk.manager)
    url = f"/questionnaires/{issue.pk}/answer"
    assert "Why rented" not in said(manager.get(url))
    looked = manager.post(url, posted(issue, **{"value-way": "rented", "value-met": "no", "look": "1"}))
    assert looked.status_code == 200
    assert "Why rented" in said(looked)
    assert not Answer.objects.exists()


def test_a_section_is_saved_by_itself_and_leads_on(desk):
    issue, manager = desk.sent(), client_of(desk.manager)
    url = f"/questionnaires/{issue.pk}/answer"
    assert "Grade" not in said(manager.get(f"{url}?section=first"))
    sent = {"section": "first", "seen-met": 0, "value-met": "yes", "seen-way": 0, "value-way": "own", "on": "1"}
    assert manager.post(url, sent)["Location"] == f"{url}?section=second&saved=2"
    page = said(manager.get(f"{url}?section=second&saved=2"))
    assert "Kept: 2 answers." in page
    assert "answered 2 of 6" in page
    assert manager.get(f"{url}?section=nothing&saved=x").status_code == 200


def test_a_second_writer_sees_what_the_first_wrote(desk):
    issue, manager = desk.sent(), client_of(desk.manager)
    url, late = f"/questionnaires/{issue.pk}/answer", posted(issue, **{"value-met": "no"})
    answers_save(actor=desk.colleague, issue=issue, filled={"met": Filled("yes")})
    page = manager.post(url, late)
    assert page.status_code == 422
    assert "What stands there now: Yes" in said(page)
    assert answers_of(issue)["met"].value == "yes"
    assert 'name="seen-met" value="1"' in said(page)
    assert manager.post(url, late | {"seen-met": 1}).status_code == 302
    assert answers_of(issue)["met"].value == "no"


def test_a_document_is_sent_with_its_answer(desk, tmp_path):
    issue, manager = desk.sent(), client_of(desk.manager)
    file = tmp_path / "proof.txt"
    file.write_text("Proof")
    with file.open("rb") as sent:
        answer = manager.post(
            f"/questionnaires/{issue.pk}/answer", posted(issue, **{"file-proof": sent, "value-met": "yes"})
        )
    assert answer.status_code == 302
    [document] = answers_of(issue)["proof"].documents
    assert f"/documents/{document}/" in said(client_of(desk.office).get(f"/questionnaires/{issue.pk}/"))
    assert client_of(desk.rival).get(f"/documents/{document}/").status_code == 404
    bad = tmp_path / "proof.exe"
    bad.write_bytes(b"MZ\x90\x00" + b"\0" * 100)
    with bad.open("rb") as sent:
        page = manager.post(f"/questionnaires/{issue.pk}/answer", posted(issue, **{"file-proof": sent}))
    assert page.status_code == 422


def test_a_review_on_its_page(desk):
    issue, risk = desk.submitted(), client_of(desk.risk)
    url = f"/questionnaires/{issue.pk}/review"
    assert client_of(desk.manager).get(url).status_code == 404
    seen = {f"seen-{code}": 1 for code in ("met", "way", "grade")}
    wrong = risk.post(url, seen | {"verdict-grade": "returned", "remark-grade": "", "rest": "accepted"})
    assert wrong.status_code == 422
    assert "Say what is to be amended." in said(wrong)
    done = risk.post(url, seen | {"verdict-grade": "returned", "remark-grade": "Too vague", "rest": "accepted"})
    assert done.status_code == 302
    manager = client_of(desk.manager)
    assert "Too vague" in said(manager.get(f"/questionnaires/{issue.pk}/answer"))
    assert "Returned answers to amend" in said(manager.get("/"))


@pytest.mark.parametrize("shown", [False, True])
def test_weights_scores_and_inner_remarks_are_kept_inside(desk, shown):
    if shown:
        desk.version(shown="true")
    issue = desk.submitted()
    judged = {code: Judged("accepted", f"INNER {code}", 1) for code in answers_of(issue)}
    answers_review(actor=desk.risk, issue=issue, judged=judged)
    issue_conclude(actor=desk.risk, issue=issue)
    manager, office = client_of(desk.manager), client_of(desk.office)
    secrets = ("INNER", "93.75", "weight 2", "points", "Passed as a whole")
    pages = [f"/questionnaires/{issue.pk}/", f"/questionnaires/{issue.pk}/?tab=history"]
    own = said(manager.get(pages[0]))
    assert all((secret in own) is shown for secret in secrets)
    assert all(secret in said(office.get(pages[0])) for secret in secrets)
    tab = f"/arrangements/{desk.thread.calls.pk}/?tab=questionnaires"
    assert "93.75" not in said(manager.get(tab))
    assert "Passed as a whole" not in said(manager.get(tab))
    assert "Passed as a whole" in said(office.get(tab))
    told = json.dumps(manager.get(f"/api/v1/questionnaires/{issue.pk}/answers").json())
    assert ("INNER" in told) is shown
    for url in (pages[1], "/questionnaires/", f"/api/v1/questionnaires/{issue.pk}", "/api/v1/questionnaires"):
        answer = manager.get(url)
        assert answer.status_code == 200
        assert "93.75" not in said(answer)
        assert "INNER" not in said(answer)
    assert manager.get("/questionnaires/?outcome=passed").status_code == 200
    assert manager.get("/api/v1/questionnaires?outcome=passed").status_code == 400


def test_who_must_answer_and_who_must_review_are_told(desk):
    def told():
        for job in Job.objects.filter(kind="notice.spread").exclude(state="done"):
            job_run(job.pk)
        found = Receipt.objects.select_related("notice", "person").order_by("pk")
        rows = [(each.notice.kind.removeprefix("questionnaire."), each.person.name) for each in found]
        Receipt.objects.all().delete()
        return set(rows)

    issue = desk.submitted()
    first = told()
    assert {("sent", "manager"), ("sent", "colleague"), ("submitted", "risk"), ("submitted", "office")} <= first
    assert not [name for _, name in first if name in ("rival", "elsewhere")]
    judged = {
        "grade": Judged("returned", "Again", 1),
        "met": Judged("accepted", "", 1),
        "way": Judged("accepted", "", 1),
    }
    answers_review(actor=desk.risk, issue=issue, judged=judged)
    assert told() == {("returned", "manager"), ("returned", "colleague")}
    answers_save(actor=desk.manager, issue=issue, filled={"grade": Filled("9", seen=1)})
    assert ("amended", "risk") in told()
    answers_review(actor=desk.risk, issue=issue, judged={"grade": Judged("accepted", "", 2)})
    issue_conclude(actor=desk.risk, issue=issue)
    assert told() == {("concluded", "manager"), ("concluded", "colleague")}


def test_who_must_answer_is_reminded_once_before_and_once_after(desk):
    today = timezone.localdate()
    soon = desk.sent(due_on=today + timedelta(days=2))
    late = desk.sent(due_on=today - timedelta(days=1))
    desk.sent(due_on=today + timedelta(days=30))
    desk.prepared(due_on=today)
    for _ in range(2):
        job_run(job_start(actor=SYSTEM, kind="questionnaires.remind").pk)
    told = Job.objects.filter(
        kind="notice.spread", arguments__kind__in=("questionnaire.due_soon", "questionnaire.overdue")
    )
    found = [(each.arguments["kind"], each.arguments["url"]) for each in told.order_by("pk")]
    assert found == [
        ("questionnaire.due_soon", f"/questionnaires/{soon.pk}/"),
        ("questionnaire.overdue", f"/questionnaires/{late.pk}/"),
    ]


def test_the_start_page_says_what_waits(desk):
    assert "Questionnaires to answer" not in said(client_of(desk.manager).get("/"))
    desk.submitted()
    desk.sent()
    assert "Questionnaires to answer" in said(client_of(desk.manager).get("/"))
    assert "Questionnaires to review" in said(client_of(desk.risk).get("/"))
    assert "Questionnaires to" not in said(client_of(desk.rival).get("/"))


def test_programs_put_answer_and_review(desk):
    secrets = {}
    for actor in (desk.office, desk.manager, desk.risk):
        person = Person.objects.get(pk=actor.person_id)
        organisation = person.memberships.get().organisation
        secrets[actor.name] = token_make(actor=SYSTEM, person=person, organisation=organisation, name="t")[1]

    def call(who, path, body=None):
        client = Client(headers={"authorization": f"Bearer {secrets[who]}", "accept-language": "en", "if-match": "*"})
        url = f"/api/v1/questionnaires{path}"
        return client.get(url) if body is None else client.post(url, json.dumps(body), content_type="application/json")

    about = {"record": "arrangements", "record_id": desk.thread.calls.pk}
    put = {"questionnaire": "every_kind", "due_on": "2027-01-01"}
    assert call("manager", "/put", about | put).status_code == 403
    assert call("office", "/put", about | {"record_id": 10**9} | put).status_code == 404
    made = call("office", "/put", about | put)
    assert made.status_code == 201
    pk = made.json()["id"]
    assert call("manager", f"/{pk}/answers").status_code == 404
    assert call("office", f"/{pk}/send", {}).status_code == 200
    wrong = [{"question": "met", "value": "yes"}, {"question": "grade", "value": "x"}]
    answer = call("manager", f"/{pk}/answers", {"answers": wrong})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/answers/1")
    assert not Answer.objects.exists()
    right = [
        {"question": "met", "value": "yes"},
        {"question": "way", "value": "own"},
        {"question": "grade", "value": "5"},
    ]
    course = call("manager", f"/{pk}/answers", {"answers": right}).json()
    assert (course["answered"], course["asked"]) == (3, 6)
    assert {each["weight"] for each in course["questions"]} == {""}
    assert call("manager", f"/{pk}/submit", {}).status_code == 200
    reviews = [{"question": each["question"], "verdict": "accepted", "seen": 1} for each in right]
    assert (
        call("risk", f"/{pk}/reviews", {"reviews": [*reviews, {"question": "day", "verdict": "accepted"}]}).status_code
        == 422
    )
    course = call("risk", f"/{pk}/reviews", {"reviews": reviews}).json()
    assert {each["verdict"] for each in course["questions"]} == {"accepted", ""}
    done = call("risk", f"/{pk}/conclude", {}).json()
    assert (done["state"], done["score"], done["outcome"]) == ("concluded", "87.50", "passed")
