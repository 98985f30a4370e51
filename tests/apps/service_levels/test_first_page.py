"""The first page shows the months of all arrangements that its reader may see, and where they stand on the line."""

import json
import re

import pytest
from desks import FEBRUARY

from guanbao.apps.service_levels.services.statements import statement_draft
from guanbao.platform.actors import SYSTEM

HEAT = re.compile(r'<script id="heat-data" type="application/json">(.*?)</script>')


@pytest.fixture
def drafted(desk):
    return statement_draft(actor=SYSTEM, arrangement=desk.calls, month=FEBRUARY)


def heat(client, who):
    client.force_login(who)
    page = client.get("/").content.decode()
    found = HEAT.search(page)
    return page, json.loads(found[1]) if found else None


def test_a_month_is_one_cell_that_opens_its_statement(desk, drafted, client):
    page, data = heat(client, desk.office[0])
    [cell] = data["cells"]
    assert (data["months"], data["titles"]) == (["1999-02"], [desk.calls.reference])
    assert cell["opens"] == f"/statements/{drafted.pk}/"
    assert cell["state"] == int(drafted.missed == 0)
    assert cell["label"] == str(drafted.score)
    assert '<a href="/arrangements/?stage=' in page


def test_another_contractor_sees_none_of_it(desk, drafted, client):  # noqa: ARG001
    stranger = desk.house.person("cards", desk.house.cards.organisation, "service_manager")[0]
    page, data = heat(client, stranger)
    assert data is None
    assert desk.calls.reference not in page
    assert "No statement has been drafted yet." in page


def test_without_a_role_nothing_is_open(desk, drafted, client):  # noqa: ARG001
    nobody = desk.house.person("nobody", desk.house.bank.organisation)[0]
    page, data = heat(client, nobody)
    assert data is None
    assert "Nothing is open to you yet." in page
