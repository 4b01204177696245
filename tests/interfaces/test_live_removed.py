"""Somebody whose membership ends while they listen: their stream says goodbye, their open tab and their poll find nothing."""

from collections.abc import Callable

import httpx2

from minga.communities import commands as communities
from minga.communities.commands import ending
from minga.communities.commands.membership import live_membership
from minga.communities.rules import EndedWhy
from minga.kit.ids import new_id
from tests.interfaces.conftest import Say
from tests.interfaces.listening import Ear, LanternLit, cookie_of
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def removed(village: Village, who: str) -> None:
    """As by a decision: somebody else ends it."""
    with village.database.write() as session:
        one = live_membership(session, village.valley, village.people[who])
        assert one is not None
        ending.end_membership(session, village.ana, one, EndedWhy.REMOVED, at=village.clock())


def test_the_stream_of_a_removed_member_ends_and_tells_nothing_of_what_comes(
    server: str, visit: Visit, say: Say, village: Village
) -> None:
    bruno = visit("bruno")
    with Ear(server, bruno, f"topics=community:{village.valley}").ready() as ear:
        say(LanternLit(lantern_id=new_id()), community_id=village.valley)
        assert ear.next()[0] == "hint"
        removed(village, "bruno")
        say(LanternLit(lantern_id=new_id()), community_id=village.valley)
        assert ear.next() == ("bye", {})
        assert ear.next() == ("end", {})
    with httpx2.Client(base_url=server, cookies=cookie_of(bruno)) as client:
        for path in ("/live", "/live/poll"):
            answer = client.get(path, params={"topics": f"community:{village.valley}"})
            assert answer.status_code == 404


def test_a_poll_that_waits_when_the_membership_ends_answers_goodbye(
    server: str, visit: Visit, say: Say, village: Village
) -> None:
    hana = visit("hana")
    topics = {"topics": f"community:{village.valley}"}
    with httpx2.Client(base_url=server, cookies=cookie_of(hana), timeout=8) as client:
        after = client.get("/live/poll", params=topics).json()["next"]
        assert after
        say(LanternLit(lantern_id=new_id()), community_id=village.valley)
        removed(village, "hana")
        answer = client.get("/live/poll", params={**topics, "after": after, "wait": "5"})
        assert answer.status_code == 404


def test_the_open_tab_of_who_has_left_neither_reads_nor_writes(village: Village, visit: Visit) -> None:
    """The page stands there as it was; whatever is sent from it, or asked for, is not there any more."""
    bruno = visit("bruno")
    page = bruno.get("/c/valley/listings/new?direction=need&kind=help")
    assert "Valley" in page.text
    with village.database.write() as session:
        communities.leave(session, village.bruno, village.valley, at=village.clock())
    said = {
        "direction": "need",
        "kind": "help",
        "terms": "gift",
        "level": "community",
        "title": "From the tab",
    }
    bruno.post("/c/valley/listings/new", said, 404)
    for path in ("/c/valley/listings", "/c/valley/members", "/c/valley/log", "/c/valley/listings/new"):
        bruno.get(path, 404)
