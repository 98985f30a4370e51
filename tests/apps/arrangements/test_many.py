"""The list where there are more rows than it counts."""

import pytest
from django.test import Client

from guanbao.web import lists


@pytest.fixture
def browser(house):
    person, _ = house.person("reader", house.bank.organisation, "outsourcing_office")
    made = Client()
    made.force_login(person)
    return made


@pytest.mark.usefixtures("thread")
def test_a_list_counts_no_further_than_it_can_be_paged(browser, monkeypatch):
    for most, counted in ((1, "more than 1"), (2, "2 in all"), (3, "2 in all")):
        monkeypatch.setattr(lists, "MOST_COUNTED", most)
        page = browser.get("/arrangements/").content.decode()
        assert f"<span>{counted}</span>" in page
        assert ("WB-1" in page, "WB-2" in page) == (True, most > 1)
    assert browser.get(f"/arrangements/?page={lists.MOST_PAGES + 1}").status_code == 404
