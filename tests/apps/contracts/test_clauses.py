"""The library of clauses, the matrix of what is demanded, and texts of one's own."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from contracting import FACTS
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.contracts.coverage import missing_of, sets_of
from guanbao.apps.contracts.errors import ClauseChecked, OwnCheck
from guanbao.apps.contracts.library import library
from guanbao.apps.contracts.models import Clause, Contract
from guanbao.apps.contracts.services.clauses import (
    clause_add,
    clause_check,
    clause_edit,
    clause_remove,
    clause_rewrite,
    clause_write,
    clauses_fill,
)
from guanbao.apps.contracts.services.drafting import contract_add, contract_edit
from guanbao.apps.parties.models import Institution
from guanbao.platform.access.errors import NotPermitted

PACKS = Path(__file__).parents[3] / "src/guanbao/packs/clauses"
COUNTS = {"tables": 13, "it": 12, "personal": 6, "dora_all": 9, "dora_critical": 6}


def test_the_packs_hold_what_the_rules_count():
    assert {each.code: len(each.demands) for each in library().sets} == COUNTS
    codes = [demand.code for each in library().sets for demand in each.demands]
    assert len(codes) == len(set(codes))


def test_every_demand_can_be_met_and_every_clause_meets_one():
    demands = library().demands
    assert [code for code in demands if not library().meeting(code)] == []
    assert [each.code for each in library().clauses.values() if not set(each.meets) <= demands.keys()] == []
    assert [each.code for each in library().clauses.values() if not each.meets] == []


def test_no_two_packs_name_a_clause_alike():
    names = [code for file in PACKS.glob("*.yaml") for code in yaml.safe_load(file.read_text("utf-8"))["clauses"]]
    assert len(names) == len(set(names)) == len(library().clauses)


def test_the_numbers_of_the_tables_stand_in_their_clauses():
    """Every number of the seven tables, as the source has it."""
    fields = {"notice_months": 3, "breach_notice_d": 30}
    said = {code: each.said({}, fields) for code, each in library().clauses.items()}
    for code, zh in {
        "availability": "不低于 99.9%", "response": "在 24 小时内响应", "recovery": "在 48 小时内恢复",
        "prepayment": "合同签订后 10 个工作日内", "balance": "验收后 30 个工作日内",
        "expiry": "提前 3 个月书面通知", "breach": "书面警告，并提前 30 天书面通知",
        "force_majeure": "不适用通知程序", "arbitration": "协商不成的，提请调解；调解不成的，提交约定的仲裁委员会",
        "litigation": "人民法院", "law": "适用中华人民共和国法律", "development": "完整的源代码",
        "integration": "集成报告及测试报告", "training": "培训手册及考核记录", "results": "归发包方所有",
        "materials": "归发包方所有", "customer_secrecy": "不得向任何第三方披露",
        "contract_secrecy": "项目计划",
    }.items():  # fmt: skip
        assert zh in said[code].zh, code
    assert not [code for code, each in said.items() if re.search(r"[{}]", each.zh + each.en)]


@pytest.mark.parametrize(
    ("facts", "country", "bound"),
    [
        ({}, "CN", {"tables"}),
        ({"is_it": True}, "CN", {"tables", "it"}),
        ({"has_personal_data": True}, "CN", {"tables", "personal"}),
        ({}, "DE", {"tables", "dora_all"}),
        ({"is_it": True, "has_personal_data": True}, "FR", {"tables", "it", "personal", "dora_all"}),
    ],
)
def test_what_an_arrangement_is_decides_what_is_demanded(cast, facts, country, bound):
    Arrangement.objects.filter(pk=cast.row.pk).update(**facts)
    Institution.objects.filter(pk=cast.row.institution_id).update(country=country)
    row = Arrangement.objects.get(pk=cast.row.pk)
    assert {each.code for each in sets_of(row)} == bound
    contract = contract_add(actor=cast.cast.office, arrangement=row, reference="HT-1", **FACTS)
    assert len(missing_of(contract)) == sum(COUNTS[code] for code in bound)
    assert missing_of(clauses_fill(actor=cast.cast.office, contract=contract)) == []


def test_a_critical_function_in_the_eu_brings_six_demands_more(cast):
    Institution.objects.filter(pk=cast.row.institution_id).update(country="DE")
    row = Arrangement.objects.select_related("function").get(pk=cast.row.pk)
    row.function = row.institution.functions.model(criticality="important")
    assert {each.code for each in sets_of(row)} == {"tables", "dora_all", "dora_critical"}
    row.function.criticality = "neither"
    assert {each.code for each in sets_of(row)} == {"tables", "dora_all"}


@pytest.fixture
def draft(cast):
    return contract_add(actor=cast.cast.office, arrangement=cast.row, reference="HT-1", **FACTS)


def test_a_clause_takes_its_numbers_and_follows_the_contract(cast, draft):
    office = cast.cast.office
    up = clause_add(actor=office, contract=draft, code="availability", numbers={"percent": "99.50"})
    assert "不低于 99.5%" in up.text
    assert "99.5 %" in up.text_en
    assert "99.95" in clause_edit(actor=office, clause=up, numbers={"percent": Decimal("99.95")}).text
    notice = clause_add(actor=office, contract=draft, code="expiry")
    assert "提前 3 个月" in notice.text
    contract_edit(actor=office, contract=draft, notice_months=6)
    notice.refresh_from_db()
    assert "提前 6 个月" in notice.text
    for wrong in ({"percent": "many"}, {"percent": "-1"}, {"hours": "3"}, {"percent": "NaN"}, {"percent": "1e9"}):
        with pytest.raises(ValidationError):
            clause_edit(actor=office, clause=up, numbers=wrong)
    for code in ("availability", "nothing"):
        with pytest.raises(ValidationError):
            clause_add(actor=office, contract=draft, code=code)


def test_a_text_of_ones_own_counts_once_another_has_checked_it(cast, draft):
    legal, second = cast.cast.one("legal"), cast.cast.one("legal", 1)
    own = {"title": "变更", "text": "双方另行约定。", "demands": ["force_majeure"], "reason": "It says the same"}
    clauses_fill(actor=cast.cast.office, contract=draft)
    clause_remove(actor=cast.cast.office, clause=draft.clauses.get(code="force_majeure"))
    made = clause_write(actor=legal, contract=draft, **own)
    assert [each.code for each in missing_of(draft)] == ["force_majeure"]
    with pytest.raises(OwnCheck):
        clause_check(actor=legal, clause=made)
    with pytest.raises(NotPermitted):
        clause_check(actor=cast.cast.office, clause=made)
    with pytest.raises(IntegrityError), transaction.atomic():
        Clause.objects.filter(pk=made.pk).update(checked_by=legal.person_id)
    clause_check(actor=second, clause=made)
    assert missing_of(draft) == []
    with pytest.raises(ClauseChecked):
        clause_check(actor=second, clause=made)
    clause_rewrite(actor=legal, clause=made, **own | {"text": "双方协商。"})
    assert [each.code for each in missing_of(draft)] == ["force_majeure"]
    for wrong in ({"demands": ["nothing"]}, {"reason": " "}, {"text": ""}):
        with pytest.raises(ValidationError):
            clause_write(actor=legal, contract=draft, **own | wrong)
    with pytest.raises(NotPermitted):
        clause_write(actor=cast.cast.office, contract=draft, **own)
    with pytest.raises(ValidationError):
        clause_rewrite(actor=legal, clause=draft.clauses.get(code="law"), **own)


def test_the_matrix_names_what_is_missing_and_leads_to_it(cast, draft, client):
    client.force_login(type(cast.thread.office[0]).objects.get(login="outsourcing_office-1"))
    page = client.get(f"/contracts/{draft.pk}/?tab=coverage").content.decode()
    assert "0 of 13 demands are met" in page
    assert f"/contract-clauses/add?contract={draft.pk}&amp;code=force_majeure" in page
    form = client.get(f"/contract-clauses/add?contract={draft.pk}&code=force_majeure").content.decode()
    assert re.search(r'value="force_majeure"\s+selected', form)
    done = client.post("/contract-clauses/add", {"contract": draft.pk, "code": "response", "numbers": "hours: 12"})
    assert done.status_code == 302
    assert "12 hours" in draft.clauses.get().text_en
    assert client.post(f"/contracts/{draft.pk}/fill").status_code == 302
    page = client.get(f"/contracts/{draft.pk}/?tab=coverage").content.decode()
    assert "13 of 13 demands are met" in page


def test_a_draft_is_written_and_changed_on_its_page(cast, client):
    client.force_login(type(cast.thread.office[0]).objects.get(login="outsourcing_office-1"))
    given = {name: str(value) for name, value in FACTS.items()}
    given |= {"arrangement": cast.row.pk, "reference": "HT-7", "kind": "standalone", "governing_law": "CN"}
    given |= {"currency": "CNY", "notice_months": "3", "breach_notice_d": "30"}
    assert client.post("/contracts/add", given).status_code == 302
    made = Contract.objects.get(reference="HT-7")
    assert client.post(f"/contracts/{made.pk}/edit", given | {"amount_net": "200.10"}).status_code == 302
    made.refresh_from_db()
    assert (made.amount_net, made.amount_vat, made.amount_gross) == (
        Decimal("200.10"), Decimal("12.01"), Decimal("212.11")
    )  # fmt: skip
