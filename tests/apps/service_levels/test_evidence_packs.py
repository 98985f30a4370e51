"""The evidence of an arrangement in one archive: what is in it and what is not, who gets it, how it is checked."""

import io
import json
import zipfile

import pytest
from desks import FEBRUARY
from django.db import transaction

import guanbao_verify
from guanbao.apps.service_levels.services.statements import statement_draft, statement_issue
from guanbao.engine.statements.signing import keys_new
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.actors import SYSTEM
from guanbao.platform.files.keys import files_key_make
from guanbao.platform.files.services.adding import document_add
from guanbao.platform.files.services.deciding import document_release
from guanbao.platform.ledger.models import Entry
from guanbao.platform.tasks.models import Job
from guanbao.platform.tasks.running import job_run
from guanbao.platform.workflow.services.approvals import approval_start

SCAN = b"Signed on paper"


@pytest.fixture
def office(desk, client, settings, tmp_path, monkeypatch):
    """Somebody of the office, logged in, of a bank whose arrangement has a statement, documents and an approval."""
    monkeypatch.setattr(transaction, "on_commit", lambda do, **_how: do())
    settings.GUANBAO_LEDGER_KEY = keys_new(tmp_path, "ledger")[0]
    settings.GUANBAO_FILES_KEY, settings.GUANBAO_CLAMAV = tmp_path / "files.key.json", ""
    files_key_make(settings.GUANBAO_FILES_KEY)
    house, actor = desk.house, desk.office[1]
    security = house.person("security", house.bank.organisation, "it_security")[1]
    for title, clean in (("Agreed text", True), ("Still waiting", False)):
        facts = {"kind": "contract", "title": title, "record": "arrangements", "record_id": desk.calls.pk}
        document = document_add(actor=actor, pieces=[SCAN], **facts)
        if clean:
            document_release(actor=security, document=document, state_reason="Looked at")
    statement_issue(actor=actor, statement=statement_draft(actor=SYSTEM, arrangement=desk.calls, month=FEBRUARY))
    approval_start(actor=actor, subject=desk.calls)
    client.force_login(desk.office[0])
    return client


def packed(browser, arrangement):
    """The archive, as it is fetched, and the address it is fetched from."""
    answer = browser.post(f"/arrangements/{arrangement.pk}/evidence")
    job = Job.objects.filter(kind="evidence.pack").latest("pk")
    assert answer["Location"] == f"/jobs/{job.pk}/"
    job_run(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error
    given = browser.get(job.result["url"])
    assert given.status_code == 200
    return b"".join(given.streaming_content), job.result["url"]


def verdict(data, tmp_path, *names):
    """What `guanbao-verify` ends with."""
    file = tmp_path / "pack.zip"
    file.write_bytes(data)
    keys = [part for name in names or ("ledger", "statement") for part in ("--key", str(tmp_path / f"{name}.pub.json"))]
    return guanbao_verify.main([str(file), *keys])


def rewritten(data, change):
    """The archive with its files changed: `change` is given them by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        files = {name: old.read(name) for name in old.namelist()}
    change(files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name, held in files.items():
            new.writestr(name, held)
    return out.getvalue()


def test_a_pack_holds_what_is_known_and_proves_it(office, desk, tmp_path, capsys):
    about = Entry.objects.filter(scopes__arrangement=desk.calls.pk).count()
    data, _url = packed(office, desk.calls)
    assert verdict(data, tmp_path) == 0
    said = capsys.readouterr().out
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        index = json.loads(pack.read("index.json"))
        held = {name: pack.read(name) for name in pack.namelist()}
    assert f"{len(held) - 1} files, of them 1 statements; {about} entries of the ledger; 1 left out" in said
    assert about > 3
    assert [held[name] for name in held if name.startswith("documents/")] == [SCAN]
    assert [each["what"] for each in index["left_out"]] == ["Still waiting"]
    [row] = json.loads(held["records/arrangements.json"])
    assert (row["reference"], row["importance"]) == ("WB-1", "Important outsourcing")
    [approval] = json.loads(held["approvals.json"])
    assert (approval["state"], approval["submitted_by"]) == ("running", "office")
    assert "records/statements.json" in held
    for told in ("WB-1", "Agreed text", "Still waiting", "SHA-256"):
        assert told in held["index.html"].decode(), told
    whole = b"".join(held.values())
    for foreign in (b"WB-2", b"WB-3", b"Cards Ltd", b"Foreign Ltd"):
        assert foreign not in whole, foreign
    told = Entry.objects.get(event="evidence.packed")
    assert told.after["files"] == len(held) - 1
    assert told.scopes["arrangement"] == desk.calls.pk


def test_whatever_is_changed_in_a_pack_is_found(office, desk, tmp_path):
    data, _url = packed(office, desk.calls)
    assert verdict(rewritten(data, lambda _files: None), tmp_path) == 0, "packed anew it holds"
    assert verdict(data, tmp_path, "ledger") == 1, "whose statements were signed with a key that is not known"
    assert verdict(data, tmp_path, "statement") == 1
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        names = pack.namelist()
    for name in names:
        changed = rewritten(
            data, lambda files, name=name: files.update({name: files[name].replace(b"1", b"2", 1) + b" "})
        )
        gone = rewritten(data, lambda files, name=name: files.pop(name))
        assert verdict(changed, tmp_path) in (1, 2), name
        assert verdict(gone, tmp_path) in (1, 2), name
    assert verdict(rewritten(data, lambda files: files.update({"more.txt": b"x"})), tmp_path) == 1

    def forged(files):
        index = json.loads(files["index.json"])
        index["left_out"] = []
        files["index.json"] = json.dumps(index).encode()

    assert verdict(rewritten(data, forged), tmp_path) == 1
    whole = io.BytesIO(data)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(whole, "a") as twice:
        twice.writestr("approvals.json", "[]")
    assert verdict(whole.getvalue(), tmp_path) == 1
    for broken in (data[:-30], data[: len(data) // 2], b"PK\x05\x06" + bytes(18)):
        assert verdict(broken, tmp_path) in (1, 2)


def test_only_who_may_gets_it(office, desk, client):
    _data, url = packed(office, desk.calls)
    house = desk.house
    others = {
        "auditor": desk.auditor,
        "manager": desk.manager,
        "executing": house.person("executing", house.bank.organisation, "executing_department"),
        "elsewhere": house.person("elsewhere", house.other.organisation, "outsourcing_office", "internal_audit"),
    }
    for name, (person, _actor) in others.items():
        client.force_login(person)
        assert client.get(url).status_code == 404, name
        asked = client.post(f"/arrangements/{desk.calls.pk}/evidence").status_code
        assert asked == (302 if name == "auditor" else 404), name
        page = client.get(f"/arrangements/{desk.calls.pk}/").content
        assert (b"Put the evidence together" in page) is (name == "auditor"), name
    client.force_login(desk.office[0])
    assert client.get(url).status_code == 200
    Grant.objects.filter(person=desk.office[0]).update(scope="arrangement", key=desk.cards.pk)
    assert client.get(url).status_code == 404, "who may not see the arrangement any more"


def test_a_role_of_a_contractor_takes_no_pack_whatever_it_says(desk, client):
    role = Role.objects.get(code="service_manager", institution=None)
    role.permissions.append("evidence.pack")
    role.save()
    client.force_login(desk.manager[0])
    assert b"Put the evidence together" not in client.get(f"/arrangements/{desk.calls.pk}/").content
    assert client.post(f"/arrangements/{desk.calls.pk}/evidence").status_code == 404
    assert not Job.objects.filter(kind="evidence.pack").exists()
