"""What partners see of each other: levels, directions, kinds and time, and nothing after the end."""

import pytest
from sqlalchemy import select

from minga.communities import commands
from minga.communities.models import Membership, Policy
from minga.communities.rules.ties import OLDER_WAIT, Gives
from minga.kit.db import count_statements
from minga.sharing import queries as sharing
from minga.sharing.rules import Direction, Level, Origin, Wish, read_search
from tests.communities.tying import EVERY, KINDS, agree, listed, lists, sees, tied
from tests.sharing.makers import post
from tests.village import Village

__all__ = ["listed"]


GIVES = {
    "all": Gives(),
    "offers": Gives(needs=False),
    "needs": Gives(offers=False),
    "items": Gives(kinds=("item",)),
    "skills": Gives(kinds=("skill",)),
}
"""What Valley gives Harbour, by name; the listings are things (items)."""


@pytest.mark.parametrize("given", [None, *GIVES])
@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("level", Level)
def test_the_truth_table_of_partners(
    listed: Village, level: Level, direction: Direction, given: str | None
) -> None:
    """Levels × directions × what is given: page, list, search and origin agree, for the partner and for strangers."""
    village = listed
    if given is not None:
        tied(village, GIVES[given])
    with village.database.write() as session:
        at = village.clock()
        session.add(
            Policy(community_id=village.valley, key="listing.public_on", value=True, since_at=at, made_at=at)
        )
        session.flush()
        made = post(session, village.bruno, village.valley, "Canary", level=level, direction=direction, at=at)
        kind = made.kind
    gift = GIVES[given] if given else Gives(False, False)
    is_given = (gift.offers if direction is Direction.OFFER else gift.needs) and (
        not gift.kinds or kind in gift.kinds
    )
    wide = level in (Level.NETWORK, Level.PUBLIC)
    partner = wide or (level is Level.PARTNERS and is_given)
    expected = {
        "farid": (partner, Origin.PARTNER if is_given else Origin.NETWORK),
        "zoe": (wide, Origin.NETWORK),
        "chidi": (level is not Level.PRIVATE or True, Origin.OWN),
        "hana": (level is not Level.PRIVATE, Origin.OWN),
    }
    with village.database.read() as session:
        for name, (seen, origin) in expected.items():
            actor = village.actor(name)
            assert sees(session, actor, made.id, village) is seen, name
            for search in ("", "canary"):
                found = lists(session, actor, village, Wish(origins=EVERY, search=read_search(search)))
                assert found == ({made.id: origin} if seen else {}), (name, search)
            usual = lists(session, actor, village, Wish())
            assert (made.id in usual) is (seen and origin is not Origin.NETWORK), name
            if seen:
                assert sharing.listing(session, actor, made.id, at=village.clock()).card.origin is origin


def test_older_listings_follow_after_seven_days_and_those_kept_inside_never(listed: Village) -> None:
    village = listed
    with village.database.write() as session:
        older = post(
            session, village.bruno, village.valley, "Older", level=Level.PARTNERS, at=village.clock()
        )
        inside = post(
            session, village.bruno, village.valley, "Inside", level=Level.COMMUNITY, at=village.clock()
        )
    village.clock.forward(seconds=60)
    tied(village)
    village.clock.forward(seconds=60)
    with village.database.write() as session:
        new = post(session, village.bruno, village.valley, "New", level=Level.PARTNERS, at=village.clock())
    with village.database.read() as session:
        assert lists(session, village.farid, village, Wish()).keys() == {new.id}
    village.clock.forward(seconds=int(OLDER_WAIT.total_seconds()))
    with village.database.read() as session:
        assert lists(session, village.farid, village, Wish()).keys() == {new.id, older.id}
        assert not sees(session, village.farid, inside.id, village)


def test_ending_stops_reading_in_the_next_request(listed: Village) -> None:
    village = listed
    tie = tied(village)
    with village.database.write() as session:
        made = post(session, village.bruno, village.valley, "Tent", level=Level.PARTNERS, at=village.clock())
    with village.database.read() as session:
        assert sees(session, village.farid, made.id, village)
    with village.database.write() as session:
        commands.end_tie(session, village.ana, tie, village.valley, at=village.clock())
    with village.database.read() as session:
        assert not sees(session, village.farid, made.id, village)
        assert lists(session, village.farid, village, Wish(origins=EVERY)) == {}
        assert lists(session, village.farid, village, Wish(origins=EVERY, search=read_search("tent"))) == {}


def test_a_partners_partner_sees_nothing(listed: Village) -> None:
    village = listed
    tied(village)
    with village.database.write() as session:
        at = village.clock()
        made = commands.propose_tie(
            session, village.farid, village.harbour, "hill", Gives(), known_kinds=KINDS, at=at
        )
        tent = post(session, village.bruno, village.valley, "Tent", level=Level.PARTNERS, at=at)
    agree(village, made.id, who="zoe")
    with village.database.read() as session:
        assert not sees(session, village.zoe, tent.id, village)
        assert sees(session, village.farid, tent.id, village)


def test_whoever_left_the_partner_community_sees_nothing_more(listed: Village) -> None:
    village = listed
    tied(village)
    with village.database.write() as session:
        tent = post(session, village.bruno, village.valley, "Tent", level=Level.PARTNERS, at=village.clock())
        theirs = select(Membership).where(Membership.person_id == village.people["gita"])
        session.scalars(theirs).one().ended_on = village.clock().date()
    with village.database.read() as session:
        assert not sees(session, village.gita, tent.id, village)


def test_lists_with_partners_walk_an_index_in_one_statement(listed: Village) -> None:
    village = listed
    tied(village)
    with village.database.write() as session:
        for number in range(5):
            post(
                session, village.bruno, village.valley, f"T{number}", level=Level.PARTNERS, at=village.clock()
            )
    with village.database.read() as session:
        lists(session, village.farid, village, Wish())
        with count_statements(village.database) as said:
            assert len(lists(session, village.farid, village, Wish())) == 5
    assert len([one for one in said if "FROM listing" in one and "tie_gift" in one]) == 1


def test_giving_less_takes_away_in_the_next_request_and_only_that(listed: Village) -> None:
    """T13: the tie stays, and what is not given any more is gone from page, list and search."""
    village = listed
    tie = tied(village)
    with village.database.write() as session:
        at = village.clock()
        offer = post(session, village.bruno, village.valley, "Tent", level=Level.PARTNERS, at=at)
        need = post(
            session,
            village.bruno,
            village.valley,
            "Tent pegs",
            level=Level.PARTNERS,
            direction=Direction.NEED,
            at=at,
        )
    with village.database.read() as session:
        assert lists(session, village.farid, village, Wish()).keys() == {offer.id, need.id}
    with village.database.write() as session:
        commands.change_gives(
            session,
            village.ana,
            tie,
            village.valley,
            Gives(needs=False),
            known_kinds=KINDS,
            at=village.clock(),
        )
    with village.database.read() as session:
        assert lists(session, village.farid, village, Wish()).keys() == {offer.id}
        assert lists(session, village.farid, village, Wish(search=read_search("tent"))).keys() == {offer.id}
        assert not sees(session, village.farid, need.id, village)
        assert sees(session, village.farid, offer.id, village)
