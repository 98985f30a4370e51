"""Second factors in a real browser: an app's code, and a passkey of a virtual device, under the strict policy."""

import time
from datetime import date

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

from guanbao.apps.parties.services import institution_add
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.models import Membership, Person
from guanbao.platform.identity.services import person_add
from guanbao.platform.ledger.models import Entry

LONG = "a long enough password"


@pytest.fixture
def anna(live_server, transactional_db):  # noqa: ARG001
    """Somebody of a bank; the server by the name of its host, since addresses have no passkeys."""
    bank = institution_add(actor=SYSTEM, name="East Bank", kind="bank")
    person = person_add(actor=SYSTEM, login="anna", name="Anna", password=LONG, language="en")
    Membership.objects.create(person=person, organisation=bank.organisation, since=date(2020, 1, 1))
    return live_server.url.replace("127.0.0.1", "localhost")


def begin(browser, url):
    """A page of somebody who logged in and confirmed, and what it complained of."""
    page = browser.new_context(locale="en-GB").new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{url}/login")
    page.fill("#id_username", "anna")
    page.fill("#id_password", LONG)
    page.press("#id_password", "Enter")
    page.wait_for_url(f"{url}/")
    return page, said


def confirm(page, url):
    page.fill("#id_password", LONG)
    page.click("main button.btn-primary")
    page.wait_for_url(url)


def test_a_passkey_is_added_and_opens_alone(browser, anna):
    page, said = begin(browser, anna)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(f"{anna}/account/keys/add")
    confirm(page, f"{anna}/account/keys/add")
    page.check("[name=passwordless]")
    page.click("#key_add")
    page.wait_for_url(f"{anna}/account/codes")
    assert page.locator(".codes li").count() == 10
    assert Entry.objects.order_by("-index")[0].event == "factor.added"
    page.click("text=Log out")
    page.wait_for_url(f"{anna}/login**")
    page.click("#passkey_login")
    page.wait_for_url(f"{anna}/")
    page.click("text=Log out")
    page.wait_for_url(f"{anna}/login**")
    page.fill("#id_username", "anna")
    page.fill("#id_password", LONG)
    page.press("#id_password", "Enter")
    page.wait_for_url(f"{anna}/login/code")
    page.click("#key_use")
    page.wait_for_url(f"{anna}/")
    assert said == []
    page.context.close()


def test_an_app_is_set_up_by_its_picture(browser, anna):
    page, said = begin(browser, anna)
    page.goto(f"{anna}/account/app/add")
    confirm(page, f"{anna}/account/app/add")
    assert page.evaluate("document.querySelector('.qr').naturalWidth") > 0
    key = page.inner_text(".secret")
    if (left := 30 - time.time() % 30) < 15:
        time.sleep(left)  # a code holds to the end of its half minute, and a busy machine takes its time
    code = format_hotp_value(hotp_value(key, next(yield_hotp_counters_from_time())))
    page.fill("#id_code", code)
    page.press("#id_code", "Enter")
    page.wait_for_url(f"{anna}/account/codes")
    assert said == []
    assert Person.objects.get(login="anna").authenticator_set.count() == 2
    page.context.close()
