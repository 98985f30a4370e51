"""Documents: who sees them, how they come in, wait, go out and end."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from clamd import clamd
from guanbao.platform.access import lasting
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.access.models import Grant
from guanbao.platform.actors import SYSTEM
from guanbao.platform.files.attaching import attach, attached
from guanbao.platform.files.choices import State
from guanbao.platform.files.errors import (
    DocumentAttached,
    DocumentBroken,
    DocumentClosed,
    DocumentDiffers,
    DocumentEmpty,
    DocumentKept,
    DocumentsTooMany,
    DocumentsWaiting,
    DocumentTooLarge,
    NotByOneself,
    NothingToAttachTo,
    StorageUnusable,
)
from guanbao.platform.files.models import Document
from guanbao.platform.files.selectors import documents_readable, documents_visible
from guanbao.platform.files.services import adding
from guanbao.platform.files.services.adding import document_renew
from guanbao.platform.files.services.deciding import (
    document_refuse,
    document_release,
    document_share,
    documents_scan,
    documents_sweep,
)
from guanbao.platform.files.services.keeping import (
    document_destroy,
    document_destruction_ask,
    document_destruction_withdraw,
    keys_turn,
)
from guanbao.platform.files.services.reading import disposition, document_pieces, document_read, file_name
from guanbao.platform.ledger.models import Entry
from hostile import EICAR, ordinary, pdf


def bytes_of(document, actor):
    return b"".join(document_read(actor=actor, document=document))


def files_in(folder):
    return [file for file in folder.rglob("*") if file.is_file()]


def events():
    return list(Entry.objects.filter(object_type="files.document").order_by("index").values_list("event", flat=True))


def released(desk, document):
    return document_release(actor=desk.actors["security"], document=document, state_reason="Looked at it.")


def test_without_a_scanner_it_waits_until_somebody_else_releases_it(desk):
    document = desk.sent(data=pdf(), sha256="")
    assert (document.state, document.media, document.size) == (State.QUARANTINED, "application/pdf", len(pdf()))
    with pytest.raises(DocumentClosed):
        bytes_of(document, desk.actors["office"])
    done = released(desk, document)
    assert bytes_of(done, desk.actors["office"]) == pdf()
    assert events() == ["document.added", "document.released"]
    entry = Entry.objects.get(event="document.released")
    assert entry.after["state_reason"] == "Looked at it."
    assert "Contract" not in str(entry.content())


def test_nobody_releases_what_they_sent_nor_without_a_reason(desk):
    security = desk.actors["security"]
    own = desk.sent("security")
    with pytest.raises(NotByOneself):
        document_release(actor=security, document=own, state_reason="Mine")
    with pytest.raises(NotByOneself):
        document_refuse(actor=security, document=own, state_reason="Mine")
    with pytest.raises(DocumentClosed):
        bytes_of(own, security)
    other = desk.sent("manager")
    for reason in ("", "  "):
        with pytest.raises(ValidationError):
            document_release(actor=security, document=other, state_reason=reason)
    for who in ("office", "manager", "lead", "rival", "elsewhere", "executing"):
        with pytest.raises(NotPermitted):
            document_release(actor=desk.actors[who], document=other, state_reason="Because")
    with pytest.raises(NotPermitted):
        document_release(actor=SYSTEM, document=other, state_reason="By itself")
    assert set(Document.objects.values_list("state", flat=True)) == {State.QUARANTINED}
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=own.pk).update(state=State.CLEAN, decided_by=own.added_by)


def test_the_releaser_looks_into_it_and_the_ledger_tells(desk):
    document = desk.sent("manager", is_confidential=False)
    assert bytes_of(document, desk.actors["security"]) == b"some text"
    assert events() == ["document.added", "document.read"]
    assert file_name(document).endswith(".quarantined")


def test_a_scanner_clears_and_refuses(desk, settings):
    with clamd() as (settings.GUANBAO_CLAMAV, heard):
        good, bad = desk.sent(), desk.sent(data=EICAR, title="Minutes")
    assert heard == [b"some text", EICAR]
    assert (good.state, bad.state) == (State.CLEAN, State.REFUSED)
    assert (bad.state_reason, bad.wrapped_key) == ("Eicar-Test-Signature", "")
    assert len(files_in(desk.safe)) == 1
    with pytest.raises(DocumentClosed):
        bytes_of(bad, desk.actors["security"])
    assert events() == ["document.added", "document.added", "document.infected"]


def test_what_came_while_the_scanner_was_away_is_scanned_later(desk, settings):
    good, bad, kept = desk.sent(), desk.sent(data=EICAR), desk.sent()
    assert documents_scan() == (0, 0)
    document_refuse(actor=desk.actors["security"], document=kept, state_reason="Not ours.")
    with clamd() as (settings.GUANBAO_CLAMAV, _heard):
        assert documents_scan() == (1, 1)
    states = dict(Document.objects.values_list("pk", "state"))
    assert states == {good.pk: State.CLEAN, bad.pk: State.REFUSED, kept.pk: State.REFUSED}
    assert len(files_in(desk.safe)) == 1


def test_who_sees_what(desk):
    inside = desk.sent(title="Inside")
    shown = desk.sent(title="Shown", is_shared=True)
    secret = desk.sent(title="Secret", is_shared=True, is_confidential=True)
    theirs = desk.sent("manager", title="Theirs")
    assert theirs.is_shared
    assert theirs.shared_with == desk.house.calls.organisation
    seen = {name: set(documents_visible(actor=actor)) for name, actor in desk.actors.items()}
    assert seen["office"] == {inside, shown, secret, theirs}
    assert seen["executing"] == seen["finance"] == {inside, shown, theirs}
    assert seen["manager"] == {shown, secret, theirs}
    assert seen["lead"] == {shown, theirs}
    assert seen["rival"] == seen["elsewhere"] == set()


def test_a_document_goes_with_its_record(desk):
    document = desk.sent(is_shared=True)
    arrangement = desk.thread.calls
    arrangement.contractor = desk.house.cards
    arrangement.save()
    assert not documents_visible(actor=desk.actors["manager"]).exists()
    assert not documents_visible(actor=desk.actors["rival"]).exists(), "it was not shown to the new contractor"
    assert documents_visible(actor=desk.actors["office"]).get() == document


def test_sharing_is_told_and_goes_one_way(desk):
    first = released(desk, desk.sent())
    second = document_renew(actor=desk.actors["office"], document=first, pieces=[b"more"])
    with pytest.raises(NotPermitted):
        document_share(actor=desk.actors["executing"], document=first)
    document_share(actor=desk.actors["office"], document=first)
    assert set(documents_visible(actor=desk.actors["manager"])) == {first, second}
    with pytest.raises(DocumentClosed):
        document_share(actor=desk.actors["office"], document=first)
    for wrong in ({"shared_with": None, "is_shared": False}, {"shared_with": desk.house.cards.organisation}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.filter(pk=first.pk).update(**wrong)


def test_what_has_no_contractor_is_shown_to_nobody(desk):
    alone = desk.thread.cards
    alone.contractor = None
    alone.save()
    with pytest.raises(ValidationError):
        desk.sent(about=alone, is_shared=True)
    document = desk.sent(about=alone)
    with pytest.raises(ValidationError):
        document_share(actor=desk.actors["office"], document=document)


def test_a_record_that_is_not_yours_takes_nothing(desk):
    for who, about in (("rival", desk.thread.calls), ("elsewhere", desk.thread.calls), ("manager", desk.thread.cards)):
        with pytest.raises(NothingToAttachTo):
            desk.sent(who, about=about)
    for name, key in (("arrangements", 10**30), ("nothing", 1), ("documents", 1), ("arrangements", 0)):
        with pytest.raises(NothingToAttachTo):
            desk.sent(record=name, record_id=key)
    with pytest.raises(NotPermitted):
        desk.sent("lead")
    with pytest.raises(NotPermitted):
        desk.sent("executing", is_confidential=True)
    assert not Document.objects.exists()
    assert files_in(desk.safe) == []


def test_a_new_version_takes_the_place_of_the_old_once_it_is_clean(desk):
    first = released(desk, desk.sent(data=b"one", expires_on=date(2027, 1, 1)))
    second = document_renew(actor=desk.actors["office"], document=first, pieces=[b"two"], title="Contract, amended")
    first.refresh_from_db()
    assert (first.is_current, second.is_current, second.version) == (True, False, 2)
    second = released(desk, second)
    first.refresh_from_db()
    assert (first.is_current, second.is_current) == (False, True)
    assert (second.kind, second.expires_on, second.title) == ("contract", None, "Contract, amended")
    assert [bytes_of(each, desk.actors["office"]) for each in (first, second)] == [b"one", b"two"]
    third = document_renew(actor=desk.actors["office"], document=first, pieces=[b"three"])
    document_refuse(actor=desk.actors["security"], document=third, state_reason="No.")
    second.refresh_from_db()
    assert (third.version, second.is_current) == (3, True)


def test_an_older_version_that_is_released_late_stays_behind(desk):
    first = desk.sent()
    second = document_renew(actor=desk.actors["office"], document=first, pieces=[b"two"])
    released(desk, second)
    released(desk, first)
    current = Document.objects.get(series=first.series, is_current=True)
    assert current.version == 2


def test_a_refused_first_version_leaves_its_place(desk):
    first = desk.sent()
    second = released(desk, document_renew(actor=desk.actors["office"], document=first, pieces=[b"two"]))
    document_refuse(actor=desk.actors["security"], document=first, state_reason="No.")
    assert Document.objects.get(series=first.series, is_current=True) == second


def test_nobody_renews_the_other_side_s(desk):
    ours, theirs = desk.sent(is_shared=True), desk.sent("manager")
    for who, document in (("manager", ours), ("office", theirs), ("lead", theirs), ("rival", theirs)):
        with pytest.raises((NotPermitted, NothingToAttachTo)):
            document_renew(actor=desk.actors[who], document=document, pieces=[b"x"])
    assert Document.objects.count() == 2


def test_bounds(desk, settings, monkeypatch):
    settings.GUANBAO_MOST_DOCUMENT = 1000
    with pytest.raises(DocumentTooLarge):
        desk.sent(data=b"x" * 1001)
    with pytest.raises(DocumentEmpty):
        desk.sent(data=b"")
    with pytest.raises(DocumentDiffers):
        desk.sent(sha256="0" * 64)
    with pytest.raises(ValidationError):
        desk.sent(title="turned \u202efdp.exe")
    with pytest.raises(ValidationError):
        desk.sent(kind="nothing")
    monkeypatch.setattr(adding, "MOST_WAITING", 1)
    first = desk.sent(data=b"x" * 1000)
    with pytest.raises(DocumentsWaiting):
        desk.sent()
    monkeypatch.setattr(adding, "MOST_OF_RECORD", 1)
    with pytest.raises(DocumentsTooMany):
        desk.sent("executing")
    monkeypatch.setattr(adding, "MOST_VERSIONS", 1)
    released(desk, first)
    with pytest.raises(DocumentsTooMany):
        document_renew(actor=desk.actors["executing"], document=first, pieces=[b"x"])
    assert len(files_in(desk.safe)) == Document.objects.count() == 1


def test_what_lies_there_tells_nothing_and_a_change_is_found(desk):
    document = released(desk, desk.sent(data=b"a secret " * 20_000, is_confidential=True))
    [file] = files_in(desk.safe)
    whole = file.read_bytes()
    assert b"secret" not in whole
    assert file.stat().st_mode & 0o077 == 0
    office = desk.actors["office"]
    for wrong in (whole[:-1], whole[:65552], bytes([whole[0] ^ 1]) + whole[1:], b"", whole + b"x"):
        file.write_bytes(wrong)
        with pytest.raises(DocumentBroken):
            bytes_of(document, office)
    assert "document.found_broken" in events()
    file.unlink()
    with pytest.raises(StorageUnusable):
        bytes_of(document, office)
    file.write_bytes(whole)
    assert bytes_of(document, office) == b"a secret " * 20_000
    assert events().count("document.read") == 1


def test_an_exchanged_file_or_key_does_not_open(desk):
    one, two = desk.sent(data=b"one"), desk.sent(data=b"two")
    names = {each.pk: desk.safe / each.stored_as for each in (one, two)}
    names[one.pk].write_bytes(names[two.pk].read_bytes())
    with pytest.raises(DocumentBroken):
        b"".join(document_pieces(one))
    one.wrapped_key = two.wrapped_key
    with pytest.raises(DocumentBroken):
        b"".join(document_pieces(one))


def test_a_failed_write_leaves_no_bytes(desk, monkeypatch):
    def fails(**_given):
        raise RuntimeError("the ledger cannot be written")

    monkeypatch.setattr(adding, "ledger_append", fails)
    with pytest.raises(RuntimeError):
        desk.sent()
    assert files_in(desk.safe) == []
    assert not Document.objects.exists()


def test_what_no_row_leads_to_is_swept_after_a_day(desk):
    kept = desk.sent()
    left = desk.safe / "ab" / ("ab" + "0" * 30)
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"x")
    assert documents_sweep(now=timezone.now()) == 0
    assert documents_sweep(now=timezone.now() + timedelta(days=2)) == 1
    assert [file.relative_to(desk.safe).as_posix() for file in files_in(desk.safe)] == [kept.stored_as]


def past(monkeypatch, day):
    monkeypatch.setattr(adding.timezone, "localdate", lambda *given: day if not given else given[0].date())


def old(desk, monkeypatch, **facts):
    """A document that came four years ago, and need not be kept any more."""
    with monkeypatch.context() as patch:
        past(patch, timezone.localdate() - timedelta(days=4 * 366))
        made = desk.sent(kind="processing_record", **facts)
    Document.objects.filter(pk=made.pk)
    return released(desk, made)


def test_nothing_under_retention_is_destroyed(desk):
    office, second = desk.actors["office"], desk.actors["second"]
    document = released(desk, desk.sent(kind="contract"))
    assert document.kept_until == date(2030, 12, 31), "three years after the arrangement ends"
    with pytest.raises(DocumentKept):
        document_destruction_ask(actor=office, document=document, destruction_reason="Space")
    with pytest.raises(DocumentClosed):
        document_destroy(actor=second, document=document)
    by = {"destruction_asked_by": office.person_id, "destroyed_by": second.person_id, "destruction_reason": "Space"}
    gone = {"state": State.DESTROYED, "wrapped_key": ""}
    for wrong in (
        by | gone | {"destroyed_on": timezone.localdate()},
        by | gone | {"destroyed_on": date(2031, 1, 2)},  # a clock put forward
        by | gone | {"destroyed_on": timezone.localdate(), "kept_until": date(2020, 1, 1)},
        {"kept_until": date(2020, 1, 1)},
        {"wrapped_key": ""},
        {"sha256": "0" * 64},
        {"title": "Another"},
        {"added_by": second.person_id},
        {"state": State.QUARANTINED},
        {"version": 7},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.filter(pk=document.pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=document.pk).delete()
    if connection.vendor == "sqlite":
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT OR REPLACE INTO files_document SELECT * FROM files_document")
    assert bytes_of(document, office) == b"some text"


def test_an_arrangement_that_goes_on_keeps_its_documents(desk, monkeypatch):
    arrangement = desk.thread.calls
    arrangement.ends_on = None
    arrangement.save()
    with monkeypatch.context() as patch:
        past(patch, date(2020, 1, 1))
        document = desk.sent(kind="contract")
    document = released(desk, document)
    assert document.kept_until == date(2023, 1, 1)
    with pytest.raises(DocumentKept):
        document_destruction_ask(actor=desk.actors["office"], document=document, destruction_reason="Old")
    arrangement.starts_on, arrangement.ends_on = date(2020, 1, 1), date(2021, 1, 1)
    arrangement.save()
    document_destruction_ask(actor=desk.actors["office"], document=document, destruction_reason="Old")


def test_two_people_destroy_and_the_row_stays(desk, monkeypatch):
    office, second = desk.actors["office"], desk.actors["second"]
    document = old(desk, monkeypatch)
    other = old(desk, monkeypatch, title="Kept")
    with pytest.raises(ValidationError):
        document_destruction_ask(actor=office, document=document, destruction_reason=" ")
    with pytest.raises(NotPermitted):
        document_destruction_ask(actor=desk.actors["executing"], document=document, destruction_reason="Old")
    document_destruction_ask(actor=office, document=document, destruction_reason="Old")
    with pytest.raises(NotByOneself):
        document_destroy(actor=office, document=document)
    with pytest.raises(NotByOneself):
        document_destroy(actor=SYSTEM, document=document)
    with pytest.raises(DocumentClosed):
        document_destruction_ask(actor=second, document=document, destruction_reason="Again")
    done = document_destroy(actor=second, document=document)
    assert (done.state, done.wrapped_key, done.sha256, done.destroyed_on) == (
        State.DESTROYED, "", document.sha256, timezone.localdate(),
    )  # fmt: skip
    assert [file.relative_to(desk.safe).as_posix() for file in files_in(desk.safe)] == [other.stored_as]
    with pytest.raises(DocumentClosed):
        bytes_of(done, office)
    with pytest.raises(DocumentClosed):
        document_destroy(actor=second, document=done)
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=done.pk).update(state=State.CLEAN, wrapped_key="x")
    assert events()[-2:] == ["document.destruction_asked", "document.destroyed"]


def test_one_person_alone_destroys_nothing_in_the_database_either(desk, monkeypatch):
    office = desk.actors["office"]
    document = old(desk, monkeypatch)
    document_destruction_ask(actor=office, document=document, destruction_reason="Old")
    gone = {"state": State.DESTROYED, "wrapped_key": "", "destroyed_on": timezone.localdate()}
    for by in ({"destroyed_by": office.person_id}, {}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.filter(pk=document.pk).update(**gone, **by)


def test_a_destruction_is_withdrawn(desk, monkeypatch):
    document = old(desk, monkeypatch)
    with pytest.raises(DocumentClosed):
        document_destruction_withdraw(actor=desk.actors["second"], document=document)
    document_destruction_ask(actor=desk.actors["office"], document=document, destruction_reason="Old")
    document_destruction_withdraw(actor=desk.actors["second"], document=document)
    with pytest.raises(DocumentClosed):
        document_destroy(actor=desk.actors["second"], document=document)
    assert bytes_of(document, desk.actors["office"]) == b"some text"


def test_keys_turn_and_everything_opens(desk):
    rows = [desk.sent(data=b"n%d" % n) for n in range(3)]
    before = [each.wrapped_key for each in rows]
    assert keys_turn(actor=SYSTEM) == 3
    for n, row in enumerate(rows):
        row.refresh_from_db()
        assert row.wrapped_key != before[n]
        assert b"".join(document_pieces(row)) == b"n%d" % n
    assert keys_turn(actor=SYSTEM) == 3
    assert Entry.objects.filter(event="document.keys_turned").count() == 2


def test_a_revoked_grant_gets_no_more_of_what_is_being_sent(desk, monkeypatch):
    document = released(desk, desk.sent(data=b"x" * 300_000))
    pieces = document_read(actor=desk.actors["office"], document=document)
    assert len(next(pieces)) == 65_536
    Grant.objects.filter(person=desk.people["office"]).update(revoked_at=timezone.now())
    assert len(next(pieces)) == 65_536, "it is looked at again after a while, not at each piece"
    monkeypatch.setattr(lasting, "AGAIN_S", -1)
    with pytest.raises(NotPermitted):
        next(pieces)
    assert not documents_readable(actor=desk.actors["office"]).exists()


def test_a_name_is_safe_in_both_codings(desk):
    document = released(desk, desk.sent(data=pdf(), title='合同/..\\"; x=1 <b>.html'))
    assert file_name(document) == "合同 .. x=1 b .html_v1.pdf"
    said = disposition(document)
    assert said.startswith(f"attachment; filename=\"document-{document.pk}_v1.pdf\"; filename*=UTF-8''%E5")
    assert all(32 < ord(c) < 127 or c == " " for c in said)


def test_every_ordinary_file_comes_back_as_it_was(desk):
    for ending, data in ordinary().items():
        document = released(desk, desk.sent(data=data, title=ending))
        assert bytes_of(document, desk.actors["office"]) == data
        assert file_name(document).endswith(f".{ending}")


def test_documents_are_attached_to_a_name_once():
    [first, *_] = attached()
    with pytest.raises(DocumentAttached):
        attach(first.name, first.model, rows=first.rows, columns=first.columns)
