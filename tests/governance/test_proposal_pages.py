"""Proposing, discussing, putting to the vote and counting on the pages; strangers find nothing of it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from minga.governance.commands import closing
from minga.interfaces.http import Node
from minga.kit.clock import FixedClock
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]
WORDS = {
    "kind": "policy",
    "title": "Quiet hours from ten",
    "description": "From ten at night until six in the morning we are quiet.",
    "rationale": "The small ones sleep.",
}


def propose(somebody: Visitor, **more: str) -> str:
    """A proposal that is discussed; its address."""
    answer = somebody.post("/c/valley/proposals/new", {**WORDS, "act": "discuss", **more})
    return str(answer.headers["location"])


def put_to_vote(somebody: Visitor, proposal: str, clock: FixedClock, **more: str) -> str:
    """Its poll, once it was discussed for long enough; its address."""
    clock.now += timedelta(days=4)
    closes = (clock() + timedelta(days=6)).date().isoformat()
    answer = somebody.post(f"{proposal}/polls", {"closes": closes, **more})
    return str(answer.headers["location"])


def count(node: Node, clock: FixedClock, poll: str) -> None:
    """As the clock does after the close."""
    clock.now += timedelta(days=7)
    poll_id = poll.removeprefix("/polls/")
    with node.database.write() as session:
        closing.close_due(session, poll_id, at=clock())
    with node.database.write() as session:
        closing.tally_due(session, poll_id, at=clock())


def test_from_the_idea_to_the_count(node: Node, village: Village, visit: Visit, clock: FixedClock) -> None:
    ana, bruno, chidi, hana = (visit(name) for name in ("ana", "bruno", "chidi", "hana"))
    assert "Nobody has proposed anything yet" in ana.get("/c/valley/proposals").text
    assert "A rule of living together" in ana.get("/c/valley/proposals/new").text
    form = ana.get("/c/valley/proposals/new?kind=policy").text
    assert "It passes with 85 % of yes and no." in form
    proposal = propose(ana)
    page = bruno.get(proposal).text
    assert "Quiet hours from ten" in page
    assert "Start the discussion" not in page
    assert "In discussion" in bruno.get("/c/valley/proposals").text
    bruno.post(f"{proposal}/support")
    assert "Take my support back" in bruno.get(proposal).text
    bruno.post(f"{proposal}/amendments", {"amendment": "On Saturdays from midnight."})
    answer = re.search(r'action="(/amendments/[0-9a-f]+/answer)"', ana.get(proposal).text)
    assert answer
    ana.post(answer[1], {"accept": "yes", "answer": "Gladly."})
    version = re.search(r'name="version" value="(\d+)"', ana.get(f"{proposal}/edit").text)
    assert version
    changed = {**WORDS, "description": f"{WORDS['description']}\n\nOn Saturdays from midnight."}
    ana.post(f"{proposal}/edit", {**changed, "version": version[1]})
    ana.post(f"{proposal}/edit", {**changed, "version": version[1]}, status=412)
    versions = bruno.get(f"{proposal}/versions").text
    assert "Version 2" in versions
    assert "On Saturdays from midnight." in versions
    poll = put_to_vote(ana, proposal, clock)
    assert "Needs your vote" in bruno.get("/c/valley/proposals").text
    for somebody, words in ((ana, "agree"), (bruno, "reservations"), (chidi, "agree"), (hana, "stand_aside")):
        somebody.post(f"{poll}/ballot", {"answer": words, "act": "cast"})
    assert "Needs your vote" not in bruno.get("/c/valley/proposals").text
    bruno.get(f"{poll}/tally", 404)
    assert "Who may vote" in bruno.get(f"{poll}/roll").text
    count(node, clock, poll)
    tally = bruno.get(f"{poll}/tally").text
    assert "2 agree, 1 agree with reservations, 1 stand aside, 0 block, 0 abstained, of 4 entitled." in tally
    assert "Needed: 85 % of yes and no, that is 4. Not passed." in tally
    assert "<svg viewBox" in tally
    assert "Not passed" in bruno.get(proposal).text
    assert "Not passed" in bruno.get("/c/valley/proposals?state=failed").text
    assert "No proposal fits these filters." in bruno.get("/c/valley/proposals?state=passed").text


def test_an_election_is_counted_with_its_stages(
    node: Node, village: Village, visit: Visit, clock: FixedClock
) -> None:
    ana, bruno, chidi, hana = (visit(name) for name in ("ana", "bruno", "chidi", "hana"))
    proposal = propose(ana, kind="election", title="Who keeps the keys")
    form = ana.get(f"{proposal}/polls").text
    assert "How many are chosen" in form
    page = ana.post(
        f"{proposal}/polls", {"options": "Edda", "closes": "1.1.", "method": "irv"}, status=422
    ).text
    assert "Edda</textarea>" in page
    poll = put_to_vote(ana, proposal, clock, options="Edda\nRuth\nOmar", method="irv", secrecy="sealed")
    votes = ((ana, (1, 2, 3)), (bruno, (2, 1, 3)), (chidi, (1, 3, 2)), (hana, (3, 2, 1)))
    for somebody, order in votes:
        ranks = {f"rank-{option}": str(place) for place, option in enumerate(order, 1)}
        somebody.post(f"{poll}/ballot", {**ranks, "act": "cast"}, status=200)
    assert "Voted so far" not in bruno.get(poll).text
    count(node, clock, poll)
    tally = bruno.get(f"{poll}/tally").text
    assert "Chosen: " in tally
    assert "Stage by stage" in tally
    assert "Check this count" in tally
    assert "4 of 4 entitled took part." in tally


def test_drafts_and_what_is_written_wrong(village: Village, visit: Visit) -> None:
    ana, bruno, dara = visit("ana"), visit("bruno"), visit("dara")
    draft = ana.post("/c/valley/proposals/new", {**WORDS, "act": "draft"}).headers["location"]
    bruno.get(draft, 404)
    assert "Quiet hours" not in bruno.get("/c/valley/proposals").text
    assert "Draft" in ana.get("/c/valley/proposals").text
    ana.post(f"{draft}/discussion")
    bruno.get(draft)
    page = ana.post("/c/valley/proposals/new", {**WORDS, "title": ""}, status=422).text
    assert 'href="#f-title"' in page
    assert "The small ones sleep." in page
    page = ana.post(
        "/c/valley/proposals/new", {**WORDS, "kind": "budget", "amount": "a lot"}, status=422
    ).text
    assert 'value="a lot"' in page
    assert "Full members put proposals." in dara.get("/c/valley/proposals/new").text
    dara.post("/c/valley/proposals/new", {**WORDS, "act": "discuss"}, status=403)
    ana.post(f"{draft}/withdrawal", {"reason": "Later."})
    assert "This proposal is withdrawn." in bruno.get(draft).text


def test_members_write_in_the_discussion_and_nobody_else(village: Village, visit: Visit) -> None:
    ana, bruno, zoe = visit("ana"), visit("bruno"), visit("zoe")
    proposal = propose(ana)
    thread = f"/threads/proposal:{proposal.removeprefix('/proposals/')}/posts"
    zoe.post(thread, {"words": "Hello"}, status=404)
    bruno.post(thread, {"words": "Who calls when it is loud?"})
    ana.post(thread, {"words": "Whoever hears it."})
    page = visit("hana").get(proposal).text
    assert "Who calls when it is loud?" in page
    assert "Whoever hears it." in page


@pytest.mark.parametrize("name", ["zoe", None])
def test_strangers_find_nothing(village: Village, visit: Visit, clock: FixedClock, name: str | None) -> None:
    ana, stranger = visit("ana"), visit(name)
    proposal = propose(ana)
    poll = put_to_vote(ana, proposal, clock)
    status = 404 if name else 401
    for address in (proposal, f"{proposal}/versions", f"{proposal}/edit", f"{proposal}/polls", poll):
        stranger.get(address, status)
    for address in ("ballot", "roll", "tally", "paper", "presence"):
        stranger.get(f"{poll}/{address}", status)
    for address in ("/c/valley/proposals", "/c/valley/proposals/new"):
        stranger.get(address, status)
    for part in ("discussion", "withdrawal", "support", "amendments", "advice", "proposers", "polls"):
        form = {"closes": "2026-12-31", "amendment": "x", "advice": "x", "handle": "ana"}
        stranger.post(f"{proposal}/{part}", form, status=status)
    for part in ("extension", "closure", "voiding", "challenge", "objections", "vetoes", "opening", "ballot"):
        form = {"closes": "2026-12-31", "void": "x", "challenge": "x", "argument": "x", "veto": "x"}
        stranger.post(f"{poll}/{part}", form, status=status)


def test_longer_once_void_by_two_and_challenged(
    node: Node, village: Village, visit: Visit, clock: FixedClock
) -> None:
    ana, bruno, chidi = visit("ana"), visit("bruno"), visit("chidi")
    poll = put_to_vote(ana, propose(ana), clock)
    later = (clock() + timedelta(days=9)).date().isoformat()
    ana.post(f"{poll}/extension", {"closes": ""}, status=422)
    ana.post(f"{poll}/extension", {"closes": later})
    ana.post(f"{poll}/extension", {"closes": later, "closes_time": "22:00"}, status=409)
    bruno.post(f"{poll}/ballot", {"answer": "agree", "act": "cast"})
    chidi.post(f"{poll}/ballot", {"answer": "agree", "act": "cast"})
    clock.now += timedelta(days=4)
    count(node, clock, poll)
    page = bruno.get(poll).text
    assert "Challenge the count" in page
    assert 'href="#f-challenge"' in bruno.post(f"{poll}/challenge", {"kind": "count"}, status=422).text
    bruno.post(f"{poll}/challenge", {"kind": "count", "challenge": "I count three."})
    answer = re.search(r'action="(/challenges/[0-9a-f]+/answer)"', chidi.get(poll).text)
    assert answer
    chidi.post(answer[1], {"upheld": "no", "answer": "Two, see the list."})
    visit("hana").post(answer[1], {"upheld": "no", "answer": "Two."})
    assert "Dismissed" in bruno.get(poll).text
    ana.post(f"{poll}/voiding", {"void": ""}, status=422)
    ana.post(f"{poll}/voiding", {"void": "The wrong text was put up."})
    assert "Somebody says that this vote should not count." in chidi.get(poll).text
    chidi.post(f"{poll}/voiding", {"answer": "yes"})
    assert "This vote does not count." in bruno.get(poll).text


def test_advice_is_asked_given_answered_and_decided(village: Village, visit: Visit) -> None:
    ana, bruno = visit("ana"), visit("bruno")
    proposal = propose(ana, kind="advice", title="Paint the gate")
    assert "Put it to the vote" not in ana.get(proposal).text
    ana.post(f"{proposal}/advice", {"handle": "bruno"})
    bruno.post(f"{proposal}/advice", {"advice": "Green, please."})
    answer = re.search(r'action="(/advice/[0-9a-f]+/answer)"', ana.get(proposal).text)
    assert answer
    ana.post(answer[1], {"answer": "Green it is."})
    assert "Green it is." in bruno.get(proposal).text
    ana.post(f"{proposal}/statement", {"statement": "The gate becomes green."})
    assert "Decided after advice" in bruno.get(proposal).text
