"""A reader who opens every page that they are led to, each kind once, and notes what is wrong with it."""

from urllib.parse import parse_qs, urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve

LONG = "a long enough password"
_LEFT = {"logout", "export-fetch", "openapi", "questionnaire-definition", "questionnaire-workbook"}


class Reader:
    """Somebody at a browser, in a window of some width, in light or dark, in one language."""

    def __init__(self, browser, url, login, *, width=1440, scheme="light"):
        self.url, self.width = url, width
        self.context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        self.page = self.context.new_page()
        self.said, self.asked, self.wrong = [], [], []
        self.page.on("console", lambda message: self.said.append(f"{self.page.url}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(f"{self.page.url}: {error}"))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(f"{url}/login")
        self.page.fill("#id_username", login)
        self.page.fill("#id_password", LONG)
        self.page.press("#id_password", "Enter")
        self.page.wait_for_url(f"{url}/")

    def read_all(self):
        """Follow the links until no kind of page is new; the kinds, in the order in which they were opened."""
        ahead, seen, axe = ["/"], {}, Axe()
        while ahead:
            path = ahead.pop(0)
            if (kind := kind_of(path)) is None or kind in seen:
                continue
            seen[kind] = path
            self.page.goto(self.url + path)
            # Not for an idle network: that waits half a second at each page. What htmx fetches as it loads is short.
            self.page.locator(".htmx-request").first.wait_for(state="detached")
            self._look(path, axe)
            ahead += self.page.eval_on_selector_all(
                "a[href]", "every => every.map(a => new URL(a.href)).filter(a => a.origin == location.origin)"
                ".map(a => a.pathname + a.search)"
            )  # fmt: skip
        return seen

    def _look(self, path, axe):
        if (wide := self.page.evaluate("document.documentElement.scrollWidth")) > self.width:
            self.wrong.append(f"{path}: {wide} px wide")
        found = axe.run(self.page, options={"resultTypes": ["violations"]}).response["violations"]
        for each in found:
            if each["impact"] in {"serious", "critical"}:
                nodes = [node["html"][:160] for node in each["nodes"][:3]]
                self.wrong.append(f"{path}: {each['id']}: {nodes}")

    def elsewhere(self):
        """What was asked of other hosts."""
        return [address for address in self.asked if not address.startswith((self.url, "data:"))]


def kind_of(path):
    """The route of an address, with its verb and its tab; None where no page is."""
    parts = urlsplit(path)
    try:
        found = resolve(parts.path)
    except Resolver404:
        return None
    asked = parse_qs(parts.query)
    if found.url_name in _LEFT or parts.path.startswith(("/static/", "/api/")) or "template" in asked:
        return None
    return found.url_name, found.kwargs.get("verb"), (asked.get("tab") or [""])[0]
