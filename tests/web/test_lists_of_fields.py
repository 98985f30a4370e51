"""What may be searched or filtered by is what may also be read: else who asks well learns what no page shows."""

import pytest

from guanbao.web.resource import resources


@pytest.mark.parametrize("part", ["search", "filters"])
def test_nothing_is_asked_that_is_not_told(part):
    untold = []
    for resource in resources():
        told = {*resource.columns, *resource.shown, *resource.answered, *(resource.exported or ())}
        asked = {field.split("__")[0] for field in getattr(resource, part)}
        untold += [f"{resource.name}: {field}" for field in sorted(asked - told)]
    assert untold == []
