"""At the desk of a library in Chromium, by keyboard alone: a thing goes out and comes back."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from minga.sharing import commands
from tests.browser.conftest import PLAIN, WIDE, Street
from tests.browser.people import Somebody
from tests.sharing.test_desk import library
from tests.stories.test_library import number_of

pytestmark = pytest.mark.browser
Meet = Callable[[str | None], Somebody]


@pytest.mark.parametrize("mode", [PLAIN, WIDE], ids=["plain-360", "scripts-1280"])
def test_a_librarian_lends_and_takes_back_without_a_mouse(meet: Meet, street: Street) -> None:
    """Number, Enter, name, Enter; number, Enter, Enter: the next field has the focus each time (§11.4)."""
    drill = library(street.village)
    number = str(number_of(street.village, drill))
    chidi = meet("chidi")
    chidi.open("/c/valley/desk")
    keys = chidi.page.keyboard
    expect(chidi.page.locator("#f-desk")).to_be_focused()
    keys.type(number)
    keys.press("Enter")
    chidi.page.wait_for_url(re.compile(r"\?q="))
    expect(chidi.page.locator("#f-to")).to_be_focused()
    keys.type("bruno")
    keys.press("Enter")
    chidi.reads("It is out.")
    expect(chidi.page.locator("#f-desk")).to_be_focused()
    keys.type(number)
    keys.press("Enter")
    chidi.reads("0 of 1 at home")
    expect(chidi.page.get_by_role("button", name=re.compile("^Back")).first).to_be_focused()
    keys.press("Enter")
    chidi.reads("It is back.")
    chidi.look()


@pytest.mark.parametrize("mode", [PLAIN], ids=["plain-360"])
def test_pages_of_a_library_can_be_read_on_a_small_telephone(meet: Meet, street: Street) -> None:
    """Calendar (T27: each cell has its word), rules, labels, list, queue: looked at with the scan of every page."""
    drill = library(street.village)
    with street.village.database.write() as session:
        commands.lend_at_desk(
            session,
            street.village.chidi,
            drill,
            street.village.people["bruno"],
            at=street.village.clock(),
        )
    ana, hana = meet("ana"), meet("hana")
    for path in (
        f"/listings/{drill}",
        f"/listings/{drill}/lending",
        "/c/valley/desk/labels?size=wide",
        "/c/valley/desk/list",
    ):
        ana.open(path)
    hana.open(f"/listings/{drill}/calendar")
    cell = hana.page.get_by_role("cell", name=re.compile("18 November"))
    expect(cell.first).to_contain_text("taken")
    hana.open(f"/listings/{drill}")
    hana.press("Join the queue")
    hana.reads("Your place in the queue: 1 of 1.")
