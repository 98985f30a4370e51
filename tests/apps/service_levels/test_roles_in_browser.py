"""Three roles at a real browser: every page that each is led to, and the way from a promise to a decided dispute."""

from types import SimpleNamespace

import pytest
from crawling import Reader
from desks import FEBRUARY
from django.db import connection

from guanbao.apps.service_levels.models import Exclusion, Import, Statement
from guanbao.apps.service_levels.services.imports import import_run
from guanbao.apps.service_levels.services.statements import statement_draft
from guanbao.platform.actors import SYSTEM
from guanbao.platform.identity.models import Person
from guanbao.platform.tasks.models import Job


@pytest.mark.skipif(connection.vendor != "sqlite", reason="how pages look does not hang on the database")
@pytest.mark.parametrize(
    ("window", "least"),
    [
        (("office", "zh", 390, "dark"), 60),
        (("manager", "en", 390, "light"), 30),
        (("auditor", "zh", 1440, "dark"), 30),
    ],
)
def test_every_page_is_sound(window, least, browser, desk, live_server):
    statement_draft(actor=SYSTEM, arrangement=desk.calls, month=FEBRUARY)
    login, language, width, scheme = window
    Person.objects.filter(login=login).update(language=language)
    reader = Reader(browser, live_server.url, login, width=width, scheme=scheme)
    kinds = reader.read_all()
    reader.context.close()
    assert reader.wrong == []
    assert reader.said == []
    assert reader.elsewhere() == []
    assert len(kinds) >= least, kinds


def by_keyboard(page, name, text):
    """Go to a field with the Tab key alone, and write."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            page.keyboard.type(text)
            return
    pytest.fail(f"the Tab key does not reach {name}")


@pytest.fixture
def at(browser, desk, live_server):
    """Three people at their browsers, and whom they find there: nothing on the console, nothing from elsewhere."""
    readers = {name: Reader(browser, live_server.url, name) for name in ("manager", "office", "auditor")}
    yield SimpleNamespace(**{name: reader.page for name, reader in readers.items()}, url=live_server.url, desk=desk)
    for reader in readers.values():
        assert [text for text in reader.said if "404" not in text and "422" not in text] == []
        assert reader.elsewhere() == []
        reader.context.close()


def done(page, kind):
    """Press the form's button, and come to the page of what was made."""
    page.click("main form.card button.btn-primary")
    page.wait_for_url(f"**/{kind}/*/")


def records_sent(at, calls, file, send):
    at.manager.goto(f"{at.url}/arrangements/{at.desk.calls.pk}/?tab=records")
    at.manager.click(f"text={send}")
    file.write_bytes(b"".join(calls.splitlines(keepends=True)[:3]))
    at.manager.select_option("select[name=mapping]", "anonymous-bank")
    at.manager.set_input_files("input[type=file]", file)
    done(at.manager, "imports")
    import_run(actor=at.desk.manager[1], import_=Import.objects.latest("pk"))  # as the worker does


def disputed(at):
    at.manager.goto(f"{at.url}/exclusions/add?arrangement={at.desk.calls.pk}")
    at.manager.fill("input[name=period_from]", "1999-02-01")
    at.manager.fill("textarea[name=records]", "AA0101-33116-990201")
    at.manager.fill("textarea[name=reason]", "Your line was down.")
    done(at.manager, "exclusions")
    return Exclusion.objects.get()


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh", ("报送记录", "对方")), ("en", ("Send records", "Exclusions of the other side to decide"))],
)
def test_from_records_to_a_decided_dispute(language, words, at, calls, tmp_path):
    send, waits = words
    Person.objects.update(language=language)
    records_sent(at, calls, tmp_path / "more.txt", send)
    at.office.goto(f"{at.url}/statements/add?arrangement={at.desk.calls.pk}")
    at.office.fill("input[name=month]", "1999-02-15")
    done(at.office, "statements")
    dispute = disputed(at)
    decide = f"{at.url}/exclusions/{dispute.pk}/decide"
    at.office.goto(at.url)
    assert waits in at.office.inner_text("main")
    at.office.goto(decide)
    by_keyboard(at.office, "decision", "The log of the line says so.")
    at.office.keyboard.press("Tab")
    at.office.keyboard.press("Enter")
    at.office.wait_for_url(f"**/exclusions/{dispute.pk}/")
    dispute.refresh_from_db()
    assert (dispute.state, dispute.decision) == ("accepted", "The log of the line says so.")
    assert Statement.objects.get(period_from=FEBRUARY).state == "draft"
    assert Job.objects.filter(kind__startswith="statement").exists(), "it is computed again in the background"
    at.auditor.goto(f"{at.url}/exclusions/{dispute.pk}/")
    assert "Your line was down." in at.auditor.inner_text("main")
    assert at.auditor.locator(".page-header .btn").count() == 0, "audit reads and changes nothing"
    assert at.auditor.goto(decide).status == 404
