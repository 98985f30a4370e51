"""Lists as files: what the reader sees, no more, and never unrecorded."""

import csv
import io
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone

from guanbao.apps.parties.services import contractor_stand
from guanbao.platform.access.models import Grant
from guanbao.platform.actors import SYSTEM
from guanbao.platform.ledger.errors import HeadMissing
from guanbao.platform.ledger.models import Entry
from guanbao.platform.tasks.files import job_file
from guanbao.platform.tasks.models import Job
from guanbao.platform.tasks.running import job_run


@pytest.fixture
def desk(house, client, settings, tmp_path):
    """Log somebody in; files go to a folder of the test's own."""
    settings.HOME = tmp_path
    people = {
        "office": house.person("office", house.bank.organisation, "outsourcing_office"),
        "risk": house.person("risk", house.bank.organisation, "risk"),
        "manager": house.person("manager", house.calls.organisation, "service_manager"),
        "agent": house.person("agent", house.calls.organisation, "agent"),
    }
    contractor_stand(
        actor=SYSTEM, contractor=house.cards, standing="barred", standing_reason="=1+1", standing_since="2026-01-01"
    )

    def logged_in(name):
        client.force_login(people[name][0])
        return client

    return logged_in


def table(response):
    assert response.status_code == 200
    if response["Content-Type"].startswith("text/csv"):
        return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    [sheet] = openpyxl.load_workbook(io.BytesIO(response.content))
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def exported():
    return list(Entry.objects.filter(event="records.exported").order_by("index"))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_exactly_the_rows_and_columns_that_the_list_shows(desk, house, form):
    browser = desk("office")
    rows = table(browser.post("/contractors/export?sort=-name", {"form": form}))
    assert [row[0] for row in rows[1:]] == ["Cards Ltd", "Calls Ltd"]
    assert "Standing" in rows[0]
    assert "Foreign Ltd" not in str(rows)
    assert [r[0] for r in table(browser.post("/contractors/export?standing=barred", {"form": form}))[1:]] == [
        "Cards Ltd"
    ]
    assert [r[0] for r in table(browser.post("/contractors/export?q=calls", {"form": form}))[1:]] == ["Calls Ltd"]
    assert len(table(browser.post("/contractors/export?standing=nonsense", {"form": form}))) == 1
    first, *_ = exported()
    assert first.after == {
        "resource": "contractors",
        "columns": ["name", "institution", "kind", "standing", "is_financial", "is_related", "country"],
        "filters": {"sort": ["-name"]},
        "rows": 2,
        "form": form,
    }
    assert (first.organisation_id, len(exported())) == (house.bank.organisation.pk, 4)


def test_what_was_searched_for_is_not_kept(desk):
    desk("office").post("/contractors/export?q=Zhang", {"form": "csv"})
    [entry] = exported()
    assert entry.redacted == ["search"]
    assert b"Zhang" not in bytes(entry.body)


def test_a_contractor_gets_its_own_rows_without_what_the_bank_thinks(desk):
    rows = table(desk("manager").post("/contractors/export?standing=barred&sort=standing", {"form": "csv"}))
    assert [row[0] for row in rows[1:]] == ["Calls Ltd"]
    assert not {"Standing", "Related party"} & set(rows[0])


def test_who_may_not_see_the_list_gets_no_file_and_no_entry(desk):
    for path in ("/contractors/export", "/people/export", "/nothing/export"):
        assert desk("agent").post(path, {"form": "csv"}).status_code == 404
    assert desk("office").post("/contractors/export", {"form": "html"}).status_code == 404
    assert desk("office").get("/contractors/export").status_code == 405
    assert exported() == []


def test_without_the_ledger_nothing_leaves(desk, monkeypatch):
    def refuse(**_):
        raise HeadMissing

    monkeypatch.setattr("guanbao.platform.ledger.services.ledger_append", refuse)
    browser = desk("office")
    with pytest.raises(HeadMissing):
        browser.post("/contractors/export", {"form": "csv"})
    assert exported() == []


def test_very_many_rows_are_written_by_a_job_for_its_starter_alone_for_a_day(desk, monkeypatch):
    monkeypatch.setattr("guanbao.web.exports.MOST_AT_ONCE", 1)
    browser = desk("office")
    answer = browser.post("/contractors/export?sort=-name", {"form": "csv"})
    job = Job.objects.get()
    assert answer["Location"] == f"/jobs/{job.pk}/"
    fetch = f"/exports/{job.pk}"
    assert browser.get(fetch).status_code == 404, "it is not there yet"
    assert exported() == []
    job_run(job.pk)
    assert len(exported()) == 1
    assert f'href="{fetch}"' in browser.get(f"/jobs/{job.pk}/").content.decode()
    assert [row[0] for row in table(browser.get(fetch))[1:]] == ["Cards Ltd", "Calls Ltd"]
    for other in ("risk", "manager", "agent"):
        assert desk(other).get(fetch).status_code == 404, other
    browser = desk("office")
    Job.objects.update(finished_at=timezone.now() - timedelta(days=1, minutes=1))
    assert browser.get(fetch).status_code == 404
    Job.objects.update(finished_at=timezone.now())
    assert browser.get(fetch).status_code == 200
    Grant.objects.update(revoked_at=timezone.now())
    assert browser.get(fetch).status_code == 404


def test_a_jobs_file_holds_what_its_starter_may_see_when_it_is_written(desk, house, monkeypatch):
    monkeypatch.setattr("guanbao.web.exports.MOST_AT_ONCE", 1)
    desk("office").post("/contractors/export", {"form": "csv"})
    Grant.objects.filter(person__login="office").update(scope="contractor", key=house.calls.organisation.pk)
    job = Job.objects.get()
    job_run(job.pk)
    assert "Cards Ltd" not in job_file(job.pk).read_text(encoding="utf-8-sig")
    Grant.objects.update(revoked_at=timezone.now())
    Job.objects.update(state="waiting")
    job_file(job.pk).unlink()
    job_run(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    assert not job_file(job.pk).exists()
