"""Nobody gives more than they were given to give."""

from datetime import date

import pytest

from guanbao.platform.access.errors import GrantTooWide
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.access.roles import roles_sync
from guanbao.platform.access.services import grant_give, grant_revoke
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.models import Organisation, Person
from guanbao.platform.identity.services import membership_give, person_add
from guanbao.platform.ledger.models import Entry

SINCE = date(2020, 1, 1)
LONG = "a long enough password"


@pytest.fixture
def roles(db):  # noqa: ARG001
    roles_sync()
    return {role.code: role for role in Role.objects.all()}


@pytest.fixture
def admin(person, organisations, roles):
    actor = person("admin", "bank")
    held = Person.objects.get(login="admin")
    grant_give(
        actor=SYSTEM, person=held, organisation=organisations["bank"], role=roles["platform_administrator"], since=SINCE
    )
    return actor


@pytest.fixture
def newcomer(person):
    person("new", "bank")
    return Person.objects.get(login="new")


def refused(**how):
    before = Grant.objects.count(), Entry.objects.count()
    with pytest.raises(GrantTooWide):
        grant_give(**how)
    assert (Grant.objects.count(), Entry.objects.count()) == before


def test_an_administrator_gives_the_roles_of_the_bank(admin, newcomer, organisations, roles):
    made = grant_give(actor=admin, person=newcomer, organisation=organisations["bank"], role=roles["risk"], since=SINCE)
    entry = Entry.objects.order_by("-index").first()
    assert (entry.event, entry.after["role"], entry.after["person"]) == ("grant.given", "risk", newcomer.pk)
    assert made.given_by_id == admin.person_id
    grant_revoke(actor=admin, grant=made)
    made.refresh_from_db()
    assert made.revoked_at is not None


def test_nobody_takes_back_what_they_could_not_give(person, newcomer, organisations, roles):
    bank, risk = organisations["bank"], roles["risk"]
    made = grant_give(actor=SYSTEM, person=newcomer, organisation=bank, role=risk, since=SINCE)
    colleague, elsewhere = person("colleague", "bank"), person("elsewhere", "other_bank")
    grant_give(
        actor=SYSTEM, person=Person.objects.get(login="elsewhere"), organisation=organisations["other_bank"],
        role=roles["platform_administrator"], since=SINCE,
    )  # fmt: skip
    before = Entry.objects.count()
    for actor in (colleague, elsewhere):
        with pytest.raises(GrantTooWide):
            grant_revoke(actor=actor, grant=made)
    made.refresh_from_db()
    assert (made.revoked_at, Entry.objects.count()) == (None, before)


@pytest.mark.parametrize("code", ["agent", "contractor_administrator"])
def test_not_those_of_contractors(code, admin, newcomer, organisations, roles):
    refused(actor=admin, person=newcomer, organisation=organisations["bank"], role=roles[code], since=SINCE)


def test_not_elsewhere(admin, newcomer, organisations, roles):
    refused(actor=admin, person=newcomer, organisation=organisations["other_bank"], role=roles["risk"], since=SINCE)


def test_not_a_role_of_another_bank(admin, newcomer, organisations):
    theirs = Role.objects.create(
        code="risk", side="institution", name="x", name_en="x", institution=organisations["other_bank"]
    )
    refused(actor=admin, person=newcomer, organisation=organisations["bank"], role=theirs, since=SINCE)


def test_others_give_nothing(person, newcomer, organisations, roles):
    actor = person("office", "bank")
    Grant.objects.create(
        person_id=actor.person_id, organisation=organisations["bank"], role=roles["outsourcing_office"], since=SINCE
    )
    refused(actor=actor, person=newcomer, organisation=organisations["bank"], role=roles["risk"], since=SINCE)


def test_no_wider_and_no_longer_than_ones_own(admin, newcomer, organisations, roles):
    bank = organisations["bank"]
    narrow = Grant.objects.get(person_id=admin.person_id)
    narrow.scope, narrow.key, narrow.until = "department", 7, date(2099, 1, 1)
    narrow.save()
    how = {"actor": admin, "person": newcomer, "organisation": bank, "role": roles["risk"], "since": SINCE}
    refused(**how, until=date(2099, 1, 1))
    refused(**how, scope="department", key=8, until=date(2099, 1, 1))
    refused(**how, scope="department", key=7)
    refused(**how, scope="department", key=7, until=date(2099, 1, 2))
    grant_give(**how, scope="department", key=7, until=date(2099, 1, 1))


@pytest.mark.usefixtures("organisations")
def test_the_ledger_holds_no_name_of_a_person():
    made = person_add(actor=SYSTEM, login="zhang.san", name="张三", password=LONG, email="z@x.cn")
    membership_give(actor=SYSTEM, person=made, organisation=Organisation.objects.first(), since=SINCE)
    for entry in Entry.objects.all():
        for told in ("zhang", "张三", "z@x.cn", "password"):
            assert told not in bytes(entry.body).decode()
