"""What may never be outsourced: a hard stop that names its source, in both languages."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from entries import CALLS

from guanbao.apps.catalogue.errors import NeverOutsourced, ScopeUnstated
from guanbao.apps.catalogue.models import Function, Service
from guanbao.apps.catalogue.selectors import scope_check
from guanbao.apps.catalogue.services import function_add, scope_need, service_add
from guanbao.apps.catalogue.taxonomies import scope_rules, taxonomies
from guanbao.engine.language import explain
from guanbao.platform.actors import SYSTEM

RULES = [code for group in taxonomies()["scope_rules"].codes for code in group.items]
FOUR = ["战略管理", "风险管理", "内部审计", "其他有关信息科技核心竞争力的职能"]


def test_the_four_functions_and_their_clause():
    never = taxonomies()["scope_rules"].codes[0]
    assert [code.name.zh for code in never.items] == FOUR
    assert {code.rule.zh for code in never.items} == {"GB/T 32314-2015 第1章、5.1.2"}
    assert all(code.rule for code in RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_each_rule_stops_functions_and_services(rule, house):
    function = function_add(actor=SYSTEM, institution=house.bank, code="F", name="职能甲", scope_rule=rule.key)
    service = service_add(actor=SYSTEM, institution=house.bank, scope_rule=rule.key, **CALLS)
    for what in ({"functions": [function]}, {"services": [service]}):
        with pytest.raises(NeverOutsourced) as caught:
            scope_need(**what)
        with translation.override("zh-hans"):
            told = explain(caught.value, "zh")
        assert rule.name.zh in told
        assert rule.rule.zh in told
        assert "不应外包" in told
        with translation.override("en"):
            told = explain(caught.value, "en")
        assert rule.name.en in told
        assert rule.rule.en in told
    assert [breach.rule for breach in scope_check(services=[service], functions=[function])] == [rule, rule]


def test_what_falls_under_none_passes(function, offered, required):
    scope_need(services=[offered, required], functions=[function])
    scope_need()
    assert scope_check(services=[offered], functions=[function]) == []


def test_one_that_is_forbidden_among_many_stops_all(house, function, required):
    audit = function_add(
        actor=SYSTEM, institution=house.bank, code="F2", name="A", scope_rule="scope_rules.never.audit"
    )
    with pytest.raises(NeverOutsourced):
        scope_need(services=[required], functions=[function, audit])


def test_the_database_is_asked_not_the_object_in_hand(function):
    Function.objects.filter(pk=function.pk).update(scope_rule="scope_rules.never.risk")
    assert function.scope_rule == "none"
    with pytest.raises(NeverOutsourced):
        scope_need(functions=[function])


def test_what_nobody_has_stated_does_not_pass(house, manager):
    proposed = service_add(actor=manager, contractor=house.calls, scope_rule="none", **CALLS)
    assert proposed.scope_rule == "", "the contractor does not state it"
    with pytest.raises(ScopeUnstated):
        scope_need(services=[proposed])


def test_the_database_holds_that_it_is_stated(function, offered):
    for row, model in ((function, Function), (offered, Service)):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.filter(pk=row.pk).update(scope_rule="")


def test_there_is_no_other_choice_than_rules_and_none():
    flat = [key for key, said in scope_rules() if key == "none"]
    flat += [key for _, said in scope_rules()[1:] for key, _ in said]
    assert flat == ["none", *(rule.key for rule in RULES)]
