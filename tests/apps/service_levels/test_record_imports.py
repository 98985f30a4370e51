"""Records on their way in: what arrives stays, one at a time, whole or not at all, and nothing is told of our house."""

import gzip
import threading
from datetime import timedelta

import pytest
from desks import sent
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from guanbao.apps.service_levels.computing import store_of
from guanbao.apps.service_levels.errors import (
    UploadBusy,
    UploadDiffers,
    UploadEmpty,
    UploadEnded,
    UploadOffsetWrong,
    UploadsTooMany,
    UploadTooLarge,
)
from guanbao.apps.service_levels.models import Import
from guanbao.apps.service_levels.services import imports
from guanbao.apps.service_levels.services.imports import (
    file_of,
    import_announce,
    import_receive,
    import_run,
    imports_sweep,
    quarantine_read,
)
from guanbao.engine.language import say
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.models import Grant
from guanbao.platform.ledger.models import Entry
from guanbao.platform.tasks.models import Job

pytestmark = pytest.mark.usefixtures("home")
GOOD = b'{"id": "c%d", "arrived_at": "2026-11-02T09:%02d:00+08:00", "outcome": "answered"}\n'
BAD = b'{"id": "bad", "arrived_at": "25 o\'clock", "outcome": "answered"}\n'


def lines(n, start=0):
    return b"".join(GOOD % (i, i % 60) for i in range(start, start + n))


def announced(actor, arrangement, data, **more):
    facts = {"file_name": "calls.jsonl", "size": len(data), "dataset": "interactions", "mapping": "interactions-jsonl"}
    return import_announce(actor=actor, arrangement=arrangement, **facts | more)


def delivered(actor, arrangement, data, **more):
    made = announced(actor, arrangement, data, **more)
    return import_run(actor=actor, import_=import_receive(actor=actor, import_=made, offset=0, pieces=[data]))


def test_what_arrived_before_a_break_stays(thread):
    data, (_, manager) = lines(50), thread.manager
    made = announced(manager, thread.calls, data)

    def breaking():
        yield data[:1000]
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - ours, of this line
        import_receive(actor=manager, import_=made, offset=0, pieces=breaking())
    made.refresh_from_db()
    assert (made.received, made.state) == (1000, "receiving")
    for wrong in (0, 999, 1001):
        with pytest.raises(UploadOffsetWrong):
            import_receive(actor=manager, import_=made, offset=wrong, pieces=[b"x"])
    done = import_receive(actor=manager, import_=made, offset=1000, pieces=[data[1000:]])
    assert done.state == "waiting"
    assert file_of(done).read_bytes() == data
    assert Job.objects.filter(kind="records.import").count() == 1
    with pytest.raises(UploadEnded):
        import_receive(actor=manager, import_=done, offset=len(data), pieces=[b"more"])
    assert import_run(actor=manager, import_=done).counts["accepted"] == 50
    assert not file_of(done).exists()


def test_two_connections_do_not_mix(thread):
    data, (_, manager) = lines(50), thread.manager
    made = announced(manager, thread.calls, data)

    def meanwhile():
        yield data[:500]
        with pytest.raises(UploadBusy):
            import_receive(actor=manager, import_=made, offset=0, pieces=[b"z" * 500])
        yield data[500:]

    done = import_receive(actor=manager, import_=made, offset=0, pieces=meanwhile())
    assert done.state == "waiting"
    assert file_of(done).read_bytes() == data


def test_more_or_other_than_announced_is_not_kept(thread):
    data, (_, manager) = lines(5), thread.manager
    for pieces, more in (([data, b"x"], {}), ([b"y" * len(data)], {"sha256": "ab" * 32})):
        made = announced(manager, thread.calls, data, **more)
        with pytest.raises(UploadDiffers):
            import_receive(actor=manager, import_=made, offset=0, pieces=pieces)
        made.refresh_from_db()
        assert (made.received, made.state, file_of(made).stat().st_size) == (0, "receiving", 0)
    assert not Job.objects.filter(kind="records.import").exists()


def test_what_was_noted_but_is_gone_is_asked_for_again(thread):
    data, (_, manager) = lines(5), thread.manager
    made = import_receive(actor=manager, import_=announced(manager, thread.calls, data), offset=0, pieces=[data[:100]])
    file_of(made).unlink()
    with pytest.raises(UploadOffsetWrong, match="byte 0"):
        import_receive(actor=manager, import_=made, offset=100, pieces=[data[100:]])


def test_limits(thread, settings, monkeypatch):
    manager = thread.manager[1]
    settings.GUANBAO_MOST_UPLOAD = 100
    with pytest.raises(UploadTooLarge):
        announced(manager, thread.calls, b"x" * 101)
    with pytest.raises(UploadEmpty):
        announced(manager, thread.calls, b"")
    monkeypatch.setattr(imports, "_MOST_OPEN", 2)
    for _ in range(2):
        announced(manager, thread.calls, b"x")
    with pytest.raises(UploadsTooMany):
        announced(manager, thread.calls, b"x")


def test_names_are_for_showing_only(home, thread):
    manager = thread.manager[1]
    for name in ("../../etc/passwd\x00\u202e.csv", "C:\\temp\\..\\a\nb.csv", "x" * 300 + ".csv"):
        made = announced(manager, thread.calls, b"x", file_name=name)
        assert made.file_name.isprintable()
        assert not set(made.file_name) & set("/\\")
        assert len(made.file_name) <= 200
        assert file_of(made) == home / "records" / str(thread.calls.institution_id) / "incoming" / f"{made.pk}.csv"


def test_only_who_announced_goes_on(thread, house):
    data, (_, manager) = lines(5), thread.manager
    made = announced(manager, thread.calls, data)
    _, colleague = house.person("colleague", house.calls.organisation, "service_manager")
    _, rival = house.person("rival", house.cards.organisation, "service_manager")
    for actor in (colleague, rival, thread.office[1], thread.auditor[1]):
        with pytest.raises(NotPermitted):
            import_receive(actor=actor, import_=made, offset=0, pieces=[data])
    for actor in (rival, thread.auditor[1]):
        with pytest.raises(NotPermitted):
            announced(actor, thread.calls, data)
    Grant.objects.filter(person=thread.manager[0]).update(revoked_at=timezone.now())
    with pytest.raises(NotPermitted):
        import_receive(actor=manager, import_=made, offset=0, pieces=[data])
    made.refresh_from_db()
    assert made.received == 0
    assert Import.objects.count() == 1


def test_who_may_import_nothing_runs_no_import(thread, house):
    waiting = sent(thread.manager[1], thread.calls, lines(5), name="calls.jsonl", mapping="interactions-jsonl")
    _, rival = house.person("rival", house.cards.organisation, "service_manager")
    for actor in (rival, thread.auditor[1]):
        with pytest.raises(NotPermitted):
            import_run(actor=actor, import_=waiting)
    waiting.refresh_from_db()
    assert waiting.state == "waiting"


def test_rejected_rows_are_corrected_and_sent_again(home, thread):
    manager = thread.manager[1]
    first = delivered(manager, thread.calls, lines(10) + BAD)
    assert (first.state, first.counts["accepted"], first.counts["rejected"]) == ("done", 10, 1)
    assert [(fault["line"], fault["column"], fault["value"]) for fault in first.faults] == [
        (11, "arrived_at", "25 o'clock")
    ]
    assert "25 o'clock" in b"".join(quarantine_read(actor=manager, import_=first)).decode("utf-8-sig")
    assert Entry.objects.filter(event="quarantine.read").count() == 1
    mended = BAD.replace(b"25 o'clock", b"2026-11-03T09:00:00+08:00")
    second = delivered(manager, thread.calls, lines(10) + mended)
    assert (second.counts["accepted"], second.counts["known"], second.counts["rejected"]) == (1, 10, 0)
    third = delivered(manager, thread.calls, lines(10) + mended)
    assert (third.state, third.batch, third.counts["accepted"], third.counts["known"]) == ("done", None, 0, 11)
    assert not list((home / "records").rglob("incoming/*"))


def test_an_import_that_was_killed_after_the_store_knows_what_it_did(thread, monkeypatch):
    manager, data = thread.manager[1], lines(10) + BAD
    made = import_receive(actor=manager, import_=announced(manager, thread.calls, data), offset=0, pieces=[data])
    record = imports._record

    def killed(*_):
        raise SystemExit

    monkeypatch.setattr(imports, "_record", killed)
    with pytest.raises(SystemExit):
        import_run(actor=manager, import_=made)
    made.refresh_from_db()
    assert made.state == "waiting"
    monkeypatch.setattr(imports, "_record", record)
    done = import_run(actor=manager, import_=made)
    assert (done.batch, done.counts["accepted"], done.counts["rejected"]) == (1, 10, 1)
    assert [fault["value"] for fault in done.faults] == ["25 o'clock"]
    assert len(store_of(thread.calls).batches()) == 1
    assert Entry.objects.filter(event="records.imported").count() == 1
    assert import_run(actor=manager, import_=done).batch == 1
    assert Entry.objects.filter(event="records.imported").count() == 1


def test_a_busy_store_is_no_fault_of_the_file(thread, monkeypatch):
    manager, data = thread.manager[1], lines(3)
    made = import_receive(actor=manager, import_=announced(manager, thread.calls, data), offset=0, pieces=[data])
    monkeypatch.setattr("guanbao.engine.records.store._WAIT_S", 0.2)
    with store_of(thread.calls).writing(), pytest.raises(OSError, match="store"):
        import_run(actor=manager, import_=made)
    made.refresh_from_db()
    assert (made.state, made.refusal) == ("waiting", {})
    assert import_run(actor=manager, import_=made).state == "done"


@pytest.mark.parametrize(
    ("data", "name", "mapping"),
    [
        (b"not json\n" * 3, "a.jsonl", "interactions-jsonl"),
        (b"\x1f\x8b" + b"garbage" * 20, "a.jsonl.gz", "interactions-jsonl"),
        (gzip.compress(b" " * 300_000_000), "bomb.jsonl.gz", "interactions-jsonl"),
        (b"PK\x03\x04 no workbook", "a.xlsx", "interactions-jsonl"),
        (b"\x00\xff" * 50, "a.txt", "anonymous-bank"),
        (b"\xff\xfea\x00", "a.csv", "cfpb"),
    ],
)
def test_what_cannot_be_read_is_refused_in_both_languages_without_a_word_of_our_house(
    home, thread, data, name, mapping
):
    done = delivered(thread.manager[1], thread.calls, data, file_name=name, mapping=mapping, dataset="")
    assert done.state == "refused"
    assert done.refusal["zh"] != done.refusal["en"]
    for lang in ("zh", "en"):
        for told in (str(home), "/tmp", "/home", "incoming", "guanbao-", "Traceback", f"/{done.pk}."):  # noqa: S108 - looked for
            assert told not in done.refusal[lang]
    assert not list((home / "records").rglob("incoming/*"))
    assert Entry.objects.filter(event="records.refused").count() == 1


def test_abandoned_uploads_are_swept_and_told(home, thread):
    manager, data = thread.manager[1], lines(5)
    old, new = (announced(manager, thread.calls, data) for _ in range(2))
    for row in (old, new):
        import_receive(actor=manager, import_=row, offset=0, pieces=[data[:100]])
    waiting = sent(manager, thread.calls, b"x" * 10)
    assert imports_sweep(now=timezone.now()) == 0
    later = timezone.now() + imports.KEPT + timedelta(hours=1)
    Import.objects.filter(pk=new.pk).update(at=later)
    assert imports_sweep(now=later) == 1
    for row in (old, new, waiting):
        row.refresh_from_db()
    assert (old.state, new.state, waiting.state) == ("abandoned", "receiving", "waiting")
    assert (file_of(old).exists(), file_of(new).exists(), file_of(waiting).exists()) == (False, True, True)
    entry = Entry.objects.get(event="records.abandoned")
    assert entry.after == {"received": 100, "size": len(data)}
    assert str(home) not in entry.sentence("en")
    with pytest.raises(UploadEnded):
        import_receive(actor=manager, import_=old, offset=100, pieces=[data[100:]])


@pytest.fixture
def browser(thread):
    person, _ = thread.manager
    made = Client()
    made.force_login(person)
    return made


def test_the_page_takes_a_file_and_shows_what_became_of_it(home, thread, browser):
    file = SimpleUploadedFile("../calls.jsonl", lines(4) + BAD)
    answer = browser.post(f"/arrangements/{thread.calls.pk}/send", {"mapping": "interactions-jsonl", "file": file})
    row = Import.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/imports/{row.pk}/")
    import_run(actor=thread.manager[1], import_=row)
    for lang, reason in (("en", "The first rejected rows"), ("zh", say("The first rejected rows", "zh"))):
        thread.manager[0].language = lang
        thread.manager[0].save()
        page = browser.get(answer.url).content.decode()
        assert "25 o&#x27;clock" in page
        assert str(home) not in page
        assert reason in page
    taken = browser.get(f"/imports/{row.pk}/quarantine")
    assert "25 o'clock" in b"".join(taken.streaming_content).decode("utf-8-sig")
    for pk in (thread.cards.pk, thread.foreign.pk):
        assert browser.get(f"/arrangements/{pk}/send").status_code == 404
    file = SimpleUploadedFile("calls.exe", b"MZ")
    refused = browser.post(f"/arrangements/{thread.calls.pk}/send", {"mapping": "interactions-jsonl", "file": file})
    assert refused.status_code == 422
    assert Import.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_leave_one_whole_file(thread):
    """Each from a thread of its own, with its own connection."""
    data, manager = lines(2000), thread.manager[1]
    made, outcomes = announced(manager, thread.calls, data), []

    def write(fill):
        try:
            pieces = [data[i : i + 4096] if fill is None else fill * 4096 for i in range(0, 40_960, 4096)]
            import_receive(actor=manager, import_=Import.objects.get(pk=made.pk), offset=0, pieces=pieces)
            outcomes.append(fill)
        except (UploadBusy, UploadOffsetWrong):
            pass
        except OperationalError as error:  # a database in memory, as tests have it, does not wait as a file would
            assert "table is locked" in str(error)  # noqa: PT017 - in a thread; what it raises fails the test
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(fill,)) for fill in (None, b"a", b"b", b"c")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    made.refresh_from_db()
    content = file_of(made).read_bytes()
    assert len(outcomes) == 1
    assert made.received == len(content) == 40_960
    assert content == (data[:40_960] if outcomes[0] is None else outcomes[0] * 40_960)
