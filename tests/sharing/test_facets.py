"""How a list divides: the same as what it lists, in one statement, with a bound; by page and by REST."""

import sys
from typing import Any

import pytest

from minga.kit.db import Session, count_statements
from minga.sharing import queries
from minga.sharing.access import circle_of
from minga.sharing.rules import Direction, Kind, Level, Wish, read_search
from tests.interfaces.test_api_exchanges import call as call
from tests.sharing.makers import post
from tests.village import Village


def furnish(session: Session, village: Village) -> None:
    at = village.clock()
    for n in range(3):
        post(session, village.bruno, village.valley, f"Canary {n}", at=at)
    post(session, village.ana, village.valley, "Canary at work", kind=Kind.SERVICE, at=at)
    post(session, village.ana, village.valley, "Canary wanted", direction=Direction.NEED, at=at)
    post(session, village.ana, village.valley, "Canary of mine", level=Level.PRIVATE, at=at)


def test_only_what_the_reader_sees_is_counted(village: Village) -> None:
    with village.database.write() as session:
        furnish(session, village)
    wish = Wish(search=read_search("canary"))
    for name, n in (("ana", 6), ("bruno", 5), ("zoe", 0)):
        with village.database.read() as session:
            actor = village.actor(name)
            found = queries.facets(session, actor, wish, at=village.clock())
            listed = queries.listings(session, actor, wish, at=village.clock()).items
            assert (found.n, found.more) == (len(listed), False) == (n, False), name
            if not n:
                continue
            assert dict(found.kinds) == {Kind.ITEM: n - 1, Kind.SERVICE: 1}
            assert dict(found.directions) == {Direction.OFFER: n - 1, Direction.NEED: 1}


def test_it_is_one_statement_and_bounded(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    with village.database.write() as session:
        furnish(session, village)
    monkeypatch.setattr(sys.modules["minga.sharing.queries.facets"], "FACETS_OF_MAX", 2)
    with count_statements(village.database) as said, village.database.read() as session:
        circle_of(session, village.bruno, at=village.clock())
        before = len(said)
        found = queries.facets(session, village.bruno, Wish(), at=village.clock())
        assert len(said) == before + 1
    assert (found.n, found.more) == (2, True)


def test_by_page_and_by_rest(village: Village, visit: Any, call: Any) -> None:
    with village.database.write() as session:
        furnish(session, village)
    bruno = visit("bruno")
    plain = bruno.get("/c/valley/listings").text
    assert "How it divides" not in plain
    assert "group=facets" in plain
    page = bruno.get("/c/valley/listings?q=canary").text
    assert "5 fit." in page
    assert "/c/valley/listings?q=canary&amp;kind=service" in page
    assert "Service" in page
    found = call("bruno", "GET", "/communities/valley/listings?group=facets")["facets"]
    assert found["kinds"] == {"item": 4, "service": 1}
    call("bruno", "GET", "/communities/valley/listings?group=colour", status=422)
    call("zoe", "GET", "/communities/valley/listings?group=facets", status=404)
