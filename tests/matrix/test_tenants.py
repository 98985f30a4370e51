"""Without any selector between, on PostgreSQL each organisation finds its own rows and no others."""

from copy import copy

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from world import MARKS, found_in

from guanbao.platform.access.tenancy import limited_to
from guanbao.platform.actors import Actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenants(world):
    """Each organisation's name and how to act for it."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite limits no rows by itself")
    return {name: Actor("person", name, person_id=1, organisation_id=of.pk) for name, of in world.organisations.items()}


def guarded():
    return [model for model in apps.get_models() if getattr(model, "tenants", ())]


def texts(model):
    """Every row as text."""
    return [str(values) for values in model.objects.values_list()]


# A policy limits rows: what of a shared row one side keeps to itself, the selectors and Resources leave out.
PARTNERS = {"east": {"alpha", "beta"}, "west": {"gamma", "alpha"}}
PARTNERS |= {name: {bank for bank, served in PARTNERS.items() if name in served} for name in ("alpha", "beta", "gamma")}


def is_foreign(mark, tenant):
    """A mark that stands in no row which the tenant shares with anybody."""
    return tenant not in MARKS[mark] and not MARKS[mark] <= PARTNERS[tenant]


def test_no_row_of_another_is_found(tenants):
    every = {model: len(texts(model)) for model in guarded()}
    assert all(every.values()), [m for m, n in every.items() if not n]
    kept_back = dict.fromkeys(every, 0)
    for name, actor in tenants.items():
        with limited_to(actor):
            for model, total in every.items():
                rows = texts(model)
                kept_back[model] += total - len(rows)
                foreign = {mark for row in rows for mark in found_in(row) if is_foreign(mark, name)}
                assert not foreign, (name, model)
    assert [model for model, n in kept_back.items() if not n] == []


def test_nobody_finds_nothing(tenants):  # noqa: ARG001
    with limited_to(None):
        assert {model: rows for model in guarded() if (rows := texts(model))} == {}


def test_nothing_is_written_for_another(tenants, world):
    """Neither changed, nor removed, nor moved there, nor added."""
    theirs, ours = world.contractors["wg"], copy(world.contractors["ea"])  # for the world is every test's
    with limited_to(tenants["east"]):
        rows = type(theirs).objects
        assert rows.filter(pk=theirs.pk).update(name="taken") == 0
        assert rows.filter(pk=theirs.pk).delete()[0] == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            rows.filter(pk=ours.pk).update(institution=theirs.institution, organisation=theirs.organisation)
        ours.pk = None
        ours.institution, ours.organisation = theirs.institution, theirs.organisation
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            ours.save(force_insert=True)
