"""What neighbours do with each other, in Chromium on a small telephone: every story once with scripts and once without."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect
from sqlalchemy import func, select

from minga.identity import commands as identity
from minga.kit.events import EventRow
from minga.kit.passwords import hash_password
from minga.sharing.rules import Answers
from tests.browser.conftest import PLAIN, SMALL, WIDE, Street, sign_in
from tests.browser.people import Desk, Somebody
from tests.sharing import neighbours

pytestmark = pytest.mark.browser
Meet = Callable[[str | None], Somebody]
SOON = 8_000
PASSWORD = "barley lantern otter quartz"
BOTH_AND_WIDE = pytest.mark.parametrize(
    "mode", [SMALL, PLAIN, WIDE], ids=["scripts-360", "plain-360", "scripts-1280"]
)


def post(who: Somebody, heading: str, kind: str, title: str) -> None:
    """Through the page of fourteen links to an open listing."""
    who.open("/c/valley/listings")
    who.follow("Post something")
    part = "offer" if heading == "I offer" else "need"
    who.page.locator(f"#{part}").get_by_role("link", name=kind, exact=True).click()
    who.write("What is it?", title)


def here(who: Somebody) -> str:
    """The address in front of somebody, without what stands behind it."""
    return re.sub(r"[?#].*", "", who.page.url)


def test_s6_dara_without_any_means_is_let_in_by_a_word(meet: Meet) -> None:
    ana, dara = meet("ana"), meet(None)
    dara.open("/sign-in")
    dara.follow("I have neither: somebody lets me in")
    dara.write("Your name here", "dara")
    dara.write("A line for whoever looks", "New telephone, I am at the library.")
    dara.press("Ask")
    dara.reads("Waiting for a member")
    waiting = dara.page.content()
    ana.open("/")
    ana.page.locator("#needs-you").get_by_role("link", name=re.compile("Dara")).first.click()
    ana.reads("New telephone, I am at the library.")
    ana.page.locator("input[name=how_known]").first.check()
    ana.press("Show the number")
    number = ana.page.locator(".big-figure").inner_text()
    digits = re.sub(r"\D", "", number)
    assert len(digits) >= 4
    assert digits not in re.sub(r"\D", "", re.sub(r"[0-9a-f]{16,}", "", waiting))
    assert "Ana" not in waiting
    dara.write("The number they tell you", number)
    dara.press("Let me in")
    dara.open("/")
    dara.reads("Dara")
    dara.reads("Needs you")


def test_an_offer_with_a_photo_and_a_need_are_posted(meet: Meet, tmp_path: Path) -> None:
    ana, bruno = meet("ana"), meet("bruno")
    photo = tmp_path / "tent.jpg"
    Image.new("RGB", (1200, 900), "#7a9a6a").save(photo)
    post(ana, "I offer", "A thing", "Tent for three")
    ana.write("More about it", "Dry, complete, no holes.")
    ana.page.get_by_label("To borrow", exact=True).check()
    ana.page.locator("input[type=file]").set_input_files(photo)
    ana.press("Publish")
    ana.reads("It is published.")
    tent = here(ana)
    bruno.open(tent)
    drawn = bruno.page.locator(".photos img").first
    expect(drawn).to_be_visible()
    assert drawn.evaluate("one => one.decode().then(() => one.naturalWidth)") > 100
    post(bruno, "I need", "A hand", "Somebody to water the beans")
    bruno.press("Publish")
    bruno.reads("It is published.")
    ana.open("/c/valley/listings?q=beans")
    ana.reads("Somebody to water the beans")


@BOTH_AND_WIDE
def test_t1_a_drill_is_asked_for_lent_renewed_and_taken_back(street: Street, meet: Meet) -> None:
    drill = neighbours.drill(street.village)
    ana, bruno = meet("ana"), meet("bruno")
    bruno.open(f"/listings/{drill}")
    bruno.write("A few words to the owner", "For a shelf in the kitchen.")
    bruno.press("Ask")
    bruno.reads("Waits for an answer")
    ask = here(bruno)
    ana.open("/")
    ana.reads("Bruno asks for “Drill”.")
    ana.open(ask)
    ana.reads("For a shelf in the kitchen.")
    ana.press("Yes")
    ana.reads("Next step")
    exchange = here(ana)
    ana.press("Handed over")
    ana.reads("Under way")
    bruno.open("/me/sharing")
    bruno.reads("With me")
    bruno.open(exchange)
    due = bruno.page.locator("dt", has_text="Due").locator("xpath=following-sibling::dd").inner_text()
    longer = bruno.unfold("Keep it longer")
    bruno.press("Renew", longer)
    bruno.reads("You renewed it.")
    assert due != bruno.page.locator("dt", has_text="Due").locator("xpath=following-sibling::dd").inner_text()
    bruno.press("I brought it back")
    bruno.reads("Ana looks and confirms it.")
    ana.open("/needs")
    ana.reads("Bruno says that “Drill” is back.")
    ana.open(exchange)
    ana.press("It is back")
    ana.reads("You took it back.")
    bruno.open(exchange)
    bruno.reads("Ana has it again.")


def test_a_gift_is_confirmed_by_both(street: Street, meet: Meet) -> None:
    table = neighbours.table(street.village)
    ana, bruno = meet("ana"), meet("bruno")
    bruno.open(f"/listings/{table}")
    bruno.press("Ask")
    ana.open(here(bruno))
    ana.press("Yes")
    ana.press("I gave it")
    exchange = here(ana)
    bruno.open("/needs")
    bruno.reads("Has “Table” changed hands?")
    bruno.open(exchange)
    bruno.press("I have it")
    bruno.reads("Done. Thank you.")
    ana.open(exchange)
    ana.reads("Complete.")


def test_help_is_claimed_and_done(street: Street, meet: Meet) -> None:
    groceries = neighbours.groceries(street.village)
    ana, bruno = meet("ana"), meet("bruno")
    bruno.open(f"/listings/{groceries}")
    bruno.write("What you can do, and when", "I go on Saturday.")
    bruno.press("I can")
    ana.open(here(bruno))
    ana.reads("I go on Saturday.")
    ana.press("Yes")
    exchange = here(ana)
    bruno.open(exchange)
    bruno.press("I have begun")
    bruno.press("It is done")
    ana.open(exchange)
    ana.press("Yes, it is done")
    ana.reads("Complete.")


def test_the_two_of_them_write_to_each_other(street: Street, meet: Meet) -> None:
    drill = neighbours.drill(street.village)
    ana, bruno, hana = meet("ana"), meet("bruno"), meet("hana")
    bruno.open(f"/listings/{drill}")
    bruno.press("Ask")
    ask = here(bruno)
    bruno.write("Write", "When can I come?")
    bruno.press("Send")
    bruno.reads("When can I come?")
    ana.open("/messages")
    ana.reads("When can I come?")
    ana.open(ask)
    ana.write("Write", "Today after six.")
    ana.press("Send")
    ana.reads("Today after six.")
    bruno.open(ask)
    bruno.reads("Today after six.")
    hana.open(ask, status=404)
    hana.open("/messages")
    hana.misses("When can I come?")


def test_e5_a_form_with_faults_keeps_everything_and_sent_twice_is_one(meet: Meet) -> None:
    ana = meet("ana")
    post(ana, "I offer", "A thing", "")
    ana.write("More about it", "Two ladders, one long, one short.")
    more = ana.unfold("More")
    ana.write("How many or how much", "plenty", more)
    ana.write("Available from", "some day", more)
    ana.write("Take it down after", "33.13.", more)
    ana.write("Where", "Block C", more)
    ana.press("Publish")
    faults = ana.page.locator("#errors")
    expect(faults).to_be_focused()
    assert faults.locator("li").count() >= 3
    expect(faults).to_contain_text("What is it? Please fill this in.")
    for fault in faults.locator("li a").all():
        target = fault.get_attribute("href")
        expect(ana.page.locator(str(target))).to_be_visible()
    kept = {
        "description": "Two ladders, one long, one short.",
        "quantity": "plenty",
        "available_from_on": "some day",
        "expires_on": "33.13.",
        "place": "Block C",
    }
    for name, text in kept.items():
        expect(ana.page.locator(f"[name={name}]")).to_have_value(text)
    title = f"Ladders, {ana.desk.width} {ana.desk.scripts}"
    ana.write("What is it?", title)
    for label, text in (("How many or how much", "2"), ("Available from", ""), ("Take it down after", "")):
        ana.write(label, text)
    form = ana.page.locator("form", has=ana.page.locator("[name=title]"))
    fields = form.evaluate("one => [...new FormData(one)].filter(([, value]) => typeof value === 'string')")
    first = ana.context.request.post(
        str(form.evaluate("one => one.action")), form={**dict(fields), "act": "publish"}, max_redirects=0
    )
    assert first.status == 303
    ana.press("Publish")
    assert here(ana).endswith(first.headers["location"].split("?")[0])
    ana.open("/me/sharing")
    expect(ana.page.locator("#listings").get_by_text(title, exact=True)).to_have_count(1)


def test_e6_signed_out_elsewhere_while_typing_and_nothing_is_lost(street: Street, meet: Meet) -> None:
    with street.node.database.write() as session:
        who = street.village.chidi
        identity.set_password(session, who, str(who.person_id), hash_password(PASSWORD), at=street.clock())
    chidi = meet("chidi")
    title = "A hand with the fence"
    post(chidi, "I need", "A hand", title)
    chidi.write("More about it", "Saturday from nine.")
    other = chidi.new_page()
    other.goto("/sign-out")
    other.get_by_role("main").get_by_role("button", name="Sign out").click()
    other.wait_for_url("**/sign-in*")
    chidi.press("Publish")
    chidi.reads("What you typed is kept")
    chidi.write("Your name here", "chidi")
    chidi.page.locator("input[type=password]").fill(PASSWORD)
    chidi.press("Sign in")
    chidi.press("Send it now")
    chidi.reads(title)
    chidi.reads("Saturday from nine.")


def test_two_people_take_the_last_one_and_the_second_is_told(street: Street, meet: Meet) -> None:
    table = neighbours.table(street.village, answers=Answers.AT_ONCE)
    bruno, hana = meet("bruno"), meet("hana")
    for who in (bruno, hana):
        who.open(f"/listings/{table}")
        who.write("A few words to the owner", f"I would like it, says {who.desk.width}.")
    bruno.press("Ask")
    bruno.reads("Agreed")
    hana.press("Ask")
    hana.reads("Just gone.")
    hana.misses("Agreed at once.")


@pytest.mark.parametrize("mode", [SMALL], ids=["scripts-360"])
def test_an_ask_appears_in_an_open_second_window(street: Street, meet: Meet) -> None:
    drill = neighbours.drill(street.village, description="The blue one.")
    ana, bruno = meet("ana"), meet("bruno")
    ana.open("/messages")
    second = ana.new_page()
    second.goto(f"/listings/{drill}")
    expect(second.locator("#asking")).not_to_contain_text("1 person asks")
    bruno.open(f"/listings/{drill}")
    bruno.press("Ask")
    expect(second.locator("#asking")).to_contain_text("1 person asks", timeout=SOON)


def test_with_and_without_scripts_the_same_is_written_down(browser: Browser, street: Street) -> None:
    """WB-2.10: a need, an answer, a message, a yes, done and accepted; ids and times apart the rows are equal."""
    written = []
    for mode in (SMALL, PLAIN):
        desk = Desk(browser, width=mode.width, scripts=mode.scripts, story=f"rows-{mode.scripts}")
        ana, bruno = (desk.sit_down(street.node.settings.site_url) for _ in range(2))
        sign_in(street.node, street.village, ana.context, "ana")
        sign_in(street.node, street.village, bruno.context, "bruno")
        with street.node.database.read() as session:
            before = session.scalar(select(func.count()).select_from(EventRow)) or 0
        post(ana, "I need", "A hand", "Somebody to prune the roses")
        ana.press("Publish")
        bruno.open(here(ana))
        bruno.write("What you can do, and when", "On Sunday.")
        bruno.press("I can")
        bruno.write("Write", "Have you got gloves?")
        bruno.press("Send")
        bruno.reads("Have you got gloves?")
        ana.open(here(bruno))
        ana.press("Yes")
        bruno.open(here(ana))
        bruno.press("I have begun")
        bruno.press("It is done")
        ana.open(here(bruno))
        ana.press("Yes, it is done")
        ana.reads("Complete.")
        desk.tidy()
        with street.node.database.read() as session:
            rows = session.scalars(select(EventRow).order_by(EventRow.id).offset(before)).all()
            written.append([(row.name, re.sub(r"[0-9a-f]{32}", "ID", str(row.facts))) for row in rows])
    assert len(written[0]) >= 6
    assert written[0] == written[1]
