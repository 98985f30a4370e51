"""Invitations: one link, once, seven days, and never more than the inviter may give when it is used."""

from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.core import mail
from django.test import Client
from django.utils import timezone

from guanbao.platform.access.models import Grant, Role
from guanbao.platform.identity.models import Invitation, Membership, Person
from guanbao.platform.ledger.models import Entry

LONG = "a long enough password"
TWICE = {"password": LONG, "again": LONG}


@pytest.fixture(params=["bank", "calls"])
def side(request, house):
    """The organisation that invites, the bank and then a contractor."""
    return getattr(house, request.param).organisation


@pytest.fixture
def codes(side):
    """A role of that side, then one of the other."""
    return ("risk", "agent") if side.side == "institution" else ("agent", "risk")


@pytest.fixture
def admin(client, house, side):
    code = "platform_administrator" if side.side == "institution" else "contractor_administrator"
    person, _ = house.person("admin", side, code)
    client.force_login(person)
    return client


def form(code, **more):
    return {"name": "Neu", "login": "Neu", "email": "", "roles": [Role.objects.get(code=code).pk]} | more


@pytest.fixture
def link(admin, codes):
    return admin.post("/invitations/add", form(codes[0])).context["link"].removeprefix("http://testserver")


def test_a_link_leads_inside_once(admin, link, side, codes):
    guest = Client()
    assert not Person.objects.filter(login="neu").exists()
    assert link.split("/")[-1] not in str(list(Invitation.objects.values()))
    assert link not in admin.get(f"/invitations/{Invitation.objects.get().pk}/").content.decode()
    assert side.name in guest.get(link).content.decode()
    assert guest.post(link, TWICE).status_code == 302
    person = Person.objects.get(login="neu")
    assert guest.session[SESSION_KEY] == str(person.pk)
    assert guest.get("/").status_code == 200
    grant = Grant.objects.get(person=person)
    assert (grant.role.code, grant.organisation_id) == (codes[0], side.pk)
    for again in (Client(), guest):
        assert again.get(link).status_code == 404
        assert again.post(link, TWICE).status_code == 404
    told = [entry.event for entry in Entry.objects.order_by("index")]
    expected = ["invitation.made", "person.added", "membership.given", "grant.given", "invitation.used"]
    assert told[-5:] == expected
    assert not [e for e in Entry.objects.all() if "neu" in bytes(e.body).decode().lower()]


@pytest.mark.parametrize(("wrong", "status"), [({"password": "short", "again": "short"}, 200), ({"again": "x"}, 200)])
def test_a_weak_or_mistyped_password_changes_nothing(wrong, status, link):
    answer = Client().post(link, TWICE | wrong)
    assert answer.status_code == status
    assert answer.context["form"].errors
    assert not Person.objects.filter(login="neu").exists()
    assert Client().get(link).status_code == 200


def test_what_closes_a_link(admin, link, side):
    invitation = Invitation.objects.get()
    now = timezone.now()
    for end, again in (
        ({"expires_at": now}, {"expires_at": now + timedelta(days=7)}),
        ({"used_at": now}, {"used_at": None}),
    ):
        Invitation.objects.update(**end)
        assert Client().post(link, TWICE).status_code == 404, end
        Invitation.objects.update(**again)
    assert timedelta(days=6, hours=23) < invitation.expires_at - invitation.created_at <= timedelta(days=7)
    assert admin.post(f"/invitations/{invitation.pk}/revoke").status_code == 302
    assert Client().post(link, TWICE).status_code == 404
    assert not Membership.objects.filter(organisation=side, person__login="neu").exists()


def test_nobody_invites_into_more_than_they_may_give(admin, codes):
    before = Entry.objects.count()
    assert admin.post("/invitations/add", form(codes[1])).status_code == 422
    assert (Invitation.objects.count(), Entry.objects.count()) == (0, before)


def test_the_right_is_asked_again_when_the_link_is_used(link):
    Grant.objects.filter(person__login="admin").update(revoked_at=timezone.now())
    before = Entry.objects.count()
    answer = Client().post(link, TWICE)
    assert answer.context["said"]
    assert (Person.objects.filter(login="neu").exists(), Entry.objects.count()) == (False, before)


def test_who_has_an_account_accepts_with_it(link, house, side):
    person, _ = house.person("neu", house.other.organisation)
    stranger, _ = house.person("stranger", house.other.organisation)
    for other in (None, stranger):
        guest = Client()
        if other:
            guest.force_login(other)
        assert "id_password" not in guest.get(link).content.decode()
        guest.post(link, TWICE)
        assert not Membership.objects.filter(organisation=side, person__in=(person, stranger)).exists()
    person.refresh_from_db()
    assert person.check_password(LONG)
    guest = Client()
    guest.force_login(person)
    assert guest.post(link).status_code == 302
    assert Membership.objects.filter(organisation=side, person=person).exists()


def test_others_neither_invite_nor_see_invitations(link, house, codes):  # noqa: ARG001 - there is one to see
    stranger, _ = house.person("stranger", house.other.organisation, "platform_administrator")
    office, _ = house.person("office", house.bank.organisation, "outsourcing_office")
    pk, there = Invitation.objects.get().pk, Client()
    for person, status in ((office, 404), (stranger, 404)):
        there.force_login(person)
        assert there.get(f"/invitations/{pk}/").status_code == status
        assert there.post(f"/invitations/{pk}/revoke").status_code == status
    there.force_login(office)
    assert there.get("/invitations/add").status_code == 404
    assert there.post("/invitations/add", form(codes[0])).status_code == 404
    assert Invitation.objects.get().revoked_at is None


def test_with_mail_the_link_is_sent_and_not_shown(admin, codes, settings):
    settings.EMAIL_HOST = "mail.example"
    answer = admin.post("/invitations/add", form(codes[0], email="neu@example.org"))
    assert answer.context["link"] == ""
    sent = mail.outbox[0]
    assert sent.to == ["neu@example.org"]
    path = sent.body.split("http://testserver")[1].strip()
    assert path not in answer.content.decode()
    assert Client().post(path, TWICE).status_code == 302
