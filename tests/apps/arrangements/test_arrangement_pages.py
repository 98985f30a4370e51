"""The register and the workspace, as each side sees them."""

import pytest

from guanbao.apps.arrangements.models import Arrangement, Link


@pytest.fixture
def office(client, thread):
    client.force_login(thread.office[0])
    return client


def test_the_register_lists_what_is_ours(office):
    page = office.get("/arrangements/").content.decode()
    assert "WB-1" in page
    assert "WB-3" not in page
    assert "Register of arrangements" in page


def test_the_workspace_shows_stages_gates_and_history(office, thread):
    page = office.get(f"/arrangements/{thread.calls.pk}/", {"tab": "facts"}).content.decode()
    for told in ("Scope and strategy", "Renewal or exit", "Important outsourcing", "200,000.00", "Personnel · Site"):
        assert told in page, told
    gates = office.get(f"/arrangements/{thread.calls.pk}/", {"tab": "gates"}).content.decode()
    assert "Elements are stated" in gates
    assert "GB/T 32314-2015" in gates
    assert (
        "entered the arrangement WB-1"
        in office.get(f"/arrangements/{thread.calls.pk}/", {"tab": "history"}).content.decode()
    )


def test_a_contractor_does_not_read_how_the_bank_ranks_it(client, thread):
    client.force_login(thread.manager[0])
    for address in (
        f"/arrangements/{thread.calls.pk}/",
        f"/arrangements/{thread.calls.pk}/?tab=gates",
        "/arrangements/",
    ):
        page = client.get(address).content.decode()
        for hidden in ("SECRET-IMPORTANCE", "Important outsourcing", "Gates", "Elements are stated", "WB-2", "WB-3"):
            assert hidden not in page, (address, hidden)
    assert client.get("/arrangements/", {"importance": "general"}).context["count"] == 1, "no oracle by filter"
    for other in (thread.cards, thread.foreign):
        assert client.get(f"/arrangements/{other.pk}/").status_code == 404
    assert client.get(f"/sub-contractors/add?arrangement={thread.calls.pk}").status_code == 404


def test_the_first_page_tells_of_stages_only_who_sees_arrangements(client, thread, house):
    admin = house.person("admin", house.bank.organisation, "platform_administrator")[0]
    for who, told in ((thread.office[0], True), (admin, False)):
        client.force_login(who)
        assert ("Arrangements by stage" in client.get("/").content.decode()) is told


def test_audit_is_offered_no_part_to_add(client, thread):
    client.force_login(thread.auditor[0])
    page = client.get(f"/arrangements/{thread.calls.pk}/", {"tab": "facts"}).content.decode()
    assert "Scope and strategy" in page
    assert "/add?arrangement=" not in page


def test_parts_are_added_from_the_workspace_and_lead_back(office, thread):
    at = f"/arrangements/{thread.calls.pk}/"
    facts = {"tab": "facts"}
    assert f"/sub-contractors/add?arrangement={thread.calls.pk}" in office.get(at, facts).content.decode()
    form = office.get("/sub-contractors/add", {"arrangement": thread.calls.pk})
    assert str(form.context["form"]["arrangement"].value()) == str(thread.calls.pk)
    given = {"arrangement": thread.calls.pk, "rank": 2, "name": "Deep Ltd", "part": "mail", "country": "HK"}
    made = office.post("/sub-contractors/add", given)
    link = Link.objects.get()
    assert made.url == f"/sub-contractors/{link.pk}/"
    assert f'<a href="{at}">' in office.get(made.url).content.decode()
    assert "Deep Ltd" in office.get(at, facts).content.decode()
    assert office.post(f"/sub-contractors/{link.pk}/remove").url == at
    assert "sub-contractors" not in {entry.of for group in office.get("/").context["menu"].values() for entry in group}


def test_what_is_wrong_stands_in_the_form(office, thread):
    given = {"institution": thread.calls.institution_id, "reference": "a b", "title": "T", "country": "CN"}
    refused = office.post("/arrangements/add", given)
    assert refused.status_code == 422
    assert {"reference", "department"} <= refused.context["form"].errors.keys()
    assert Arrangement.objects.count() == 3


@pytest.mark.usefixtures("own_gates")
def test_the_next_stage_is_a_click_and_a_shut_gate_is_told(office, thread):
    at = f"/arrangements/{thread.calls.pk}"
    assert office.post(f"{at}/advance").status_code == 302
    Arrangement.objects.filter(pk=thread.calls.pk).update(stage="scope", elements=[])
    refused = office.post(f"{at}/advance")
    assert refused.status_code == 422
    assert "No element is chosen" in refused.content.decode()


def test_a_contractors_page_begins_with_its_arrangements(office, thread):
    page = office.get(f"/contractors/{thread.calls.contractor_id}/").content.decode()
    assert "WB-1" in page
    assert "WB-2" not in page
    assert f'href="/arrangements/{thread.calls.pk}/"' in page


def test_who_reads_english_reads_the_english_name(office, thread):
    contractor = thread.calls.contractor
    type(contractor).objects.filter(pk=contractor.pk).update(name="华东呼叫", name_en="Huadong Calls")
    for language, name in (("zh", "华东呼叫"), ("en", "Huadong Calls")):
        office.post("/language", {"language": language})
        page = office.get("/arrangements/").content.decode()
        assert [told for told in ("华东呼叫", "Huadong Calls") if told in page] == [name]
