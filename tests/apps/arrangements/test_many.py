"""The list where there are many rows."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guanbao.apps.arrangements.models import Arrangement
from guanbao.apps.arrangements.pages import ARRANGEMENTS
from guanbao.web import lists
from guanbao.web.lists import sorts


@pytest.fixture
def browser(house):
    person, _ = house.person("reader", house.bank.organisation, "outsourcing_office")
    made = Client()
    made.force_login(person)
    return made


def add(thread, number, **more):
    """So many arrangements of East Bank with Calls Ltd."""
    of = thread.calls
    facts = {"institution": of.institution, "department": of.department, "contractor": of.contractor}
    facts |= {"stage_since": date(2026, 1, 1)} | more
    Arrangement.objects.bulk_create(
        Arrangement(reference=f"EB-{n:03}", title=f"银行卡催收外包 {n}", **facts) for n in range(number)
    )


def listed(response):
    return [row.reference for row, _ in response.context["rows"]]


@pytest.mark.usefixtures("thread")
def test_a_list_counts_no_further_than_it_must(browser, monkeypatch):
    monkeypatch.setattr(lists, "PAGE", 1)
    for most, counted in ((1, "more than 1"), (2, "2 in all"), (3, "2 in all")):
        monkeypatch.setattr(lists, "MOST_COUNTED", most)
        page = browser.get("/arrangements/").content.decode()
        assert f"<span>{counted}</span>" in page
        assert ("WB-1" in page, "WB-2" in page) == (True, False)


@pytest.mark.parametrize("sort", ["ends_on", "-ends_on"])
def test_pages_go_on_and_back_over_rows_without_a_value(browser, thread, monkeypatch, sort):
    add(thread, 9)
    for n, row in enumerate(Arrangement.objects.filter(reference__startswith="EB")):
        row.ends_on = date(2027, 1, 1) + timedelta(days=n // 2) if n % 3 else None
        row.save()
    page = browser.get("/arrangements/", {"sort": sort})
    whole = listed(page)
    ends = [row.ends_on for row, _ in page.context["rows"]]
    assert ends == [*sorted(filter(None, ends), reverse=sort == "-ends_on"), None, None, None]
    monkeypatch.setattr(lists, "PAGE", 2)
    page = browser.get("/arrangements/", {"sort": sort})
    onward = [listed(page)]
    while page.context["after"]:
        page = browser.get(f"/arrangements/?{page.context['after']}")
        onward.append(listed(page))
    back = [listed(page)]
    while page.context["before"]:
        page = browser.get(f"/arrangements/?{page.context['before']}")
        back.insert(0, listed(page))
    assert [name for names in onward for name in names] == whole
    assert [name for names in back for name in names] == whole


def test_chinese_inside_a_title_is_found_in_any_case_and_never_of_others(browser, thread, client):
    add(thread, 3, title_en="Card Collection")
    Arrangement.objects.filter(pk=thread.foreign.pk).update(title="催收")
    for text in ("催收", "卡催", "催收 银行卡", "eb- COLLECTION 催收", "行卡催收外包 "):
        assert listed(browser.get("/arrangements/", {"q": text})) == ["EB-000", "EB-001", "EB-002"], text
    for text in ("催收 信用", "收催"):
        assert listed(browser.get("/arrangements/", {"q": text})) == [], text
    client.force_login(thread.manager[0])
    assert listed(client.get("/arrangements/", {"q": "催收"})) == ["EB-000", "EB-001", "EB-002"]
    Arrangement.objects.filter(reference__startswith="EB").update(contractor=thread.cards.contractor)
    assert listed(client.get("/arrangements/", {"q": "催收"})) == []


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL plans by how many rows there are")
@pytest.mark.parametrize("sort", sorts(ARRANGEMENTS))
def test_no_order_of_the_list_is_sorted_for(browser, thread, sort):
    add(thread, 3)
    with CaptureQueriesContext(connection) as made:
        assert browser.get("/arrangements/", {"sort": sort}).context["count"] == 5
    keys = [query["sql"] for query in made if "arrangements_arrangement" in query["sql"] and "ORDER BY" in query["sql"]]
    assert len(keys) == 1
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {keys[0]}")
        steps = [row[3] for row in cursor.fetchall()]
    assert not [step for step in steps if "TEMP B-TREE" in step or step.startswith("SCAN")], steps
