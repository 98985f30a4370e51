"""How many queries each page needs: no more than it is known to, and no more for a hundred rows than for ten.

GUANBAO_GOLDEN=1 writes the known numbers anew, to `queries.json`.
"""

import json
import os
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from growing import grow

from guanbao.apps.arrangements.events import ARRANGEMENT_EDITED
from guanbao.platform.ledger.services import ledger_append
from guanbao.web.resource import resources
from pages import addresses

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL is told the tenant by queries of its own"),
]
KNOWN = Path(__file__).parent / "queries.json"
# Of a page tells who reads it first of these, that may; of their bank the others read what the first does not.
READERS = (
    ("east", "outsourcing_office"),
    ("alpha", "service_manager"),
    ("east", "platform_administrator"),
    ("east", "internal_audit"),
)
# One row alone is theirs to see, or it is no row of theirs that is added.
ALONE = {"east": {"institutions", "schedules"}, "alpha": {"institutions", "schedules", "contractors", "calendars"}}


def needed(who, url):
    """How many queries an answer takes; None where there is none for them."""
    headers = {"Authorization": f"Bearer {who.secret}"} if url.startswith("/api/") else {}
    with CaptureQueriesContext(connection) as queries:
        answer = who.client.get(url, headers=headers)
        if answer.streaming:
            b"".join(answer.streaming_content)
        answer.close()
    return len(queries) if answer.status_code == 200 else None


def asked(who):
    """Addresses of every page by what it is, those of the API among them; of each one row."""
    found = {}
    for name, url in addresses(who, 1):
        found.setdefault(name, url)
    for resource in resources():
        if resource.may_view(who.actor):
            url = f"/api/v1/{resource.name}"
            found[f"api:{resource.name}"] = f"{url}?limit=100"
            if (row := resource.rows(actor=who.actor).order_by("pk").first()) is not None:
                found[f"api:{resource.name}:one"] = f"{url}/{row.pk}"
    return found


def measured(world, readers=READERS):
    """The queries of every page."""
    found = {}
    for tenant, role in readers:
        who = world.by[tenant, role]
        needed(who, "/")
        for name, url in asked(who).items():
            if name not in found and (number := needed(who, url)) is not None:
                found[name] = number
    return dict(sorted(found.items()))


def test_no_page_needs_more_queries_than_it_is_known_to(world):
    with transaction.atomic():
        found = measured(world)
        transaction.set_rollback(True)
    if os.environ.get("GUANBAO_GOLDEN"):
        KNOWN.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    known = json.loads(KNOWN.read_text(encoding="utf-8"))
    print(f"\n{len(found)} pages, most {max(found.values())}", end=" ")
    assert known.keys() == found.keys()
    assert {name: (number, known[name]) for name, number in found.items() if number != known[name]} == {}


@pytest.mark.parametrize(("tenant", "role"), READERS)
def test_a_hundred_rows_need_no_more_queries_than_ten(world, tenant, role):
    who, first = world.by[tenant, role], world.by[READERS[0]]
    more = tenant == first.tenant and who is not first
    known = asked(first).keys() if more else set()
    with transaction.atomic():
        counted = {}
        for most in (10, 100):
            for resource in resources():
                if resource.may_view(who.actor) and not (more and resource.may_view(first.actor)):
                    seen = grow(who.actor, resource, most)
                    assert seen >= most or not seen or resource.name in ALONE[tenant], f"{seen} {resource.name}"
            for number in range(most):
                ledger_append(
                    actor=who.actor,
                    event=ARRANGEMENT_EDITED,
                    subject=world.arrangements["ea"],
                    after={"title": str(number)},
                )
            needed(who, "/")
            counted[most] = {name: needed(who, url) for name, url in asked(who).items() if name not in known}
        transaction.set_rollback(True)
    few, many = counted[10], counted[100]
    assert few.keys() == many.keys()
    worse = {name: (few[name], many[name]) for name in few if few[name] is not None and many[name] > few[name]}
    print(f"\n{who}: {sum(number is not None for number in many.values())} pages", end=" ")
    assert worse == {}
