"""Premises by page and by API, and nobody else's."""

import pytest

from guanbao.platform.ledger.models import Entry
from sample.models import Premises

NEW = {"name": "West Wing", "city": "Xi'an", "seats": 40}


@pytest.fixture
def made(client, house):
    client.force_login(house.person("office", house.bank.organisation, "outsourcing_office")[0])
    assert client.post("/premises/add", NEW | {"contractor": house.calls.pk}).status_code == 302
    return Premises.objects.get()


def test_premises_are_entered_corrected_listed_and_exported(client, made):
    assert client.post(f"/premises/{made.pk}/edit", NEW | {"seats": 60}).status_code == 302
    assert "West Wing" in client.get("/premises/", {"q": "wing"}).content.decode()
    assert ",60," in client.post("/premises/export", {"form": "csv"}).content.decode()
    told = Entry.objects.filter(object_type="sample.premises", object_id=made.pk).order_by("index")
    assert [entry.after for entry in told] == [NEW | {"contractor": made.contractor_id}, {"seats": 60}]


def test_the_api_answers_as_the_pages_do(client, made):
    contractor = {"id": made.contractor_id, "name": "Calls Ltd"}
    assert client.get(f"/api/v1/premises/{made.pk}").json() == NEW | {"id": made.pk, "contractor": contractor}


def test_nobody_else_sees_or_changes_them(client, house, made):
    for organisation, role in ((house.other, "outsourcing_office"), (house.cards, "service_manager")):
        client.force_login(house.person(role, organisation.organisation, role)[0])
        assert client.get(f"/premises/{made.pk}/").status_code == 404
        assert client.get(f"/api/v1/premises/{made.pk}").status_code == 404
        assert client.post(f"/premises/{made.pk}/edit", NEW | {"seats": 1}).status_code == 404
        assert "West Wing" not in client.get("/premises/").content.decode()
    assert Premises.objects.get().seats == 40
