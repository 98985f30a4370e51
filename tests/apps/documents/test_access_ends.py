"""Whatever ends somebody's access ends all of it within a minute: pages, tokens, links, files asked for, open streams.

A request reads rights anew; what lasts longer than one looks at them again every 20 seconds, here at each piece.
"""

from datetime import date
from types import SimpleNamespace

import pytest
from django.test import Client

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.people.ending import member_end, member_leave
from guanbao.apps.people.services import member_revoke
from guanbao.apps.service_levels.services.imports import import_announce, import_receive
from guanbao.platform.access import lasting
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.models import Grant
from guanbao.platform.actors import SYSTEM
from guanbao.platform.files.errors import NothingToAttachTo
from guanbao.platform.files.selectors import documents_readable
from guanbao.platform.files.services.adding import document_add
from guanbao.platform.files.services.deciding import document_release
from guanbao.platform.files.services.reading import document_read
from guanbao.platform.identity.tokens import token_make
from guanbao.platform.questionnaires.services.issuing import issue_prepare, issue_send
from guanbao.platform.tasks.choices import State
from guanbao.platform.tasks.models import Job
from guanbao.platform.tasks.running import job_run
from guanbao.platform.tasks.services import job_start
from guanbao.web.exports import JOB

ENDS = ("left", "membership", "grant", "contract")


@pytest.fixture
def holder(desk, house):
    """A contractor's manager with everything that gives access; `end(how)` takes it away."""
    person, actor = desk.people["manager"], desk.actors["manager"]
    organisation, row = house.calls.organisation, desk.thread.calls
    admin = house.person("admin", organisation, "contractor_administrator")[1]
    browser = Client(raise_request_exception=False)
    browser.force_login(person, "django.contrib.auth.backends.ModelBackend")
    _token, secret = token_make(actor=SYSTEM, person=person, organisation=organisation, name="theirs")
    document = document_add(
        actor=desk.actors["office"], kind="contract", title="Zeugma 7", pieces=[b"x" * 200_000], is_shared=True,
        record="arrangements", record_id=row.pk,
    )  # fmt: skip
    document_release(actor=desk.actors["security"], document=document, state_reason="Looked at")
    put = {
        "record": "arrangements",
        "record_id": row.pk,
        "questionnaire": "it_audit_before",
        "due_on": date(2099, 1, 1),
    }
    issue = issue_send(actor=desk.actors["office"], issue=issue_prepare(actor=desk.actors["office"], **put))
    asked = {"resource": "arrangements", "asked": "", "form": "csv"}
    made, queued = (job_start(actor=actor, kind=JOB, arguments=asked) for _ in range(2))
    job_run(made.pk)

    def end(how):
        match how:
            case "left":
                member_leave(actor=admin, person=person)
            case "membership":
                member_end(actor=admin, person=person)
            case "grant":
                member_revoke(actor=admin, grant=Grant.objects.get(person=person))
            case "contract":
                Arrangement.objects.filter(pk=row.pk).update(stage="closed", outcome="completed")

    return SimpleNamespace(
        actor=actor, browser=browser, row=row, document=document, issue=issue.pk, made=made.pk,
        queued=queued.pk, end=end, token={"Authorization": f"Bearer {secret}"},
    )  # fmt: skip


def opened(holder):
    """Each address that shows something of the arrangement, and whether it does."""
    pages = (
        f"/arrangements/{holder.row.pk}/", f"/documents/{holder.document.pk}/",
        f"/documents/{holder.document.pk}/content", f"/exports/{holder.made}", f"/questionnaires/{holder.issue}/",
    )  # fmt: skip
    found = {path: holder.browser.get(path).status_code == 200 for path in pages}
    for path in ("/arrangements/", "/documents/"):
        found[path] = holder.row.reference in (text := holder.browser.get(path).content.decode()) or "Zeugma 7" in text
    for path in (f"arrangements/{holder.row.pk}", f"documents/{holder.document.pk}/content"):
        found[f"api {path}"] = Client().get(f"/api/v1/{path}", headers=holder.token).status_code == 200
    return found


@pytest.mark.parametrize("how", ENDS)
def test_pages_links_tokens_and_files_that_were_made_are_shut(holder, how):
    assert all(opened(holder).values()), opened(holder)
    holder.end(how)
    assert not any(opened(holder).values()), opened(holder)


@pytest.mark.parametrize("how", ENDS)
def test_an_export_that_waits_finds_nothing(holder, how):
    holder.end(how)
    job_run(holder.queued)
    job = Job.objects.get(pk=holder.queued)
    assert job.state == State.FAILED or (how == "contract" and job.result["rows"] == 0), (job.state, job.result)


@pytest.mark.parametrize("how", ENDS)
def test_a_download_breaks_off(holder, how, monkeypatch):
    pieces = document_read(actor=holder.actor, document=holder.document)
    assert len(next(pieces)) == 65_536
    holder.end(how)
    monkeypatch.setattr(lasting, "AGAIN_S", -1)
    with pytest.raises(NotPermitted):
        next(pieces)
    assert not documents_readable(actor=holder.actor).exists()


@pytest.mark.parametrize("how", ENDS)
def test_what_is_being_sent_does_not_arrive(holder, how, monkeypatch):
    monkeypatch.setattr(lasting, "AGAIN_S", -1)

    def pieces():
        yield b"a" * 10
        holder.end(how)
        yield b"b" * 10

    with pytest.raises(NotPermitted):
        document_add(
            actor=holder.actor, kind="licence", title="Late", pieces=pieces(), record="arrangements",
            record_id=holder.row.pk,
        )  # fmt: skip
    assert not holder.document.__class__.objects.filter(title="Late").exists()
    with pytest.raises((NotPermitted, NothingToAttachTo)):
        document_add(
            actor=holder.actor, kind="licence", title="Late", pieces=[b"c"], record="arrangements",
            record_id=holder.row.pk,
        )  # fmt: skip


@pytest.mark.parametrize("how", ENDS)
def test_records_that_are_being_sent_are_not_imported(holder, how, monkeypatch):
    monkeypatch.setattr(lasting, "AGAIN_S", -1)
    row = b'{"id": "c1", "arrived_at": "2026-11-02T09:30:00+08:00", "outcome": "answered"}\n'
    announced = import_announce(
        actor=holder.actor, arrangement=holder.row, dataset="interactions", mapping="interactions-jsonl",
        file_name="calls.jsonl", size=2 * len(row),
    )  # fmt: skip

    def pieces():
        yield row
        holder.end(how)
        yield row.replace(b"c1", b"c2")

    with pytest.raises(NotPermitted):
        import_receive(actor=holder.actor, import_=announced, offset=0, pieces=pieces())
    announced.refresh_from_db()
    assert (announced.state, announced.batch) == ("receiving", None)
