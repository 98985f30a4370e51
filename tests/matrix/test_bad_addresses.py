"""Bad addresses, query strings and files: refused as what does not exist or at the field, with nothing written."""

import io
import zipfile
from itertools import count
from urllib.parse import quote

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from filling import next_of
from routes import ABSENT, routes

from guanbao.platform.ledger.models import Entry
from guanbao.web.resource import resources
from pages import own_keys

pytestmark = pytest.mark.django_db
LONG, BIG = "x" * 3_000, "9" * 40
IDS = ("0", "-1", "99999999999999999999", str(2**63), BIG, "x", "%00", "%0a", "%FF", "１", "1.0", "..%2f..", LONG)
VALUES = (
    "", "0", "-1", "x", BIG, str(2**63), "\x00", "a\x00b", LONG, "'", "\\", "[]", "null", "NaN", "１", "2026-13-45",
    "0001-01-01", "9999-12-31", "💥", "../../etc/passwd", "<script>", "=1+1", "\r\nX: y", "password", "pk__in", "?",
)  # fmt: skip
REFUSED = {302, 400, 401, 403, 404, 405, 415, 422}
# What is asked of a page by its address, beside what its list declares.
ASKED = {
    "list": ("q", "page", "per_page", "sort", "column", "view", "nothing"),
    "bulk": ("verb", "row"),
    "detail": ("tab",),
    "api-list": ("q", "sort", "limit", "cursor", "nothing"),
    "ledger": ("before", "event", "object_type", "object_id", "person", "request", "since", "until"),
    "statement-records": ("label", "page"),
    "level-preview": ("month",),
    "taxonomies": ("q",),
    "find": ("q",),
    "account_login": ("next",),
    "start": ("q",),
}
# Logging in and its failures are kept; that somebody read is an event.
KEPT = {"sessions.Session", "axes.AccessAttempt", "axes.AccessFailureLog", "axes.AccessLog", "usersessions.UserSession"}


def written():
    """How many rows of each table there are, but of what is kept of every request."""
    models = [m for m in apps.get_models() if m._meta.managed and m._meta.label not in KEPT]
    return {m._meta.label: m._base_manager.count() for m in models if not m._meta.label.startswith("ledger.")} | {
        "events": Entry.objects.exclude(event__in=("personal_data.read", "login.failed")).count()
    }


def asks(who, method, url, data=None):
    """What somebody is answered; never that something broke on our side."""
    headers = {"Authorization": f"Bearer {who.secret}"} if url.startswith("/api/") else {}
    if url.startswith("/api/") and method == "post":
        answer = who.client.post(url, data or "{}", content_type="application/json", headers=headers)
    else:
        answer = getattr(who.client, method)(url, data, headers=headers)
    answer.close()
    assert answer.status_code < 500, (method, url[:200])
    return answer


@pytest.mark.parametrize("role", ["outsourcing_office", "platform_administrator"])
def test_a_key_that_is_none_leads_nowhere(world, role):
    who, before, asked = world.by["east", role], written(), 0
    turn = count()
    for route in routes():
        for hole in route.holes:
            for wrong in next_of(IDS, turn, 2):
                others = {other: _fitting(who, route, other) for other in route.holes if other != hole}
                url = route.url(**others, **{hole: wrong})
                for method in ("get", "post"):
                    answer = asks(who, method, url)
                    asked += 1
                    assert answer.status_code in REFUSED, url[:200]
    print(f"\n{asked} addresses", end=" ")
    assert written() == before


def _fitting(who, route, hole):
    said = route.entry.filled.get(hole, (ABSENT,)) if route.entry else route.resource.model
    if isinstance(said, tuple):
        return said[0]
    if hole == "verb":
        return route.resource.verbs[0].name if route.resource.verbs else "none"
    return next(iter(own_keys(who, said)), ABSENT)


@pytest.mark.parametrize(("tenant", "role"), [("east", "outsourcing_office"), ("alpha", "service_manager")])
def test_what_is_asked_for_in_vain_breaks_nothing(world, tenant, role):
    who, before, asked = world.by[tenant, role], written(), 0
    turn = count()
    for route in routes():
        names = ASKED.get(route.page) or ASKED.get(route.name)
        if names is None:
            continue
        names = (*names, *(route.resource.filters if route.page in ("list", "api-list") else ()))
        url = route.url(**{hole: _fitting(who, route, hole) for hole in route.holes})
        for name in names:
            for value in next_of(VALUES, turn, 1):
                asks(who, "get", f"{url}?{name}={quote(value)}")
                asked += 1
        odd = names[asked % len(names)]
        asks(who, "get", f"{url}?{odd}=%FF%FE&%00=1&[]={odd}&{odd}=1&{odd}=x")
        asks(who, "get", f"{url}?{'&'.join(f'{name}=1' for name in names * 90)}")
    print(f"\n{asked} query strings", end=" ")
    assert written() == before


def bomb(size=200_000_000):
    """A workbook that unpacks to very much."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        with made.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(size // 1_000_000):
                sheet.write(b"0" * 1_000_000)
        made.writestr("[Content_Types].xml", "<Types/>")
    return packed.getvalue()


NAMES = (
    "../../etc/passwd", "a\x00.csv", "x" * 300 + ".csv", "=1+1.csv", "<b>.csv", ".csv", "a.csv\r\nX: y", "💥.csv",
)  # fmt: skip
CONTENTS = (
    b"", b"\x00" * 99, b"PK\x03\x04", b"\xff\xfe" * 50, b"a,b\n1", b"\n" * 9_999, b'"' * 999, b"name\n" + b"\xff" * 9,
)  # fmt: skip
KINDS = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "application/json")


@pytest.mark.parametrize("resource", [each for each in resources() if each.add and each.add.from_files],
                         ids=lambda resource: resource.name)  # fmt: skip
def test_a_file_of_rows_that_is_none_is_refused(world, resource):
    who = next((who for who in world.people if not who.scope and resource.add.may(who.actor)), None)
    before = written()
    for name, content in [*((name, b"a,b\n1,2") for name in NAMES), *(("a.csv", content) for content in CONTENTS),
                          ("a.xlsx", BOMB), ("a.csv", b"x" * 5_000_001)]:  # fmt: skip
        answer = asks(who, "post", resource.url("list") + "import", {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code == 422, (name, content[:20])
        assert answer.context["upload"].errors or answer.context.get("bad"), (name, content[:20])
    for digest in (*VALUES, "0" * 64, "../x"):
        assert asks(who, "post", resource.url("list") + "import", {"digest": digest}).status_code == 422
    assert written() == before


BOMB = bomb()
TEXTS = (*VALUES[:14], "\u202e", "💥")


def sends(world):
    """Forms that belong to no resource: who sends them where, with which fields, one of which is made wrong."""
    office, manager = world.by["east", "outsourcing_office"], world.by["alpha", "service_manager"]
    administrator = world.by["east", "platform_administrator"]
    arrangement = world.arrangements["ea"].pk
    return {
        "token": (office, "/account/tokens/add", {"name": "", "days": "x"}),
        "invite": (administrator, "/invite", {"login": "", "name": "n", "email": "x", "roles": "x", "scope": "x"}),
        "act for": (office, "/account/act-for", {"organisation": ABSENT}),
        "send": (manager, f"/arrangements/{arrangement}/send", {"mapping": "x"}),
        "password": (office, "/password", {"oldpassword": "x", "password1": "x", "password2": "y"}),
        "view": (office, "/arrangements/views", {"query": "q=1"}),
        "session": (office, f"/account/sessions/{ABSENT}/end", {}),
        "login": (None, "/login", {"login": "x", "username": "x", "password": "x"}),
    }


@pytest.mark.parametrize("name", ["token", "invite", "act for", "send", "password", "view", "session", "login"])
def test_other_forms_refuse(world, name):
    who, url, fields = sends(world)[name]
    before = written()
    client = who.client if who else Client(raise_request_exception=False)
    for field in fields or ("nothing",):
        for value in TEXTS:
            answer = client.post(url, fields | {field: value})
            assert answer.status_code < 500, (field, value[:40])
            assert name == "login" or written() == before, (field, value[:40])
    for raw in (b"", b"\xff", b"%", b"a" * 3_000_000, b"--x\r\n\r\n"):
        for kind in KINDS:
            assert client.generic("POST", url, raw, kind).status_code < 500, (raw[:9], kind)
    assert written() == before


def test_a_language_that_is_none_is_chinese_and_leads_nowhere_else(world):
    who = world.by["east", "risk"]
    for back in (*VALUES, "//evil.example", "https://evil.example", "javascript:alert(1)", "/\\evil.example"):
        answer = asks(who, "post", "/language", {"language": "xx" + back, "next": back})
        assert answer.status_code == 302
        assert answer.url.startswith("/") or "evil" not in answer.url
        assert not answer.url.startswith(("//", "/\\"))
    who.person.refresh_from_db()
    assert who.person.language == "zh"


def test_records_of_a_hostile_name_are_refused_at_the_field(world):
    who, url, _ = sends(world)["send"]
    before = written()
    for name in (*NAMES[:2], "a.exe", "a", "a.csv.exe", "", " ", "x" * 400 + ".exe"):
        for content in (b"", b"x"):
            sent = {"mapping": "anonymous-bank", "file": SimpleUploadedFile(name or "-", content)}
            if not name.endswith(".csv") or not content:
                answer = asks(who, "post", url, sent)
                assert answer.status_code == 422, (name, content)
                assert answer.context["form"].errors["file"]
    assert written() == before
    headers = {"Authorization": f"Bearer {who.secret}"}
    for body in ("", "{", "[]", '{"file_name": "../../x"}', '{"file_name": "a.txt", "size": -1}', '{"size": 1e99}'):
        answer = who.client.post("/api/v1/imports", body, content_type="application/json", headers=headers)
        assert 400 <= answer.status_code < 500, body
    assert written() == before
