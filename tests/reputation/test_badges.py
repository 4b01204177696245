"""Badges: rules that are checked, earned once, shown only by who earned them, and off by default."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from minga.communities.models import Policy
from minga.identity import Actor
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from minga.kit.events import EventRow
from minga.kit.ids import Id
from minga.reputation import commands, queries
from minga.reputation.commands import BadgeShape
from minga.reputation.models import BadgeEarned
from minga.reputation.rules.badges import Choice
from minga.sharing import commands as sharing
from tests.sharing import neighbours
from tests.sharing.neighbours import lent
from tests.village import Village
from tests.visitor import Visitor

LENDS = {
    "count": "LoanCompleted",
    "as": "lender",
    "where": {"lost": False},
    "at_least": 2,
    "within_days": 365,
}
SHARES = {"count": "ListingCreated", "as": "owner", "at_least": 1}


@pytest.fixture
def on(village: Village) -> Village:
    """Valley has badges."""
    with village.database.write() as session:
        at = village.clock()
        session.add(Policy(community_id=village.valley, key="badges.on", value=True, since_at=at, made_at=at))
    return village


def made(village: Village, **more: Any) -> Id:
    shape = BadgeShape(**{"name": "Lender", "sentence": "Lent twice in a year.", "rule": LENDS, **more})
    with village.database.write() as session:
        return commands.make_badge(session, village.ana, village.valley, shape, at=village.clock()).id


def award(village: Village) -> int:
    with village.database.write() as session:
        return commands.award_badges(session, village.valley, at=village.clock())


def lend(village: Village, *, lost: bool = False) -> None:
    loan = lent(village, village.bruno, neighbours.drill(village))
    with village.database.write() as session:
        if lost:
            sharing.lose(session, village.bruno, loan, at=village.clock())
        else:
            sharing.take_back(session, village.ana, loan, at=village.clock())


def mine(village: Village, who: Actor) -> tuple[queries.EarnedBadge, ...]:
    with village.database.read() as session:
        return queries.own_badges(session, who)


def shown(village: Village, reader: Actor, handle: str) -> list[str]:
    with village.database.read() as session:
        return [one.name for one in queries.badges_of(session, reader, handle, at=village.clock())]


def test_badges_are_off_by_default(village: Village) -> None:
    with village.database.write() as session, pytest.raises(Refused) as refused:
        shape = BadgeShape(name="Lender", sentence="x", rule=LENDS)
        commands.make_badge(session, village.ana, village.valley, shape, at=village.clock())
    assert refused.value.name == "badges_off"
    assert award(village) == 0


@pytest.mark.parametrize(
    "rule",
    [
        {"count": "NothingHappened", "as": "lender", "at_least": 1},
        {"count": "LoanCompleted", "as": "steward", "at_least": 1},
        {"count": "LoanCompleted", "as": "lender", "at_least": 0},
        {"count": "LoanCompleted", "as": "lender", "at_least": True},
        {"count": "LoanCompleted", "as": "lender", "at_least": 1, "where": {"title": "Drill"}},
        {"count": "LoanCompleted", "as": "lender", "at_least": 1, "where": {"lost": [1]}},
        {"count": "SignInStarted", "as": "person", "at_least": 1, "more": 1},
        {"all": []},
        {"any": [SHARES] * 11},
        {"all": [{"all": [{"all": [{"all": [{"all": [SHARES]}]}]}]}]},
        {},
    ],
)
def test_a_rule_that_cannot_be_counted_is_refused_when_it_is_saved(on: Village, rule: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        made(on, rule=rule)


def test_who_may_make_and_give_them(on: Village) -> None:
    badge = made(on, rule=None)
    at = on.clock()
    with on.database.write() as session:
        for stranger, kind in ((on.bruno, Forbidden), (on.zoe, Refused)):
            with pytest.raises(kind):
                commands.make_badge(session, stranger, on.valley, BadgeShape(name="x", sentence="x"), at=at)
        with pytest.raises(NotFound):
            commands.grant_badge(session, on.zoe, badge, "bruno", "", at=at)
        with pytest.raises(Forbidden):
            commands.grant_badge(session, on.hana, badge, "bruno", "", at=at)
        with pytest.raises(Refused, match="Others give badges to you"):
            commands.grant_badge(session, on.ana, badge, "ana", "", at=at)
        commands.grant_badge(session, on.ana, badge, "bruno", "For the long night.", at=at)
        with pytest.raises(Conflict):
            commands.grant_badge(session, on.chidi, badge, "bruno", "", at=at)
    by_rule = made(on)
    with on.database.write() as session, pytest.raises(Refused) as refused:
        commands.grant_badge(session, on.ana, by_rule, "hana", "", at=at)
    assert refused.value.name == "by_rule"


def test_it_is_earned_once_and_shown_only_when_its_person_says_so(on: Village) -> None:
    """COM-0.6: derived from recorded events, and again it gives the same."""
    made(on)
    lend(on)
    lend(on, lost=True)
    assert award(on) == 0
    lend(on)
    assert (award(on), award(on)) == (1, 0)
    with on.database.read() as session:
        told = session.scalars(select(EventRow).where(EventRow.name == "BadgeAwarded")).all()
        assert [row.person_id for row in told] == [on.people["ana"]]
    [one] = mine(on, on.ana)
    assert (one.choice, mine(on, on.bruno), shown(on, on.bruno, "ana")) == (None, (), [])
    with on.database.write() as session:
        with pytest.raises(NotFound):
            commands.choose_badge(session, on.bruno, one.id, Choice.SHOWN, at=on.clock())
        commands.choose_badge(session, on.ana, one.id, Choice.SHOWN, at=on.clock())
    assert shown(on, on.bruno, "ana") == ["Lender"]
    with pytest.raises(NotFound):
        shown(on, on.zoe, "ana")
    with on.database.write() as session:
        commands.choose_badge(session, on.ana, one.id, Choice.DECLINED, at=on.clock())
    assert (shown(on, on.bruno, "ana"), mine(on, on.ana), award(on)) == ([], (), 0)


def test_it_is_lost_when_the_rule_no_longer_holds_and_when_its_time_is_over(on: Village) -> None:
    made(on, is_lost=True)
    made(on, name="For a month", valid_days=30, rule={"any": [LENDS, SHARES]})
    lend(on)
    lend(on)
    assert award(on) == 2, "Ana lent twice, and has shared something"
    on.clock.forward(days=31)
    award(on)
    assert sorted(one.name for one in mine(on, on.ana)) == ["For a month", "Lender"], "it is earned anew"
    on.clock.forward(days=365)
    award(on)
    assert "Lender" not in {one.name for one in mine(on, on.ana)}


def test_posting_something_looks_at_badges_for_it(on: Village, work: Callable[[], None]) -> None:
    """COM-EV.6: a reaction to ListingCreated; told again, it is earned once."""
    made(on, name="Sharer", rule=SHARES)
    neighbours.drill(on)
    work()
    assert [one.name for one in mine(on, on.ana)] == ["Sharer"]
    neighbours.table(on)
    work()
    with on.database.read() as session:
        assert len(session.scalars(select(BadgeEarned)).all()) == 1


def test_the_pages_of_badges(on: Village, visit: Callable[[str | None], Visitor]) -> None:
    ana, bruno = visit("ana"), visit("bruno")
    visit("zoe").get("/c/valley/badges", status=404)
    assert "There is no badge yet" in bruno.get("/c/valley/badges").text
    said = {"name": "Night owl", "sentence": "For long nights.", "icon": "sprout"}
    assert "cannot be read" in ana.post("/c/valley/badges", {**said, "rule": '{"count": 1}'}, status=422).text
    ana.post("/c/valley/badges", {**said, "rule": "no"}, status=422)
    ana.post("/c/valley/badges", said)
    bruno.post("/c/valley/badges", said, status=403)
    badge = ana.get("/c/valley/badges").text.split("/badges/")[1].split("/")[0]
    ana.post(f"/badges/{badge}/grants", {"handle": "bruno", "words": "Thank you"})
    page = bruno.get("/me/badges").text
    assert "given by Ana" in page
    earned = page.split('name="earned" value="')[1].split('"')[0]
    bruno.post("/me/badges", {"earned": earned, "choice": "shown"})
    assert "Night owl" in ana.get("/people/bruno").text
    visit("hana").post("/me/badges", {"earned": earned, "choice": "declined"}, status=404)
    ana.post(f"/badges/{badge}/end")
    assert "Night owl" not in ana.get("/people/bruno").text
