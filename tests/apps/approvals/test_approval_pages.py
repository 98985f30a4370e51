"""Pages and endpoints of approvals, as bank's and contractor's people meet them."""

import json

import pytest
from chains import decided, task_of, up_to
from django.core.files.uploadedfile import SimpleUploadedFile

from guanbao.apps.arrangements.services import arrangement_edit
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.models import Person
from guanbao.platform.identity.tokens import token_make
from guanbao.platform.workflow.models import Absence, Approval, Decision, ModelVersion
from guanbao.platform.workflow.shipped import models_shipped

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(client):
    """Log somebody in; the browser."""

    def log_in(actor, language="en"):
        person = Person.objects.get(pk=actor.person_id)
        Person.objects.filter(pk=person.pk).update(language=language)
        client.force_login(person, "django.contrib.auth.backends.ModelBackend")
        return client

    return log_in


def text_of(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_record_is_submitted_on_its_page_and_decided_on_the_tasks(deciders, at):
    record = f"/arrangements/{deciders.arrangement.pk}/"
    browser = at(deciders.maker)
    assert "Submit for approval" in text_of(browser.get(record))
    assert browser.post(f"{record}submit").url == record
    approval = Approval.objects.get()
    assert "Submit for approval" not in text_of(browser.get(record))
    shown = text_of(browser.get(f"{record}?tab=approvals"))
    assert "<svg" in shown
    assert "Being decided" in shown
    task = task_of(approval, "executing")
    browser = at(deciders.by["executing_department"])
    assert f"/approval-tasks/{task.pk}/" in text_of(browser.get("/my-tasks/"))
    page = text_of(browser.get(f"/approval-tasks/{task.pk}/"))
    assert "Your decision" in page
    assert "SECRET-IMPORTANCE" in page
    wrong = browser.post(f"/approval-tasks/{task.pk}/decide", {"verdict": "reject"})
    assert wrong.status_code == 422
    assert not Decision.objects.exists()
    browser.post(f"/approval-tasks/{task.pk}/decide", {"verdict": "approve", "opinion": "Fine <b>so</b>."})
    assert Decision.objects.get().verdict == "approve"
    shown = text_of(browser.get(f"/approvals/{approval.pk}/"))
    assert "Fine &lt;b&gt;so&lt;/b&gt;." in shown
    assert approval.label in text_of(browser.get("/my-tasks/?tab=done"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_state_is_shown_in_both_languages(deciders, at, language):
    approval = deciders.submit()
    up_to(deciders, approval, "office")
    decided(approval, deciders.by["outsourcing_office"], "office", "return", opinion="Ask again.", to="sign_risk")
    browser = at(deciders.by["risk"], language)
    record = f"/arrangements/{deciders.arrangement.pk}/?tab=approvals"
    assert ("第 2 轮" if language == "zh" else "Round 2") in text_of(browser.get(record))
    arrangement_edit(actor=deciders.thread.office[1], arrangement=deciders.arrangement, title="Other")
    shown = text_of(browser.get(record))
    assert ("已作废" if language == "zh" else "Void") in shown
    assert ("须重新提交" if language == "zh" else "has to be submitted again") in shown
    for tab in ("todo", "done", "copies", "away"):
        text_of(browser.get(f"/my-tasks/?tab={tab}"))


def test_the_diagram_says_what_became_of_each_level(deciders, at):
    approval = deciders.submit()
    decided(approval, deciders.by["executing_department"], "executing")
    decided(approval, deciders.by["risk"], "sign_risk")
    shown = text_of(at(deciders.by["risk"]).get(f"/approvals/{approval.pk}/"))
    assert shown.count('class="node done"') == 4  # start, executing, who countersigns, risk: the gateway is a polygon
    assert shown.count('class="node now"') == 3
    assert 'role="img"' in shown
    assert "style=" not in shown.split("<svg")[1].split("</svg>")[0]


def test_a_contractor_meets_nothing_of_it(deciders, at):
    approval = deciders.submit()
    decided(approval, deciders.by["executing_department"], "executing", "approve", opinion="SECRET-OPINION")
    task = task_of(approval, "sign_risk")
    browser = at(deciders.thread.manager[1])
    for url in ("/approvals/", "/approval-tasks/", "/approval-models/", "/my-tasks/", "/models-of-approval/",
                f"/approvals/{approval.pk}/", f"/approval-tasks/{task.pk}/", f"/approval-tasks/{task.pk}/decide",
                f"/approval-models/{approval.version_id}/"):  # fmt: skip
        assert browser.get(url).status_code == 404, url
    for url in (f"/approval-tasks/{task.pk}/decide", f"/arrangements/{deciders.arrangement.pk}/submit",
                f"/approvals/{approval.pk}/withdraw", "/models-of-approval/", "/my-tasks/away"):  # fmt: skip
        assert browser.post(url, {"verdict": "approve"}).status_code == 404, url
    record = text_of(browser.get(f"/arrangements/{deciders.arrangement.pk}/"))
    assert "pproval" not in record
    history = text_of(browser.get(f"/arrangements/{deciders.arrangement.pk}/?tab=history"))
    assert "SECRET" not in history
    assert Decision.objects.count() == 1


def test_decided_by_the_api(deciders, client):
    approval = deciders.submit()
    actor = deciders.by["executing_department"]
    person = Person.objects.get(pk=actor.person_id)
    organisation = deciders.house.bank.organisation
    secret = token_make(actor=SYSTEM, person=person, organisation=organisation, name="t")[1]
    headers = {"Authorization": f"Bearer {secret}", "If-Match": "*"}
    task = task_of(approval, "executing")
    found = client.get("/api/v1/approval-tasks?state=open", headers=headers).json()["items"]
    assert [(one["id"], one["level"]) for one in found] == [(task.pk, "executing")]
    answer = client.post(
        f"/api/v1/approval-tasks/{task.pk}/decide",
        json.dumps({"verdict": "approve", "opinion": "By machine."}),
        "application/json",
        headers=headers,
    )
    assert answer.status_code == 200, answer.content
    assert Decision.objects.get().opinion == "By machine."
    assert client.get("/api/v1/approvals", headers=headers).json()["items"][0]["state"] == "running"


def test_somebody_is_away_and_back(deciders, at):
    browser = at(deciders.by["legal"])
    body = {"deputy_id": deciders.by["risk"].person_id, "since": "2026-12-01", "until": "2026-12-09"}
    assert browser.post("/my-tasks/away", body | {"until": "2026-11-01"}).status_code == 422
    assert browser.post("/my-tasks/away", body | {"deputy_id": deciders.thread.manager[1].person_id}).status_code == 422
    assert browser.post("/my-tasks/away", body).status_code == 302
    absence = Absence.objects.get()
    assert at(deciders.by["risk"]).post(f"/my-tasks/back/{absence.pk}").status_code == 404
    browser = at(deciders.by["legal"])
    assert "decides in your place" in text_of(browser.get("/my-tasks/?tab=away"))
    browser.post(f"/my-tasks/back/{absence.pk}")
    assert Absence.objects.get().ended_at is not None


def test_a_model_is_uploaded_on_its_page(deciders, at):
    bpmn, tables = models_shipped()["tiered_review"]

    def files(text):
        return {
            "name": "tiered_review",
            "bpmn": SimpleUploadedFile("own.bpmn", text.encode()),
            "tables": [SimpleUploadedFile(f"{n}.dmn", table.encode()) for n, table in enumerate(tables)],
        }

    browser = at(deciders.by["outsourcing_office"])
    refused = browser.post("/models-of-approval/", files(bpmn.replace('name="risk"', 'name="nobody"')))
    assert refused.status_code == 422
    assert "Line" in refused.content.decode()
    assert not ModelVersion.objects.exists()
    made = browser.post("/models-of-approval/", files(bpmn))
    version = ModelVersion.objects.get()
    assert made.url == f"/approval-models/{version.pk}/"
    assert 'href="enforce"' not in text_of(browser.get(made.url))
    assert at(deciders.by["risk"]).post("/models-of-approval/", files(bpmn)).status_code == 404
    browser = at(deciders.by["compliance"])
    assert 'href="enforce"' in text_of(browser.get(made.url))
    browser.post(f"{made.url}enforce")
    assert "in force since" in text_of(browser.get("/models-of-approval/"))


def test_a_task_is_handed_to_a_colleague_of_the_role(deciders, at):
    second = deciders.house.person("second", deciders.house.bank.organisation, "executing_department")[1]
    approval = deciders.submit()
    url = f"/approval-tasks/{task_of(approval, 'executing').pk}/delegate"
    browser = at(deciders.by["executing_department"])
    shown = text_of(browser.get(url))
    assert "second" in shown
    assert "maker" not in shown.split("<select")[1].split("</select>")[0]
    assert browser.post(url, {"person_id": deciders.maker.person_id}).status_code == 422
    assert browser.post(url, {"person_id": second.person_id}).status_code == 302
    assert "in the place of" in text_of(at(second).get("/my-tasks/"))
