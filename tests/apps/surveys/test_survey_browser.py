"""A whole questionnaire answered at a real browser, returned, amended, concluded; nothing on the console."""

import pytest
from django.db import connection

from guanbao.platform.questionnaires.models import Issue

LONG = "a long enough password"


class Window:
    """Somebody at a browser; what its console said."""

    def __init__(self, browser, url, login):
        self.url, self.said = url, []
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.goto(f"{url}/login")
        self.page.fill("#id_username", login)
        self.page.fill("#id_password", LONG)
        self.page.press("#id_password", "Enter")
        self.page.wait_for_url(f"{url}/")

    def go(self, path):
        self.page.goto(self.url + path)

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).first.click()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="how pages look does not hang on the database")
def test_a_questionnaire_from_the_first_answer_to_its_score(browser, transactional_db, desk, live_server):  # noqa: ARG001
    issue = desk.sent()
    manager, risk = (Window(browser, live_server.url, name) for name in ("manager", "risk"))
    page = manager.page
    page.get_by_role("link", name="Questionnaires to answer").click()
    page.get_by_role("link", name="Every kind").first.click()
    page.get_by_role("link", name="Answer the questionnaire").click()
    assert page.get_by_label("Why rented").count() == 0
    page.locator("#value-met-yes").check()
    page.locator("#value-way-rented").check()
    page.get_by_label("Why rented").fill("Cheaper by half")
    assert page.locator("#value-met-yes").is_checked()  # what was typed before the question came stays
    manager.press("Save and go on")
    page.wait_for_url("**section=second**")
    assert "answered 3 of 7" in page.inner_text("#asked")
    page.locator("#value-grade").fill("eleven")
    manager.press("Save and hand in")
    page.get_by_text("Write a number").wait_for()
    assert page.locator("#value-grade").input_value() == "eleven"
    page.locator("#value-grade").fill("8")
    page.locator("#value-parts-a").check()
    manager.press("Save and hand in")
    page.wait_for_url(f"**/questionnaires/{issue.pk}/")
    risk.go(f"/questionnaires/{issue.pk}/review")
    risk.page.locator("[name=verdict-why][value=returned]").check()
    risk.page.locator("[name=remark-why]").fill("By which offer?")
    risk.press("Keep the review and accept the rest")
    risk.page.wait_for_url(f"**/questionnaires/{issue.pk}/")
    manager.go(f"/questionnaires/{issue.pk}/answer")
    assert "By which offer?" in page.inner_text("#question-why")
    page.get_by_label("Why rented").fill("Offer 12 of May")
    manager.press("Save")
    page.get_by_text("Kept: 1 answers.").wait_for()
    risk.go(f"/questionnaires/{issue.pk}/review")
    risk.press("Keep the review and accept the rest")
    risk.page.get_by_role("link", name="Conclude").click()
    risk.press("Conclude")
    risk.page.wait_for_url(f"**/questionnaires/{issue.pk}/")
    told = risk.page.inner_text("#questions")
    assert "70.00" in told
    assert "50.00 of 50.00 points" in told
    assert "20.00 of 25.00 points" in told
    done = Issue.objects.get(pk=issue.pk)
    assert (done.state, str(done.score), done.outcome) == ("concluded", "70.00", "passed")
    for window in (manager, risk):
        assert [text for text in window.said if "422" not in text] == []
        window.context.close()
