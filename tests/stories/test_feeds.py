"""Kept searches and feeds (T28): told what is new with today's eyes, an address that can be changed, nothing that left."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from minga.communication.models import Notice
from minga.communities import commands as communities
from minga.identity import Actor
from minga.interfaces.http import Node
from minga.kit.errors import Conflict, Invalid, NotFound
from minga.kit.jobs import Run
from minga.reactions.saved_searches import look_for_searches, write_feeds
from minga.sharing import commands, queries
from minga.sharing.models import Feed, SavedSearch
from minga.sharing.rules import Level, Wish, read_search
from minga.sharing.rules.searches import Often
from tests.sharing.makers import post as put
from tests.stories.calling import program
from tests.stories.test_listings import post
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]
ATOM = "{http://www.w3.org/2005/Atom}"


def made_feed(visitor: Visitor, query: str = "q=drill", c: str = "valley") -> str:
    page = visitor.post("/me/searches", {"name": "Drills", "query": query, "c": c, "act": "feed"}, 200).text
    found = re.search(r"/feeds/[^\"<]+\.atom", page)
    assert found is not None
    return found[0]


def titles(answer: Any) -> list[str]:
    tree = ElementTree.fromstring(answer.content)
    return [str(one.text) for one in tree.iter(f"{ATOM}title")][1:]


def test_a_stranger_and_a_wrong_token_read_nothing(visit: Visit, village: Village) -> None:
    stranger = visit(None)
    for path in ("/feeds/x/y.atom", f"/feeds/{'a' * 43}/drills.atom", "/feeds//y.atom"):
        stranger.get(path, 404)
    stranger.post("/me/searches", {"name": "x", "query": "q=drill"}, status=401)
    zoe = visit("zoe")
    zoe.post("/me/searches", {"name": "x", "query": "q=drill", "c": "valley", "act": "feed"}, status=404)


def test_t28_a_rotated_token_leads_nowhere_and_the_new_one_shows_fifty(
    visit: Visit, village: Village
) -> None:
    with village.database.write() as session:
        for n in range(60):
            village.clock.forward(seconds=1)
            bulk = village.ana if n < 45 else village.chidi
            put(session, bulk, village.valley, f"Drill {n}", at=village.clock())
    bruno, reader = visit("bruno"), visit(None)
    old = made_feed(bruno, "kind=item")
    assert len(titles(reader.get(old))) == 50
    assert titles(reader.get(old))[0] == "Drill 59"
    with village.database.read() as session:
        id = session.scalars(select(Feed.id)).one()
    page = bruno.post(f"/me/feeds/{id}/rotation", status=200).text
    found = re.search(r"/feeds/[^\"<]+\.atom", page)
    assert found is not None
    assert found[0] != old
    reader.get(old, 404)
    assert len(titles(reader.get(found[0]))) == 50
    assert ".atom" not in bruno.get("/me/searches").text
    bruno.post(f"/me/feeds/{id}/end")
    reader.get(found[0], 404)


def test_t28_what_changes_its_level_vanishes_and_nothing_private_is_in_it(
    visit: Visit, village: Village
) -> None:
    farid, reader = visit("farid"), visit(None)
    with village.database.write() as session:
        mine = put(session, village.farid, village.harbour, "Drill open", at=village.clock())
        put(session, village.farid, village.harbour, "Drill canary", at=village.clock(), level=Level.PRIVATE)
        other = put(session, village.gita, village.harbour, "Second drill", at=village.clock())
    address = made_feed(farid, c="harbour")
    first = reader.get(address)
    assert set(titles(first)) == {"Drill open", "Second drill"}
    assert "Gita" not in first.text
    tag = first.headers["etag"]
    reader.get(address, 304, headers={"If-None-Match": tag})
    with village.database.write() as session:
        for owner, one in ((village.farid, mine), (village.gita, other)):
            content = queries.content(session, owner, one.id, at=village.clock())
            private = replace(content, level=Level.PRIVATE)
            commands.edit(session, owner, one.id, private, version=None, at=village.clock())
    assert titles(reader.get(address, headers={"If-None-Match": tag})) == []


def test_t28_the_feed_of_a_removed_member_does_not_exist(visit: Visit, village: Village) -> None:
    bruno, reader = visit("bruno"), visit(None)
    post(visit("ana"), "Drill")
    here, everywhere = made_feed(bruno), made_feed(bruno, c="")
    assert titles(reader.get(here)) == titles(reader.get(everywhere)) == ["Drill"]
    with village.database.write() as session:
        communities.leave(session, village.bruno, village.valley, at=village.clock())
    reader.get(here, 404)
    reader.get(everywhere, 404)


def test_reading_a_feed_writes_nothing_and_its_day_is_written_later(
    visit: Visit, village: Village, node: Node
) -> None:
    address = made_feed(visit("bruno"))
    visit(None).get(address)
    run = Run(node.database, node.clock, node.settings, job_id="0" * 32, tries=0)
    with village.database.read() as session:
        assert session.scalars(select(Feed.used_on)).one() is None
    write_feeds(run, {})
    with village.database.read() as session:
        assert session.scalars(select(Feed.used_on)).one() == village.clock().date()


def test_what_is_odd_in_words_does_not_break_the_feed(visit: Visit, village: Village) -> None:
    address = made_feed(visit("bruno"))
    with village.database.write() as session:
        put(
            session,
            village.ana,
            village.valley,
            "Drill <script>&]]>",
            description="\ufffe \x0b <b>",
            at=village.clock(),
        )
    assert titles(visit(None).get(address)) == ["Drill <script>&]]>"]


def keep(village: Village, who: Actor, words: str = "drill", often: Often = Often.AT_ONCE) -> str:
    with village.database.write() as session:
        return commands.keep_search(
            session,
            who,
            Wish(search=read_search(words)),
            name="Drills",
            address="/listings?q=drill",
            often=often,
            community_id=village.valley,
            at=village.clock(),
        ).id


def told(village: Village) -> list[tuple[str, str, Any]]:
    with village.database.read() as session:
        return [
            (
                next(n for n, id in village.people.items() if id == one.person_id),
                one.facts["title"],
                one.facts["n"],
            )
            for one in session.scalars(select(Notice).order_by(Notice.id))
        ]


def look(village: Village, node: Node, minutes: int = 6) -> None:
    village.clock.forward(seconds=60 * minutes)
    look_for_searches(Run(node.database, node.clock, node.settings, job_id="0" * 32, tries=0), {})


def offer(village: Village, title: str, **fields: Any) -> None:
    with village.database.write() as session:
        village.clock.forward(seconds=1)
        put(session, village.ana, village.valley, title, at=village.clock(), **fields)


def test_what_is_new_is_told_once_with_an_example(village: Village, node: Node) -> None:
    offer(village, "Drill of before")
    keep(village, village.bruno)
    keep(village, village.ana)
    look(village, node)
    assert told(village) == []
    offer(village, "Drill")
    offer(village, "Second drill")
    offer(village, "Saw")
    offer(village, "Secret drill", level=Level.PRIVATE)
    look(village, node)
    assert len(told(village)) == 1
    name, title, more = told(village)[0]
    assert (name, more) == ("bruno", 1)
    assert title in {"Drill", "Second drill"}
    look(village, node)
    assert len(told(village)) == 1


def test_nobody_is_told_of_what_they_may_no_longer_see(village: Village, node: Node) -> None:
    keep(village, village.bruno)
    offer(village, "Drill")
    with village.database.write() as session:
        communities.leave(session, village.bruno, village.valley, at=village.clock())
    look(village, node)
    assert told(village) == []


def test_at_most_five_a_day_and_daily_is_once(village: Village, node: Node) -> None:
    keep(village, village.bruno)
    keep(village, village.chidi, often=Often.DAILY)
    keep(village, village.hana, often=Often.OFF)
    for n in range(8):
        offer(village, f"Drill {n}")
        look(village, node)
    assert [name for name, _, _ in told(village)] == ["bruno"] * 5
    look(village, node, 24 * 60)
    offer(village, "Drill of tomorrow")
    look(village, node)
    assert [name for name, _, _ in told(village)].count("chidi") == 1
    assert [name for name, _, _ in told(village)].count("bruno") == 6
    assert "hana" not in [name for name, _, _ in told(village)]


def test_searches_are_ones_own_and_twenty_at_most(village: Village) -> None:
    id = keep(village, village.bruno)
    with village.database.write() as session:
        for act in (
            lambda: commands.end_search(session, village.ana, id, at=village.clock()),
            lambda: commands.tell_about(session, village.ana, id, Often.OFF, at=village.clock()),
        ):
            with pytest.raises(NotFound):
                act()
        assert queries.searches(session, village.ana) == []
        with pytest.raises(Invalid):
            commands.keep_search(session, village.bruno, Wish(), name="All", address="/", often=Often.OFF,
                                 community_id=None, at=village.clock())  # fmt: skip
    for _ in range(19):
        keep(village, village.bruno)
    with pytest.raises(Conflict):
        keep(village, village.bruno)
    with village.database.write() as session:
        commands.end_search(session, village.bruno, id, at=village.clock())
        assert len(queries.searches(session, village.bruno)) == 19


def test_a_search_is_kept_and_ended_by_page_and_api(visit: Visit, village: Village, node: Node) -> None:
    bruno, api = visit("bruno"), program(node, village.people["bruno"])
    assert "Keep this search" in bruno.get("/c/valley/listings?q=drill").text
    assert "Keep this search" in bruno.get("/me/searches?q=drill&c=valley").text
    bruno.post(
        "/me/searches", {"name": "Drills", "query": "q=drill&kind=item", "c": "valley", "often": "at_once"}
    )
    page = bruno.get("/me/searches").text
    assert "/c/valley/listings?q=drill&amp;kind=item" in page
    bruno.post("/me/searches", {"name": "", "query": "q=x"}, status=422)
    found = api.get("/api/v1/me/searches").json()["items"]
    assert [one["often"] for one in found] == ["at_once"]
    bruno.post(f"/me/searches/{found[0]['id']}/often", {"often": "off"})
    made = api.post("/api/v1/me/searches", json={"name": "Ladders", "q": "ladder"})
    assert made.status_code == 201
    assert api.delete(f"/api/v1/me/searches/{made.json()['id']}").status_code == 204
    bruno.post(f"/me/searches/{found[0]['id']}/end")
    with village.database.read() as session:
        assert not session.scalars(select(SavedSearch.id).where(SavedSearch.ended_at.is_(None))).all()
