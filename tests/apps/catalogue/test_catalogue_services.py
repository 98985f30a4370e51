"""Writes of the catalogue: who may, what is refused, what the ledger says."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from entries import CALLS, SINCE

from guanbao.apps.catalogue.errors import ServiceGone, ServiceListed, ServiceNotProposed
from guanbao.apps.catalogue.models import Function, Service
from guanbao.apps.catalogue.selectors import functions_visible, services_visible
from guanbao.apps.catalogue.services import (
    function_add,
    function_edit,
    service_add,
    service_edit,
    service_list,
    service_scope,
    service_withdraw,
)
from guanbao.engine.errors import GuanbaoError
from guanbao.platform.access.errors import NotPermitted
from guanbao.platform.actors import SYSTEM
from guanbao.platform.ledger.models import Entry

TRANSFERS = "call_centre.business.transfers"


def unchanged(call, *kinds, **how):
    """That a call is refused, and leaves services, functions and ledger as they were."""

    def held():
        return [list(model.objects.order_by("pk").values()) for model in (Service, Function)], Entry.objects.count()

    before = held()
    with pytest.raises(kinds or NotPermitted) as caught:
        call(**how)
    assert held() == before
    return caught.value


def test_both_sides_of_the_catalogue(house, office):
    offered = service_add(actor=office, contractor=house.calls, scope_rule="none", **CALLS)
    required = service_add(actor=office, institution=house.bank, scope_rule="none", **CALLS)
    assert (offered.direction, offered.institution, offered.state) == ("offered", house.bank, "listed")
    assert (required.direction, required.contractor, required.state) == ("required", None, "listed")
    assert offered.outsourced == ("personnel",)
    entry = Entry.objects.order_by("-index").first()
    assert (entry.event, entry.after["kind"]) == ("service.added", "back_office.call_centre")
    assert entry.scopes == {"institution": house.bank.organisation_id}
    unchanged(service_add, ValidationError, actor=office, institution=house.bank, scope_rule="none", **CALLS)
    unchanged(service_add, ValidationError, actor=office, contractor=house.calls, institution=house.other,
              scope_rule="none", **CALLS | {"code": "X"})  # fmt: skip
    unchanged(service_add, ValidationError, actor=office, scope_rule="none", **CALLS | {"code": "X"})


def test_the_institution_states_the_rule_of_scope(house, office):
    wrong = unchanged(service_add, ValidationError, actor=office, institution=house.bank, **CALLS)
    assert wrong.message_dict.keys() == {"scope_rule"}


def test_something_has_to_be_outsourced(house, office):
    own = CALLS | {"personnel": "institution", "site": ""}
    unchanged(service_add, ValidationError, actor=office, institution=house.bank, scope_rule="none", **own)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "cakes"},
        {"it_class": "x"},
        {"ict_service": "S20"},
        {"code": ""},
        {"until": date(2020, 1, 1)},
        {"personnel": "nobody"},
        {"scope_rule": "x"},
    ],
)
def test_what_is_no_code_is_refused(wrong, house, office):
    given = CALLS | {"scope_rule": "none"} | wrong
    unchanged(service_add, ValidationError, actor=office, institution=house.bank, **given)


def test_what_is_no_field_is_not_set(house, office, offered):
    for more in ({"state": "withdrawn"}, {"id": 9}, {"direction": "required"}, {"contractor_id": house.cards.pk}):
        unchanged(service_edit, TypeError, actor=office, service=offered, **more)
        unchanged(service_add, TypeError, actor=office, institution=house.bank, **CALLS | {"code": "C2"}, **more)


def test_a_contractor_proposes_in_its_own_name_only(house, manager):
    made = service_add(actor=manager, contractor=house.calls, **CALLS)
    assert (made.state, made.institution) == ("proposed", house.bank)
    service_edit(actor=manager, service=made, name="Better")
    unchanged(service_add, actor=manager, contractor=house.cards, **CALLS)
    unchanged(service_add, actor=manager, contractor=house.foreign, **CALLS)
    unchanged(service_add, actor=manager, institution=house.bank, **CALLS)


def test_a_proposal_is_taken_in_by_the_office(house, manager, office):
    made = service_add(actor=manager, contractor=house.calls, **CALLS)
    unchanged(service_list, actor=manager, service=made, scope_rule="none")
    unchanged(service_list, ValidationError, actor=office, service=made, scope_rule="")
    made = service_list(actor=office, service=made, scope_rule="none")
    assert (made.state, made.scope_rule) == ("listed", "none")
    unchanged(service_list, ServiceNotProposed, actor=office, service=made, scope_rule="none")
    unchanged(service_edit, ServiceListed, actor=manager, service=made, name="Dearer")
    unchanged(service_scope, ServiceListed, actor=manager, service=made, scope={})


def test_what_is_withdrawn_stays_so(manager, office, offered):
    unchanged(service_withdraw, ValidationError, actor=office, service=offered, until=date(2026, 6, 30),
              withdrawn_reason=" ")  # fmt: skip
    made = service_withdraw(actor=manager, service=offered, until=date(2026, 6, 30), withdrawn_reason="no staff")
    assert (made.state, made.until) == ("withdrawn", date(2026, 6, 30))
    unchanged(service_edit, ServiceGone, actor=office, service=made, name="Again")
    unchanged(service_withdraw, GuanbaoError, actor=office, service=made, until=SINCE, withdrawn_reason="x")


def test_conditional_business_carries_its_limits(office, offered):
    for scope in ({TRANSFERS: ""}, {TRANSFERS: " "}, {"call_centre.business.wealth": ""}, {"cakes": ""},
                  {"call_centre.business": ""}, {TRANSFERS: 5}):  # fmt: skip
        unchanged(service_scope, ValidationError, actor=office, service=offered, scope=scope)
    scope = {TRANSFERS: "每日不超过5万元", "customer_service.channel.phone": ""}
    assert service_scope(actor=office, service=offered, scope=scope).scope == scope
    assert Entry.objects.order_by("-index").first().after == {"scope": scope}


def test_a_function_is_assessed_with_reasons(house, office, function):
    unchanged(function_edit, ValidationError, actor=office, function=function, criticality="critical")
    made = function_edit(actor=office, function=function, criticality="critical", criticality_reason="all customers",
                         assessed_on=SINCE, rto_h="4", rpo_h="0.25")  # fmt: skip
    assert Function.objects.get() == made
    unchanged(function_edit, ValidationError, actor=office, function=function, rto_h="-1")
    unchanged(function_add, ValidationError, actor=office, institution=house.bank, code="F1", name="x",
              scope_rule="none")  # fmt: skip
    unchanged(function_add, ValidationError, actor=office, institution=house.bank, code="F2", name="x", scope_rule="")


@pytest.mark.parametrize("role", ["board", "risk", "internal_audit", "platform_administrator", "executing_department"])
def test_other_roles_change_nothing(role, house, offered, function):
    _, actor = house.person("someone", house.bank.organisation, role)
    denied(house, actor, offered, function)


def test_another_bank_and_another_contractor_change_nothing(house, offered, function):
    for login, organisation, role in (
        ("stranger", house.other.organisation, "outsourcing_office"),
        ("rival", house.cards.organisation, "contractor_administrator"),
        ("agent", house.calls.organisation, "agent"),
    ):
        _, actor = house.person(login, organisation, role)
        denied(house, actor, offered, function)


def denied(house, actor, offered, function):
    unchanged(service_add, actor=actor, contractor=house.calls, **CALLS | {"code": "X"})
    unchanged(service_add, actor=actor, institution=house.bank, **CALLS | {"code": "X"})
    unchanged(service_edit, actor=actor, service=offered, name="x")
    unchanged(service_scope, actor=actor, service=offered, scope={})
    unchanged(service_list, actor=actor, service=offered, scope_rule="none")
    unchanged(service_withdraw, actor=actor, service=offered, until=SINCE, withdrawn_reason="x")
    unchanged(function_add, actor=actor, institution=house.bank, code="X", name="x", scope_rule="none")
    unchanged(function_edit, actor=actor, function=function, name="x")


def test_each_sees_its_own(house, office, manager, offered, required):
    rivals = service_add(actor=SYSTEM, contractor=house.cards, scope_rule="none", **CALLS)
    theirs = service_add(actor=SYSTEM, contractor=house.foreign, scope_rule="none", **CALLS)
    assert set(services_visible(actor=office)) == {offered, required, rivals}
    assert set(services_visible(actor=manager)) == {offered}
    assert theirs not in services_visible(actor=office)
    function = function_add(actor=SYSTEM, institution=house.bank, code="F1", name="Hotline", scope_rule="none")
    function_add(actor=SYSTEM, institution=house.other, code="F1", name="Theirs", scope_rule="none")
    assert list(functions_visible(actor=office)) == [function]
    assert not functions_visible(actor=manager).exists()
