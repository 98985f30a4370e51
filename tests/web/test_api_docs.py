"""The API's reference in a real browser: served by this host alone, quiet, and good to try things with."""

import re
from datetime import date

import pytest

from guanbao.apps.parties.models import Contractor
from guanbao.apps.parties.services import institution_add
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.access.roles import roles_sync
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.models import Membership
from guanbao.platform.identity.services import person_add

LONG = "a long enough password"


@pytest.fixture
def bank(transactional_db):  # noqa: ARG001
    """A bank with somebody in its office."""
    roles_sync()
    made = institution_add(actor=SYSTEM, name="East Bank", kind="bank")
    person = person_add(actor=SYSTEM, login="office", name="Office", password=LONG)
    Membership.objects.create(person=person, organisation=made.organisation, since=date(2020, 1, 1))
    for role in Role.objects.filter(code__in=("outsourcing_office", "platform_administrator")):
        Grant.objects.create(person=person, organisation=made.organisation, role=role, since=date(2020, 1, 1))
    return made


@pytest.fixture
def opened(live_server, bank, browser):  # noqa: ARG001
    """The page, what the console said, and what was asked for."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page, said, asked = context.new_page(), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live_server.url}/login")
    page.fill("#id_username", "office")
    page.fill("#id_password", LONG)
    page.press("#id_password", "Enter")
    page.wait_for_url(f"{live_server.url}/")
    page.click("text=API reference")
    page.wait_for_selector(".opblock-tag")
    yield page, said, asked
    context.close()


def test_operations_are_listed_and_tried_with_the_session(opened, live_server, bank):
    page, said, asked = opened
    assert page.locator(".opblock-tag").count() > 20
    page.click("[data-tag='Contractors'] >> nth=0")
    adding = page.locator(".opblock-post", has_text="New contractor").first
    adding.locator(".opblock-summary-control").click()
    adding.get_by_role("button", name="Try it out").click()
    adding.locator("textarea.body-param__text").fill(
        f'{{"institution": {bank.pk}, "name": "Tried Ltd", "kind": "product", "country": "DE"}}'
    )
    adding.get_by_role("button", name="Execute").click()
    adding.locator(".live-responses-table .response-col_status", has_text="201").wait_for()
    assert Contractor.objects.filter(name="Tried Ltd").exists()
    assert said == []
    assert all(re.match(f"{live_server.url}/|data:|blob:{live_server.url}/", url) for url in asked)


def test_it_is_dark_where_the_pages_are(opened):
    page, said, _asked = opened
    shown = "getComputedStyle(document.querySelector('.swagger-ui')).backgroundColor"
    before = page.evaluate("document.documentElement.dataset.bsTheme"), page.evaluate(shown)
    page.click("[data-theme-switch] >> visible=true")
    after = page.evaluate("document.documentElement.dataset.bsTheme"), page.evaluate(shown)
    by = dict([before, after])
    assert sum(map(int, re.findall(r"\d+", by["dark"])[:3])) < 150, by
    assert by["light"] != by["dark"]
    assert said == []
