"""The roles that come with the product, and what they are given."""

import pytest

from guanbao.platform.access.errors import PermissionTwice, PermissionUnknown, RoleUnknown
from guanbao.platform.access.models import Role
from guanbao.platform.access.permissions import permission, permission_named, permissions
from guanbao.platform.access.roles import roles_shipped, roles_sync
from guanbao.platform.identity.choices import Side


def test_the_pack_has_every_post():
    shipped = roles_shipped()
    assert [role.side for role in shipped.values()].count(Side.INSTITUTION) == 16
    assert [role.side for role in shipped.values()].count(Side.CONTRACTOR) == 5
    assert shipped["committee"].name == "外包风险管理委员会"


def test_a_role_gives_only_roles_of_its_own_side():
    shipped = roles_shipped()
    for role in shipped.values():
        assert {shipped[given].side for given in role.gives} <= {role.side}


@pytest.mark.django_db
def test_roles_follow_what_apps_declare(declared):
    one = declared("thing.view", roles=("risk", "agent"))
    roles_sync()
    assert Role.objects.get(code="risk").permissions == [one.name]
    assert Role.objects.get(code="legal").permissions == []
    declared("thing.edit", roles=("legal",))
    roles_sync()
    assert Role.objects.get(code="legal").permissions == ["thing.edit"]
    assert Role.objects.count() == len(roles_shipped())


@pytest.mark.django_db
def test_a_permission_for_a_role_that_is_not_there_is_refused(declared):
    declared("thing.view", roles=("janitor",))
    with pytest.raises(RoleUnknown, match="janitor"):
        roles_sync()
    assert not Role.objects.exists()


def test_a_permission_is_declared_once(declared):
    declared("thing.view", roles=())
    with pytest.raises(PermissionTwice, match=r"thing\.view"):
        permission("thing.view", "again", roles=())
    assert permission_named("thing.view") in permissions()
    with pytest.raises(PermissionUnknown, match=r"thing\.burn"):
        permission_named("thing.burn")
