"""People of both sides, and services and functions to begin with."""

import pytest
from entries import CALLS

from guanbao.apps.catalogue.services import function_add, service_add
from guanbao.platform.actors import SYSTEM


@pytest.fixture
def office(house):
    """The outsourcing office of the first bank."""
    return house.person("office", house.bank.organisation, "outsourcing_office")[1]


@pytest.fixture
def manager(house):
    """The service manager of its first contractor."""
    return house.person("manager", house.calls.organisation, "service_manager")[1]


@pytest.fixture
def offered(house):
    """A service that the first contractor offers."""
    return service_add(actor=SYSTEM, contractor=house.calls, scope_rule="none", **CALLS)


@pytest.fixture
def required(house):
    """A service that the first bank requires."""
    return service_add(actor=SYSTEM, institution=house.bank, scope_rule="none", **CALLS | {"name": "Needed"})


@pytest.fixture
def function(house):
    """A function of the first bank."""
    return function_add(actor=SYSTEM, institution=house.bank, code="F1", name="Hotline", scope_rule="none")
