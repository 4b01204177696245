"""Propose, discuss, vote by each method, read the result: in Chromium with and without scripts, on a small telephone."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from minga.governance.commands import closing
from tests.browser.conftest import Street
from tests.browser.people import Somebody
from tests.governance.polling import a_poll

pytestmark = pytest.mark.browser
AXE = (Path(__file__).parents[1] / "vendor" / "axe" / "axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = ("Flour", "Rice", "Beans")
Meet = Callable[..., Somebody]


def scan(who: Somebody) -> None:
    """No accessibility fault on the page in front of somebody; scripts are needed to look."""
    if who.desk.scripts:
        who.page.evaluate(AXE)
        found = who.page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found["violations"]] == []


def poll_of(street: Street, method: str, **more: Any) -> str:
    motion = method in ("majority", "consensus", "consent")
    street.node.limits.forget(
        "ballot", street.village.people["bruno"]
    )  # who votes fifteen times in a minute here
    with street.node.database.write() as session:
        made = a_poll(
            session,
            street.village,
            method=method,
            options=() if motion else OPTIONS,
            leavers="keep",
            challenge_hours=72,
            on_final_tie="fail",
            **more,
        )
        return f"/polls/{made.id}"


def count(street: Street, poll: str) -> None:
    """As the clock does after the close."""
    at = street.clock() + timedelta(days=9)
    for work in (closing.close_due, closing.tally_due):
        with street.node.database.write() as session:
            work(session, poll.removeprefix("/polls/"), at=at)


def rank(who: Somebody, *orders: str) -> None:
    for place, title in enumerate(orders, 1):
        who.page.get_by_label(re.compile(f"^{title}")).select_option(str(place))


def give(who: Somebody, **numbers: str) -> None:
    for title, number in numbers.items():
        who.write(title, number)


def mark(who: Somebody, title: str, word: str) -> None:
    group = who.page.get_by_role("group", name=title)
    group.get_by_label(word, exact=True).check()


VOTES: dict[str, tuple[Callable[[Somebody], object], str]] = {
    "majority": (lambda who: who.choose("Yes"), "Your answer: yes."),
    "consensus": (lambda who: who.choose("I stand aside"), "Your answer: standing aside."),
    "consent": (lambda who: who.choose("I consent"), "Your answer: consent."),
    "plurality": (lambda who: who.choose("Rice"), "You vote for Rice."),
    "approval": (lambda who: who.choose("Beans"), "You mark 1: Beans."),
    "score": (lambda who: mark(who, "Rice", "4"), "You give: Rice: 4."),
    "judgment": (lambda who: mark(who, "Rice", "Very good"), "You give: Rice: 4."),
    "resistance": (lambda who: mark(who, "Flour", "10"), "You give: Flour: 10."),
    "irv": (lambda who: rank(who, "Rice", "Flour"), "You rank: 1 Rice, 2 Flour."),
    "quadratic": (lambda who: give(who, Flour="7", Rice="-3"), "Cost 58 of 100 credits."),
    "points": (lambda who: give(who, Rice="10"), "Sum 10 of 100 points."),
}


DAILY = ("majority", "irv", "score")
"""One of each sort of form; the others are slow tests, and are cast over HTTP in every run."""


@pytest.mark.parametrize(
    "method", [pytest.param(one, marks=() if one in DAILY else pytest.mark.slow) for one in VOTES]
)
def test_voting_by_every_method(street: Street, meet: Meet, method: str) -> None:
    poll = poll_of(street, method)
    who = meet("bruno")
    who.open(poll)
    scan(who)
    who.follow("Vote")
    scan(who)
    fill, told = VOTES[method]
    fill(who)
    who.press("Look at it")
    who.reads(told)
    scan(who)
    who.press("Change it")
    who.press("Look at it")
    who.reads(told)
    who.press("Cast")
    who.reads("You have voted")
    count(street, poll)
    who.open(f"{poll}/tally")
    who.reads("Check this count")
    scan(who)


def test_from_the_idea_to_the_vote(street: Street, meet: Meet) -> None:
    ana, hana = meet("ana"), meet("hana")
    ana.open("/c/valley/proposals")
    scan(ana)
    ana.follow("Propose something")
    ana.choose("A rule of living together")
    ana.press("Go on")
    scan(ana)
    ana.write("In one sentence", "Quiet hours from ten")
    ana.press("Start the discussion")
    ana.reads("What exactly")
    assert ana.page.get_by_label("In one sentence").input_value() == "Quiet hours from ten"
    ana.write("What exactly", "From ten at night until six in the morning we are quiet.")
    ana.press("Start the discussion")
    ana.reads("The discussion is open.")
    scan(ana)
    proposal = re.sub(r"[?#].*", "", ana.page.url)
    hana.open(proposal.removeprefix(street.node.settings.site_url))
    hana.press("I want it put to the vote")
    hana.write("Write", "Does that hold for the workshop?")
    hana.press("Send")
    hana.reads("Does that hold for the workshop?")
    street.clock.now += timedelta(days=4)
    ana.open(proposal.removeprefix(street.node.settings.site_url))
    ana.reads("Does that hold for the workshop?")
    ana.follow("Put it to the vote")
    scan(ana)
    ana.press("Put it to the vote")
    ana.reads("The vote is open.")
    scan(ana)
    hana.open("/c/valley/proposals")
    hana.reads("Needs your vote")
    hana.open("/")
    hana.reads("Vote on “Quiet hours from ten”.")


def test_a_refused_ballot_keeps_its_entries_and_leads_to_the_fault(street: Street, meet: Meet) -> None:
    poll = poll_of(street, "irv")
    who = meet("chidi")
    who.open(f"{poll}/ballot")
    for title in ("Flour", "Rice"):
        who.page.get_by_label(re.compile(f"^{title}")).select_option("1")
    who.press("Look at it")
    who.reads("Flour and Rice both stand on rank 1.")
    scan(who)
    fault = str(who.page.locator("#errors a").get_attribute("href"))
    assert who.page.locator(fault).get_attribute("aria-invalid") == "true"
    assert who.page.get_by_label(re.compile("^Flour")).input_value() == "1"
    who.page.get_by_label(re.compile("^Rice")).select_option("2")
    who.press("Show my order")
    who.reads("You rank: 1 Flour, 2 Rice.")


def test_arrow_keys_and_enter_in_a_field_cast_nothing(street: Street, meet: Meet) -> None:
    poll = poll_of(street, "majority")
    who = meet("hana")
    who.open(f"{poll}/ballot")
    who.choose("Yes")
    who.page.keyboard.press("ArrowDown")
    who.page.keyboard.press("ArrowDown")
    with who.page.expect_navigation():  # it looks at the ballot, and no more
        who.page.keyboard.press("Enter")
    who.open(poll)
    who.misses("You have voted")


def test_a_sealed_vote_gives_a_receipt(street: Street, meet: Meet) -> None:
    poll = poll_of(street, "majority", secrecy_level="sealed")
    who = meet("bruno")
    who.open(f"{poll}/ballot")
    who.choose("No")
    who.press("Look at it")
    who.press("Cast")
    who.reads("This is your receipt. It is shown only now.")
    scan(who)
