"""H1 and H2: whatever the levels, lists, search, near, map, totals, feeds and files show what the page shows, and no more."""

import re
from typing import Any

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from minga.communities import commands as communities
from minga.communities import queries as ties_of
from minga.communities.models import Policy
from minga.communities.rules.ties import Gives
from minga.identity import Actor
from minga.kit.errors import NotFound, Refused
from minga.kit.ids import Id
from minga.sharing import commands, queries
from minga.sharing.access import listing_to_see
from minga.sharing.rules import (
    KIND_WORDS,
    Direction,
    Level,
    NameShown,
    Order,
    Origin,
    Precision,
    Where,
    Wish,
    read_search,
)
from minga.sharing.rules.places import cell_of
from tests.sharing.makers import post
from tests.village import Village

HERE = (3_451_612, -76_532_034)
EVERY = frozenset(Origin)
OWNERS = (("ana", "valley"), ("bruno", "valley"), ("farid", "harbour"), ("zoe", "hill"))
READERS = ("ana", "bruno", "hana", "dara", "farid", "gita", "zoe", "ivo", None)
listing = st.fixed_dictionaries(
    {
        "owner": st.sampled_from(OWNERS),
        "level": st.sampled_from(Level),
        "direction": st.sampled_from(Direction),
        "name_shown": st.sampled_from(NameShown),
        "closed": st.booleans(),
    }
)


def make(village: Village, worlds: list[dict[str, Any]]) -> dict[Id, dict[str, Any]]:
    made = {}
    with village.database.write() as session:
        for n, one in enumerate(worlds):
            name, community = one["owner"]
            village.clock.forward(seconds=1)
            try:
                found = post(
                    session,
                    village.actor(name),
                    village.communities[community],
                    f"Canary {n}",
                    level=one["level"],
                    direction=one["direction"],
                    name_shown=one["name_shown"],
                    where=Where(lat=HERE[0], lon=HERE[1], precision=Precision.EXACT),
                    at=village.clock(),
                )
            except Refused:  # a level that this community does not allow
                continue
            if one["closed"]:
                commands.pause(session, village.actor(name), found.id, at=village.clock())
            made[found.id] = one
    return made


GIFTS = {
    "nothing": None,
    "all": Gives(),
    "offers": Gives(needs=False),
    "needs": Gives(offers=False),
    "spaces": Gives(kinds=("space",)),
}
"""What Valley and Harbour give each other."""


def tie(village: Village, gives: Gives | None) -> None:
    """A partnership between the two that both want now, after any earlier one has ended."""
    with village.database.write() as session:
        at, farid = village.clock(), village.farid
        rule = {"key": "community.listed", "value": "node", "since_at": at, "made_at": at}
        session.add(Policy(community_id=village.harbour, **rule))
        session.flush()
        for one in ties_of.ties(session, village.ana, village.valley, at=at):
            if one.state == "active":
                communities.end_tie(session, village.ana, one.id, village.valley, at=at)
        if gives is None:
            return
        known = frozenset(KIND_WORDS)
        made = communities.propose_tie(
            session, village.ana, village.valley, "harbour", gives, known_kinds=known, at=at
        )
        communities.agree_to_tie(session, farid, made.id, gives, known_kinds=known, at=at)


def listed(village: Village, who: Actor, **wish: Any) -> set[Id]:
    found: set[Id] = set()
    after = None
    with village.database.read() as session:
        while True:
            page = queries.listings(
                session, who, Wish(origins=EVERY, **wish), at=village.clock(), after=after, limit=3
            )
            found |= {card.id for card in page.items}
            after = page.next
            if after is None:
                return found


def seen(village: Village, who: Actor, id: Id) -> bool:
    with village.database.read() as session:
        try:
            listing_to_see(session, who, id, at=village.clock())
        except NotFound:
            return False
        return True


@given(worlds=st.lists(listing, max_size=7), gives=st.sampled_from(sorted(GIFTS)))
@example(
    worlds=[
        {
            "owner": owner,
            "level": level,
            "direction": direction,
            "name_shown": NameShown.EVERYBODY,
            "closed": False,
        }
        for owner in (("bruno", "valley"), ("farid", "harbour"))
        for level in (Level.COMMUNITY, Level.PARTNERS)
        for direction in Direction
    ],
    gives="offers",
)
@settings(
    max_examples=6,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_way_shows_the_same(village: Village, worlds: list[dict[str, Any]], gives: str) -> None:
    tie(village, GIFTS[gives])
    made = make(village, worlds)
    if gives == "offers":
        given = {id for id, one in made.items() if one["direction"] is Direction.OFFER and not one["closed"]}
        wanted = {
            id for id in given if made[id]["owner"][1] == "valley" and made[id]["level"] is Level.PARTNERS
        }
        assert wanted <= listed(village, village.gita)
    here = cell_of(*HERE, Precision.NEIGHBOURHOOD)
    for name in READERS:
        who = village.actor(name) if name else Actor.nobody()
        one = listed(village, who) & made.keys()
        assert one == {id for id, made_as in made.items() if seen(village, who, id) and not made_as["closed"]}
        ways = {
            "search": listed(village, who, search=read_search("canary")),
            "part of a word": listed(village, who, search=read_search("anar")),
            "near": listed(village, who, near=here, order=Order.NEAREST),
            "urgent": listed(village, who, order=Order.URGENT),
        }
        with village.database.read() as session:
            wish = Wish(origins=EVERY, search=read_search("canaryy"))
            ways["similar"] = {
                card.id for card in queries.also_similar(session, who, wish, at=village.clock())
            } | (one if len(one) > 8 else set())
            wish = Wish(origins=EVERY)
            n = sum(cell.n for cell in queries.cells(session, who, wish, at=village.clock()))
            total = sum(each.n for each in queries.totals(session, who, wish, at=village.clock()))
        for way, found in ways.items():
            assert found & made.keys() == (one if way != "similar" else found & one), (name, way)
        everything = listed(village, who)
        assert (n, total) == (len(everything), len(everything)), name
        if name:
            with village.database.write() as session:
                for slug, community in village.communities.items():
                    rows = list(commands.export_listings(session, who, community, at=village.clock()))
                    out = {str(re.search(r"[0-9a-f]{32}", row["url"])[0]) for row in rows}  # type: ignore[index]
                    assert out & made.keys() <= one, (name, slug)
