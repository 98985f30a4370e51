"""Lists as their readers like them: columns, views of their own, and one verb for many rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanbao.apps.arrangements.models import Arrangement
from guanbao.platform.keeping.models import SavedView
from guanbao.platform.ledger.models import Entry

LIST = "/arrangements/"


@pytest.fixture
def office(client, thread):
    client.force_login(thread.office[0])
    return client


@pytest.fixture
def manager(client, thread):
    client.force_login(thread.manager[0])
    return client


def headings(response):
    return [head.title for head in response.context["heads"]]


def test_a_reader_chooses_columns(office):
    assert headings(office.get(LIST)) == [
        "Reference", "Title", "Contractor", "Executing department", "Stage", "Importance", "Ends on",
    ]  # fmt: skip
    chosen = office.get(LIST, {"column": ["title", "services", "fee_monthly"], "sort": "-fee_monthly"})
    assert headings(chosen) == ["Reference", "Title", "Services", "Monthly fee"]
    assert "200,000.00" in chosen.content.decode()
    assert headings(office.get(LIST, {"column": ["password", "institution__organisation"]}))[1] == "Title"


def test_columns_cost_as_many_queries_whatever_the_rows(office):
    numbers = []
    for text in ("WB-1", "WB"):
        with CaptureQueriesContext(connection) as made:
            office.get(LIST, {"column": ["services", "function", "department"], "q": text})
        numbers.append(len(made))
    assert numbers[0] == numbers[1]


def test_a_contractor_chooses_nothing_that_is_not_theirs(manager):
    page = manager.get(LIST, {"column": ["importance_reason", "function", "title"], "sort": "importance"})
    assert headings(page) == ["Reference", "Title"]
    for hidden in ("SECRET-IMPORTANCE", "Importance", "Function supported"):
        assert hidden not in page.content.decode()


def test_a_view_is_kept_chosen_made_usual_and_forgotten(office, thread):
    query = "q=WB-1&stage=scope&column=title&sort=-title&page=7&evil=1"
    kept = office.post(f"{LIST}views", {"name": " Mine ", "query": query, "is_usual": "on"})
    view = SavedView.objects.get()
    assert (view.name, view.person) == ("Mine", thread.office[0])
    assert view.query == "q=WB-1&stage=scope&sort=-title&column=title"
    assert kept.url == f"{LIST}?{view.query}"
    assert office.get(LIST).url == kept.url, "the usual view opens the list"
    shown = office.get(kept.url)
    assert (shown.context["count"], headings(shown)) == (1, ["Reference", "Title"])
    assert 'aria-current="true"' in shown.content.decode()
    assert office.get(LIST, {"q": ""}).context["count"] == 2, "everything can still be seen"
    office.post(f"{LIST}views", {"name": "Other", "query": "q=WB-2", "is_usual": "on"})
    assert dict(SavedView.objects.values_list("name", "is_usual")) == {"Mine": False, "Other": True}
    office.post(f"{LIST}views", {"name": "Other", "query": "", "is_usual": "on"})
    assert office.get(LIST).status_code == 200, "a usual view of nothing leads nowhere else"
    office.post(f"{LIST}views", {"remove": view.pk})
    assert [kept.name for kept in SavedView.objects.all()] == ["Other"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_view_needs_a_name(office, name):
    refused = office.post(f"{LIST}views", {"name": name, "query": "q=WB-1"})
    assert refused.status_code == 422
    assert "field-error" in refused.content.decode()
    assert not SavedView.objects.exists()


def test_views_are_limited_in_number_and_length(office):
    for number in range(30):
        office.post(f"{LIST}views", {"name": f"v{number}", "query": "q=1"})
    assert office.post(f"{LIST}views", {"name": "one more", "query": "q=1"}).status_code == 422
    assert office.post(f"{LIST}views", {"name": "v0", "query": f"q={'x' * 3000}"}).status_code == 422
    assert SavedView.objects.count() == 30


def test_nobody_sees_or_removes_the_views_of_others(client, house, thread):
    client.force_login(thread.office[0])
    client.post(f"{LIST}views", {"name": "MINE-ALONE", "query": "q=WB-1", "is_usual": "on"})
    view = SavedView.objects.get()
    colleague = house.person("colleague", house.bank.organisation, "outsourcing_office")[0]
    for person in (colleague, thread.manager[0]):
        client.force_login(person)
        page = client.get(LIST)
        assert page.status_code == 200
        assert "MINE-ALONE" not in page.content.decode()
        client.post(f"{LIST}views", {"remove": view.pk})
        client.post(f"{LIST}views", {"remove": "x"})
    assert SavedView.objects.get() == view
    client.force_login(house.person("nobody", house.bank.organisation)[0])
    assert client.post(f"{LIST}views", {"name": "x", "query": ""}).status_code == 404


def test_rows_are_ticked_in_the_list(office, thread):
    page = office.get("/arrangements/").content.decode()
    for row in (thread.calls, thread.cards):
        assert f'name="row" value="{row.pk}"' in page
    office.force_login(thread.auditor[0])
    assert 'name="row"' not in office.get("/arrangements/").content.decode()


@pytest.mark.usefixtures("own_gates")
def test_a_verb_is_done_to_each_row_that_was_ticked(office, thread):
    Arrangement.objects.filter(pk=thread.cards.pk).update(elements=[])
    asked = office.get(f"{LIST}bulk", {"verb": "advance", "row": [thread.calls.pk, thread.cards.pk]})
    assert "WB-1 Service of Calls Ltd" in asked.content.decode()
    assert Arrangement.objects.filter(stage="scope").count() == 3, "asking does nothing"
    done = office.post(f"{LIST}bulk", {"verb": "advance", "row": [thread.calls.pk, thread.cards.pk]})
    assert done.context["done"] == 1
    assert "Done to 1 of 2" in done.content.decode()
    assert "No element is chosen" in done.content.decode()
    assert dict(Arrangement.objects.values_list("reference", "stage")) == {
        "WB-1": "requirement", "WB-2": "scope", "WB-3": "scope",
    }  # fmt: skip
    assert Entry.objects.filter(event="arrangement.advanced").count() == 1
    history = office.get(f"{LIST}{thread.calls.pk}/?tab=history").content.decode()
    assert "from Scope and strategy to Requirement" in history, "no raw value"


def test_what_is_wrong_with_a_field_is_said_there_once(office, house):
    rows = [house.calls.pk, house.cards.pk]
    refused = office.post("/contractors/bulk", {"verb": "stand", "row": rows, "standing": "nonsense"})
    assert refused.status_code == 422
    assert "standing" in refused.context["form"].errors
    given = {"standing": "restricted", "standing_reason": "Late.", "standing_since": "2026-02-01"}
    assert office.post("/contractors/bulk", {"verb": "stand", "row": rows, **given}).context["done"] == 2
    assert {type(house.calls).objects.get(pk=pk).standing for pk in rows} == {"restricted"}


@pytest.mark.parametrize(
    "asked", [{"verb": "edit"}, {"verb": "nothing"}, {"verb": "advance", "row": []}, {"verb": "advance", "row": ["x"]}]
)
def test_what_is_no_verb_for_many_is_not_there(office, thread, asked):
    assert office.post(f"{LIST}bulk", {"row": [thread.calls.pk]} | asked).status_code == 404
    assert office.post(f"{LIST}bulk", {"verb": "advance", "row": range(1, 202)}).status_code == 404


@pytest.mark.usefixtures("own_gates")
def test_who_may_not_do_it_to_one_may_not_do_it_to_many(client, house, thread):
    rows = [thread.calls.pk, thread.cards.pk, thread.foreign.pk]
    before = Entry.objects.count()
    for person in (thread.manager[0], thread.auditor[0]):
        client.force_login(person)
        assert "bulk" not in client.get(LIST).content.decode().split("<main")[1]
        for send in (client.get, client.post):
            assert send(f"{LIST}bulk", {"verb": "advance", "row": rows}).status_code == 404
    scoped = {"scope": "arrangement", "key": thread.cards.pk}
    client.force_login(house.person("one", house.bank.organisation, "outsourcing_office", **scoped)[0])
    done = client.post(f"{LIST}bulk", {"verb": "advance", "row": rows})
    assert [outcome.row for outcome in done.context["outcomes"]] == ["WB-2 Service of Cards Ltd"]
    assert Entry.objects.count() == before + 1
    assert set(Arrangement.objects.filter(stage="requirement")) == {thread.cards}


def test_every_filter_begins_with_all(office):
    form = office.get(LIST).context["filters"].form
    chosen = {name: str(form[name]) for name in ("stage", "importance", "department", "contractor")}
    assert [name for name, html in chosen.items() if ">All<" not in html] == []
