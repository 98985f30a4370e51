"""Records through the API: announced, sent in pieces over connections that break, and nobody else's business."""

import asyncio
import gzip
import json

import pytest
from django.test import Client

from guanbao.apps.service_levels.models import Import
from guanbao.apps.service_levels.services.imports import file_of, import_run
from guanbao.config.asgi import application
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.tokens import token_make
from guanbao.platform.ledger.models import Entry
from guanbao.platform.tasks.models import Job

ROOT = "/api/v1/"
PIECES, NDJSON = "application/offset+octet-stream", "application/x-ndjson"
GOOD = b'{"id": "c%d", "arrived_at": "2026-11-02T09:%02d:00+08:00", "outcome": "answered"}\n'
BAD = b'{"id": "bad", "arrived_at": "25 o\'clock", "outcome": "answered"}\n'


def lines(n):
    return b"".join(GOOD % (i, i % 60) for i in range(n))


class Machine:
    """A program with a token."""

    def __init__(self, who, organisation):
        self.person, self.actor = who
        _, self.secret = token_make(actor=SYSTEM, person=self.person, organisation=organisation, name="machine")
        self.client = Client(raise_request_exception=False)

    def __call__(self, method, path, body=b"", of="application/json", lang="en", **headers):
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        given |= {"Authorization": f"Bearer {self.secret}", "Accept-Language": lang}
        return self.client.generic(method, ROOT + path, sent, content_type=of, headers=given)

    def announce(self, arrangement, data, status=201, **more):
        facts = {"mapping": "interactions-jsonl", "file_name": "calls.jsonl", "size": len(data)} | more
        answer = self("POST", f"arrangements/{arrangement.pk}/imports", facts)
        assert answer.status_code == status, answer.content
        return answer.json()

    def send(self, pk, data, offset=0, **more):
        return self("PATCH", f"imports/{pk}/content", data, of=PIECES, Upload_Offset=offset, **more)


@pytest.fixture
def machine(home, thread, house):  # noqa: ARG001
    return Machine(thread.manager, house.calls.organisation)


@pytest.fixture
def rival(machine, house):  # noqa: ARG001
    return Machine(house.person("rival", house.cards.organisation, "service_manager"), house.cards.organisation)


def problem(answer, status, kind):
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:guanbao:problem:{kind}"
    return answer.json()


def test_announced_sent_in_pieces_and_imported(machine, thread):
    data = lines(100)
    made = machine.announce(thread.calls, data)
    assert (made["state"], made["received"], made["size"], made["dataset"]) == (
        "receiving", 0, len(data), "interactions",
    )  # fmt: skip
    for start in range(0, len(data), 3000):
        stands = machine("HEAD", f"imports/{made['id']}/content")
        assert (stands.status_code, stands.headers["Upload-Offset"]) == (204, str(start))
        answer = machine.send(made["id"], data[start : start + 3000], start)
        end = min(start + 3000, len(data))
        assert (answer.status_code, answer.headers["Upload-Offset"], answer.headers["Upload-Length"]) == (
            204, str(end), str(len(data)),
        )  # fmt: skip
    row = Import.objects.get()
    assert (row.state, Job.objects.get(kind="records.import").arguments) == ("waiting", {"import_id": row.pk})
    import_run(actor=machine.actor, import_=row)
    told = machine("GET", f"imports/{made['id']}").json()
    assert (told["state"], told["counts"]["accepted"], told["refusal"], told["faults"]) == ("done", 100, {}, [])
    problem(machine.send(made["id"], b"x", len(data)), 409, "upload-ended")


def test_one_request_of_lines(machine, thread):
    answer = machine("POST", f"arrangements/{thread.calls.pk}/records/interactions", lines(7) + BAD, of=NDJSON)
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    assert answer.headers["Location"] == f"{ROOT}imports/{answer.json()['id']}"
    import_run(actor=machine.actor, import_=Import.objects.get())
    told = machine("GET", f"imports/{answer.json()['id']}").json()
    assert (told["counts"]["accepted"], told["counts"]["rejected"], told["faults"][0]["line"]) == (7, 1, 8)
    taken = machine("GET", f"imports/{answer.json()['id']}/quarantine", Accept="text/csv")
    assert (taken.status_code, taken.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert "25 o'clock" in b"".join(taken.streaming_content).decode("utf-8-sig")
    assert Entry.objects.filter(event="quarantine.read").count() == 1
    again = machine("POST", f"arrangements/{thread.calls.pk}/records/interactions", lines(7), of=NDJSON).json()
    import_run(actor=machine.actor, import_=Import.objects.get(pk=again["id"]))
    told = machine("GET", f"imports/{again['id']}").json()
    assert (told["counts"]["accepted"], told["counts"]["known"], told["batch"]) == (0, 7, None)


def test_an_announcement_under_a_key_happens_once(machine, thread):
    facts = {"mapping": "interactions-jsonl", "file_name": "a.csv", "size": 9}
    first, second = (
        machine("POST", f"arrangements/{thread.calls.pk}/imports", facts, Idempotency_Key="k1") for _ in range(2)
    )
    assert first.content == second.content
    assert Import.objects.count() == 1


def test_packed_files_with_their_digest(machine, thread):
    data = gzip.compress(lines(20))
    made = machine.announce(thread.calls, data, file_name="calls.jsonl.gz", sha256="ab" * 32)
    problem(machine.send(made["id"], data), 422, "upload-differs")
    assert machine("GET", f"imports/{made['id']}/content").headers["Upload-Offset"] == "0"
    made = machine.announce(thread.calls, data, file_name="calls.jsonl.gz")
    machine.send(made["id"], data)
    assert import_run(actor=machine.actor, import_=Import.objects.get(pk=made["id"])).counts["accepted"] == 20


def test_what_is_refused(machine, thread, settings):
    data = lines(5)
    made = machine.announce(thread.calls, data)
    path = f"imports/{made['id']}/content"
    assert problem(machine.send(made["id"], data, 7), 409, "upload-offset-wrong")["detail"].startswith(
        "The upload stands at byte 0, not 7."
    )
    chinese = problem(machine.send(made["id"], data, 7, lang="zh"), 409, "upload-offset-wrong")
    assert "已收到 0 字节" in chinese["detail"]
    problem(machine.send(made["id"], data + b"x"), 422, "upload-differs")
    problem(machine("PATCH", path, data, of=PIECES), 400, "parameters-wrong")
    for offset in ("-1", "x", "1e3", "9" * 30, ""):
        problem(machine.send(made["id"], data, offset), 400, "parameters-wrong")
    problem(machine("PATCH", path, data, of="text/plain", Upload_Offset=0), 415, "body-type-unknown")
    problem(machine("DELETE", path), 405, "method-not-offered")
    here = f"arrangements/{thread.calls.pk}"
    problem(machine("POST", f"{here}/records/interactions", b"", of=NDJSON), 411, "length-unnamed")
    problem(machine("POST", f"{here}/records/nonsense", b"{}", of=NDJSON), 400, "parameters-wrong")
    settings.GUANBAO_MOST_UPLOAD = 10
    problem(machine("POST", f"{here}/records/interactions", data, of=NDJSON), 413, "upload-too-large")
    for wrong in (
        {"mapping": "../../etc/passwd"}, {"file_name": "a.exe"}, {"file_name": "../a.csv"}, {"file_name": "a\0.csv"},
        {"size": 0}, {"size": -1}, {"size": 2**70}, {"sha256": "zz"}, {"dataset": "tickets"}, {"received": 5},
        {"state": "done"}, {"sent_by": 1}, {"file_name": ".." + "/" * 3 + ".csv"},
    ):  # fmt: skip
        assert "detail" in machine.announce(thread.calls, b"x", 422, **wrong)
    assert Import.objects.count() == 1
    assert Import.objects.get().received == 0


def test_another_contractor_finds_nothing(machine, rival, thread, house):
    data = lines(5) + BAD
    made = machine.announce(thread.calls, data)
    office = Machine(thread.office, house.bank.organisation)
    colleague = Machine(
        house.person("colleague", house.calls.organisation, "service_manager"), house.calls.organisation
    )
    for other in (rival, office, colleague):  # the last two see the import, but it is not theirs to go on with
        problem(other.send(made["id"], data), 404, "not-here")
        problem(other("GET", f"imports/{made['id']}/content"), 404, "not-here")
    machine.send(made["id"], data)
    import_run(actor=machine.actor, import_=Import.objects.get())
    auditor = Machine(thread.auditor, house.bank.organisation)
    before = Import.objects.count(), Entry.objects.count()
    facts = {"mapping": "interactions-jsonl", "file_name": "a.csv", "size": 9}
    for path in (f"imports/{made['id']}", f"imports/{made['id']}/quarantine"):
        problem(rival("GET", path), 404, "not-here")
    for arrangement in (thread.calls, thread.foreign):
        problem(rival("POST", f"arrangements/{arrangement.pk}/imports", facts), 404, "not-here")
        path = f"arrangements/{arrangement.pk}/records/interactions"
        problem(rival("POST", path, data, of=NDJSON), 404, "not-here")
    problem(auditor("POST", f"arrangements/{thread.calls.pk}/imports", facts), 403, "not-permitted")
    problem(
        auditor("POST", f"arrangements/{thread.calls.pk}/records/interactions", data, of=NDJSON), 403, "not-permitted"
    )
    problem(auditor("GET", f"imports/{made['id']}/quarantine"), 404, "not-here")
    machine.secret = machine.secret[::-1]
    problem(machine("POST", f"arrangements/{thread.calls.pk}/imports", facts), 401, "nobody-logged-in")
    assert (Import.objects.count(), Entry.objects.count()) == before


def asked(machine, method, path, messages, then=None, **headers):
    """An answer of the application under a server that gives it those messages; then the connection breaks.

    With `then` that is awaited instead.
    """
    given, told = list(messages), []

    async def receive():
        if given:
            return given.pop(0)
        if then is not None:
            await then()
        return {"type": "http.disconnect"}

    async def send(message):
        told.append(message)

    named = {"authorization": f"Bearer {machine.secret}", "host": "localhost"} | headers
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": ROOT + path,
        "raw_path": (ROOT + path).encode(), "query_string": b"", "scheme": "http", "root_path": "",
        "server": ("localhost", 80), "client": ("127.0.0.1", 9),
        "headers": [(name.replace("_", "-").encode(), str(value).encode()) for name, value in named.items()],
    }  # fmt: skip
    asyncio.run(application(scope, receive, send))
    return told


async def silence():
    await asyncio.sleep(60)


def body(*pieces, more=False):
    return [
        {"type": "http.request", "body": piece, "more_body": more or n < len(pieces)}
        for n, piece in enumerate(pieces, 1)
    ]


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_breaks_keeps_what_came(machine, thread):
    data = lines(200)
    made = machine.announce(thread.calls, data)
    path = f"imports/{made['id']}/content"
    send = {"content_type": PIECES, "content_length": len(data), "upload_offset": 0}
    asked(machine, "PATCH", path, body(data[:1000], data[1000:2500], more=True), **send)
    row = Import.objects.get()
    assert (row.received, row.state) == (2500, "receiving")
    stands = machine("HEAD", path)
    assert stands.headers["Upload-Offset"] == "2500"
    told = asked(machine, "PATCH", path, body(data[2500:9000], data[9000:]), silence, **send | {"upload_offset": 2500})
    assert told[0]["status"] == 204
    row.refresh_from_db()
    assert (row.received, row.state) == (len(data), "waiting")
    assert file_of(row).read_bytes() == data


@pytest.mark.django_db(transaction=True)
def test_lines_that_break_off_are_gone_on_with(machine, thread):
    data, path = lines(50), f"arrangements/{thread.calls.pk}/records/interactions"
    asked(machine, "POST", path, body(data[:700], more=True), content_type=NDJSON, content_length=len(data))
    found = machine("GET", "imports").json()["items"]
    assert [(each["state"], each["received"]) for each in found] == [("receiving", 700)]
    assert machine.send(found[0]["id"], data[700:], 700).status_code == 204
    assert Import.objects.get().state == "waiting"
    told = asked(machine, "POST", path, body(data), silence, content_type=NDJSON)
    assert told[0]["status"] == 411
    assert Import.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_silent_connection_does_not_hold_an_upload(machine, thread, monkeypatch):
    monkeypatch.setattr("guanbao.platform.streams._STALLS_S", 0.2)
    data = lines(50)
    made = machine.announce(thread.calls, data)
    send = {"content_type": PIECES, "content_length": len(data), "upload_offset": 0}
    path = f"imports/{made['id']}/content"
    told = asked(machine, "PATCH", path, body(data[:500], more=True), then=silence, **send)
    assert (told[0]["status"], dict(told[0]["headers"])[b"Upload-Offset"]) == (204, b"500")


@pytest.mark.django_db(transaction=True)
def test_other_bodies_beyond_every_limit_are_cut_off(machine, thread, settings):
    settings.GUANBAO_MOST_UPLOAD = 1000
    piece = b"x" * (1 << 19)
    path = f"arrangements/{thread.calls.pk}/imports"
    assert asked(machine, "POST", path, body(piece, piece, piece), content_type="application/json") == []


@pytest.mark.django_db(transaction=True)
def test_files_are_sent_piece_by_piece(machine, thread):
    answer = machine("POST", f"arrangements/{thread.calls.pk}/records/interactions", lines(3) + BAD * 3000, of=NDJSON)
    import_run(actor=machine.actor, import_=Import.objects.get())
    path = f"imports/{answer.json()['id']}/quarantine"
    told = asked(machine, "GET", path, body(b""), then=silence)
    pieces = [each["body"] for each in told[1:] if each.get("body")]
    assert (told[0]["status"], len(pieces) > 1) == (200, True)
    assert b"".join(pieces).count(b"25 o'clock") == 3000
