"""Flour for a village in front of a browser: with scripts and without, on a small telephone, every page for everybody."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from minga.kit.jobs import Run
from minga.reactions import pools as reactions
from minga.sharing.models.rounds import PoolRound
from tests.browser.conftest import Mode, Street
from tests.browser.people import Somebody
from tests.browser.test_every_page import AXE, TAGS, _told

pytestmark = pytest.mark.browser
Meet = Callable[[str | None], Somebody]


def work(street: Street) -> None:
    run = Run(street.node.database, street.clock, street.node.settings, job_id="", tries=0)
    with street.node.database.read() as session:
        rounds = list(session.scalars(select(PoolRound.id).where(PoolRound.allocated_at.is_(None))))
    for one in rounds:
        reactions.share_out(run, {"round_id": one})


def fair_to_everybody(who: Somebody) -> None:
    """No fault of access on the page in front of somebody; what looks for them needs scripts."""
    if not who.desk.scripts:
        return
    who.page.evaluate(AXE)
    found = who.page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)
    assert [_told(one) for one in found["violations"]] == []


def test_all_t3_flour_is_asked_for_shared_out_declined_and_picked_up(
    street: Street, meet: Meet, mode: Mode
) -> None:
    name = "Flour" if mode.scripts else "Rye flour"
    ana, bruno, hana = meet("ana"), meet("bruno"), meet("hana")
    ana.open("/c/valley/pools/new")
    fair_to_everybody(ana)
    ana.write("What it is", name)
    ana.page.get_by_label("Counted in").select_option("kg")
    ana.write("Smallest share", "0,5")
    ana.press("Found it")
    here = ana.page.url.split("?")[0].removeprefix(street.node.settings.site_url)
    fold = ana.unfold("Count the stock")
    ana.write("How much", "2", within=fold)
    ana.press("Write it down", within=fold)
    ana.reads("2 kg")
    fold = ana.unfold("Announce a round")
    ana.write("Closes on", (street.clock() + timedelta(days=1)).date().isoformat(), within=fold)
    ana.press("Announce it", within=fold)
    ana.reads("Hash of the secret")
    fair_to_everybody(ana)
    for who, amount in ((bruno, "2"), (hana, "1,5")):
        who.open("/c/valley/pools")
        fair_to_everybody(who)
        who.follow(name)
        fair_to_everybody(who)
        who.follow("Ask for a share")
        who.reads("Not used: when you ask")
        fair_to_everybody(who)
        who.write("How much", "0,3")
        who.press("Ask for it")
        who.reads("In parts of 0.5 kg")
        who.write("How much", amount)
        if who is bruno:
            who.choose("Today, or harm follows")
        who.press("Ask for it")
        who.reads("Written down.")
    ana.open(f"{here}/rounds/1/desk")
    ana.reads("Today, or harm follows")
    fair_to_everybody(ana)
    street.clock.forward(days=2)
    work(street)
    ana, bruno, hana = meet("ana"), meet("bruno"), meet("hana")
    bruno.open(f"{here}/rounds/1")
    bruno.reads("Why so much?")
    fair_to_everybody(bruno)
    bruno.press("No, thank you")
    bruno.reads("It goes to the next")
    hana.open(f"{here}/rounds/1")
    expect(hana.page.locator("#mine")).to_contain_text("1.5 kg")
    hana.press("Yes, I take it")
    hana.reads("It is kept ready.")
    ana.open(f"{here}/rounds/1/desk")
    ana.press("Picked up")
    ana.follow("Pick-up list to print")
    ana.reads("Picked up")
    fair_to_everybody(ana)
    ana.open(f"{here}/rounds/1/report")
    ana.reads("Too few claims")
    fair_to_everybody(ana)
    bruno.open(f"{here}/rounds/1/desk", 403)
