"""The pages of notices: one's own, opened and read; how one wishes to be told."""

import pytest
from django.test import Client

from guanbao.apps.service_levels.notices import STATEMENT_ISSUED
from guanbao.platform.actors import SYSTEM
from guanbao.platform.notices.models import Notice, Receipt, Wishes
from guanbao.platform.notices.services import notice_send
from guanbao.platform.tasks.models import Job
from guanbao.platform.tasks.running import job_run


@pytest.fixture
def told(thread):
    """The manager is told of a statement; the manager's and the auditor's browsers, and the receipt."""
    organisation = thread.calls.contractor.organisation_id
    notice_send(
        actor=SYSTEM, kind=STATEMENT_ISSUED, organisation_id=organisation,
        scopes={"contractor": organisation, "arrangement": thread.calls.pk}, key="1", url="/statements/1/",
        values={"reference": "WB-1", "month": "2026-01", "version": 1},
    )  # fmt: skip
    job_run(Job.objects.get(kind="notice.spread").pk)
    browsers = []
    for person, _actor in (thread.manager, thread.auditor):
        browsers.append(Client())
        browsers[-1].force_login(person, "django.contrib.auth.backends.ModelBackend")
    return *browsers, Receipt.objects.get()


def test_a_notice_is_opened_and_read_by_whom_it_is_for(told):
    manager, auditor, receipt = told
    assert "WB-1" in manager.get("/notices/").content.decode()
    assert '<span class="badge' in manager.get("/notices/unread").content.decode()
    assert auditor.post(f"/notices/{receipt.pk}/open").status_code == 404
    assert manager.get(f"/notices/{receipt.pk}/open").status_code == 405
    answer = manager.post(f"/notices/{receipt.pk}/open")
    assert (answer.status_code, answer["Location"]) == (302, "/statements/1/")
    assert '<span class="badge' not in manager.get("/notices/unread").content.decode()


def test_a_notice_leads_nowhere_else(told):
    manager, _auditor, receipt = told
    Notice.objects.update(url="//evil.example/x")
    assert manager.post(f"/notices/{receipt.pk}/open")["Location"] == f"/notices/{receipt.pk}/"


def test_wishes_are_kept_and_faults_told(told):
    manager, _auditor, _receipt = told
    wrong = manager.post("/account/notices", {"by_email": "on", "mobile": "none", "quiet_from": "25:00"})
    assert wrong.status_code == 422
    assert not Wishes.objects.exists()
    alone = manager.post("/account/notices", {"by_email": "on", "quiet_from": "22:00"})
    assert alone.status_code == 422
    fine = manager.post(
        "/account/notices", {"quiet_from": "22:00", "quiet_until": "07:00", "muted": [STATEMENT_ISSUED.name]}
    )
    assert fine.status_code == 302
    kept = Wishes.objects.get()
    assert (kept.by_email, f"{kept.quiet_from:%H:%M}", kept.muted) == (False, "22:00", [STATEMENT_ISSUED.name])
    assert 'value="22:00"' in manager.get("/account/notices").content.decode()
