"""What an arrangement is of: services and a function, and the hard stop of the rules of scope."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from guanbao.apps.arrangements.errors import GatesShut
from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.services import arrangement_add, arrangement_advance, arrangement_edit
from guanbao.apps.arrangements.stages import gates_judged
from guanbao.apps.catalogue.errors import NeverOutsourced, ScopeUnstated
from guanbao.apps.catalogue.models import Function, Service
from guanbao.apps.catalogue.selectors import services_visible
from guanbao.apps.catalogue.services import function_add, service_add
from guanbao.apps.catalogue.taxonomies import codes
from guanbao.platform.actors import SYSTEM
from guanbao.platform.ledger.models import Entry

KIND = {"kind": "back_office.call_centre", "personnel": "contractor", "since": date(2026, 1, 1)}


@pytest.fixture
def forbidden():
    """The code of a rule of scope."""
    return next(key for key in codes() if key.startswith("scope") and key != "none")


@pytest.fixture
def needed(house):
    """A service that the first bank requires."""
    return service_add(
        actor=SYSTEM, institution=house.bank, code="R-1", name="Hotline required", scope_rule="none", **KIND
    )


@pytest.fixture
def hotline(house):
    """A function of the first bank."""
    return function_add(actor=SYSTEM, institution=house.bank, code="F-1", name="Hotline", scope_rule="none")


def test_services_and_function_are_kept_and_told(thread, needed, hotline):
    arrangement_edit(actor=thread.office[1], arrangement=thread.calls, services=[needed], function=hotline)
    entry = Entry.objects.order_by("-index").first()
    assert entry.after == {"services": [needed.pk], "function": hotline.pk}
    assert entry.before == {"services": [], "function": None}
    arrangement_edit(actor=thread.office[1], arrangement=thread.calls, services=[needed], function=hotline)
    assert Entry.objects.order_by("-index").first() == entry, "nothing differs, nothing is told"
    arrangement_edit(actor=thread.office[1], arrangement=thread.calls, title="Renamed")
    assert list(thread.calls.services.all()) == [needed], "what is not given stays"


def test_what_may_never_be_outsourced_stops_every_way_in(thread, house, needed, hotline, forbidden):
    Service.objects.filter(pk=needed.pk).update(scope_rule=forbidden)
    Function.objects.filter(pk=hotline.pk).update(scope_rule=forbidden)
    before, new = Entry.objects.count(), {"reference": "WB-9", "title": "T", "department": thread.department}
    for of in ({"services": [needed]}, {"function": hotline}):
        with pytest.raises(NeverOutsourced):
            arrangement_add(actor=thread.office[1], institution=house.bank, **new, **of)
        with pytest.raises(NeverOutsourced):
            arrangement_edit(actor=thread.office[1], arrangement=thread.calls, **of)
    assert (Entry.objects.count(), Arrangement.objects.count()) == (before, 3)
    assert not thread.calls.services.exists()


@pytest.mark.usefixtures("own_gates")
def test_an_arrangement_that_became_forbidden_does_not_leave_scope(thread, needed, forbidden):
    arrangement_edit(actor=thread.office[1], arrangement=thread.calls, services=[needed])
    for rule, refusal, told in (
        (forbidden, NeverOutsourced, "falls under"),
        ("", ScopeUnstated, "Nobody has stated"),
    ):
        Service.objects.filter(pk=needed.pk).update(scope_rule=rule, state="proposed")
        with pytest.raises(refusal):
            arrangement_advance(actor=thread.office[1], arrangement=thread.calls)
        with translation.override("en"):
            assert [told in judged.shut.because for judged in gates_judged(thread.calls) if judged.shut] == [True]
    assert Arrangement.objects.get(pk=thread.calls.pk).stage == "scope"
    Service.objects.filter(pk=needed.pk).update(scope_rule="none")
    Arrangement.objects.filter(pk=thread.calls.pk).update(elements=[])
    with pytest.raises(GatesShut):
        arrangement_advance(actor=thread.office[1], arrangement=thread.calls)


def test_services_and_functions_of_others_are_refused(thread, house, needed):
    theirs = service_add(actor=SYSTEM, contractor=house.cards, code="O", name="Cards", scope_rule="none", **KIND)
    function = function_add(actor=SYSTEM, institution=house.other, code="F", name="Other", scope_rule="none")
    for wrong, field in (({"services": [needed, theirs]}, "services"), ({"function": function}, "function")):
        with pytest.raises(ValidationError) as refused:
            arrangement_edit(actor=thread.office[1], arrangement=thread.calls, **wrong)
        assert refused.value.message_dict.keys() == {field}
    assert not thread.calls.services.exists()


def test_a_contractor_sees_what_its_own_arrangements_require(client, house, thread, needed, hotline):
    cards = house.person("cards", house.cards.organisation, "service_manager")[1]
    assert needed not in services_visible(actor=thread.manager[1])
    arrangement_edit(actor=thread.office[1], arrangement=thread.calls, services=[needed], function=hotline)
    assert list(services_visible(actor=thread.manager[1])) == [needed]
    assert not services_visible(actor=cards)
    assert list(services_visible(actor=thread.office[1])) == [needed], "once, by whatever ways it is reached"
    client.force_login(thread.manager[0])
    page = client.get(f"/arrangements/{thread.calls.pk}/", {"tab": "facts"}).content.decode()
    assert "Hotline required" in page
    assert "Function supported" not in page, "which function it supports is the institution's own"
    seen = client.get(f"/api/v1/arrangements/{thread.calls.pk}").json()
    assert seen["services"] == [{"id": needed.pk, "name": "Hotline required"}]
    assert "function" not in seen


def test_they_are_chosen_by_form_and_api_and_refused_there(client, thread, needed, hotline, forbidden):
    client.force_login(thread.office[0])
    at = f"/api/v1/arrangements/{thread.calls.pk}"
    usual = {"title": "T", "department": thread.department.pk, "importance": "general", "fee_currency": "CNY"}
    given = usual | {"services": [needed.pk], "function": hotline.pk}
    told = {"content_type": "application/json", "headers": {"If-Match": "*"}}
    made = client.post(f"{at}/edit", given, **told)
    assert made.status_code == 200, made.content
    assert made.json()["function"] == {"id": hotline.pk, "name": "Hotline"}
    kept = client.post(f"{at}/edit", usual | {"title": "Again"}, **told)
    assert [one["id"] for one in kept.json()["services"]] == [needed.pk], "what is not given stays"
    Function.objects.filter(pk=hotline.pk).update(scope_rule=forbidden)
    refused = client.post(f"{at}/edit", usual | {"title": "Once more"}, **told)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:guanbao:problem:never-outsourced")
    form = client.get(f"/arrangements/{thread.calls.pk}/edit").context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    page = client.post(f"/arrangements/{thread.calls.pk}/edit", sent | {"title": "By the form"})
    assert page.status_code == 422
    assert "may not be outsourced" in page.content.decode()
    assert Arrangement.objects.get(pk=thread.calls.pk).title == "Again"
