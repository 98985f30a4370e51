"""Two banks with their contractors, and who calls for them."""

import pytest
from callers import House


@pytest.fixture
def house(db):  # noqa: ARG001
    """The parties."""
    return House()


@pytest.fixture
def office(house):
    """The outsourcing office of East Bank."""
    return house.caller("office", house.bank.organisation, "outsourcing_office", "platform_administrator")


@pytest.fixture
def theirs(house):
    """A service manager of Calls Ltd."""
    return house.caller("theirs", house.calls.organisation, "service_manager")
