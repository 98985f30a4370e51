"""Ends: of sessions, tokens, memberships; by administrators of both sides, each in their own organisation only."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from guanbao.platform.access.models import Grant, Role
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.models import Membership, Person, Token
from guanbao.platform.identity.tokens import token_holder, token_make
from guanbao.platform.ledger.models import Entry

LONG = "a long enough password"
ADMINS = {"bank": "platform_administrator", "calls": "contractor_administrator"}


@pytest.fixture(params=ADMINS)
def side(request, house):
    """The organisation whose administrator acts, the bank's and then a contractor's."""
    return getattr(house, request.param).organisation


@pytest.fixture
def admin(client, house, side):
    code = ADMINS["bank" if side.side == "institution" else "calls"]
    person, _ = house.person("admin", side, code)
    client.force_login(person)
    return client


@pytest.fixture
def member(house, side):
    """A colleague with a role, who is logged in elsewhere and has a token: the person, that browser, the secret."""
    code = "outsourcing_office" if side.side == "institution" else "service_manager"
    person, _ = house.person("member", side, code)
    browser = Client()
    browser.post("/login", {"username": "member", "password": LONG})
    _, secret = token_make(actor=SYSTEM, person=person, organisation=side, name="export")
    return person, browser, secret


def events():
    return set(Entry.objects.values_list("event", flat=True))


def changes():
    """Entries of anything but reading, which is told too."""
    return Entry.objects.exclude(event="personal_data.read")


def test_a_session_is_seen_and_ended(admin, member):
    person, browser, _ = member
    shown = admin.get(f"/people/{person.pk}/?tab=access").content.decode()
    assert "127.0.0.1" in shown
    assert browser.get("/").status_code == 200
    session = UserSession.objects.get(user=person)
    assert admin.get(f"/people/{person.pk}/sessions/{session.pk}/end").status_code == 405
    assert admin.post(f"/people/{person.pk}/sessions/{session.pk}/end").status_code == 302
    assert browser.get("/").status_code == 302
    assert "session.ended" in events()


def test_a_token_is_seen_and_revoked(admin, member):
    person, _, secret = member
    assert "export" in admin.get(f"/people/{person.pk}/?tab=access").content.decode()
    admin.post(f"/people/{person.pk}/tokens/{Token.objects.get().pk}/revoke")
    assert token_holder(secret) is None


def test_leaving_ends_everything_at_once(admin, member):
    person, browser, secret = member
    assert browser.get("/").status_code == 200
    assert admin.post(f"/people/{person.pk}/leave").status_code == 302
    assert browser.get("/").status_code == 302
    assert token_holder(secret) is None
    assert not UserSession.objects.filter(user=person).exists()
    assert not Grant.objects.filter(person=person, revoked_at=None).exists()
    browser.post("/login", {"username": "member", "password": LONG})
    assert browser.get("/").status_code == 302


def test_a_membership_ends_and_begins_again_without_its_roles(admin, member, side):
    person, browser, secret = member
    admin.post(f"/people/{person.pk}/end")
    assert token_holder(secret) is None
    assert "people" not in browser.get("/").content.decode()
    assert Membership.objects.get(person=person).until == timezone.localdate() - timedelta(days=1)
    assert admin.get(f"/people/{person.pk}/end").status_code == 404
    admin.post(f"/people/{person.pk}/renew")
    assert Membership.objects.get(person=person).until is None
    assert not Grant.objects.filter(person=person, organisation=side, revoked_at=None).exists()
    assert {"membership.ended", "membership.given", "grant.revoked"} <= events()


def test_whom_others_need_nobody_ends_alone(admin, member, house):
    person, browser, _ = member
    Membership.objects.create(person=person, organisation=house.other.organisation, since="2020-01-01")
    before = changes().count()
    assert admin.post(f"/people/{person.pk}/leave").status_code == 422
    session = UserSession.objects.get(user=person)
    assert admin.post(f"/people/{person.pk}/sessions/{session.pk}/end").status_code == 404
    assert "127.0.0.1" not in admin.get(f"/people/{person.pk}/?tab=access").content.decode()
    person.refresh_from_db()
    assert (person.left_at, browser.get("/").status_code, changes().count()) == (None, 200, before)


def test_nobody_ends_himself(admin):
    own = Person.objects.get(login="admin")
    for verb in ("leave", "end"):
        assert admin.post(f"/people/{own.pk}/{verb}").status_code == 422
    assert admin.get("/people/").status_code == 200


@pytest.mark.parametrize("who", ["other admin", "auditor", "colleague"])
def test_others_end_nothing(who, house, side, member):
    person, browser, secret = member
    roles = {"other admin": ("platform_administrator",), "auditor": ("internal_audit",), "colleague": ()}[who]
    at = house.other.organisation if who == "other admin" else side
    stranger, _ = house.person("stranger", at, *(roles if at.side == "institution" else ()))
    there = Client()
    there.force_login(stranger)
    session, token = UserSession.objects.get(user=person), Token.objects.get()
    before = Entry.objects.count()
    for path in ("leave", "end", f"sessions/{session.pk}/end", f"tokens/{token.pk}/revoke"):
        assert there.post(f"/people/{person.pk}/{path}").status_code == 404, path
    for path in (f"/account/sessions/{session.pk}/end", f"/account/tokens/{token.pk}/revoke"):
        assert there.post(path).status_code == 404, path
    assert (browser.get("/").status_code, Entry.objects.count()) == (200, before)
    assert token_holder(secret) is not None


def test_ones_own_sessions_and_tokens(member):
    person, browser, _ = member
    second = Client()
    second.post("/login", {"username": "member", "password": LONG})
    first = UserSession.objects.get(user=person, session_key=browser.session.session_key)
    assert "export" in second.get("/account/").content.decode()
    second.post(f"/account/sessions/{first.pk}/end")
    assert browser.get("/").status_code == 302
    second.post("/account/confirm", {"password": LONG, "next": "/account/tokens/add"})
    shown = second.post("/account/tokens/add", {"name": "mine", "days": "30"}).context["secret"]
    assert token_holder(shown).name == "mine"
    assert shown not in second.get("/account/").content.decode()
    second.post(f"/account/tokens/{Token.objects.get(name='mine').pk}/revoke")
    assert token_holder(shown) is None


def test_a_changed_password_ends_the_other_sessions(member):
    _, browser, _ = member
    second = Client()
    second.post("/login", {"username": "member", "password": LONG})
    given = {"oldpassword": LONG, "password1": "another long one", "password2": "another long one"}
    second.post("/password", given)
    assert second.get("/").status_code == 200
    assert browser.get("/").status_code == 302


def test_a_machine_is_given_a_token(client, house, side):
    code = ADMINS["bank" if side.side == "institution" else "calls"]
    house.person("admin", side, code)
    client.post("/login", {"username": "admin", "password": LONG})
    client.post("/machines/add", {"login": "feeder", "name": "Feeder"})
    machine = Person.objects.get(login="feeder")
    assert (machine.is_machine, machine.has_usable_password()) == (True, False)
    client.post("/account/confirm", {"password": LONG, "next": "/"})
    secret = client.post(f"/machines/{machine.pk}/token/add", {"name": "feed", "days": "90"}).context["secret"]
    assert token_holder(secret).organisation_id == side.pk
    person = Person.objects.get(login="admin")
    assert client.post(f"/machines/{person.pk}/token/add", {"name": "x", "days": "90"}).status_code == 404
    stranger, _ = house.person("stranger", house.other.organisation, "platform_administrator")
    client.force_login(stranger)
    assert client.get(f"/machines/{machine.pk}/token/add").status_code == 404


def test_one_acts_for_the_organisation_that_one_chose(client, house):
    person, _ = house.person("both", house.bank.organisation, "outsourcing_office")
    other = Membership.objects.create(person=person, organisation=house.other.organisation, since="2020-01-01")
    role = Role.objects.get(code="outsourcing_office")
    Grant.objects.create(person=person, organisation=other.organisation, role=role, since="2020-01-01")
    client.force_login(person)
    assert "Calls Ltd" in client.get("/contractors/").content.decode()
    client.post("/account/act-for", {"organisation": other.organisation_id})
    shown = client.get("/contractors/").content.decode()
    assert "Foreign Ltd" in shown
    assert "Calls Ltd" not in shown
    other.until = timezone.localdate() - timedelta(days=1)
    other.save()
    assert "Foreign Ltd" not in client.get("/contractors/").content.decode()
    for wrong in (house.calls.organisation.pk, "x", "", "-1", "９"):
        client.post("/account/act-for", {"organisation": wrong})
        assert "Calls Ltd" in client.get("/contractors/").content.decode()


NEW = "another long password"


def test_a_lost_factor_is_reset_and_sessions_end(admin, member):
    person, browser, _ = member
    Authenticator.objects.create(user=person, type="totp", data={"secret": "x"})
    assert "reset" in [verb.name for verb in admin.get(f"/people/{person.pk}/").context["verbs"]]
    assert admin.post(f"/people/{person.pk}/reset", {"password": "short"}).status_code == 422
    assert Authenticator.objects.filter(user=person).exists(), "what is refused changes nothing"
    assert browser.get("/").status_code == 200
    assert admin.post(f"/people/{person.pk}/reset", {"password": NEW}).status_code == 302
    assert browser.get("/").status_code == 302, "logged out"
    assert not Authenticator.objects.filter(user=person).exists()
    person.refresh_from_db()
    assert not person.check_password(LONG)
    entry = Entry.objects.get(event="login.reset")
    assert (entry.person_id is not None, entry.after, entry.redacted) == (True, {"person": person.pk}, [])


def test_a_password_that_another_set_opens_only_the_form_that_changes_it(admin, member):
    person, browser, secret = member
    admin.post(f"/people/{person.pk}/reset", {"password": NEW})
    assert token_holder(secret) is None, "tokens that were made with the lost password end"
    assert browser.post("/login", {"username": "member", "password": NEW}).status_code == 302
    for path in ("/", "/contractors/", "/account/", "/account/tokens/add", "/api/v1/contractors"):
        assert browser.get(path).url == "/password", path
        assert browser.post(path, {"name": "x"}).url == "/password", path
    assert "Choose one that only you know" in browser.get("/password").content.decode()
    same = {"oldpassword": NEW, "password1": NEW, "password2": NEW}
    assert "another password than the present one" in browser.post("/password", same).content.decode()
    assert browser.get("/").url == "/password"
    own = {"oldpassword": NEW, "password1": "a third long password", "password2": "a third long password"}
    assert browser.post("/password", own).status_code == 302
    assert browser.get("/").status_code == 200
    person.refresh_from_db()
    assert not person.password_given


def test_a_first_password_is_changed_at_the_first_login(admin):
    browser = Client()
    given = {"login": "neu", "name": "Neu", "password": NEW, "email": "", "language": ""}
    assert admin.post("/people/add", given).status_code == 302
    browser.post("/login", {"username": "neu", "password": NEW})
    assert browser.get("/").url == "/password"


def test_nobody_resets_themselves_nor_who_holds_more_nor_others(admin, member, house, side):
    person, _, _ = member
    me, stranger = Person.objects.get(login="admin"), house.person("stranger", house.other.organisation, "risk")[0]
    for pk in (me.pk, stranger.pk):
        assert admin.post(f"/people/{pk}/reset", {"password": NEW}).status_code == 404
    both, _ = house.person("both", side)
    Membership.objects.create(person=both, organisation=house.other.organisation, since=timezone.localdate())
    more = Role.objects.create(code="own_more", side=side.side, name="更多", name_en="More", permissions=["x.more"])
    Grant.objects.create(person=person, organisation=side, role=more, since=timezone.localdate())
    for one in (both, person):
        assert admin.post(f"/people/{one.pk}/reset", {"password": NEW}).status_code == 422
    for one in (me, stranger, both, person):
        one.refresh_from_db()
        assert one.check_password(LONG)
    assert "login.reset" not in events()
