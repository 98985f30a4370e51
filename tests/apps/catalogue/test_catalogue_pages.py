"""The pages of the catalogue, as each side sees them."""

import pytest
from entries import CALLS

from guanbao.apps.catalogue.models import Function, Service
from guanbao.apps.catalogue.services import service_add, service_scope
from guanbao.apps.catalogue.taxonomies import taxonomies
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.models import Person

ENTERED = {
    "code": "S1",
    "name": "New one",
    "kind": "it_services.cloud",
    "systems": "contractor",
    "since": "2026-01-01",
    "scope_rule": "none",
}


@pytest.fixture
def bank(client, office):
    client.force_login(Person.objects.get(pk=office.person_id))
    return client


@pytest.fixture
def theirs(client, manager):
    client.force_login(Person.objects.get(pk=manager.person_id))
    return client


def listed(response):
    return {str(row) for row, _ in response.context["rows"]}


def test_the_office_enters_both_sides(bank, house):
    assert bank.post("/services/add", ENTERED | {"institution": house.bank.pk}).status_code == 302
    assert bank.post("/services/add", ENTERED | {"contractor": house.calls.pk}).status_code == 302
    assert {(s.direction, s.state, s.institution_id) for s in Service.objects.all()} == {
        ("offered", "listed", house.bank.pk),
        ("required", "listed", house.bank.pk),
    }
    assert listed(bank.get("/services/", {"direction": "offered"})) == {"New one"}
    assert bank.get("/services/", {"direction": "offered"}).context["count"] == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "cakes"}, "kind"),
        ({"scope_rule": ""}, "scope_rule"),
        ({"systems": ""}, "__all__"),
        ({"institution": ""}, "contractor"),
        ({"since": "yesterday"}, "since"),
    ],
)
def test_what_is_wrong_stands_at_its_field(wrong, field, bank, house):
    response = bank.post("/services/add", ENTERED | {"institution": house.bank.pk} | wrong)
    assert (response.status_code, set(response.context["form"].errors)) == (422, {field})
    assert not Service.objects.exists()


def test_a_contractor_proposes_on_its_own_page(theirs, house):
    form = theirs.get("/services/add").content.decode()
    assert "East Bank" not in form, "there is no institution to choose"
    assert "Calls Ltd" in form
    assert "Cards Ltd" not in form
    assert theirs.post("/services/add", ENTERED | {"contractor": house.cards.pk}).status_code == 422
    assert theirs.post("/services/add", ENTERED | {"institution": house.bank.pk}).status_code == 422
    assert theirs.post("/services/add", ENTERED | {"contractor": house.calls.pk}).status_code == 302
    made = Service.objects.get()
    assert (made.state, made.contractor, made.scope_rule) == ("proposed", house.calls, "")


def test_a_contractor_sees_no_services_of_others(theirs, house, offered, required):
    rivals = service_add(actor=SYSTEM, contractor=house.cards, scope_rule="none", **CALLS | {"name": "RIVAL"})
    assert listed(theirs.get("/services/")) == {"Call centre"}
    for row in (rivals, required):
        assert theirs.get(f"/services/{row.pk}/").status_code == 404
        for verb in ("edit", "list", "comprise", "withdraw"):
            assert theirs.post(f"/services/{row.pk}/{verb}", {}).status_code == 404
    assert theirs.get("/services/", {"q": "RIVAL"}).context["count"] == 0
    for asked in ({"contractor": house.cards.pk}, {"sort": "scope_rule"}, {"scope_rule": "none"}):
        assert b"RIVAL" not in theirs.get("/services/", asked).content
    assert b"RIVAL" not in theirs.get("/find", {"q": "RIV"}).content
    assert b"may not be outsourced" not in theirs.get(f"/services/{offered.pk}/").content
    assert theirs.get(f"/services/{offered.pk}/list").status_code == 404
    assert theirs.get("/functions/").status_code == 404


def test_only_what_may_be_done_is_offered(client, thread, offered, required):
    def verbs(who, service):
        client.force_login(who[0])
        return [verb.name for verb in client.get(f"/services/{service.pk}/").context["verbs"]]

    thread.calls.services.add(required)
    proposed = service_add(actor=thread.manager[1], contractor=offered.contractor, **CALLS | {"code": "P9"})
    assert verbs(thread.manager, required) == []
    assert client.get(f"/services/{required.pk}/edit").status_code == 404
    assert verbs(thread.manager, offered) == ["withdraw"]
    assert verbs(thread.manager, proposed) == ["edit", "comprise", "withdraw"]
    assert verbs(thread.office, required) == ["edit", "comprise", "withdraw"]
    assert verbs(thread.office, proposed) == ["list", "edit", "comprise", "withdraw"]


def test_a_contractor_reads_no_rule_of_scope_in_a_form(theirs, offered):
    Service.objects.filter(pk=offered.pk).update(state="proposed")
    for path in (f"/services/{offered.pk}/edit", "/services/add"):
        form = theirs.get(path)
        assert "scope_rule" not in form.context["form"].fields
        assert "scope_rules." not in form.content.decode()
    edit = {**ENTERED, "contractor": offered.contractor_id, "code": "P1", "scope_rule": "scope_rules.never.risk"}
    assert theirs.post("/services/add", edit).status_code == 302
    made = Service.objects.get(code="P1")
    Service.objects.filter(pk=made.pk).update(scope_rule="scope_rules.never.audit")
    assert theirs.post(f"/services/{made.pk}/edit", edit | {"name": "Other", "scope_rule": "none"}).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.scope_rule) == ("Other", "scope_rules.never.audit")


def test_the_scope_of_a_call_centre_with_its_limits(bank, offered):
    path = f"/services/{offered.pk}/comprise"
    form = bank.get(path).content.decode()
    for told in ("Lines", "Advice by agents", "Telephone", "Limits of «Wealth management under limited conditions»"):
        assert told in form, told
    chosen = {"items": ["call_centre.business.transfers", "call_centre.resources.lines"]}
    response = bank.post(path, chosen)
    assert set(response.context["form"].errors) == {"limits_transfers"}
    response = bank.post(path, chosen | {"limits_wealth": "x", "limits_transfers": "y"})
    assert set(response.context["form"].errors) == {"limits_wealth"}
    assert bank.post(path, chosen | {"limits_transfers": "CNY 50,000 a day"}).status_code == 302
    shown = bank.get(f"/services/{offered.pk}/").content.decode()
    assert "Limits: CNY 50,000 a day" in shown
    assert 'value="CNY 50,000 a day"' in bank.get(path).content.decode()


def test_a_function_is_registered(bank, house):
    given = {"institution": house.bank.pk, "code": "F1", "name": "Hotline", "scope_rule": "none", "rto_h": "0.5",
             "criticality": "critical", "impact": "high"}  # fmt: skip
    response = bank.post("/functions/add", given)
    assert set(response.context["form"].errors) == {"criticality"}
    more = {"criticality_reason": "all customers", "assessed_on": "2026-02-01"}
    assert bank.post("/functions/add", given | more).status_code == 302
    assert str(Function.objects.get().rto_h) == "0.50"
    assert "Critical" in bank.get("/functions/").content.decode()


def test_every_taxonomy_has_a_page_in_both_languages(bank):
    whole = bank.get("/taxonomies/").content.decode()
    for taxonomy in taxonomies().values():
        shown = bank.get(f"/taxonomies/{taxonomy.name}/").content.decode()
        assert taxonomy.title.en in whole
        for code in taxonomy.every():
            assert code.key in shown
            assert code.name.zh in shown
    bank.post("/language", {"language": "zh", "next": "/"})
    assert "欧盟ICT服务类型" in bank.get("/taxonomies/").content.decode()
    assert "出处: 银保监办发〔2021〕141号" in bank.get("/taxonomies/it_classes/").content.decode()
    assert bank.get("/taxonomies/none/").status_code == 404


def test_codes_are_found_in_either_language(bank):
    for text in ("灯光", "lighting", "elements.site.lighting"):
        found = bank.get("/taxonomies/", {"q": text}).content.decode()
        assert "灯光照明" in found
        assert "it_services" not in found
    assert "Nothing matches" in bank.get("/taxonomies/", {"q": "cakes"}).content.decode()


def test_a_taxonomy_shows_where_it_is_used_as_far_as_one_may_see(client, house, office, manager):
    for contractor in (house.calls, house.cards, house.foreign):
        service_add(actor=SYSTEM, contractor=contractor, scope_rule="none", **CALLS)
    for actor, count in ((office, "2 services"), (manager, "1 services")):
        client.force_login(Person.objects.get(pk=actor.person_id))
        shown = client.get("/taxonomies/back_office/").content.decode()
        assert count in shown
        assert "/services/?kind=back_office.call_centre" in shown
    agent, _ = house.person("agent", house.calls.organisation, "agent")
    client.force_login(agent)
    assert client.get("/taxonomies/").status_code == 404
    assert client.get("/taxonomies/back_office/").status_code == 404


def test_the_menu_leads_to_taxonomies(bank):
    assert 'href="/taxonomies/"' in bank.get("/").content.decode()
    assert "/taxonomies/" in bank.get("/find", {"q": "taxon"}).content.decode()


def test_what_a_service_comprises_is_told_in_chinese(bank, office, offered):
    service_scope(actor=office, service=offered, scope={"customer_service.mode.social": ""})
    bank.post("/language", {"language": "zh", "next": "/"})
    shown = bank.get(f"/services/{offered.pk}/").content.decode()
    assert "社交媒体" in shown
    assert "承包方提供（外包）" in shown
    assert "服务目录" in shown
