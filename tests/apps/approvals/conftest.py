"""An important arrangement with everybody who decides about it."""

from types import SimpleNamespace

import pytest
from chains import DECIDE

from guanbao.platform.workflow.services.approvals import approval_start


@pytest.fixture
def deciders(house, thread):
    """`maker`, an actor by role, `arrangement`, and `submit()`."""
    by = {name: house.person(name, house.bank.organisation, name.rstrip("23"))[1] for name in DECIDE}
    maker = house.person("maker", house.bank.organisation, "executing_department")[1]
    return SimpleNamespace(
        maker=maker,
        by=by,
        house=house,
        thread=thread,
        arrangement=thread.calls,
        submit=lambda: approval_start(actor=maker, subject=thread.calls),
    )
