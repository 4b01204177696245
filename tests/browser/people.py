"""People in front of a browser: they open, read, write and press what they see, and every page they pass is looked at."""

import os
import re
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

# A page that refuses is still a page; the browser notes its status in the console.
REFUSED = re.compile(
    r"Failed to load resource: the server responded with a status of (401|403|404|409|422)\b"
)
TYPED = "input:not([type=radio], [type=checkbox]), textarea"
SHOTS = os.environ.get("MINGA_TEST_SCREENSHOTS")


class Somebody:
    """One person with a browser of their own; `page` is what is in front of them."""

    def __init__(self, desk: "Desk", context: BrowserContext) -> None:
        self.desk = desk
        self.context = context
        self.page = self.new_page()

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.desk.faults.append(f"{page.url}: {error}"))
        page.on("console", self._heard)
        return page

    def _heard(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning") and not REFUSED.match(said.text):
            self.desk.faults.append(f"{said.location.get('url')}: {said.text}")

    def open(self, path: str, status: int = 200) -> None:
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == status, f"{path}: {answer.status}"
        self.look()

    def press(self, label: str, within: Locator | None = None) -> None:
        """A button; what it leads to is looked at."""
        (within or self.page).get_by_role("button", name=label, exact=True).first.click()
        self.page.wait_for_load_state()
        self.look()

    def follow(self, label: str) -> None:
        """A link of the page's own part, by its words."""
        self.page.locator("main").get_by_role("link", name=label, exact=True).first.click()
        self.page.wait_for_load_state()
        self.look()

    def unfold(self, label: str) -> Locator:
        fold = self.page.locator("details", has=self.page.locator("summary", has_text=label)).first
        fold.locator("summary").first.click()
        return fold

    def write(self, label: str, text: str, within: Locator | None = None) -> None:
        """A field to type in, by how its label begins."""
        named = (within or self.page).get_by_label(re.compile(f"^{re.escape(label)}"))
        named.and_(self.page.locator(TYPED)).first.fill(text)

    def choose(self, label: str) -> None:
        self.page.get_by_label(label).first.check()

    def reads(self, text: str) -> None:
        expect(self.page.locator("body")).to_contain_text(text, use_inner_text=True)

    def misses(self, text: str) -> None:
        expect(self.page.locator("body")).not_to_contain_text(text, use_inner_text=True)

    def look(self) -> None:
        """One heading, nothing wider than the screen, no fault of the node."""
        self.desk.picture(self.page)
        expect(self.page.locator("h1")).to_have_count(1)
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= self.desk.width, f"{self.page.url}: {wide} pixels wide at {self.desk.width}"


class Desk:
    """Where they sit: opens browsers of one kind, keeps what went wrong and, if asked, a picture of every page."""

    def __init__(self, browser: Browser, *, width: int, scripts: bool, story: str) -> None:
        self.browser = browser
        self.width = width
        self.scripts = scripts
        self.faults: list[str] = []
        self._story = re.sub(r"[^\w-]+", "-", story).strip("-")
        self._people: list[Somebody] = []
        self._n = 0

    def sit_down(self, site: str) -> Somebody:
        context = self.browser.new_context(
            base_url=site,
            viewport={"width": self.width, "height": 780},
            java_script_enabled=self.scripts,
            locale="en-GB",
            color_scheme="dark" if self._people else "light",
        )
        found = Somebody(self, context)
        self._people.append(found)
        return found

    def picture(self, page: Page) -> None:
        if SHOTS:
            self._n += 1
            page.screenshot(
                path=Path(SHOTS) / f"{self._story}-{self._n:02}.png", full_page=True, caret="initial"
            )

    def leave(self) -> None:
        """Everybody closes their browser: before their node ends, or its end is a fault of the pages."""
        while self._people:
            self._people.pop().context.close()

    def tidy(self) -> None:
        self.leave()
        assert not self.faults, self.faults
