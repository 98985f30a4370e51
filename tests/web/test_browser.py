"""The pages in a real browser: nothing on the console, nothing from elsewhere, in both languages, wide and narrow."""

import re
from datetime import date

import pytest
from django.utils import timezone

from guanbao.apps.parties.services import contractor_add, department_add, institution_add
from guanbao.platform.access.models import Grant, Role
from guanbao.platform.access.roles import roles_sync
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.models import Membership
from guanbao.platform.identity.services import person_add

LONG = "a long enough password"
PAGES = [
    "/",
    "/contractors/",
    "/contractors/{c}/",
    "/contractors/add",
    "/contractors/{c}/edit",
    "/contractors/{c}/stand",
]
PAGES += [
    "/institutions/",
    "/departments/",
    "/people/",
    "/people/add",
    "/grants/",
    "/grants/add",
    "/roles/",
    "/password",
    "/account/",
]
PAGES += ["/jobs/", "/schedules/", "/ledger/", "/ledger/0/", "/ledger/?event=contractor.added"]
PAGES += ["/nowhere"]


@pytest.fixture
def site(live_server, transactional_db):  # noqa: ARG001
    """A bank with an office, a contractor and a department; the server's address and the contractor's key."""
    roles_sync()
    bank = institution_add(actor=SYSTEM, name="华东示范银行", kind="bank")
    made = contractor_add(actor=SYSTEM, institution=bank, name="华东呼叫服务有限公司", kind="it_service")
    department_add(actor=SYSTEM, institution=bank, code="CC", name="信用卡中心")
    person = person_add(actor=SYSTEM, login="office", name="外包管理部门", password=LONG)
    Membership.objects.create(person=person, organisation=bank.organisation, since=date(2020, 1, 1))
    for role in Role.objects.filter(code__in=("outsourcing_office", "platform_administrator")):
        Grant.objects.create(person=person, organisation=bank.organisation, role=role, since=timezone.localdate())
    return live_server.url, made.pk


def log_in(page, url):
    page.goto(f"{url}/login")
    page.fill("#id_username", "OFFICE")
    page.fill("#id_password", LONG)
    page.press("#id_password", "Enter")
    page.wait_for_url(f"{url}/")


@pytest.mark.parametrize(("width", "scheme", "language"), [(1440, "light", "zh-CN"), (390, "dark", "en-GB")])
def test_every_page_is_quiet_and_stays_at_home(width, scheme, language, browser, site):
    url, contractor = site
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, locale=language)
    page = context.new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    log_in(page, url)
    for path in PAGES:
        page.goto(url + path.format(c=contractor))
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.evaluate("document.documentElement.dataset.bsTheme") == scheme
        assert page.get_attribute("html", "lang") == ("en" if language == "en-GB" else "zh-hans"), path
        assert re.search("[一-龥]", page.inner_text("h1, .empty-title")) or language == "en-GB", path
    assert [text for text in said if "404" not in text] == []
    assert [address for address in asked if not address.startswith((url, "data:"))] == []
    context.close()


def test_the_palette_by_keyboard_alone(browser, site):
    url, contractor = site
    page = browser.new_context(locale="zh-CN").new_page()
    log_in(page, url)
    page.keyboard.press("Control+k")
    page.keyboard.type("呼叫")
    page.wait_for_selector("#found a")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/contractors/{contractor}/")
    page.click("nav.tabs >> text=历史")
    page.wait_for_url(f"{url}/contractors/{contractor}/?tab=history")
    assert "新增了承包方华东呼叫服务有限公司" in page.inner_text("main")
    page.context.close()


def test_a_filter_changes_the_table_in_place(browser, site):
    url, _ = site
    page = browser.new_context(locale="zh-CN").new_page()
    log_in(page, url)
    page.goto(f"{url}/contractors/")
    page.select_option("select[name=standing]", "barred")
    page.wait_for_selector("text=没有符合的内容")
    assert "standing=barred" in page.url
    page.context.close()
