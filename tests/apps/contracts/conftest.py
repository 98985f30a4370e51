"""An arrangement of general outsourcing at the stage of its contract, with everybody who has a part in it."""

from types import SimpleNamespace

import pytest
from contracting import Cast, at_contract

from guanbao.apps.arrangements.models import Arrangement


@pytest.fixture
def cast(thread, house):
    """`thread` with a `Cast`; the arrangement is of general outsourcing: three people decide about its contract."""
    row = thread.calls
    Arrangement.objects.filter(pk=row.pk).update(importance="general", importance_reason="")
    at_contract(row)
    return SimpleNamespace(cast=Cast(house, house.bank, house.calls), row=row, thread=thread, house=house)
