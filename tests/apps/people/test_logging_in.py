"""Who gets in: by password, by second factors that work once, and never by trying."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth import SESSION_KEY
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.test import Client

from guanbao.platform.access.acting import actor_of_token
from guanbao.platform.access.factors import factors_asked
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.logins import login_counted
from guanbao.platform.identity.models import Person
from guanbao.platform.identity.tokens import token_make
from guanbao.platform.ledger.models import Entry

LONG = "a long enough password"
ANNA = {"username": "anna", "password": LONG}


@pytest.fixture
def anna(client, house):
    """Somebody with the office's role, logged in by the page."""
    person, _ = house.person("anna", house.bank.organisation, "outsourcing_office")
    client.post("/login", ANNA)
    return person


@pytest.fixture
def clock(monkeypatch):
    """The time that codes are made of; moves on by hand."""
    now = [time.time()]
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time.time", lambda: now[0])
    return now


def code_of(key, clock):
    return format_hotp_value(hotp_value(key, int(clock[0]) // 30))


def set_up(client, clock):
    """Set up an app through the pages; its key."""
    client.post("/account/confirm", {"password": LONG, "next": "/account/app/add"})
    key = re.search(r'class="secret">(\w+)<', client.get("/account/app/add").content.decode())[1]
    assert client.post("/account/app/add", {"code": code_of(key, clock)}).url == "/account/codes"
    return key


def inside(client):
    return SESSION_KEY in client.session


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize("page", ["/account/app/add", "/account/keys/add", "/account/codes/new", "/account/tokens/add"])
def test_a_factor_is_changed_only_by_who_proves_to_be_there(client, page):
    before = Entry.objects.count()
    assert client.get(page).url == f"/account/confirm?next={page.replace('/', '%2F')}"
    assert client.post(page, {"name": "x", "days": 30}).url.startswith("/account/confirm?")
    assert client.post("/account/confirm", {"password": "wrong", "next": page}).status_code == 200
    assert client.get(page).status_code == 302
    assert (Entry.objects.count(), Authenticator.objects.count()) == (before, 0)
    client.post("/account/confirm", {"password": LONG, "next": page})
    assert client.get(page).status_code == 200


def test_a_code_is_asked_for_and_works_once(client, anna, clock):
    key = set_up(client, clock)
    assert key not in str(Authenticator.objects.values_list("data", flat=True))
    assert Entry.objects.order_by("-index")[0].event == "factor.added"
    first = code_of(key, clock)
    client.post("/logout")
    assert client.post("/login", ANNA).url == "/login/code"
    assert not inside(client)
    assert client.get("/contractors/").status_code == 302
    for wrong in (first, "000000", ""):  # the code that set it up was used by that
        assert client.post("/login/code", {"code": wrong}).status_code == 200
        assert not inside(client)
    clock[0] += 30
    now = code_of(key, clock)
    others = Client()
    others.post("/login", ANNA)
    assert client.post("/login/code", {"code": now}).url == "/"
    assert client.session[SESSION_KEY] == str(anna.pk)
    assert others.post("/login/code", {"code": now}).status_code == 200
    assert not inside(others)


@pytest.mark.usefixtures("anna")
def test_a_used_code_stays_used_where_another_process_is_asked(client, clock):
    key = set_up(client, clock)
    clock[0] += 30
    code = code_of(key, clock)
    for _ in range(2):
        client.post("/logout")
        client.post("/login", ANNA)
        client.post("/login/code", {"code": code})
        caches["default"].close()  # a process has nothing of its own to remember by
    assert isinstance(caches["default"], DatabaseCache)
    assert not inside(client)


@pytest.mark.usefixtures("anna")
def test_a_recovery_code_opens_once(client, clock):
    set_up(client, clock)
    shown = re.findall(r"<li><code>(\d+)</code>", client.get("/account/codes").content.decode())
    assert len(shown) == 10
    assert shown[0] not in client.get("/account/codes").content.decode()
    for opens in (True, False):
        client.post("/logout")
        client.post("/login", ANNA)
        client.post("/login/code", {"code": shown[0]})
        assert inside(client) is opens


@pytest.mark.usefixtures("anna")
def test_codes_are_not_guessed(client, clock):
    key = set_up(client, clock)
    client.post("/logout")
    client.post("/login", ANNA)
    clock[0] += 30
    for n in range(5):
        client.post("/login/code", {"code": f"{n:06}"})
    client.post("/login/code", {"code": code_of(key, clock)})
    assert not inside(client)


@pytest.mark.parametrize(
    "variant", ["josé", "JOSÉ", " jose\u0301 ", "ｊosé", "j osé", "jos\u200bé", "jose", "Jose\u00a0"]
)
def test_every_spelling_of_a_login_is_counted_as_one(variant):
    assert login_counted(variant) == "jose"


VARIANTS = ("anna", "ANNA", " anna", "ａnna", "a\u0301nna", "an na", "anna\u200b")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_trying_closes_the_login_by_every_door(host, client, house, settings):
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
    house.person("anna", house.bank.organisation)
    inner = Client()
    inner.post("/login", ANNA)
    for variant in VARIANTS[2:]:
        client.post("/login", {"username": variant, "password": "wrong"}, headers={"host": "localhost"})
    for variant in VARIANTS:
        answer = client.post("/login", {"username": variant, "password": LONG}, headers={"host": host})
        assert answer.status_code == 429, variant
        assert not inside(client)
    # Where somebody is inside already, the password cannot be found out by confirming it either.
    assert inner.post("/account/confirm", {"password": LONG, "next": "/account/app/add"}).status_code == 429
    assert inner.get("/account/app/add").status_code == 302


def test_confirming_counts_as_trying(client, house):
    house.person("anna", house.bank.organisation)
    client.post("/login", ANNA)
    for _ in range(5):
        client.post("/account/confirm", {"password": "wrong", "next": "/account/app/add"})
    assert Client().post("/login", ANNA).status_code == 429


@pytest.mark.parametrize(
    "path", ["/signup/", "/account/signup", "/password/reset/", "/login/email", "/account/email", "/confirm-email/"]
)
def test_what_is_not_offered_is_not_there(path, client, house):
    person, _ = house.person("anna", house.bank.organisation)
    client.force_login(person)
    assert client.get(path).status_code == 404
    assert client.post(path, ANNA).status_code == 404


def test_whoever_left_and_machines_do_not_get_in(client, house):
    person, _ = house.person("anna", house.bank.organisation)
    Person.objects.filter(pk=person.pk).update(left_at=person.joined_at)
    left = client.post("/login", ANNA)
    client.post("/login", {"username": "nobody", "password": LONG})
    unknown = client.post("/login", {"username": "nobody", "password": LONG})
    assert not inside(client)
    said = [re.sub(r'"X-CSRFToken": "\w+"|value="[^"]*"', "", answer.content.decode()) for answer in (left, unknown)]
    assert said[0] == said[1]


def test_the_pages_speak_the_readers_language(client, house, clock):
    house.person("anna", house.bank.organisation)
    Person.objects.update(language="")
    client.post("/login", ANNA)
    set_up(client, clock)
    pages = [
        "/account/",
        "/password",
        "/account/confirm",
        "/account/confirm/code",
        "/account/app/remove",
        "/account/keys/add",
    ]
    pages += ["/account/codes", "/account/codes/new", "/account/tokens/add"]
    for page in pages:
        for asked, foreign in (
            ("zh", r">[^<]*\b(Password|Code|Sign|Passwordless|Key|Authenticator)\b"),
            ("en", "[一-龥]"),
        ):
            said = client.get(page, headers={"accept-language": asked}).content.decode()
            said = said.replace("管包", "").replace(">中文<", "").replace("East Bank", "")
            assert not re.search(foreign, said), (page, asked, re.search(foreign, said))


def test_a_role_may_need_a_second_factor(client, house, clock, settings):
    settings.GUANBAO_MFA_BY_ROLE = True
    house.person("anna", house.bank.organisation, "platform_administrator")
    client.post("/login", ANNA)
    for path in ("/", "/people/", "/people/add", "/find?q=a", "/account/", "/account/tokens/add", "/password"):
        assert client.get(path).url == "/account/factor", path
        assert client.post(path, {"name": "x"}).url == "/account/factor", path
    assert client.get("/account/factor").status_code == 200
    set_up(client, clock)
    assert client.get("/people/").status_code == 200
    assert client.get("/account/factor").url == "/"
    house.person("bert", house.bank.organisation, "outsourcing_office")
    other = Client()
    other.post("/login", {"username": "bert", "password": LONG})
    assert other.get("/contractors/").status_code == 200


def test_a_token_opens_no_role_whose_holder_lacks_the_factor(client, house, clock, settings):
    person, _ = house.person("anna", house.bank.organisation, "platform_administrator")
    _, secret = token_make(actor=SYSTEM, person=person, organisation=house.bank.organisation, name="x")
    assert actor_of_token(secret, request_id="").person_id == person.pk
    settings.GUANBAO_MFA_BY_ROLE = True
    assert actor_of_token(secret, request_id="") is None
    client.post("/login", ANNA)
    set_up(client, clock)
    assert actor_of_token(secret, request_id="").person_id == person.pk


def test_an_installation_without_them_is_warned(settings):
    assert [said.id for said in factors_asked()] == ["guanbao.W001"]
    settings.GUANBAO_MFA_BY_ROLE = True
    assert factors_asked() == []
