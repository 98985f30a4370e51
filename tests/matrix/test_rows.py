"""A resource's rows are for who may view it: no selector is wider than its pages."""

import pytest

from guanbao.web.resource import resources

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("tenant", ["alpha", "east"])
def test_who_may_not_view_a_resource_has_none_of_its_rows(world, tenant):
    found, asked = [], 0
    for who in (person for person in world.people if person.tenant == tenant):
        for resource in resources():
            if not resource.may_view(who.actor):
                asked += 1
                found += [f"{who}: {resource.name}"] if resource.rows(actor=who.actor).exists() else []
    assert asked
    assert found == []
