"""The ledger as its readers see it: who sees what, by key, with proofs, and as evidence."""

import json
from datetime import datetime, time, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import guanbao_verify
from guanbao.apps.evidence.selectors import entries_asked, entries_visible
from guanbao.apps.evidence.services import evidence_export
from guanbao.apps.parties.services import contractor_edit, contractor_stand
from guanbao.engine.statements.signing import keys_new
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.models import Organisation, Person
from guanbao.platform.identity.services import organisation_add
from guanbao.platform.ledger import services
from guanbao.platform.ledger.errors import HeadMissing
from guanbao.platform.ledger.models import Checkpoint, Entry, Head
from guanbao.platform.ledger.services import checkpoint_make
from guanbao.platform.ledger.triggers import disarmed
from guanbao.platform.ledger.witness import checkpoint_publish
from guanbao.platform.tasks.models import Job
from guanbao.platform.tasks.running import job_run
from guanbao.platform.tasks.services import job_start

LOGINS = {
    "audit": ("bank", "internal_audit"),
    "risk": ("bank", "risk"),
    "office": ("bank", "outsourcing_office"),
    "administrator": ("bank", "platform_administrator"),
    "legal": ("bank", "legal"),
    "elsewhere": ("other", "internal_audit"),
    "head": ("calls", "contractor_administrator"),
    "rival": ("cards", "contractor_administrator"),
    "agent": ("calls", "agent"),
}


@pytest.fixture
def desk(house, client, settings, tmp_path):
    """People of every kind, a key, and a few events."""
    settings.HOME = tmp_path
    settings.GUANBAO_LEDGER_KEY = keys_new(tmp_path, "ledger")[0]
    settings.GUANBAO_WITNESS = None
    people = {login: house.person(login, getattr(house, at).organisation, role) for login, (at, role) in LOGINS.items()}
    office = people["office"][1]
    contractor_stand(
        actor=office, contractor=house.calls, standing="barred", standing_reason="Late", standing_since="2026-01-01"
    )

    def logged_in(name):
        client.force_login(people[name][0])
        return client

    logged_in.actors = {name: actor for name, (_, actor) in people.items()}
    return logged_in


def objects(rows):
    return {(entry.event, entry.object_label or entry.object_id) for entry in rows}


def test_who_reads_what(desk, house):
    actors = desk.actors
    organisation_add(actor=actors["head"], side="contractor", name="By the head")
    organisation_add(actor=actors["administrator"], side="institution", name="By the administrator")
    seen = {name: list(entries_visible(actor=actor)) for name, actor in actors.items()}
    for name in ("audit", "risk", "office"):
        assert {entry.institution for entry in seen[name]} == {house.bank.organisation.pk}, name
        assert "contractor.standing_changed" in {entry.event for entry in seen[name]}
    assert {entry.institution for entry in seen["elsewhere"]} == {house.other.organisation.pk}
    assert {entry.event for entry in seen["administrator"]} == {"organisation.added"}
    assert {entry.organisation_id for entry in seen["head"]} == {house.calls.organisation.pk}
    assert len(seen["head"]) == 1
    for name in ("rival", "legal", "agent"):
        assert seen[name] == [], name
    Grant.objects.filter(person__login="risk").update(scope="contractor", key=1)
    assert not entries_visible(actor=actors["risk"]).exists(), "a part of the organisation opens no ledger"


def test_pages_follow_the_selector(desk):
    entry = Entry.objects.get(event="contractor.standing_changed")
    for name in LOGINS:
        browser = desk(name)
        reads = name in ("audit", "risk", "office")
        listed = browser.get("/ledger/")
        assert listed.status_code == (404 if name in ("legal", "agent") else 200), name
        assert ("Late" in listed.content.decode()) is reads, name
        assert browser.get(f"/ledger/{entry.index}/").status_code == (200 if reads else 404), name
    for index in (10**6, 2**63, 2**70):
        assert desk("audit").get(f"/ledger/{index}/").status_code == 404
    assert "Entries" not in desk("head").get("/ledger/").content.decode(), "how much others do is not theirs to know"


def test_filters_and_pages_by_key(desk, house):
    audit = desk.actors["audit"]
    for n in range(120):
        contractor_edit(
            actor=desk.actors["office"], contractor=house.cards, name=f"Cards {n}", name_en="", kind="it_service",
            is_financial=False, is_related=False, country="CN", parent=None,
        )  # fmt: skip
    browser, seen, address = desk("audit"), [], "/ledger/?event=contractor.edited"
    with CaptureQueriesContext(connection) as first:
        browser.get(address)
    while address:
        page = browser.get(address)
        seen += [entry.index for entry, _ in page.context["lines"]]
        address = page.context["older"] and f"/ledger/?{page.context['older']}"
    assert seen == sorted(Entry.objects.filter(event="contractor.edited").values_list("index", flat=True), reverse=True)
    with CaptureQueriesContext(connection) as again:
        browser.get("/ledger/?event=contractor.standing_changed")
    assert len(again) == len(first), "as many questions for one row as for fifty"

    def found(**asked):
        return entries_asked(actor=audit, asked=asked).count()

    today = timezone.localdate()
    everything = found()
    assert found(since=today, until=today) == everything
    assert found(until=today - timedelta(days=1)) == found(since=today + timedelta(days=1)) == 0
    assert found(person=desk.actors["office"].person_id) == 121
    assert found(object_type="parties.contractor", object_id=str(house.calls.pk)) == 2
    assert found(request="nothing") == 0
    for wrong in ("person=x", "since=2026-13-01", "event=nothing", "person=-1", "object_type=parties.contractor"):
        page = browser.get(f"/ledger/?{wrong}")
        assert (page.status_code, page.context["lines"]) == (200, []), wrong
    for wrong in ("x", "-1", "1" * 30, "１"):
        assert browser.get(f"/ledger/?before={wrong}").status_code == 404


def test_days_are_found_by_what_checkpoints_counted(desk, house, monkeypatch):
    begun = timezone.localdate() - timedelta(days=8)
    clock = SimpleNamespace(now=lambda _: moment)
    monkeypatch.setattr(services, "datetime", clock)
    made = []
    for hours in range(0, 24 * 7, 5):
        moment = datetime.combine(begun, time(), timezone.get_default_timezone()) + timedelta(hours=hours)
        contractor_stand(
            actor=desk.actors["office"], contractor=house.cards, standing=("admitted", "restricted")[len(made) % 2],
            standing_reason=f"{hours}", standing_since="2026-01-01",
        )  # fmt: skip
        made.append((timezone.localtime(moment).date(), Entry.objects.latest("index").index))
        if hours % 15 == 0:
            checkpoint_make()
    for since in (begun + timedelta(days=n) for n in range(-1, 9)):
        for until in (since + timedelta(days=n) for n in range(3)):
            rows = entries_asked(actor=desk.actors["audit"], asked={"since": since, "until": until})
            wanted = [index for day, index in reversed(made) if since <= day <= until]
            assert [entry.index for entry in rows.filter(at__lt=moment + timedelta(hours=1))] == wanted, (since, until)
            assert ('"index" >= 0' in str(rows.query)) is (since <= begun), "looked for from the last checkpoint before"
            assert ('"index" <' in str(rows.query)) is (until < moment.date()), "up to the first checkpoint after"


def test_an_entrys_proof_holds_until_it_is_tampered_with(desk):
    entry = Entry.objects.get(event="contractor.standing_changed")
    browser = desk("audit")
    assert "It stands under no checkpoint yet" in browser.get(f"/ledger/{entry.index}/").content.decode()
    checkpoint = checkpoint_make()
    page = browser.get(f"/ledger/{entry.index}/")
    assert page.context["holds"]
    assert (page.context["checkpoint"].pk, page.context["root"]) == (checkpoint.pk, bytes(checkpoint.root).hex())
    assert ("Reason of the standing", "—", "Late") in page.context["changes"]
    with disarmed(connection):
        Entry.objects.filter(pk=entry.pk).update(body=bytes(entry.body).replace(b"Late", b"Good"))
    assert not browser.get(f"/ledger/{entry.index}/").context["holds"]


def test_evidence_is_what_guanbao_verify_accepts_and_an_event(desk, tmp_path):
    browser = desk("audit")
    answer = browser.post("/ledger/evidence?event=contractor.standing_changed")
    job = Job.objects.get(kind="ledger.export")
    assert answer["Location"] == f"/jobs/{job.pk}/"
    fetch = f"/ledger/evidence/{job.pk}"
    assert browser.get(fetch).status_code == 404
    job_run(job.pk)
    given = browser.get(fetch)
    assert given.status_code == 200
    file = tmp_path / "evidence.jsonl"
    file.write_bytes(given.content)
    lines = [json.loads(line) for line in given.content.decode().splitlines()]
    assert [line["entry"]["event"] for line in lines if "entry" in line] == ["contractor.standing_changed"]
    key = next(tmp_path.glob("ledger.pub*"))
    assert guanbao_verify.main([str(file), "--key", str(key)]) in (0, None)
    file.write_text(given.content.decode().replace("Late", "Good"), encoding="utf-8")
    assert guanbao_verify.main([str(file), "--key", str(key)]) == 1
    exported = Entry.objects.get(event="ledger.exported")
    assert exported.after == {"entries": 1, "filters": {"event": "contractor.standing_changed"}}
    for name in ("risk", "administrator", "head", "elsewhere"):
        assert desk(name).get(fetch).status_code == 404, name
    for name in ("office", "administrator", "head", "legal"):
        assert desk(name).post("/ledger/evidence").status_code == 404, name
    assert Job.objects.filter(kind="ledger.export").count() == 1
    assert desk("audit").get(fetch).status_code == 200
    audit = Role.objects.get(code="internal_audit")
    audit.permissions.remove("ledger.export")
    audit.save()
    assert desk("audit").get("/ledger/").status_code == 200
    assert desk("audit").get(fetch).status_code == 404, "who still reads the ledger, but may not take it out any more"


@pytest.mark.parametrize(
    ("name", "offered"), {"audit": (1, 1), "risk": (1, 0), "office": (0, 0), "administrator": (0, 1)}.items()
)
def test_each_is_offered_what_they_may_do(desk, name, offered):
    page = desk(name).get("/ledger/").content.decode()
    assert ("Take as evidence" in page, "Sign it now" in page) == offered


def test_who_may_not_take_evidence_gets_no_file(desk, tmp_path):
    before = Entry.objects.count()
    for name in ("office", "administrator", "head", "legal"):
        with pytest.raises(NotPermitted):
            evidence_export(actor=desk.actors[name], asked={}, file=tmp_path / "evidence.jsonl")
    assert Entry.objects.count() == before
    assert not list(tmp_path.glob("evidence*"))


def test_without_the_ledger_no_evidence_leaves(desk, monkeypatch, tmp_path):
    def refuse(**_):
        raise HeadMissing

    monkeypatch.setattr("guanbao.apps.evidence.services.ledger_append", refuse)
    desk("audit").post("/ledger/evidence")
    job = Job.objects.get(kind="ledger.export")
    job_run(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    assert not (tmp_path / "files/exports" / str(job.pk)).exists()


def test_checkpoints_on_demand_and_at_the_witness(desk, settings, tmp_path):
    settings.GUANBAO_WITNESS = tmp_path / "witness"
    settings.GUANBAO_WITNESS.mkdir()
    assert desk("legal").post("/ledger/checkpoint").status_code == 404
    assert desk("office").post("/ledger/checkpoint").status_code == 404
    desk("administrator").post("/ledger/checkpoint")
    job_run(Job.objects.get(kind="ledger.checkpoint").pk)
    made = Checkpoint.objects.get()
    assert [file.name for file in settings.GUANBAO_WITNESS.iterdir()] == [f"checkpoint-{made.size:012}-{made.pk}.json"]
    assert checkpoint_publish() == checkpoint_publish(), "nothing happened, so nothing new is signed"
    settings.GUANBAO_WITNESS.joinpath(f"checkpoint-{made.size:012}-{made.pk}.json").unlink()
    checkpoint_publish()
    assert len(list(settings.GUANBAO_WITNESS.iterdir())) == 1, "a witness that missed it is given it again"
    settings.GUANBAO_WITNESS = tmp_path / "gone"
    job = job_start(actor=SYSTEM, kind="ledger.checkpoint")
    job_run(job.pk)
    job.refresh_from_db()
    assert (job.state, "cannot be written" in job.error_en) == ("failed", True)


def test_verification_is_shown_and_finds_a_rolled_back_ledger(desk, settings, tmp_path):
    settings.GUANBAO_WITNESS = tmp_path / "witness"
    settings.GUANBAO_WITNESS.mkdir()
    checkpoint_publish()

    def verified():
        job = job_start(actor=SYSTEM, kind="ledger.verify")
        job_run(job.pk)
        job.refresh_from_db()
        assert job.state == "done", job.error_en
        return job.result

    assert verified()["holds"]
    assert "does not hold" not in desk("audit").get("/ledger/").content.decode()
    with disarmed(connection):
        last = Entry.objects.order_by("-index").first()
        Checkpoint.objects.all().delete()
        Entry.objects.filter(index__gte=last.index - 1).delete()
        Head.objects.update(size=last.index - 1)
    assert not verified()["holds"]
    page = desk("audit").get("/ledger/").content.decode()
    assert "The ledger does not hold. A checkpoint was signed over" in page
    assert Entry.objects.filter(event="ledger.verified").latest("index").after["holds"] is False


def test_to_read_somebodys_address_is_an_event(desk):
    browser, person = desk("administrator"), desk.actors["risk"].person_id
    Person.objects.filter(pk=person).update(email="risk@bank.example")
    assert "risk@bank.example" not in browser.get(f"/people/{person}/").content.decode()
    assert not Entry.objects.filter(event="personal_data.read").exists()
    sent = {"fields_asked": ["email"], "purpose": "reach", "reason": "to write to them"}
    assert "risk@bank.example" in browser.post(f"/personal/people/{person}", sent).content.decode()
    entry = Entry.objects.get(event="personal_data.read")
    assert (entry.object_type, entry.object_id) == ("identity.person", str(person))
    assert entry.after == {"fields": ["email"], "reason": "to write to them"}


def test_if_the_ledger_cannot_be_written_nothing_changes_and_nothing_is_shown(desk, house):
    with disarmed(connection):
        Head.objects.all().delete()
    browser = desk("administrator")
    before = Organisation.objects.count()
    person = desk.actors["risk"].person_id
    Person.objects.filter(pk=person).update(email="risk@bank.example")
    with pytest.raises(HeadMissing):
        browser.post(
            f"/personal/people/{person}", {"fields_asked": ["email"], "purpose": "reach", "reason": "to write to them"}
        )
    with pytest.raises(HeadMissing):
        organisation_add(actor=SYSTEM, side="contractor", name="Unrecorded")
    with pytest.raises(HeadMissing):
        contractor_stand(
            actor=desk.actors["office"], contractor=house.cards, standing="barred", standing_reason="x",
            standing_since="2026-01-01",
        )  # fmt: skip
    house.cards.refresh_from_db()
    assert (Organisation.objects.count(), house.cards.standing) == (before, "candidate")
    with disarmed(connection):
        Head.objects.create(size=Entry.objects.count())
