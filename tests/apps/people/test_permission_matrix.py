"""The permission matrix, and grants with a narrower scope."""

import re

import pytest

from guanbao.apps.parties.services import department_add
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.access.permissions import permissions
from guanbao.platform.access.roles import permissions_of
from guanbao.platform.actors import SYSTEM


@pytest.mark.parametrize("role", ["platform_administrator", "internal_audit"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_permission_of_every_role_stands_with_its_ticks(role, language, client, house):
    person, _ = house.person("reader", house.bank.organisation, role)
    person.language = language
    person.save()
    client.force_login(person)
    answer = client.get("/matrix")
    every = set(Role.objects.values_list("code", flat=True))
    assert {role.code for role in answer.context["roles"]} == every
    ticks = sum(len(permissions_of(code)) for code in every)
    assert answer.content.decode().count("✓") == ticks
    shown = {name for rows in answer.context["groups"].values() for _, name, _ in rows}
    assert shown == {p.name for p in permissions() if every & set(p.roles)}
    if language == "zh":
        headings = re.findall(r'scope="(?:row|rowgroup|col)"[^>]*>(?:<span>)?([^<]+)', answer.content.decode())
        assert [text for text in headings if not re.search("[一-龥]", text)] == []


def test_a_contractor_reads_its_own_roles(client, house):
    person, _ = house.person("reader", house.calls.organisation, "contractor_administrator")
    client.force_login(person)
    assert {role.side for role in client.get("/matrix").context["roles"]} == {"contractor"}


def test_others_do_not_read_it(client, house):
    person, _ = house.person("office", house.bank.organisation, "outsourcing_office")
    client.force_login(person)
    assert client.get("/matrix").status_code == 404
    assert "/matrix" not in client.get("/").content.decode()


def test_a_role_is_given_for_one_department(client, house):
    admin, _ = house.person("admin", house.bank.organisation, "platform_administrator")
    member, _ = house.person("member", house.bank.organisation)
    ours = department_add(actor=SYSTEM, institution=house.bank, code="A", name="Cards")
    foreign = department_add(actor=SYSTEM, institution=house.other, code="B", name="Loans")
    client.force_login(admin)
    shown = client.get("/grants/add").content.decode()
    assert "Cards" in shown
    assert "Loans" not in shown
    given = {
        "person": member.pk,
        "role": Role.objects.get(code="risk").pk,
        "since": "2020-01-01",
        "scope": "department",
    }
    for wrong in ({}, {"department": foreign.pk}, {"department": ours.pk, "scope": "organisation"}):
        assert client.post("/grants/add", given | wrong).context["form"].errors.keys() == {"department"}
    assert not Grant.objects.filter(person=member).exists()
    client.post("/grants/add", given | {"department": ours.pk})
    made = Grant.objects.get(person=member)
    assert (made.scope, made.key) == ("department", ours.pk)


def test_only_who_sees_people_is_led_to_it(client, house):
    led = {}
    for role in ("platform_administrator", "risk"):
        client.force_login(house.person(role, house.bank.organisation, role)[0])
        led[role] = 'href="/matrix"' in client.get("/").content.decode()
    assert led == {"platform_administrator": True, "risk": False}
