"""Every route, asked by everybody in every way: no foreign byte, and what is not theirs is as what does not exist.

The suite asks each route of half of every contractor's roles and of a quarter of each bank's, in turn, once, in ways
chosen pairwise; on SQLite, which has selectors alone as PostgreSQL has too, of half as many;
`make matrix` (GUANBAO_MATRIX=1) asks in all ways; of people whose roles may do exactly the same one for each route, in
turn. GUANBAO_MATRIX_SEED chooses anew.
"""

import os
import time

import pytest
from django.db import connection
from probes import Prober
from routes import ENTRIES, OWNERS, routes

pytestmark = pytest.mark.django_db
WHOLE = os.environ.get("GUANBAO_MATRIX") == "1"
SEED = int(os.environ.get("GUANBAO_MATRIX_SEED", "20261125"))
TENANTS = ("alpha", "beta", "gamma", "east", "west")


def test_every_route_has_an_entry():
    missing = [f"{route.name} at {route.address}" for route in routes() if not (route.resource or route.entry)]
    assert missing == [], "say in tests/matrix/routes.py, ENTRIES, how the parameters of these are filled"
    unowned = {route.resource.model for route in routes() if route.resource} - OWNERS.keys()
    assert unowned == set(), "say in tests/matrix/routes.py, OWNERS, by which lookups these models' tenants are found"
    pages = {route.page for route in routes() if route.resource}
    asked = {page for page in pages if hasattr(Prober, f"_{page.replace('-', '_')}")}
    assert pages == asked, "say in tests/matrix/probes.py how these pages of a resource are asked: a method of Prober"
    names = {route.name for route in routes()}
    assert ENTRIES.keys() - names == set(), "these routes are gone: take their entries away"


@pytest.mark.parametrize("tenant", TENANTS)
def test_nothing_foreign(world, tenant):
    print(f"\nseed {SEED}, {'all ways' if WHOLE else 'pairwise'}", end="")
    prober, begun = Prober(world, SEED), time.monotonic()
    pairs, slow = set(), []
    for number, route in enumerate(routes()):
        people = [person for person in world.people if person.tenant == tenant]
        for place, who in enumerate(_in_turn(people, number) if WHOLE else people):
            if not WHOLE and (place + number) % _share(tenant) != (tenant == "west"):
                continue  # the other bank's, or another route's
            at = time.monotonic()
            for probe in _chosen(prober, who, route, pairs):
                prober.judge(who, probe)
            slow.append((time.monotonic() - at, route.name))
    took = time.monotonic() - begun
    print(f": {tenant}: {prober.sent} probes in {took:.0f} s, {dict(sorted(prober.statuses.items()))}", end=" ")
    print(max(slow), end=" ")
    assert prober.faults == [], "\n".join(prober.faults[:300])


def _share(tenant):
    """Of how many people one is asked each route."""
    return (4 if tenant in ("east", "west") else 2) * (2 if connection.vendor == "sqlite" else 1)


def _in_turn(people, number):
    """Of those who may do exactly the same within the same one."""
    alike = {}
    for who in people:
        role = who.grant and who.grant.role
        rights = role and (*sorted(role.permissions), "", *sorted(role.gives), role.needs_mfa)
        alike.setdefault((rights, *who.scope.items()), []).append(who)
    return [same[number % len(same)] for same in alike.values()]


def _chosen(prober, who, route, pairs):
    """All of a route's probes; in the suite that one of them which brings the most that was not yet seen together."""
    every = list(prober.probes(who, route))
    if WHOLE or not every:
        return every
    prober.random.shuffle(every)
    role = who.role

    def met(probe):
        return {(route.name, probe.kind, probe.method, probe.gone), (role, probe.kind), (role, probe.method),
                (probe.kind, probe.method), (role, probe.gone)}  # fmt: skip

    best = max(every, key=lambda probe: len(met(probe) - pairs))
    pairs |= met(best)
    return [best]
