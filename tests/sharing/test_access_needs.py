"""COM-DIST.5, ALL-T6: an access need counts ten points where its person allows it, and nobody else ever reads of it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text

from minga.identity import Actor
from minga.kit.db import Base
from minga.kit.errors import Forbidden, Invalid, NotSignedIn
from minga.kit.events import EventRow
from minga.kit.ids import Id, new_id
from minga.sharing import commands, queries
from minga.sharing.models import AccessConsent, AccessNeed
from minga.sharing.queries import pooling
from minga.sharing.rules.allocation.records import check_record
from tests.sharing.commons import claim_row, claimed, households, opened, pool, shared_out
from tests.village import NOBODY, Village
from tests.visitor import Visitor

WORDS = "I cannot climb stairs canary77"


def state(village: Village, who: Actor, *pools: Id, words: str = WORDS, confirmed: bool = True) -> None:
    with village.database.write() as session:
        commands.state_access_need(session, who, words, confirmed=confirmed, pools=pools, at=village.clock())


def score(village: Village, claim: Id) -> tuple[int, int]:
    told = claim_row(village, claim).explanation or {}
    return told["terms"]["accessibility"], told["score"]


def drawn(village: Village, made: Id, *people: Actor) -> tuple[int, list[Id]]:
    n = opened(village, made)
    claims = [claimed(village, who, made, n, 2) for who in people]
    shared_out(village, made, n)
    return n, claims


def test_it_counts_only_entered_confirmed_and_allowed_and_stops_when_it_is_withdrawn(
    village: Village,
) -> None:
    one, two = households(village, 2)
    made, other = pool(village, stock=40, rule="need_points"), pool(village, rule="need_points")
    for words, confirmed in (("", True), ("  ", True), (WORDS, False)):
        with pytest.raises(Invalid):
            state(village, one, made, words=words, confirmed=confirmed)
    state(village, one, other)  # allowed elsewhere only
    assert score(village, drawn(village, made, one, two)[1][0]) == (0, 30)
    state(village, one, made, other)
    _, claims = drawn(village, made, one, two)
    assert [score(village, claim) for claim in claims] == [(10, 40), (0, 30)]
    state(village, one)
    assert score(village, drawn(village, made, one, two)[1][0]) == (0, 30)
    state(village, one, made)
    for _ in range(2):
        with village.database.write() as session:
            commands.erase_access_need(session, one, at=village.clock())
    assert score(village, drawn(village, made, one, two)[1][0]) == (0, 30)
    with village.database.read() as session:
        assert not session.scalars(select(AccessNeed)).all()
        assert not session.scalars(select(AccessConsent)).all()


def test_nobody_else_reads_of_it_anywhere(village: Village, visit: Callable[[str | None], Visitor]) -> None:
    made = pool(village, stock=4, rule="need_points")
    with pytest.raises(Invalid):
        state(village, village.zoe, made)
    state(village, village.bruno, made)
    n, claims = drawn(village, made, village.bruno, village.dara)
    assert score(village, claims[0])[0] == 10
    at = village.clock()
    with village.database.read() as session:
        told = [pooling.record(session, village.ana, made, n, at=at, whole=whole) for whole in (True, False)]
        line = claim_row(village, claims[0]).line
        assert all(row["terms"] is None for row in told[0]["claims"])
        _, desk = pooling.desk(session, village.ana, made, n, at=at)
        assert all(one.claim.explanation is None for one in desk)
        asked = pooling.next_recipient(session, village.ana, made, at=at)
        assert asked is not None
        assert not {"terms", "score"} & asked.explanation.keys()
    for record in told:
        plain = json.loads(json.dumps(record))
        assert check_record(plain).difference is None
        assert not check_record(plain).whole
        assert line in plain["shares"]
    for name in ("ana", "chidi", "zoe"):
        here = visit(name)
        for page in ("/me/access-need", f"/pools/{made}", f"/pools/{made}/rounds/{n}", "/people/bruno"):
            seen = here.client.get(page).text
            assert "canary77" not in seen
            assert "for an access need" not in seen or name == "bruno"
        assert "access need" not in here.client.get("/c/valley/log").text
    assert "canary77" in visit("bruno").get("/me/access-need").text
    assert "10 for an access need" in visit("bruno").get(f"/pools/{made}/rounds/{n}").text
    assert "canary77" not in dump(village)
    for actor in (Actor(village.people["bruno"], token_id=new_id()), NOBODY):
        with village.database.read() as session, pytest.raises((Forbidden, NotSignedIn)):
            queries.access_need(session, actor, at=at)


def dump(village: Village) -> str:
    """Every row of every table, as somebody with the database alone reads it."""
    with village.database.read() as session:
        rows: list[Any] = [session.execute(table.select()).all() for table in Base.metadata.sorted_tables]
        facts = session.execute(
            select(EventRow.facts, EventRow.community_id, EventRow.audience).where(
                EventRow.name == "AccessNeedChanged"
            )
        ).all()
        assert facts
        assert all(one.community_id is None and one.audience == "person" for one in facts)
        assert session.execute(text("SELECT count(*) FROM access_need")).scalar_one() == 1
    return str(rows)


def test_the_page_keeps_what_was_typed(village: Village, visit: Callable[[str | None], Visitor]) -> None:
    made = pool(village, rule="need_points", name="Bread")
    bruno = visit("bruno")
    wrong = bruno.post("/me/access-need", {"words": WORDS, "pools": made}, status=422)
    assert WORDS in wrong.text
    assert "Confirm that this is so." in wrong.text
    kept = bruno.follow(bruno.post("/me/access-need", {"words": WORDS, "pools": made, "confirmed": "1"}))
    assert "Bread (Valley)" in kept.text
    bruno.post("/me/access-need", {"words": WORDS, "pools": new_id(), "confirmed": "1"}, status=422)
    assert WORDS not in bruno.follow(bruno.post("/me/access-need/erasure", {})).text
    visit(None).get("/me/access-need", status=401)
