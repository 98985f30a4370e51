"""Types of events: their names, their wording, and what may be told."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from ledgers import entry_of

from guanbao.platform.ledger.canonical import canonical, plain
from guanbao.platform.ledger.errors import (
    EventMisnamed,
    EventTwice,
    EventUndeclared,
    ValueUnrecordable,
    WordingUnfillable,
)
from guanbao.platform.ledger.events import declare, event_named


class State(StrEnum):
    OPEN = "open"


def test_a_name_is_declared_once(changed):
    with pytest.raises(EventTwice):
        declare(changed.name, en="", zh="")


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize("name", ["contract", "Contract.signed", "contract signed", "contract.", ""])
def test_a_name_has_its_form(name):
    with pytest.raises(EventMisnamed):
        declare(name, en="", zh="")


def test_an_undeclared_name_is_refused(registry):
    with pytest.raises(EventUndeclared):
        event_named("nothing.happened")
    assert "nothing.happened" not in registry


@pytest.mark.parametrize("wording", ["{secret}", "{state_after}", "{0}", "{}"])
def test_a_wording_names_only_what_is_recorded(registry, wording):
    with pytest.raises(WordingUnfillable):
        declare("thing.told", en="told", zh=wording, clear=("state",))
    assert "thing.told" not in registry


@pytest.mark.usefixtures("changed")
def test_an_entry_is_told_in_both_languages():
    entry = entry_of(4, object_label="Thing 7", before={}, after={"state": "open"})
    assert entry.sentence("en") == "person 4 moved Thing 7 from – to open"
    assert entry.sentence("zh") == "person 4 将 Thing 7 由 – 改为 open"


def test_only_the_allow_list_stands_in_clear(changed):
    told = changed.changes({"state": "a", "iban": "CN1", "name": "x"}, {"state": "b", "iban": "CN2", "name": "x"})
    assert (told.before, told.after, told.redacted) == ({"state": "a"}, {"state": "b"}, ["iban"])
    assert changed.changes(None, {"phone": None}).redacted == ["phone"]
    assert changed.changes({"phone": "1"}, None).redacted == ["phone"]


@pytest.mark.parametrize(
    ("value", "held"),
    [
        (State.OPEN, "open"),
        (Decimal("1.50"), "1.50"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 8, tzinfo=timezone(timedelta(hours=8))), "2026-01-02T00:00:00.000000Z"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ({"a": (1, None, True)}, {"a": [1, None, True]}),
    ],
)
def test_values_as_they_are_recorded(value, held):
    assert plain(value, "field") == held


@pytest.mark.parametrize(
    "value",
    [
        0.5,
        2**53,
        -(2**53),
        b"",
        object(),
        {1: 2},
        {"\U00010000": 1},
        {"\0": 1},
        datetime(2026, 1, 1),  # noqa: DTZ001
        "\0",
        "\ud800",
        [0.5],
        {"a": object()},
    ],
)
def test_what_json_cannot_hold_exactly_is_refused(value):
    with pytest.raises(ValueUnrecordable):
        plain(value, "field")


def test_time_is_told_in_utc():
    assert entry_of(0).content()["at"] == "2026-01-01T00:00:00.000000Z"
    assert entry_of(0, at=datetime(2026, 1, 1, 0, 0, 0, 5, tzinfo=UTC)).content()["at"].endswith(".000005Z")


text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0", max_codepoint=0xFFFF))
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | text
    | st.decimals()
    | st.datetimes(timezones=st.just(UTC)),
    lambda held: st.lists(held) | st.dictionaries(names, held),
)


@given(values)
def test_what_is_recorded_is_canonical(value):
    assert canonical(plain(value, "field")).encode() == rfc8785.dumps(plain(value, "field"))
