"""Voting on the pages: form, a look at it, casting, changing, taking back; refused forms keep every entry."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from minga.governance.models import Ballot, Poll
from minga.interfaces.http import Node
from tests.governance.polling import a_poll, secretary
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]
OPTIONS = ("Flour", "Rice", "Beans")
VOTES: dict[str, tuple[dict[str, str], str]] = {
    "majority": ({"answer": "yes"}, "Your answer: yes."),
    "consensus": ({"answer": "stand_aside", "reason": "I am away."}, "Your answer: standing aside."),
    "consent": ({"answer": "objection", "reason": "The well."}, "Your answer: objection."),
    "plurality": ({"answer": "2"}, "You vote for Rice."),
    "approval": ({"mark": "3"}, "You mark 1: Beans."),
    "score": ({"score-1": "5", "score-2": "0"}, "You give: Flour: 5, Rice: 0."),
    "star": ({"score-1": "5"}, "You give: Flour: 5."),
    "judgment": ({"score-3": "4"}, "You give: Beans: 4."),
    "resistance": ({"score-3": "10"}, "You give: Beans: 10."),
    "irv": ({"rank-2": "1", "rank-1": "2"}, "You rank: 1 Rice, 2 Flour."),
    "stv_scottish": ({"rank-2": "1"}, "You rank: 1 Rice."),
    "schulze": ({"rank-2": "1", "rank-1": "1"}, "You rank: 1 Flour = Rice."),
    "quadratic": ({"give-1": "7", "give-2": "-3"}, "Cost 58 of 100 credits."),
    "points": ({"give-1": "4"}, "Sum 4 of 100 points."),
    "seq_phragmen": ({"mark": "1"}, "You mark 1: Flour."),
}


def poll_of(node: Node, village: Village, **more: Any) -> str:
    with node.database.write() as session:
        made = a_poll(session, village, **more)
        return f"/polls/{made.id}"


def options_of(method: str) -> tuple[str, ...]:
    return () if method in ("majority", "consensus", "consent") else OPTIONS


def hidden_of(page: str) -> dict[str, str]:
    """The fields that travel hidden in the form of a page."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: value for name, value in found if name not in ("_form", "form_id")}


@pytest.mark.parametrize("method", VOTES)
def test_a_vote_by_every_method_is_looked_at_and_then_cast(
    node: Node, village: Village, visit: Visit, method: str
) -> None:
    poll = poll_of(node, village, method=method, options=options_of(method))
    bruno = visit("bruno")
    typed, told = VOTES[method]
    form = bruno.get(f"{poll}/ballot").text
    assert 'value="preview"' in form
    assert 'value="cast"' not in form
    preview = bruno.post(f"{poll}/ballot", {**typed, "act": "preview"}, status=200).text
    assert told in preview
    assert "Nothing is cast yet." in preview
    assert "You have voted" not in bruno.get(poll).text
    bruno.post(f"{poll}/ballot", {**hidden_of(preview), "act": "cast"})
    assert "You have voted" in bruno.get(poll).text
    again = bruno.get(f"{poll}/ballot").text
    for name, value in typed.items():
        if name.startswith(("answer", "mark", "score")):
            assert re.search(f'name="{name}" value="{value}" checked', again)
    bruno.post(f"{poll}/ballot/withdrawal")
    assert "You have voted" not in bruno.get(poll).text


def test_strangers_find_no_poll_and_readers_no_ballot(node: Node, village: Village, visit: Visit) -> None:
    poll = poll_of(node, village, voters=("ana", "bruno"))
    zoe, chidi = visit("zoe"), visit("chidi")
    for what in ("", "/ballot", "/roll", "/tally"):
        zoe.get(f"{poll}{what}", 404)
    zoe.post(f"{poll}/ballot", {"answer": "yes", "act": "cast"}, status=404)
    zoe.post(f"{poll}/ballot", {"answer": "yes", "act": "preview"}, status=404)
    assert "You are not on the list of this vote" in chidi.get(poll).text
    chidi.get(f"{poll}/ballot", 303)
    chidi.post(f"{poll}/ballot", {"answer": "yes", "act": "cast"}, status=403)
    chidi.get(f"{poll}/tally", 404)


def test_a_refused_ballot_keeps_every_entry_and_names_the_field(
    node: Node, village: Village, visit: Visit
) -> None:
    poll = poll_of(node, village, method="irv", options=OPTIONS)
    bruno = visit("bruno")
    page = bruno.post(
        f"{poll}/ballot", {"rank-1": "1", "rank-2": "1", "rank-3": "2", "act": "preview"}, status=422
    ).text
    assert "Flour and Rice both stand on rank 1." in page
    assert 'href="#f-rank-2"' in page
    for option, place in ((1, 1), (2, 1), (3, 2)):
        select = page.split(f'id="f-rank-{option}"')[1].split("</select>")[0]
        assert f'value="{place}" selected' in select
    points = poll_of(node, village, method="quadratic", options=OPTIONS)
    page = bruno.post(
        f"{points}/ballot", {"give-1": "7", "give-2": "8", "give-3": "1e3", "act": "cast"}, status=422
    ).text
    assert 'value="1e3"' in page
    assert 'href="#f-give-3"' in page
    page = bruno.post(f"{points}/ballot", {"give-1": "7", "give-2": "8", "act": "cast"}, status=422).text
    assert "7² + 8² = 113; you have 100." in page
    assert 'value="8"' in page
    empty = bruno.post(f"{points}/ballot", {"act": "preview"}, status=422).text
    assert "Choose an answer, or say that you leave the ballot empty." in empty


def test_a_block_needs_its_reason(node: Node, village: Village, visit: Visit) -> None:
    poll = poll_of(node, village, method="consensus")
    bruno = visit("bruno")
    page = bruno.post(f"{poll}/ballot", {"answer": "block", "act": "preview"}, status=422).text
    assert 'href="#f-reason"' in page
    assert re.search('value="block" checked', page)


def test_the_order_and_the_sum_are_shown_before_looking_at_it_all(
    node: Node, village: Village, visit: Visit
) -> None:
    poll = poll_of(node, village, method="irv", options=OPTIONS)
    page = visit("bruno").post(f"{poll}/ballot", {"rank-2": "1", "act": "check"}, status=200).text
    assert "You rank: 1 Rice." in page
    assert "Look at it" in page


def test_a_sealed_ballot_gives_its_receipt_once(node: Node, village: Village, visit: Visit) -> None:
    poll = poll_of(node, village, secrecy_level="sealed")
    bruno = visit("bruno")
    page = bruno.post(f"{poll}/ballot", {"answer": "no", "act": "cast"}, status=200).text
    found = re.search(r'id="f-nonce" value="([0-9a-f]{32})"', page)
    assert found
    saved = bruno.post(f"{poll}/receipt", {"nonce": found[1]}, status=200)
    assert f"nonce {found[1]}" in saved.text
    assert found[1] not in bruno.get(poll).text
    with node.database.read() as session:
        ballot = session.get_one(Ballot, (poll.removeprefix("/polls/"), village.people["bruno"]))
        assert ballot.packed is None
    assert re.search('value="no" checked', bruno.get(f"{poll}/ballot").text)
    assert "Voted so far" not in bruno.get(poll).text


def test_a_form_sent_twice_casts_once_and_a_stale_one_not_at_all(
    node: Node, village: Village, visit: Visit
) -> None:
    poll = poll_of(node, village)
    bruno = visit("bruno")
    form = {"form_id": "a" * 32, "answer": "yes", "act": "cast"}
    bruno.post(f"{poll}/ballot", form)
    bruno.post(f"{poll}/ballot", form)
    with node.database.read() as session:
        key = (poll.removeprefix("/polls/"), village.people["bruno"])
        assert session.get_one(Ballot, key).version == 1
    bruno.post(f"{poll}/ballot", {"answer": "no", "act": "cast", "version": "0"}, status=412)


def test_after_the_close_nothing_is_cast(node: Node, village: Village, visit: Visit) -> None:
    poll = poll_of(node, village)
    with node.database.write() as session:
        found = session.get_one(Poll, poll.removeprefix("/polls/"))
        found.closed_at = node.clock()
    bruno = visit("bruno")
    bruno.get(f"{poll}/ballot", 303)
    answer = bruno.post(f"{poll}/ballot", {"answer": "yes", "act": "cast"}, status=409)
    assert "closed" in answer.text


def test_live_figures_only_where_the_poll_said_so(node: Node, village: Village, visit: Visit) -> None:
    poll = poll_of(node, village, method="majority")
    bruno = visit("bruno")
    bruno.post(f"{poll}/ballot", {"answer": "yes", "act": "cast"})
    assert "So far" not in bruno.get(poll).text
    with node.database.write() as session:
        session.get_one(Poll, poll.removeprefix("/polls/")).results = "live"  # type: ignore[assignment]
    page = bruno.get(poll).text
    assert "The vote runs; this is not the outcome." in page
    assert 'data-live="poll:' in page


def desk_of(node: Node, village: Village, *names: str) -> None:
    with node.database.write() as session:
        for name in names:
            secretary(session, village, name)


def test_the_desk_enters_for_a_member_who_telephones(node: Node, village: Village, visit: Visit) -> None:
    poll = poll_of(node, village, channels=("web", "phone"))
    desk_of(node, village, "ana")
    hana_id = village.people["hana"]
    ana, bruno, hana = visit("ana"), visit("bruno"), visit("hana")
    bruno.get(f"{poll}/paper", 403)
    page = ana.get(f"{poll}/paper").text
    assert "by telephone" in page
    assert 'value="paper"' not in page
    ana.post(f"{poll}/paper", {"act": "one", "answer": "yes", "channel": "phone"}, status=422)
    ana.post(f"{poll}/paper", {"act": "one", "answer": "yes", "channel": "phone", "voter": hana_id})
    assert "Entered for you by Ana, by telephone." in hana.get(poll).text
    hana.post(f"{poll}/ballot", {"answer": "no", "act": "cast"})


def test_a_heap_is_entered_twice_and_closes_when_it_fits(node: Node, village: Village, visit: Visit) -> None:
    poll = poll_of(node, village, secrecy_level="sealed", channels=("web", "paper"), double_entry=True)
    desk_of(node, village, "ana", "chidi")
    ana, chidi = visit("ana"), visit("chidi")
    ana.post(f"{poll}/paper", {"act": "begin"})
    wrong = ana.post(f"{poll}/paper", {"act": "add", "number": "1", "papers": "1\nmaybe"}, status=422).text
    assert "Line 2 cannot be read: maybe" in wrong
    assert "maybe</textarea>" in wrong
    voters = {"act": "add", "number": "1", "voters": village.people["bruno"], "papers": "1\n2"}
    ana.post(f"{poll}/paper", voters)
    ana.post(f"{poll}/paper", {"act": "close", "number": "1"}, status=409)
    ana.post(f"{poll}/paper", {"act": "add", "number": "1", "voters": village.people["hana"]})
    differs = chidi.post(f"{poll}/paper/check", {"number": "1", "papers": "1\n1"}, status=409).text
    assert "1 × Your answer: no." in differs
    chidi.post(f"{poll}/paper/check", {"number": "1", "papers": "2\n1"})
    ana.post(f"{poll}/paper", {"act": "close", "number": "1"})
    assert "You voted on paper" in visit("bruno").get(poll).text
    visit("bruno").post(f"{poll}/ballot", {"answer": "yes", "act": "cast"}, status=409)


def test_who_is_present_checks_in(node: Node, village: Village, visit: Visit) -> None:
    threshold = {"num": 1, "den": 2, "strict": True, "base": "present"}
    poll = poll_of(node, village, threshold=threshold)
    bruno = visit("bruno")
    assert "Say that you are here" in bruno.get(poll).text
    bruno.post(f"{poll}/presence")
    assert "You are here" in bruno.get(f"{poll}/presence").text
    desk_of(node, village, "ana")
    visit("ana").post(f"{poll}/presence", {"voter": village.people["hana"]})
    bruno.post(f"{poll}/presence", {"voter": village.people["hana"]}, status=403)
