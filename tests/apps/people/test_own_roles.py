"""Own roles of a bank: no more in them than the administrator may give, and none of them elsewhere."""

import pytest

from guanbao.platform.access.models import Grant, Role
from guanbao.platform.access.reach import grants_of
from guanbao.platform.ledger.models import Entry


@pytest.fixture
def admin(client, house):
    person, _ = house.person("admin", house.bank.organisation, "platform_administrator")
    client.force_login(person)
    return client


NEW = {"name": "台账员", "name_en": "Registrar", "permissions": ["contractor.view", "contractor.edit"], "gives": []}


def test_a_role_is_added_given_and_changed(admin, house):
    assert admin.post("/roles/add", NEW).status_code == 302
    role = Role.objects.get(name="台账员")
    assert (role.institution_id, role.side, role.permissions) == (
        house.bank.organisation.pk, "institution", ["contractor.edit", "contractor.view"],
    )  # fmt: skip
    member, actor = house.person("member", house.bank.organisation)
    assert admin.post("/grants/add", {"person": member.pk, "role": role.pk, "since": "2020-01-01"}).status_code == 302
    assert [grant.role_id for grant in grants_of(actor)] == [role.pk]
    assert "Registrar" in admin.get("/matrix").content.decode()
    admin.post(f"/roles/{role.pk}/edit", NEW | {"permissions": ["contractor.view"]})
    role.refresh_from_db()
    assert role.permissions == ["contractor.view"]
    assert {"role.added", "role.edited"} <= set(Entry.objects.values_list("event", flat=True))


@pytest.mark.parametrize("wrong", [{"gives": ["agent"]}, {"permissions": ["nothing.do"]}])
def test_what_is_not_of_the_banks_side_is_refused(wrong, admin):
    assert admin.post("/roles/add", NEW | wrong).status_code == 422
    assert not Role.objects.exclude(institution=None).exists()


def test_never_more_than_the_administrator_may_give(admin):
    # An administrator whose role gives nothing but «risk» can put nothing else into a role, nor into one that is there.
    Role.objects.filter(code="platform_administrator").update(gives=["risk"])
    assert admin.post("/roles/add", NEW).status_code == 422
    assert not Role.objects.exclude(institution=None).exists()
    assert admin.post("/roles/add", NEW | {"permissions": ["contractor.view"], "gives": ["board"]}).status_code == 422
    assert admin.post("/roles/add", NEW | {"permissions": ["contractor.view"]}).status_code == 302


def test_shipped_roles_and_those_of_others_are_not_changed(admin, house):
    shipped = Role.objects.get(code="risk")
    theirs = Role.objects.create(
        code="own_x", side="institution", name="x", name_en="x", institution=house.other.organisation
    )
    for role in (shipped, theirs):
        assert admin.post(f"/roles/{role.pk}/edit", NEW).status_code == 404
    member, _ = house.person("member", house.bank.organisation)
    given = {"person": member.pk, "role": theirs.pk, "since": "2020-01-01"}
    assert admin.post("/grants/add", given).status_code == 422
    assert not Grant.objects.filter(person=member).exists()


def test_contractors_and_other_roles_add_none(client, house):
    for person in (
        house.person("theirs", house.calls.organisation, "contractor_administrator")[0],
        house.person("audit", house.bank.organisation, "internal_audit")[0],
    ):
        client.force_login(person)
        assert client.post("/roles/add", NEW).status_code == 404
    assert not Role.objects.exclude(institution=None).exists()


def test_nobody_widens_a_role_that_they_hold(admin, house):
    admin.post("/roles/add", NEW | {"permissions": []})
    role = Role.objects.get(name="台账员")
    own = Grant.objects.get(person__login="admin")
    Grant.objects.create(person=own.person, organisation=house.bank.organisation, role=role, since="2020-01-01")
    assert admin.post(f"/roles/{role.pk}/edit", NEW).status_code == 422
    role.refresh_from_db()
    assert role.permissions == []
    assert admin.get("/contractors/").status_code == 404
