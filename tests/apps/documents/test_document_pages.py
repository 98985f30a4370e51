"""Pages and endpoints of documents: sent, shown, fetched as files, never shown inline."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from guanbao.platform.access.models import Grant
from guanbao.platform.actors import SYSTEM
from guanbao.platform.files.choices import State
from guanbao.platform.files.models import Document
from guanbao.platform.files.services.deciding import document_release
from guanbao.platform.identity.tokens import token_make
from guanbao.platform.ledger.models import Entry
from hostile import HTML, SVG, pdf

FACTS = {"kind": "contract", "title": "Contract 合同"}


@pytest.fixture
def as_(desk, client):
    """A browser of somebody."""

    def logged_in(who):
        client.force_login(desk.people[who], "django.contrib.auth.backends.ModelBackend")
        return client

    return logged_in


@pytest.fixture
def program(desk, client):
    """A program of somebody's."""

    def call(who, method, path, data=None, **query):
        organisation = desk.people[who].memberships.get().organisation
        secret = token_make(actor=SYSTEM, person=desk.people[who], organisation=organisation, name="t")[1]
        more = {} if data is None else {"data": data, "content_type": "application/octet-stream"}
        query = {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items()}
        return client.generic(
            method,
            f"/api/v1/documents{path}",
            **more,
            query_params=query,
            headers={"Authorization": f"Bearer {secret}"},
        )

    return call


def file(data=b"some text", name="contract.pdf", media="application/pdf"):
    return SimpleUploadedFile(name, data, media)


def released(desk, document):
    return document_release(actor=desk.actors["security"], document=document, state_reason="Looked at it.")


def safe_file(response, media):
    """That an answer is a file to be saved, in which nothing runs."""
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].startswith("attachment; ")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert response.headers["Content-Type"] == media
    assert response.headers["Cache-Control"] == "no-store"
    body = b"".join(response.streaming_content)
    assert len(body) == int(response.headers["Content-Length"])
    return body


def test_a_document_is_sent_shown_and_fetched(desk, as_):
    arrangement = desk.thread.calls
    url = f"/documents/to/arrangements/{arrangement.pk}"
    page = as_("office").get(url).content.decode()
    assert "is_shared" in page
    assert "is_confidential" in page
    sent = as_("office").post(url, FACTS | {"file": file(pdf(), "evil.html", "text/html"), "is_shared": "on"})
    document = Document.objects.get()
    assert sent.headers["Location"] == f"/documents/{document.pk}/"
    assert (document.media, document.is_shared, document.side) == ("application/pdf", True, "institution")
    panel = as_("office").get(f"/arrangements/{arrangement.pk}/?tab=documents").content.decode()
    for told in (
        document.title,
        "In quarantine",
        document.sha256[:16],
        "office",
        f"{len(pdf())} bytes",
        "PDF",
        "Both sides",
    ):
        assert told in panel, told
    assert f"/documents/{document.pk}/content" not in panel
    assert as_("office").get(f"/documents/{document.pk}/content").status_code == 409
    page = as_("security").post(f"/documents/{document.pk}/release", {"state_reason": "Looked"})
    assert page.status_code == 302
    assert safe_file(as_("manager").get(f"/documents/{document.pk}/content"), "application/pdf") == pdf()
    panel = as_("manager").get(f"/arrangements/{arrangement.pk}/?tab=documents").content.decode()
    assert f"/documents/{document.pk}/content" in panel
    assert ">office<" not in panel, "who of the bank sent it is not told outside"
    for who in ("rival", "elsewhere"):
        for path in ("/", "/content", "/renew", "/release"):
            assert as_(who).get(f"/documents/{document.pk}{path}").status_code == 404


def test_who_may_not_send_has_no_page(desk, as_):
    arrangement = desk.thread.calls
    for who in ("lead", "rival", "elsewhere", "finance"):
        for method in ("get", "post"):
            answer = getattr(as_(who), method)(f"/documents/to/arrangements/{arrangement.pk}", FACTS | {"file": file()})
            assert answer.status_code == 404, who
    for path in ("nothing/1", f"arrangements/{10**30}", "arrangements/987654321", "documents/1"):
        assert as_("office").get(f"/documents/to/{path}").status_code == 404
    assert not Document.objects.exists()


def test_what_is_refused_is_told_at_the_file(desk, as_):
    url = f"/documents/to/arrangements/{desk.thread.calls.pk}"
    for data, told in ((SVG, "image/svg+xml"), (HTML, "text/html"), (b"", "empty"), (pdf() + HTML, "at once")):
        answer = as_("office").post(url, FACTS | {"file": file(data)})
        assert answer.status_code == 422
        assert told in answer.content.decode()
    answer = as_("office").post(url, {"file": file()})
    assert answer.status_code == 422
    answer = as_("office").post(url, FACTS)
    assert answer.status_code == 422
    answer = as_("office").post(url, FACTS | {"title": "a\u202eb", "file": file()})
    assert "cannot be shown" in answer.content.decode()
    assert not Document.objects.exists()
    assert not Entry.objects.filter(object_type="files.document").exists()


def test_a_contractor_sends_for_both_and_cannot_choose(desk, as_):
    url = f"/documents/to/arrangements/{desk.thread.calls.pk}"
    assert "is_shared" not in as_("manager").get(url).content.decode()
    more = {"is_shared": "", "side": "institution", "institution": "1", "state": "clean", "shared_with": "1"}
    as_("manager").post(url, FACTS | {"file": file()} | more)
    document = Document.objects.get()
    assert (document.side, document.is_shared, document.state) == ("contractor", True, State.QUARANTINED)
    assert document.shared_with == desk.house.calls.organisation
    assert document.institution == desk.house.bank.organisation


def test_a_new_version_by_page(desk, as_):
    first = released(desk, desk.sent(is_shared=True))
    for who in ("manager", "rival", "lead"):
        assert as_(who).get(f"/documents/{first.pk}/renew").status_code == 404
    page = as_("office").get(f"/documents/{first.pk}/renew").content.decode()
    assert 'value="Contract"' in page
    as_("office").post(f"/documents/{first.pk}/renew", {"title": "Contract 2", "file": file(b"more text")})
    second = Document.objects.get(version=2)
    page = as_("office").get(f"/documents/{second.pk}/").content.decode()
    assert f'href="/documents/{first.pk}/"' in page
    panel = as_("office").get(f"/arrangements/{desk.thread.calls.pk}/?tab=documents").content.decode()
    assert panel.index(">Contract<") < panel.index(">Contract 2<"), "the current one stands first"


def test_a_link_opened_before_ends_with_the_right(desk, as_):
    document = released(desk, desk.sent(is_shared=True))
    for who, end in (
        ("office", lambda person: Grant.objects.filter(person=person).update(revoked_at=timezone.now())),
        ("manager", lambda person: type(person).objects.filter(pk=person.pk).update(left_at=timezone.now())),
        ("executing", lambda person: person.memberships.update(until=timezone.localdate().replace(year=2021))),
    ):
        browser = as_(who)
        assert browser.get(f"/documents/{document.pk}/content").status_code == 200
        end(desk.people[who])
        assert browser.get(f"/documents/{document.pk}/content").status_code in (302, 404), who


def test_a_confidential_one_is_told_and_hidden(desk, as_):
    document = released(desk, desk.sent(is_confidential=True, is_shared=True))
    for who in ("executing", "finance", "lead"):
        assert as_(who).get(f"/documents/{document.pk}/content").status_code == 404
        assert ">Contract v1<" not in as_(who).get("/documents/").content.decode()
    for who in ("office", "manager"):
        safe_file(as_(who).get(f"/documents/{document.pk}/content"), "text/plain")
    read = Entry.objects.filter(event="document.read").order_by("index")
    assert [entry.person_id for entry in read] == [desk.people["office"].pk, desk.people["manager"].pk]
    usual = released(desk, desk.sent())
    safe_file(as_("office").get(f"/documents/{usual.pk}/content"), "text/plain")
    assert read.count() == 2


def test_the_list_shows_what_expires(desk, as_):
    day = timezone.localdate().replace(year=timezone.localdate().year + 1, day=1)
    desk.sent(expires_on=day)
    assert day.isoformat() in as_("office").get("/documents/").content.decode()


def test_what_waits_is_on_the_first_page(desk, as_):
    desk.sent()
    assert "Documents in quarantine" in as_("security").get("/").content.decode()
    assert "Documents in quarantine" not in as_("office").get("/").content.decode()


def test_a_broken_file_is_told_not_sent(desk, as_):
    document = released(desk, desk.sent())
    (desk.safe / document.stored_as).write_bytes(b"x" * 25)
    answer = as_("office").get(f"/documents/{document.pk}/content")
    assert answer.status_code == 409
    assert "not what was put there" in answer.content.decode()


def test_programs_send_renew_and_fetch(desk, program):
    about = {"record": "arrangements", "record_id": desk.thread.calls.pk, "is_shared": True}
    made = program("office", "POST", "/content", pdf(), **FACTS, **about)
    assert made.status_code == 201, made.content
    said = made.json()
    assert (said["media"], said["state"], said["is_shared"]) == ("application/pdf", "quarantined", True)
    assert made.headers["Location"] == f"/api/v1/documents/{said['id']}"
    assert program("office", "GET", f"/{said['id']}/content").status_code == 409
    released(desk, Document.objects.get())
    assert safe_file(program("manager", "GET", f"/{said['id']}/content"), "application/pdf") == pdf()
    again = program("office", "POST", f"/{said['id']}/content", b"text", title="Second", expires_on="2027-01-31")
    assert again.status_code == 201
    assert (again.json()["version"], again.json()["expires_on"]) == (2, "2027-01-31")
    for who in ("rival", "elsewhere"):
        assert program(who, "GET", f"/{said['id']}/content").status_code == 404
        assert program(who, "POST", f"/{said['id']}/content", b"text", title="x").status_code == 404
        assert program(who, "POST", "/content", b"text", **FACTS, **about).status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"kind": "nothing"}, 400), ({"title": ""}, 400), ({"title": "a\u202eb"}, 400), ({"record": "nothing"}, 404),
        ({"record_id": 0}, 400), ({"record": "../x"}, 400), ({"expires_on": "never"}, 400), ({"sha256": "0" * 64}, 422),
        ({"side": "institution"}, 400), ({"state": "clean"}, 400),
    ],
)  # fmt: skip
def test_what_a_program_says_wrongly_is_refused(desk, program, change, status):
    facts = FACTS | {"record": "arrangements", "record_id": desk.thread.calls.pk} | change
    answer = program("office", "POST", "/content", b"text", **facts)
    assert answer.status_code == status, answer.content
    assert not Document.objects.exists()


def test_a_body_that_breaks_off_leaves_nothing(desk, client):
    person = desk.people["office"]
    secret = token_make(actor=SYSTEM, person=person, organisation=desk.house.bank.organisation, name="t")[1]

    class Broken(io.BytesIO):
        def read(self, size=-1):
            if self.tell():
                raise OSError("the connection broke")
            return super().read(min(size, 4) if size > 0 else 4)

    query = f"record=arrangements&record_id={desk.thread.calls.pk}&kind=contract&title=x"
    answer = client.generic("POST", f"/api/v1/documents/content?{query}", b"some text", "application/octet-stream",
                            headers={"Authorization": f"Bearer {secret}"},
                            **{"wsgi.input": Broken(b"some text")})  # fmt: skip
    assert answer.status_code == 422, answer.content
    assert not Document.objects.exists()
