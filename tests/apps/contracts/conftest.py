"""An arrangement of general outsourcing at the stage of its contract, with everybody who has a part in it."""

from types import SimpleNamespace

import pytest
from contracting import Cast, at_contract, files_safe

from guanbao.apps.arrangements.models import Arrangement


@pytest.fixture
def cast(thread, house, settings, tmp_path):
    """`thread` with a `Cast`; the arrangement is of general outsourcing: three people decide about its contract."""
    files_safe(settings, tmp_path)
    row = thread.calls
    Arrangement.objects.filter(pk=row.pk).update(importance="general", importance_reason="")
    at_contract(row)
    return SimpleNamespace(cast=Cast(house, house.bank, house.calls), row=row, thread=thread, house=house)
