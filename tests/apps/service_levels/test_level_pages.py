"""Pages of service levels, as each side sees them."""

import pytest
from desks import FEBRUARY
from django.core.files.uploadedfile import SimpleUploadedFile

from guanbao.apps.service_levels.models import Exclusion, Import, Level, Remark, Statement
from guanbao.apps.service_levels.services.levels import level_begin
from guanbao.apps.service_levels.services.statements import standing_refresh, statement_draft
from guanbao.platform.actors import SYSTEM
from guanbao.platform.ledger.models import Entry
from guanbao.platform.tasks.models import Job


@pytest.fixture
def draft(desk):
    return statement_draft(actor=SYSTEM, arrangement=desk.calls, month=FEBRUARY)


@pytest.fixture
def office(client, desk):
    client.force_login(desk.office[0])
    return client


def test_the_workspace_tells_figures_trend_and_standing(office, desk, draft):
    standing_refresh(arrangement=desk.calls)
    page = office.get(f"/arrangements/{desk.calls.pk}/?tab=levels").content.decode()
    for told in ("Score of 1999-02", "Terms met, month by month", "trend-data", "Still needed this month", "10,000.00"):
        assert told in page, told
    assert f"/statements/{draft.pk}/records/service-level" in page


def test_a_figure_opens_to_its_records(office, draft):
    at = f"/statements/{draft.pk}/records/service-level"
    page = office.get(at).content.decode()
    assert "AA0101" in page
    assert "customer" not in page.lower()
    missed = office.get(at, {"label": "missed"})
    assert missed.content.decode().count("/exclusions/add?") == len(missed.context["found"].rows) == 50
    for wrong in ({"label": "' or 1=1"}, {"page": "0"}, {"page": "x"}, {"page": "999999"}):
        assert office.get(at, wrong).status_code == 404, wrong
    for path in (f"/statements/{draft.pk}/records/offered/..", f"/statements/{draft.pk}/records/none"):
        assert office.get(path).status_code == 404, path


def test_a_statement_leaves_as_json_page_and_workbook_and_the_ledger_tells(office, draft):
    said = office.get(f"/statements/{draft.pk}/file.json").json()
    assert said["digest"] == draft.digest
    page = office.get(f"/statements/{draft.pk}/file.html")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert draft.digest[:16] in page.content.decode()
    book = b"".join(office.get(f"/statements/{draft.pk}/file.xlsx").streaming_content)
    assert book[:2] == b"PK"
    assert [e.after["form"] for e in Entry.objects.filter(event="statement.exported").order_by("index")] == [
        "json", "html", "xlsx",
    ]  # fmt: skip
    assert office.get(f"/statements/{draft.pk}/file.exe").status_code == 404


def test_anybody_who_sees_it_recomputes_it(client, desk, draft):
    for who in (desk.office[0], desk.manager[0], desk.auditor[0]):
        client.force_login(who)
        assert "same to the last byte" in client.post(f"/statements/{draft.pk}/recompute").content.decode()


def test_another_contractor_finds_no_door(client, desk, draft):
    stranger, _ = desk.house.person("cards", desk.house.cards.organisation, "service_manager")
    client.force_login(stranger)
    paths = [
        f"/statements/{draft.pk}/",
        f"/statements/{draft.pk}/records/service-level",
        f"/statements/{draft.pk}/file.json",
        f"/levels/{desk.level.pk}/",
        f"/levels/{desk.level.pk}/preview?month=1999-02-01",
        f"/imports/{desk.imported.pk}/",
        f"/imports/{desk.imported.pk}/quarantine",
        f"/arrangements/{desk.calls.pk}/send",
        f"/calendars/{desk.calendar.pk}/",
    ]
    for path in paths:
        assert client.get(path).status_code == 404, path
    assert client.post(f"/statements/{draft.pk}/recompute").status_code == 404
    assert client.post(f"/statements/{draft.pk}/remark", {"text": "x"}).status_code == 404
    for name in ("statements", "levels", "terms", "imports", "exclusions", "amounts", "calendars"):
        page = client.get(f"/{name}/")
        assert "WB-1" not in page.content.decode(), name
    given = {"arrangement": desk.calls.pk, "period_from": "1999-02-01", "reason": "x", "records": "AA"}
    assert client.post("/exclusions/add", given).status_code == 422
    assert not Exclusion.objects.exists()
    assert not Remark.objects.exists()


def test_records_are_sent_by_a_page_and_imported_by_a_job(client, desk, calls):
    client.force_login(desk.manager[0])
    row = b"AA0199 99999 0 0 PS 990227 10:00:00 10:00:10 10 0:00:00 0:00:00 0 AGENT 10:00:10 10:01:00 50 X\n"
    data = SimpleUploadedFile("..\\evil/../more.txt", calls.splitlines(keepends=True)[0] + row)
    answer = client.post(f"/arrangements/{desk.calls.pk}/send", {"mapping": "anonymous-bank", "file": data})
    made = Import.objects.latest("pk")
    assert answer.url == f"/imports/{made.pk}/"
    assert (made.file_name, made.state) == ("more.txt", "waiting")
    assert Job.objects.filter(kind="records.import").latest("pk").arguments == {"import_id": made.pk}
    assert "Waiting to be imported" in client.get(answer.url).content.decode()
    wrong = {"mapping": "../../etc/passwd", "file": ""}
    assert client.post(f"/arrangements/{desk.calls.pk}/send", wrong).status_code == 422


def test_a_version_is_begun_previewed_and_put_into_force(office, desk):
    given = {
        "arrangement": desk.calls.pk,
        "calendar": desk.calendar.pk,
        "fee_currency": "CNY",
        "title": "",
        "preset": "",
    }
    made = office.post("/levels/add", given)
    level = Level.objects.latest("pk")
    assert made.url == f"/levels/{level.pk}/"
    seen = office.get(f"/levels/{level.pk}/preview", {"month": "1999-02-01"}).content.decode()
    assert "52.08%" in seen or "%" in seen
    assert 'class="alert' not in seen
    assert not Statement.objects.exists()
    assert "New term" in office.get(f"/levels/{level.pk}/").content.decode()
    assert "New term" not in office.get(f"/levels/{desk.level.pk}/").content.decode()
    assert office.post(f"/levels/{level.pk}/enforce", {"holds_from": "1999-03-02"}).status_code == 422
    assert office.post(f"/levels/{level.pk}/enforce", {"holds_from": "1999-03-01"}).status_code == 302
    assert office.get(f"/levels/{level.pk}/preview", {"month": "never"}).status_code == 404


def test_what_waits_stands_on_the_workbench(client, desk, draft):
    given = {"arrangement": desk.calls.pk, "period_from": "1999-02-01", "effect": "drop", "reason": "Your line."}
    client.force_login(desk.manager[0])
    given["records"] = "AA0101-33116-990201"
    assert client.post("/exclusions/add", given).status_code == 302
    assert "to decide" not in client.get("/").content.decode()
    dispute = f"/exclusions/{Exclusion.objects.get().pk}/"
    assert client.get(dispute).context["verbs"] == []
    assert client.get(f"{dispute}decide").status_code == 404
    client.force_login(desk.office[0])
    assert [verb.name for verb in client.get(dispute).context["verbs"]] == ["decide"]
    page = client.get("/").content.decode()
    assert "Exclusions of the other side to decide" in page
    assert "Statements to issue" in page
    assert client.post(f"/statements/{draft.pk}/issue").status_code == 422, "a proposal waits"


def test_a_draft_version_hides_from_the_contractor(client, desk):
    second = level_begin(actor=desk.office[1], arrangement=desk.calls, calendar=desk.calendar)
    client.force_login(desk.manager[0])
    assert client.get(f"/levels/{second.pk}/").status_code == 404
    workspace = f"/arrangements/{desk.calls.pk}/?tab=levels"
    assert f"{second}</a>" not in client.get(workspace).content.decode()
    client.force_login(desk.office[0])
    assert f"{second}</a>" in client.get(workspace).content.decode()
