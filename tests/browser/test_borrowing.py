"""Bruno borrows Ana's drill in real Chromium on a narrow screen, with and without scripts: the same buttons lead through."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.sharing import neighbours
from tests.village import Village

pytestmark = pytest.mark.browser
SitDown = Callable[..., BrowserContext]


def shot(page: Page, name: str) -> None:
    """A picture to look at, when somebody wants pictures (`MINGA_SHOTS` names the folder)."""
    folder = os.environ.get("MINGA_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()
    page.wait_for_load_state()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_drill_goes_out_and_comes_back(village: Village, sit_down: SitDown, scripts: bool) -> None:
    drill = neighbours.drill(village)
    bruno = sit_down("bruno", scripts=scripts).new_page()
    ana = sit_down("ana", scripts=scripts).new_page()
    bruno.goto(f"/listings/{drill}")
    shot(bruno, f"listing-{scripts}")
    bruno.get_by_label("A few words to the owner").fill("For a shelf in the kitchen.")
    press(bruno, "Ask")
    expect(bruno.get_by_role("heading", level=1)).to_have_text("Drill")
    shot(bruno, f"ask-{scripts}")
    bruno.get_by_label("Write").fill("When can I come?")
    press(bruno, "Send")
    expect(bruno.get_by_text("When can I come?").first).to_be_visible()

    ana.goto("/")
    shot(ana, f"home-{scripts}")
    ana.get_by_role("link", name="Bruno asks for “Drill”.").click()
    ana.wait_for_load_state()
    shot(ana, f"answer-{scripts}")
    press(ana, "Yes")
    expect(ana.get_by_text("Next step")).to_be_visible()
    shot(ana, f"agreed-{scripts}")
    press(ana, "Handed over")

    bruno.goto("/me/sharing")
    shot(bruno, f"mine-{scripts}")
    bruno.get_by_role("link", name="Drill").first.click()
    bruno.wait_for_load_state()
    shot(bruno, f"out-{scripts}")
    press(bruno, "I brought it back")

    ana.goto("/needs")
    shot(ana, f"needs-{scripts}")
    press(ana, "It is here")
    ana.goto("/me/sharing")
    expect(ana.get_by_text("Back", exact=True).first).to_be_visible()
    ana.goto("/messages")
    shot(ana, f"messages-{scripts}")
    expect(ana.get_by_text("When can I come?")).to_be_visible()
    for page in (ana, bruno):
        for address in ("/", "/me/sharing", "/messages", "/needs", "/c/valley/more"):
            page.goto(address)
            wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth") if scripts else 0
            assert wide <= 0, f"{address} is wider than the screen"
