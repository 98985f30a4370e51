"""Arrangements: who sees and writes them, what they refuse, and how they leave a stage."""

from datetime import date

import pytest
from contracting import Cast, files_safe
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from guanbao.apps.arrangements.choices import STAGES
from guanbao.apps.arrangements.errors import GatesShut, StageIsLast
from guanbao.apps.arrangements.models import Arrangement, Link, Place
from guanbao.apps.arrangements.selectors import arrangements_visible, links_visible, places_visible
from guanbao.apps.arrangements.services import (
    arrangement_add,
    arrangement_advance,
    arrangement_edit,
    link_add,
    link_remove,
    place_add,
    place_remove,
)
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.actors import SYSTEM
from guanbao.platform.ledger.models import Entry


def visible(actor):
    return {row.reference for row in arrangements_visible(actor=actor)}


def test_each_sees_what_is_theirs(house, thread):
    assert visible(thread.office[1]) == {"WB-1", "WB-2"}
    assert visible(thread.manager[1]) == {"WB-1"}
    assert visible(house.person("agent", house.calls.organisation, "agent")[1]) == set()
    scoped = {"scope": "department", "key": thread.department.pk}
    assert visible(house.person("exec", house.bank.organisation, "executing_department", **scoped)[1]) == {
        "WB-1",
        "WB-2",
    }
    one = {"scope": "arrangement", "key": thread.cards.pk}
    assert visible(house.person("one", house.bank.organisation, "risk", **one)[1]) == {"WB-2"}


def test_an_arrangement_is_corrected_and_the_ledger_tells(thread):
    arrangement_edit(actor=thread.office[1], arrangement=thread.calls, title="Calls", elements=["system"])
    entry = Entry.objects.order_by("-index").first()
    assert (entry.event, entry.object_label) == ("arrangement.edited", "WB-1")
    assert entry.after == {"title": "Calls", "elements": ["system"]}
    assert entry.scopes["arrangement"] == thread.calls.pk


@pytest.mark.parametrize("who", ["manager", "auditor"])
def test_who_may_not_changes_nothing(who, thread, house):
    actor, before = getattr(thread, who)[1], Entry.objects.count()
    link = {"rank": 2, "name": "Deep Ltd", "part": "mail"}
    place = {"activity": "service", "place": "Shanghai"}
    tries = [
        lambda: arrangement_edit(actor=actor, arrangement=thread.calls, title="Mine"),
        lambda: arrangement_advance(actor=actor, arrangement=thread.calls),
        lambda: link_add(actor=actor, arrangement=thread.calls, **link),
        lambda: place_add(actor=actor, arrangement=thread.calls, **place),
        lambda: arrangement_add(
            actor=actor, institution=house.bank, reference="X", title="X", department=thread.department
        ),
    ]
    for attempt in tries:
        with pytest.raises(NotPermitted):
            attempt()
    assert Entry.objects.count() == before
    assert Arrangement.objects.get(pk=thread.calls.pk).title == "Service of Calls Ltd"
    assert not Link.objects.exists()
    assert not Place.objects.exists()


def test_another_banks_arrangement_is_out_of_reach(thread):
    with pytest.raises(NotPermitted):
        arrangement_edit(actor=thread.office[1], arrangement=thread.foreign, title="Mine")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reference": "a/b"}, "reference"),
        ({"reference": "WB-1"}, "__all__"),
        ({"reference": "x\n"}, "reference"),
        ({"elements": ["soul"]}, "elements"),
        ({"fee_currency": "yuan"}, "fee_currency"),
        ({"importance": "important"}, "__all__"),
        ({"starts_on": date(2026, 1, 2), "ends_on": date(2026, 1, 1)}, "__all__"),
    ],
)
def test_what_is_wrong_is_told_by_field(wrong, field, thread, house):
    given = {"institution": house.bank, "reference": "WB-9", "title": "T", "department": thread.department} | wrong
    with pytest.raises(ValidationError) as refused:
        arrangement_add(actor=thread.office[1], **given)
    assert refused.value.message_dict.keys() == {field}
    assert Arrangement.objects.count() == 3


def test_parties_of_others_are_refused(thread, house):
    for wrong in ({"department": thread.foreign.department}, {"contractor": house.foreign}):
        with pytest.raises(ValidationError):
            arrangement_edit(actor=thread.office[1], arrangement=thread.calls, **wrong)


@pytest.mark.usefixtures("own_gates")
def test_an_arrangement_passes_its_stages_in_order(thread, house, settings, tmp_path):
    files_safe(settings, tmp_path)
    ahead = [thread.calls.stage]
    for stage in STAGES[:-1]:
        if stage == "contract":
            Cast(house, house.bank, house.calls).signed(thread.calls)
        ahead.append(arrangement_advance(actor=thread.office[1], arrangement=thread.calls).stage)
    assert ahead == STAGES
    with pytest.raises(StageIsLast):
        arrangement_advance(actor=thread.office[1], arrangement=thread.calls)
    told = Entry.objects.filter(event="arrangement.advanced").order_by("index").first()
    assert told.sentence("en").endswith("took WB-1 from scope to requirement")


@pytest.mark.usefixtures("own_gates")
def test_a_shut_gate_holds_and_says_why(thread, house):
    arrangement = arrangement_add(
        actor=SYSTEM, institution=house.bank, reference="WB-9", title="T", department=thread.department
    )
    with translation.override("en"), pytest.raises(GatesShut) as held:
        arrangement_advance(actor=thread.office[1], arrangement=arrangement)
    assert "element" in held.value.params["reasons"]
    arrangement = arrangement_edit(actor=thread.office[1], arrangement=arrangement, elements=["other"])
    for _ in range(3):
        arrangement = arrangement_advance(actor=thread.office[1], arrangement=arrangement)
    assert arrangement.stage == "selection"
    candidate = house.contractor(house.bank, "New Ltd")
    for given in ({}, {"contractor": candidate}):
        arrangement = arrangement_edit(actor=thread.office[1], arrangement=arrangement, **given)
        with pytest.raises(GatesShut):
            arrangement_advance(actor=thread.office[1], arrangement=arrangement)
    arrangement = arrangement_edit(actor=thread.office[1], arrangement=arrangement, contractor=house.calls)
    assert arrangement_advance(actor=thread.office[1], arrangement=arrangement).stage == "contract"
    with pytest.raises(GatesShut):
        arrangement_advance(actor=thread.office[1], arrangement=arrangement)


def test_the_database_itself_keeps_stages_and_contractors(thread):
    for wrong in ({"stage": "limbo"}, {"stage": "operation", "contractor": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Arrangement.objects.filter(pk=thread.calls.pk).update(**wrong)


def test_chain_and_places_come_and_go(thread):
    office = thread.office[1]
    link = link_add(actor=office, arrangement=thread.calls, rank=2, name="Deep Ltd", part="mail", country="HK")
    place = place_add(actor=office, arrangement=thread.calls, activity="storage", place="Shanghai")
    assert [str(row) for row in links_visible(actor=thread.manager[1])] == ["Deep Ltd"]
    assert [str(row) for row in places_visible(actor=thread.manager[1])] == ["CN Shanghai"]
    with pytest.raises(ValidationError):
        link_add(actor=office, arrangement=thread.calls, rank=1, name="First", part="all")
    for remove in (
        lambda: link_remove(actor=thread.manager[1], link=link),
        lambda: place_remove(actor=thread.manager[1], place=place),
    ):
        with pytest.raises(NotPermitted):
            remove()
    link_remove(actor=office, link=link)
    place_remove(actor=office, place=place)
    assert not Link.objects.exists()
    assert not Place.objects.exists()
    assert Entry.objects.filter(event="sub_outsourcing.removed").first().before["name"] == "Deep Ltd"
